/** One line of an order: its price, discount and taxes, as Odoo's `sale.order.line` reckons them. */
import { roundDecimals } from "./numbers.js";
import { basePrice, chooseRule, chosenExtra, NotHeld, priceBeforeDiscount, rulePrice } from "./rules.js";
import { adaptPrice, asTaxes, mapTaxes, taxesOfProduct } from "./taxes.js";

/**
 * Reckon a line of the order's own.
 *
 * What a person gave (`price_unit`, `discount`, `tax_ids`) stands. `confirmedOnSync` says why the office has to look.
 */
export function priceLine(terms, line) {
    const { book, company } = terms;
    const priced = { ...line, rule: null, price_unit: line.price_unit ?? 0, discount: 0, taxes: [], taxSet: [], confirmedOnSync: [] };
    const product = book.product(line.product_id);
    priced.product_uom_id = line.product_uom_id ?? product?.uom_id ?? null;
    priced.product_uom_qty = roundDecimals(line.product_uom_qty ?? 1, company.offline_unit_digits);
    try {
        if (!product) {
            throw new NotHeld("product_unknown");
        }
        if (product.type === "combo") {
            throw new NotHeld("combo");
        }
        reckon(terms, line, priced, product);
    } catch (error) {
        if (!(error instanceof NotHeld)) {
            throw error;
        }
        priced.confirmedOnSync.push(error.reason);
    }
    if (line.discount !== undefined && line.discount !== null) {
        priced.discount = roundDecimals(line.discount, company.offline_discount_digits);
    }
    return priced;
}

function reckon(terms, line, priced, product) {
    const { book, company, priceList, position, currency, at } = terms;
    const taxes = taxesOfProduct(book, product, company);
    const mapped = line.tax_ids ? book.some("account.tax", line.tax_ids) : mapTaxes(book, position, taxes);
    priced.taxes = asTaxes(book, mapped);
    // All of them, also those that a group of taxes has as well: discounts go by the whole set.
    priced.taxSet = mapped;
    const uom = book.get("uom.uom", priced.product_uom_id);
    if (!uom) {
        throw new NotHeld("unit_unknown");
    }
    const extra = chosenExtra(book, product, line.product_no_variant_attribute_value_ids ?? []);
    const wanted = { company, at, product, quantity: priced.product_uom_qty || 1, uom, extra };
    const rule = chooseRule(book, priceList, wanted);
    priced.rule = rule?.id ?? null;
    const listed = rulePrice(book, rule, wanted, currency.id);
    const isShown = company.offline_shows_discounts && rule?.compute_price === "percentage";
    const before = isShown ? priceBeforeDiscount(book, rule, wanted, currency.id) : listed;
    priced.list_price = basePrice(book, undefined, wanted, currency.id);
    if (line.price_unit === undefined || line.price_unit === null) {
        const shown = isShown ? Math.max(before, listed) : listed;
        priced.price_unit = adaptPrice(book, shown, product, taxes, mapTaxes(book, position, taxes));
    }
    if (isShown && before !== 0) {
        const discount = ((before - listed) / before) * 100;
        if ((discount > 0 && before > 0) || (discount < 0 && before < 0)) {
            priced.discount = roundDecimals(discount, company.offline_discount_digits);
        }
    }
}
