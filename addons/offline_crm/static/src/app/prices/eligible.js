/** Which promotions an order may have, which of its lines count for them, and the points that they give. */
import { convertAmount } from "./currencies.js";
import { dayIn, dayOf } from "./moments.js";
import { roundPrecision } from "./numbers.js";

/**
 * Why a device leaves a promotion to the office; null for those that it reckons.
 *
 * Points that are kept for later, gift cards and purses, limits of use, and conditions in Odoo's own language of
 * domains are known to the server alone.
 */
export function forTheOffice(book, program) {
    const rules = book.with("loyalty.rule", "program_id", program.id);
    const rewards = book.with("loyalty.reward", "program_id", program.id);
    if (program.applies_on !== "current" || ["gift_card", "ewallet", "loyalty"].includes(program.program_type)) {
        return "promotion_points";
    }
    if (program.limit_usage) {
        return "promotion_limited";
    }
    const hasDomain = (text) => text !== null && text !== "[]";
    if (
        rules.some(({ product_domain }) => hasDomain(product_domain)) ||
        rewards.some(({ discount_product_domain }) => hasDomain(discount_product_domain))
    ) {
        return "promotion_condition";
    }
    return null;
}

/** The promotions that an order may have by company, price list and day, in Odoo's order. */
export function offered({ book, company, priceList, now }) {
    const today = dayIn(now, company.offline_promotion_tz);
    const lineage = book.lineage(company).slice(0, 2);
    return book
        .all("loyalty.program")
        .filter(({ company_id }) => company_id === null || lineage.includes(company_id))
        .filter(({ pricelist_ids }) => !pricelist_ids.length || pricelist_ids.includes(priceList?.id))
        .filter(({ date_from, date_to }) => (!date_from || date_from <= today) && (!date_to || date_to >= today))
        .sort((one, other) => one.sequence - other.sequence || one.id - other.id);
}

/** Whether a product is among those that products, a category or a tag name; all are when nothing names any. */
export function isAmong(book, product, { ids, category, tag }) {
    if (!ids.length && category === null && tag === null) {
        return true;
    }
    return (
        ids.includes(product.id) ||
        (category !== null && book.categories(product.categ_id).some(({ id }) => id === category)) ||
        (tag !== null && [...product.product_tag_ids, ...product.additional_product_tag_ids].includes(tag))
    );
}

function isForRule(book, rule, product) {
    const { product_ids: ids, product_category_id: category, product_tag_id: tag } = rule;
    return isAmong(book, product, { ids, category, tag });
}

/**
 * What a promotion comes to on these lines: `{points}`, or `{missing}`, what an order lacks for it.
 *
 * `lines` are priced and summed up, those of rewards among them; `codes` are those that a person entered.
 */
export function pointsOf(terms, program, lines, codes) {
    const { book } = terms;
    const rules = book.with("loyalty.rule", "program_id", program.id);
    let matched = { code: !rules.length, amount: !rules.length, quantity: !rules.length };
    const missing = {};
    let points = 0;
    for (const rule of rules) {
        if (rule.mode === "with_code" && !codes.includes(rule.code)) {
            continue;
        }
        matched = { ...matched, code: true };
        const counted = lines.filter((line) => countsFor(terms, program, rule, line));
        const lacking = lackingAmount(terms, program, rule, counted);
        if (lacking > 0) {
            missing.amount = Math.min(missing.amount ?? Infinity, lacking);
            continue;
        }
        matched.amount = true;
        const own = lines.filter((line) => !line.reward && isForRule(book, rule, line.product));
        const quantity = own.reduce((sum, { product_uom_qty }) => sum + product_uom_qty, 0);
        if (!own.length) {
            missing.products = true;
            continue;
        }
        if (quantity < rule.minimum_qty) {
            missing.quantity = Math.min(missing.quantity ?? Infinity, rule.minimum_qty - quantity);
            continue;
        }
        matched.quantity = true;
        points += pointsByRule(book, program, rule, lines, quantity);
    }
    if (matched.code && matched.amount && matched.quantity) {
        return { points };
    }
    return { missing: matched.code ? missing : { code: true } };
}

/** Whether a line counts for the least amount of a rule: discounts of automatic promotions do not, nor its own. */
function countsFor({ book }, program, rule, { reward, product }) {
    if (reward?.reward_type === "discount") {
        const other = book.get("loyalty.program", reward.program_id);
        if (other.trigger === "auto" || other.id === program.id) {
            return false;
        }
    }
    return isForRule(book, rule, product);
}

/** How much an order lacks of the least amount of a rule. */
function lackingAmount({ book, company, currency, now }, program, rule, lines) {
    const wanted = convertAmount(book, rule.minimum_amount, program.currency_id, currency.id, company, dayOf(now));
    const untaxed = lines.reduce((sum, { price_subtotal }) => sum + price_subtotal, 0);
    const taxes = lines.reduce((sum, { price_tax }) => sum + price_tax, 0);
    const amount = rule.minimum_amount_tax_mode === "incl" && untaxed + taxes ? untaxed + taxes : untaxed;
    return wanted > amount ? wanted - amount : 0;
}

function pointsByRule(book, program, rule, lines, quantity) {
    switch (rule.reward_point_mode) {
        case "order":
            return rule.reward_point_amount;
        case "unit":
            return rule.reward_point_amount * quantity;
        default: {
            const paid = lines
                .filter(({ reward }) => !reward || typeOf(book, reward) !== program.program_type)
                .filter(({ product }) => isForRule(book, rule, product))
                .reduce((sum, { price_total }) => sum + price_total, 0);
            return roundPrecision(rule.reward_point_amount * paid, 0.01, "DOWN");
        }
    }
}

function typeOf(book, reward) {
    return book.get("loyalty.program", reward.program_id)?.program_type;
}
