/** The words of a quotation: what its lines, units and terms are called, and who sends it. */
import { _t } from "@web/core/l10n/translation";
import { newUid } from "@offline_base/app/engine/uid";
import { formatDate, formatNumber } from "@offline_base/app/ui/model/format";
import { htmlToText } from "@offline_base/app/ui/model/texts";
import { bySequence } from "../model/pipeline";
import { choicesOf } from "../prices/rewards";

/** What a variant is called: its product, and what sets it apart from the others. */
export function nameOfVariant(book, id) {
    const variant = book.get("product.product", id);
    const name = variant && book.get("product.template", variant.product_tmpl_id)?.name;
    const values = book.some("product.template.attribute.value", variant?.product_template_variant_value_ids);
    return values.length ? `${name} (${values.map((value) => value.name).join(", ")})` : (name ?? null);
}

/** The units that a product is sold in, its own first. */
export function unitsOf(book, product_id) {
    const product = book.product(product_id);
    return product ? book.some("uom.uom", [...new Set([product.uom_id, ...(product.uom_ids ?? [])])]) : [];
}

/** The unit of a line where it is not the product's own, in words; else nothing. */
export function unitText(book, { product_id, product_uom_id }) {
    const [own] = unitsOf(book, product_id);
    const unit = product_uom_id && own?.id !== product_uom_id ? book.get("uom.uom", product_uom_id) : null;
    return unit?.name ?? "";
}

/** What the line of a reward is called: the product, where a person chose it. */
export function rewardName(book, { reward, product_id }) {
    const isChosen = choicesOf(book, reward.id).length > 1;
    return (isChosen && nameOfVariant(book, product_id)) || (reward.description ?? _t("Reward"));
}

/** What a line is called on paper: `{own, priced}` as `linesOf` gives it. */
export function lineName(book, { own, priced }) {
    if (own === null) {
        return rewardName(book, priced);
    }
    const unit = priced === null ? "" : unitText(book, own);
    const [first, ...more] = (own.words ?? own.name).split("\n");
    return [unit ? `${first} (${unit})` : first, ...more].join("\n");
}

/** The lines of a template as those of a quotation. @param {{id: number, values: object}[]} rows */
export function linesOfTemplate(book, rows) {
    const inOrder = rows.toSorted(bySequence);
    return inOrder.map(({ values }) => {
        const { display_type, name, product_id, product_uom_qty, product_uom_id, is_optional } = values;
        if (display_type) {
            return { key: newUid(), display_type, name: name ?? "" };
        }
        const called = nameOfVariant(book, product_id) ?? name ?? _t("Product");
        return {
            ...{ key: newUid(), product_id, name: called, product_uom_qty },
            ...(product_uom_id && { product_uom_id }),
            ...(name && { words: name }),
            ...(is_optional && { optional: true }),
        };
    });
}

/** All words under the lines: what the customer reads, and what is signed with the rest. */
export function termsText({ validity_date, note }, template, { confirmedOnSync }) {
    const words = note.trim() || htmlToText(template?.note ?? "");
    return [
        validity_date ? _t("Valid until %s.", formatDate(validity_date)) : "",
        words,
        confirmedOnSync.length ? _t("What is marked “to confirm” is told by our office, and comes on top of the amounts here.") : "",
    ]
        .filter((text) => text !== "")
        .join("\n");
}

/** The price of one, and what is taken off it. */
export function priceText({ price_unit, discount }, currency) {
    return `${amountText(price_unit, currency)}${discount ? ` − ${formatNumber(discount)} %` : ""}`;
}

/** Who sends it: the company's name, address, and how it is reached. */
export function letterhead({ name, street, zip, city, phone, email, vat }) {
    const parts = [name, street, [zip, city].filter(Boolean).join(" "), [phone, email].filter(Boolean).join(" · "), vat];
    return parts.filter(Boolean);
}

/** An amount as people write it in a currency: its symbol, its digits. */
export function amountText(value, { symbol, position, decimal_places }) {
    const text = formatNumber(value, decimal_places);
    if (position !== "before") {
        return `${text} ${symbol ?? ""}`.trim();
    }
    // The sign stands before the symbol.
    return value < 0 ? text.replace(/\p{Nd}/u, (digit) => `${symbol}${digit}`) : `${symbol}${text}`;
}
