/** What the customer is shown, and signs: plain values, so that both sides can say later what it was. */
import { sha256 } from "@offline_base/app/engine/files";
import { dump } from "@offline_base/app/engine/canonical";
import { linesOf, told } from "./draft";

/** What Odoo takes at most. */
const LINE = 500;
const TEXT = 10_000;

/**
 * The `document` of a signature, with all of its members: both sides take the hash of its canonical JSON.
 *
 * `terms` are all words that belong to it. What only the office can tell has no total of its own, and counts nothing.
 *
 * @param {import("./draft.js").Quote} quote
 * @param {{customer: string, payment_term: string, terms: string, nameOf: (line: object) => string}} words
 */
export function documentOf(quote, priced, { customer, payment_term, terms, nameOf }) {
    const lines = linesOf(quote, priced).map((line) => ({ ...lineOf(line.priced), name: nameOf(line) }));
    return composed(lines, priced.totals, { customer, currency: priced.currency.name, payment_term, terms });
}

function composed(lines, { amount_untaxed, amount_tax, amount_total }, { customer, currency, payment_term, terms }) {
    return {
        customer: customer.slice(0, LINE),
        currency,
        lines: lines.map((line) => ({ ...line, name: line.name.slice(0, TEXT) })),
        amount_untaxed: told(amount_untaxed),
        amount_tax: told(amount_tax),
        amount_total: told(amount_total),
        payment_term: payment_term.slice(0, LINE),
        terms: terms.slice(0, TEXT),
    };
}

function lineOf(priced) {
    if (priced === null) {
        return { product: null, quantity: 0, price_unit: 0, discount: 0, price_total: null };
    }
    const { product_id, product_uom_qty, price_unit, discount, price_total, confirmedOnSync } = priced;
    return {
        product: product_id,
        quantity: product_uom_qty,
        price_unit: told(price_unit),
        discount: told(discount),
        price_total: confirmedOnSync.length ? null : told(price_total),
    };
}

/**
 * The same of a quotation that the office has, of its values and those of its lines.
 *
 * @param {{values: object}[]} lines @param {{customer: string, currency: string, payment_term: string, terms: string}} words
 */
export function documentOfOrder(order, lines, words) {
    const shown = lines.map(({ values }) => {
        const { display_type, product_id, product_uom_qty, price_unit, discount, price_total, name } = values;
        const amounts = display_type ? null : { product_id, product_uom_qty, price_unit, discount: discount ?? 0, price_total };
        return { ...lineOf(amounts && { ...amounts, confirmedOnSync: [] }), name: name ?? "" };
    });
    return composed(shown, order, words);
}

/** SHA-256 of a content's canonical JSON (RFC 8785), in hex. */
export function hashOf(content) {
    return sha256(new TextEncoder().encode(dump(content)));
}

/**
 * The arguments of the operation `sign`, with this device's signature over what was shown, who signed, how and when;
 * null in its place where the device cannot sign.
 *
 * @param {{sign: (content: object) => Promise<string | null>}} device
 * @param {string | number} order its uid, or its id where it has none
 * @param {{document: object, image: string, name: string, at: string}} said `image` is the picture's SHA-256
 */
export async function evidenceOf(device, order, { document, image, name, at }) {
    const statement = { purpose: "sale.order", order, document: await hashOf(document), image, name, at };
    return { name, image, document, at, signature: await device.sign(statement) };
}
