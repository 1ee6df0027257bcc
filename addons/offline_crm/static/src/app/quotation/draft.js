/**
 * A quotation as a person makes it: what they asked for, and what is sent of it once it is priced. Plain values, so that
 * it can be kept as a draft.
 *
 * @typedef {object} Quote
 * @property {string} uid how the device names the quotation
 * @property {object[]} lines products `{key, product_id, name, product_uom_qty, product_uom_id?, price_unit?, discount?,
 *     words?, optional?, agreed?}`, sections and notes `{key, display_type, name}`; `agreed`: the price that was told before,
 *     `{price_unit, discount?, currency}`
 * @property {string[]} codes @property {{reward_id: number, product_id?: number}[]} rewards
 * @property {number} [pricelist_id] @property {number} [payment_term_id] @property {number} [template_id] what was
 *     chosen; else what Odoo takes for the customer
 * @property {{ref: number | string, name: string}} [customer] for whom it was begun
 * @property {string} [currency] of the prices that were written, by its code
 * @property {{pricelist?: number | null, currency?: string, amount_total?: number, isOpen?: true}} [agreed] what was told
 *     before; `isOpen`: nobody could tell whether the price list is that of the customer
 * @property {string} reference the customer's own @property {string} note @property {string | null} validity_date
 * @property {object | null} signature what `evidenceOf` gave
 */
import { same } from "@offline_base/app/engine/canonical";
import { newUid } from "@offline_base/app/engine/uid";
import { refOf } from "@offline_base/app/ui/model/entities";
import { isForTheOffice } from "./reasons";

/** How many digits an amount that is sent may have: what floats add behind them is no part of it. */
const DIGITS = 6;

export const told = (amount) => Number(amount.toFixed(DIGITS));

/** @returns {Quote} one with nothing on it */
export function emptyQuote() {
    return { uid: newUid(), lines: [], codes: [], rewards: [], reference: "", note: "", validity_date: null, signature: null };
}

/** Whether nothing was asked for yet. @param {Quote} quote */
export function isEmpty(quote) {
    const { customer, currency, ...asked } = quote;
    return same({ ...asked, uid: "" }, { ...emptyQuote(), uid: "" });
}

const isProduct = ({ display_type }) => !display_type;

/** What `priceOrder` takes. Codes come before rewards, as the office takes them. */
export function orderOf({ lines, codes, rewards, pricelist_id, validity_date }, { partner, deliveries, company_id, payment_term }) {
    return {
        company_id,
        partner: partner?.values ?? null,
        deliveries,
        payment_term,
        validity_date,
        ...(pricelist_id !== undefined && { pricelist_id }),
        lines: lines.filter(isProduct),
        promotions: [...codes.map((code) => ({ code })), ...rewards],
    };
}

/** All lines in their order, those of rewards last: `{own, priced}`; texts have no price, rewards nothing of their own. */
export function linesOf({ lines }, priced) {
    let at = 0;
    const own = lines.map((line) => ({ own: line, priced: isProduct(line) ? priced.lines[at++] : null }));
    return [...own, ...priced.lines.slice(at).map((line) => ({ own: null, priced: line }))];
}

/** The arguments of the operation `quote`: what was agreed, line by line and in all. */
export function argumentsOf(quote, { partner }, priced) {
    const { uid, codes, rewards, template_id, payment_term_id, reference, note, validity_date, signature } = quote;
    const own = linesOf(quote, priced).filter(({ own: line }) => line);
    return {
        uid,
        partner: partner && refOf(partner),
        // The lines of the template are among those of the quotation, as the customer wants them.
        ...(template_id !== undefined && { template: template_id, template_lines: false }),
        ...(priced.priceList && { pricelist: priced.priceList.id }),
        ...(payment_term_id !== undefined && { payment_term: payment_term_id }),
        ...(reference.trim() && { client_order_ref: reference.trim() }),
        ...(note.trim() && { note: note.trim() }),
        ...(validity_date && { validity_date }),
        lines: own.map(({ own: line, priced: amounts }) => (amounts ? productArgs(line, amounts, priced.isOpen) : textArgs(line))),
        codes: codes.filter((code) => !isRefused(priced, ({ code: refused }) => refused === code && refused !== undefined)),
        rewards: rewards
            .filter(({ reward_id }) => !isRefused(priced, (step) => step.reward_id === reward_id))
            .map(({ reward_id, product_id }) => ({ reward: reward_id, ...(product_id && { product: product_id }) })),
        ...(!priced.confirmedOnSync.length && { currency: priced.currency.name, amount_total: told(priced.totals.amount_total) }),
        ...(signature && { signature }),
    };
}

function textArgs({ display_type, name }) {
    return { display_type, name };
}

function productArgs(line, { price_unit, discount, price_total, confirmedOnSync }, areTermsOpen) {
    const { product_id, product_uom_qty, product_uom_id, words, optional } = line;
    const agreed = { price_unit: told(price_unit), discount: told(discount), price_total: told(price_total) };
    // What only the office knows was not agreed; what a person wrote themselves was, all the same.
    const isOpen = areTermsOpen || confirmedOnSync.length > 0;
    const written = ["price_unit", "discount"].filter((name) => line[name] !== undefined);
    return {
        product: product_id,
        quantity: product_uom_qty,
        ...(product_uom_id && { uom: product_uom_id }),
        ...(words && { name: words }),
        ...(optional && { optional }),
        ...(isOpen ? Object.fromEntries(written.map((name) => [name, agreed[name]])) : agreed),
    };
}

/** What was sent as a quotation again: the other way round, without the names of products. @returns {Quote} */
export function quoteOf({ uid, template, pricelist, payment_term, client_order_ref, note, validity_date, lines = [], codes = [], rewards = [], signature }) {
    return {
        ...{ ...emptyQuote(), uid, codes },
        lines: lines.map((line) => ({ key: newUid(), ...(line.display_type ? textArgs(line) : productLine(line)) })),
        rewards: rewards.map(({ reward, product }) => ({ reward_id: reward, ...(product && { product_id: product }) })),
        ...(pricelist && { pricelist_id: pricelist }),
        ...(payment_term && { payment_term_id: payment_term }),
        ...(template && { template_id: template }),
        reference: client_order_ref ?? "",
        note: note ?? "",
        validity_date: validity_date ?? null,
        signature: signature ?? null,
    };
}

function productLine({ product, quantity, uom, name, optional, price_unit, discount }) {
    return {
        ...{ product_id: product, name: "", product_uom_qty: quantity },
        ...(uom && { product_uom_id: uom }),
        ...(name && { words: name }),
        ...(optional && { optional }),
        ...(typeof price_unit === "number" && { price_unit }),
        ...(typeof discount === "number" && { discount }),
    };
}

/**
 * Lines without the prices that were written in a currency that counts no more: the price list says them, and what they
 * were stays with them.
 */
export function unwritten(lines, currency) {
    return lines.map(({ price_unit, ...line }) =>
        price_unit === undefined || currency === undefined ? line : { ...line, agreed: { price_unit, ...(line.discount !== undefined && { discount: line.discount }), currency } },
    );
}

/** Lines that follow another price list than the one at which they were told: what they were stays with them. */
export function unagreed(lines) {
    return lines.map((line) => {
        const told = ["price_unit", "discount"].filter((name) => line[name] !== undefined && line[name] === line.agreed?.[name]);
        return Object.fromEntries(Object.entries(line).filter(([name]) => !told.includes(name)));
    });
}

/**
 * A line after a person was asked about it, `said` as `LineSheet` closes. What nobody wrote goes on following the price
 * list; what they changed themselves is not compared with before. A price in a currency that counts no more is left out.
 */
export function edited({ agreed, ...line }, { quantity, unit, price, discount }, { own, isForeign }) {
    const price_unit = isForeign ? undefined : price;
    const isChanged = (one, before) => one !== undefined && one !== before;
    const { discount: off, ...rest } = agreed ?? {};
    const before = isChanged(discount, line.discount) ? rest : agreed;
    const isTheirs = unit !== (line.product_uom_id ?? own) || isChanged(price_unit, line.price_unit);
    return { ...line, product_uom_qty: quantity, product_uom_id: unit, price_unit, discount, ...(agreed && !isTheirs && { agreed: before }) };
}

/** Whether a step does not count here. What only the office can tell is sent all the same. */
function isRefused({ refused }, isIt) {
    return refused.some((step) => isIt(step) && !isForTheOffice(step.reason));
}
