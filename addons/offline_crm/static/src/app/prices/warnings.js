/** What a person should know of an order before the customer signs it. None of it forbids anything. */
import { dayOf, wholeSecond } from "./moments.js";
import { isInForce } from "./rules.js";

/**
 * @param {{order: object, priced: object, records: import("./book.js").Book, now: string}} given what `priceOrder` took
 *   and gave
 * @returns {{kind: string, key?: any}[]} `quotation_expired`; by line, with its `key`: `product_archived`, `price_ended`
 *   (the rule of the price list is over since)
 */
export function warningsOf({ order, priced, records, now }) {
    const found = [];
    if (order.validity_date && order.validity_date < dayOf(now)) {
        found.push({ kind: "quotation_expired" });
    }
    for (const { key, product_id, rule, reward } of priced.lines) {
        const product = records.product(product_id);
        if (!reward && product && (!product.active || product.sale_ok === false)) {
            found.push({ kind: "product_archived", key });
        }
        const applied = records.get("product.pricelist.item", rule);
        if (applied && !isInForce(applied, wholeSecond(now))) {
            found.push({ kind: "price_ended", key });
        }
    }
    return found;
}
