/**
 * Price lists: which rule is in force for a product, and the price that it makes.
 *
 * The twin of Odoo's `product.pricelist` and `product.pricelist.item`; vectors of real orders hold both together.
 */
import { convertAmount } from "./currencies.js";
import { dayOf } from "./moments.js";
import { roundPrecision } from "./numbers.js";
import { convertPrice, convertQuantity } from "./units.js";

/** Something that a price needs and the device does not hold; the office reckons such a line. */
export class NotHeld extends Error {
    constructor(reason) {
        super(reason);
        this.reason = reason;
    }
}

/**
 * What prices are asked for: `company`, `at` (the moment of the order), and of one line `product`, `quantity`, `uom`
 * and `extra`, what values of attributes that make no variant add.
 *
 * @typedef {{company: object, at: string, product: object, quantity: number, uom: object, extra: number}} Wanted
 */

/** The rule of a price list that applies; undefined where none does. */
export function chooseRule(book, priceList, wanted) {
    if (!priceList) {
        return undefined;
    }
    const { product, quantity, uom, company } = wanted;
    const own = book.get("uom.uom", product.uom_id);
    const counted = convertQuantity(quantity, uom, own, company.offline_unit_digits);
    const categories = book.categories(product.categ_id).map(({ id }) => id);
    const fitting = book
        .with("product.pricelist.item", "pricelist_id", priceList.id)
        .filter((rule) => isInForce(rule, wanted.at) && isFor(rule, product, categories))
        .filter(({ min_quantity }) => !min_quantity || counted >= min_quantity);
    return fitting.sort((one, other) => inOrder(one, other, categories))[0];
}

export function isInForce({ date_start, date_end }, at) {
    return (date_start === null || date_start <= at) && (date_end === null || date_end >= at);
}

function isFor(rule, product, categories) {
    switch (rule.applied_on) {
        case "0_product_variant":
            return rule.product_id === product.id;
        case "1_product":
            return rule.product_tmpl_id === product.product_tmpl_id;
        case "2_product_category":
            return categories.includes(rule.categ_id);
        default:
            return true;
    }
}

/** As Odoo sorts rules: what they apply to, larger quantities first, deeper categories first, newer first. */
function inOrder(one, other, categories) {
    return (
        (one.applied_on < other.applied_on ? -1 : Number(one.applied_on > other.applied_on)) ||
        other.min_quantity - one.min_quantity ||
        categories.indexOf(one.categ_id) - categories.indexOf(other.categ_id) ||
        other.id - one.id
    );
}

/** The price that a rule makes, or the product's own without one, in a currency (an id). */
export function rulePrice(book, rule, wanted, currency) {
    const base = () => basePrice(book, rule, wanted, currency);
    const convert = (price) => convertPrice(price, book.get("uom.uom", wanted.product.uom_id), wanted.uom);
    switch (rule?.compute_price) {
        case "fixed":
            return convert(rule.fixed_price);
        case "percentage": {
            const price = base();
            return price - price * (rule.percent_price / 100) || 0;
        }
        case "formula":
            return formulaPrice(rule, base(), convert);
        default:
            return base();
    }
}

function formulaPrice(rule, base, convert) {
    const discount = rule.base === "standard_price" ? -rule.price_markup : rule.price_discount;
    let price = base - base * (discount / 100);
    if (rule.price_round) {
        price = roundPrecision(price, rule.price_round);
    }
    if (rule.price_surcharge) {
        price += convert(rule.price_surcharge);
    }
    if (rule.price_min_margin) {
        price = Math.max(price, base + convert(rule.price_min_margin));
    }
    if (rule.price_max_margin) {
        price = Math.min(price, base + convert(rule.price_max_margin));
    }
    return price;
}

/** The price that a rule starts from. */
export function basePrice(book, rule, wanted, currency) {
    const { product, company, at, uom, extra } = wanted;
    let price, from;
    if (rule?.base === "pricelist" && rule.base_pricelist_id !== null) {
        const other = basePriceList(book, rule);
        from = other.currency_id;
        price = rulePrice(book, chooseRule(book, other, wanted), wanted, from);
    } else {
        const isCost = rule?.base === "standard_price";
        if (isCost && product.standard_price === undefined) {
            throw new NotHeld("cost_unknown");
        }
        const own = product.company_id === null ? null : book.get("res.company", product.company_id)?.currency_id;
        from = own ?? (isCost ? company.currency_id : company.offline_catalog_currency_id);
        const started = isCost ? product.standard_price : product.list_price + variantExtra(book, product) + extra;
        price = convertPrice(started, book.get("uom.uom", product.uom_id), uom);
    }
    return from === currency ? price : convertAmount(book, price, from, currency, company, dayOf(at), false);
}

/** The price before the discount that is shown to the customer, through price lists that build on others. */
export function priceBeforeDiscount(book, rule, wanted, currency) {
    let shown = rule;
    while (shown.base === "pricelist") {
        const beneath = chooseRule(book, basePriceList(book, shown), wanted);
        if (beneath?.compute_price !== "percentage") {
            break;
        }
        shown = beneath;
    }
    return basePrice(book, shown, wanted, currency);
}

function basePriceList(book, { base_pricelist_id }) {
    const found = book.get("product.pricelist", base_pricelist_id);
    if (!found) {
        throw new NotHeld("price_list_unknown");
    }
    return found;
}

/** What the values of a variant's attributes add to its price. */
function variantExtra(book, product) {
    return book
        .some("product.template.attribute.value", product.product_template_attribute_value_ids)
        .reduce((sum, { price_extra }) => sum + price_extra, 0);
}

/** What values of attributes that make no variant add: they are chosen on the line. */
export function chosenExtra(book, product, values) {
    return book
        .some("product.template.attribute.value", values)
        .filter(({ product_tmpl_id }) => product_tmpl_id === product.product_tmpl_id)
        .filter(({ id }) => !product.product_template_attribute_value_ids.includes(id))
        .reduce((sum, { price_extra }) => sum + price_extra, 0);
}
