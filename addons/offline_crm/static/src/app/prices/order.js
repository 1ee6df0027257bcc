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
import { roundAmount } from "./numbers.js";
import { Promotions } from "./promotions.js";
import { NotHeld } from "./rules.js";
import { flat, taxed, TaxDocument, unfixed } from "./taxes.js";

/**
 * The terms of an order: company, price list, currency, fiscal position and moment.
 *
 * `partner` and those of `deliveries` are values of contacts, which may be born on this device; without `partner` nobody
 * here can tell the terms. What the order names
 * itself (`pricelist_id`, `fiscal_position_id`, also null) stands; else the customer's is found.
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
    if (!order.partner) {
        confirmedOnSync.push("customer_unknown");
    }
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
            ? attempt(() => chooseFiscalPosition(book, order.partner, order.deliveries, company))
            : given("account.fiscal.position", order.fiscal_position_id, "fiscal_position_unknown");
    const currency = book.get("res.currency", priceList?.currency_id ?? company.currency_id);
    if (!currency) {
        throw new NotHeld("currency_unknown");
    }
    const rate = conversionRate(book, company.currency_id, currency.id, company, dayOf(at));
    const sheet = new TaxDocument(book, company, currency, rate);
    return { book, company, at, now: wholeSecond(now), priceList, position, currency, sheet, rate, confirmedOnSync };
}

/** What the totals of a document are made of, besides its lines: a discount for early payment changes the taxes. */
function earlyPayment(lines, paymentTerm) {
    const { early_discount, early_pay_discount_computation, discount_percentage } = paymentTerm ?? {};
    if (!early_discount || early_pay_discount_computation !== "mixed" || !discount_percentage) {
        return [];
    }
    return lines.flatMap(({ price_subtotal, taxes }) => {
        const amount = (price_subtotal / 100) * discount_percentage;
        const special = { quantity: 1, special_type: "early_payment" };
        return [
            { ...special, price_unit: -amount, tax_ids: unfixed(flat(taxes)) },
            { ...special, price_unit: amount, tax_ids: [] },
        ];
    });
}

/** What lines come to together, rounded as amounts of a record are; with their groups of taxes. */
function totalsOf(terms, lines, paymentTerm) {
    const summary = terms.sheet.totals([...lines.map(taxed), ...earlyPayment(lines, paymentTerm)]);
    return {
        amount_untaxed: roundAmount(summary.base_amount_currency, terms.currency),
        amount_tax: roundAmount(summary.tax_amount_currency, terms.currency),
        amount_total: roundAmount(summary.total_amount_currency, terms.currency),
        subtotals: summary.subtotals,
    };
}

/**
 * Reckon an order.
 *
 * `order` has `company_id`, `partner` (values of a contact), `deliveries` (of the addresses one of which counts, null where
 * nobody can tell), `date_order`, `payment_term` (its values) and `lines` of `{key, product_id, product_uom_qty,
 * product_uom_id, product_no_variant_attribute_value_ids}`. What a person chose stands: `pricelist_id` and
 * `fiscal_position_id` of the order, `price_unit`, `discount` and `tax_ids` of a line.
 * `promotions` are the steps that the person took, in their order: `{code}` or `{reward_id, product_id}`.
 *
 * The answer has the terms in force (`company`, `priceList`, `currency`, `rate`, `fiscalPosition`, `date_order`); `lines`
 * with `price_unit`, `discount`, `price_subtotal`, `price_tax`, `price_total`, the `rule` of the price list and, where a
 * promotion made them, the `reward`; `totals` with their groups of taxes; `promotions`: each with its `state` (`applied`,
 * `available`, `missing` with what is missing, `office` with a reason); `refused`, the steps that do not count, with why;
 * and `confirmedOnSync`, of the order and of each line: why only the office can tell; `isOpen` when that is so of its
 * terms, so of every amount.
 *
 * @param {{order: object, records: import("./book.js").Book, now: string}} given
 */
export function priceOrder({ order, records, now }) {
    const terms = termsOf({ order, records, now });
    const priced = order.lines.map((line) => priceLine(terms, line));
    const sumUp = (lines) => totalsOf(terms, lines, order.payment_term);
    const promotions = new Promotions(terms, priced, sumUp);
    promotions.take(order.promotions ?? []);
    const { lines } = promotions;
    return {
        company: terms.company,
        priceList: terms.priceList,
        currency: terms.currency,
        rate: terms.rate,
        fiscalPosition: terms.position,
        date_order: terms.at,
        lines,
        totals: sumUp(lines),
        promotions: promotions.overview(),
        refused: promotions.refused,
        isOpen: terms.confirmedOnSync.length > 0,
        confirmedOnSync: [...new Set([...terms.confirmedOnSync, ...lines.flatMap((line) => line.confirmedOnSync)])],
    };
}
