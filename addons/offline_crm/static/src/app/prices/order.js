/**
 * What an order comes to, reckoned on the device as the office would reckon it.
 *
 * A pure function of the order, the records that the device holds, and the moment. What it cannot know is never
 * guessed: the line or promotion says `confirmedOnSync`, with the reasons.
 */
import { conversionRate } from "./currencies.js";
import { chooseFiscalPosition, choosePriceList } from "./customers.js";
import { priceLine } from "./lines.js";
import { dayOf, wholeSecond } from "./moments.js";
import { NotHeld } from "./rules.js";
import { TaxDocument } from "./taxes.js";

/**
 * The terms of an order: company, price list, currency, fiscal position and moment.
 *
 * `partner` and `delivery` are values of contacts, which may be born on this device. What the order names itself
 * (`pricelist_id`, `fiscal_position_id`, also null) stands; else the customer's is found.
 */
export function termsOf({ order, records, now }) {
    const book = records;
    const company = book.get("res.company", order.company_id) ?? book.all("res.company")[0];
    if (!company) {
        throw new NotHeld("company_unknown");
    }
    const at = wholeSecond(order.date_order ?? now);
    const confirmedOnSync = [];
    const attempt = (choose) => {
        try {
            return choose();
        } catch (error) {
            if (!(error instanceof NotHeld)) {
                throw error;
            }
            confirmedOnSync.push(error.reason);
            return null;
        }
    };
    const given = (entity, id, reason) =>
        attempt(() => {
            const found = id === null ? null : book.get(entity, id);
            if (found === undefined) {
                throw new NotHeld(reason);
            }
            return found;
        });
    const priceList =
        order.pricelist_id === undefined
            ? attempt(() => choosePriceList(book, order.partner, company))
            : given("product.pricelist", order.pricelist_id, "price_list_unknown");
    const position =
        order.fiscal_position_id === undefined
            ? attempt(() => chooseFiscalPosition(book, order.partner, order.delivery, company))
            : given("account.fiscal.position", order.fiscal_position_id, "fiscal_position_unknown");
    const currency = book.get("res.currency", priceList?.currency_id ?? company.currency_id);
    if (!currency) {
        throw new NotHeld("currency_unknown");
    }
    const rate = conversionRate(book, company.currency_id, currency.id, company, dayOf(at));
    const sheet = new TaxDocument(book, company, currency, rate);
    return { book, company, at, priceList, position, currency, sheet, confirmedOnSync };
}

/** What the totals of a document are made of, besides its lines: a discount for early payment changes the taxes. */
function earlyPayment(lines, paymentTerm) {
    const { early_discount, early_pay_discount_computation, discount_percentage } = paymentTerm ?? {};
    if (!early_discount || early_pay_discount_computation !== "mixed" || !discount_percentage) {
        return [];
    }
    return lines.flatMap(({ price_subtotal, taxes }) => {
        const amount = (price_subtotal / 100) * discount_percentage;
        const flat = taxes.flatMap((tax) => (tax.amount_type === "group" ? tax.children_tax_ids : [tax]));
        const special = { quantity: 1, special_type: "early_payment" };
        return [
            { ...special, price_unit: -amount, tax_ids: flat.filter(({ amount_type }) => amount_type !== "fixed") },
            { ...special, price_unit: amount, tax_ids: [] },
        ];
    });
}

/** A priced line as the tax helper wants it. */
export function taxed({ price_unit, product_uom_qty, discount, taxes }) {
    return { price_unit, quantity: product_uom_qty, discount, tax_ids: taxes };
}

/** The lines with their amounts, and what they come to together. */
export function sumUp(terms, lines, paymentTerm) {
    const reckoned = lines.map((line) => ({ ...line, ...terms.sheet.amounts(taxed(line)) }));
    const all = [...reckoned.map(taxed), ...earlyPayment(reckoned, paymentTerm)];
    const summary = terms.sheet.totals(all);
    const totals = {
        amount_untaxed: summary.base_amount_currency,
        amount_tax: summary.tax_amount_currency,
        amount_total: summary.total_amount_currency,
        subtotals: summary.subtotals,
    };
    return { lines: reckoned, totals };
}

/**
 * Reckon an order.
 *
 * @param {{order: object, records: import("./book.js").Book, now: string}} given `order` has `company_id`, `partner`,
 *   `date_order`, `payment_term` and `lines` of `{key, product_id, product_uom_qty}`, and what a person chose
 * @returns the terms in force, `lines`, `totals` and `confirmedOnSync`
 */
export function priceOrder({ order, records, now }) {
    const terms = termsOf({ order, records, now });
    const priced = order.lines.map((line) => priceLine(terms, line));
    const { lines, totals } = sumUp(terms, priced, order.payment_term);
    return {
        company: terms.company,
        priceList: terms.priceList,
        currency: terms.currency,
        fiscalPosition: terms.position,
        date_order: terms.at,
        lines,
        totals,
        confirmedOnSync: [...new Set([...terms.confirmedOnSync, ...lines.flatMap((line) => line.confirmedOnSync)])],
    };
}
