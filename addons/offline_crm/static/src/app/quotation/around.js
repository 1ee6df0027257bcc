/** What a quotation is made of besides itself: its opportunity, its customer, and what prices go by. */
import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { attempt } from "@offline_base/app/ui/model/deeds";
import { keyOf, refFrom } from "@offline_base/app/ui/model/entities";
import { all, set } from "../model/deeds";
import { familyOf, PARTNER } from "../model/family";
import { bySequence, LEAD } from "../model/pipeline";
import { deliveriesOf } from "../prices/customers";
import { priceOrder } from "../prices/order";
import { addProducts, readBook } from "../prices/reading";
import { orderOf, quoteOf, told, unagreed, unwritten } from "./draft";
import { nameOfVariant } from "./words";

const TERM = "account.payment.term";
const TEMPLATE = "sale.order.template";

/**
 * `{lead, partner, customer, former, deliveries, book, terms, templates, company_id}`: `customer` is how the opportunity
 * names its own, `{ref, name}`, also one who is not on this device; `former` for whom the quotation was begun, where
 * that is somebody else.
 *
 * @param app @param {string} lead as in the address of a screen @param {() => object} quote
 */
export async function readAround(app, lead, quote) {
    const { device } = app;
    const record = await device.get(LEAD, refFrom(lead));
    const { partner_id = null, company_id = null } = record?.values ?? {};
    const partner = partner_id === null ? null : await heldPartner(device, partner_id);
    const [terms, templates] = await Promise.all([all(app, TERM), all(app, TEMPLATE)]);
    // Nothing on the screen waits for what is in it: it is read anew as a whole.
    const book = markRaw(await readBook(device));
    // Last: it may have changed meanwhile.
    const { customer, lines } = quote();
    await addProducts(
        book,
        device,
        lines.map(({ product_id }) => product_id).filter(Boolean),
    );
    return {
        ...{ lead: record, partner, book, company_id },
        customer: partner_id === null ? null : await customerOf(device, partner_id),
        former: customer && !(await isSame(device, customer.ref, partner_id)) ? customer : null,
        deliveries: partner && (await addressesOf(device, partner)),
        terms: terms.toSorted(bySequence),
        templates: templates.toSorted(bySequence),
    };
}

/** The contact of a reference; one that only own work speaks of is not here any more. */
async function heldPartner(device, ref) {
    const record = await device.get(PARTNER, keyOf(ref));
    return record?.present ? record : null;
}

/** A customer as a quotation keeps them. */
export async function customerOf(device, ref) {
    return { ref: keyOf(ref), name: (await device.nameOf(PARTNER, keyOf(ref))) ?? "" };
}

/** Whether both name one contact, who may have several names: born here, and linked with one of Odoo's. */
async function isSame(device, one, other) {
    if (other === null || keyOf(one) === keyOf(other)) {
        return other !== null;
    }
    const [first, second] = await Promise.all([one, other].map((ref) => device.get(PARTNER, keyOf(ref))));
    return first !== null && second !== null && first.ref === second.ref;
}

/** The values of the addresses of which one is delivered to, for `priceOrder`. */
async function addressesOf(device, partner) {
    const found = deliveriesOf(partner, await familyOf(device, partner));
    // What Odoo gives to everybody of a company, one that it does not know yet will have.
    const shared = ({ vat, property_account_position_id }) => ({ vat, property_account_position_id });
    return found && found.map(({ id, values }) => (id === null ? { ...values, ...shared(partner.values) } : values));
}

/** Of what was chosen, by its name in a quotation, that which is not on this device any more. */
export function goneOf(quote, { book, terms, templates }) {
    const held = { pricelist_id: book.all("product.pricelist"), payment_term_id: terms, template_id: templates };
    return Object.keys(held).filter((name) => quote[name] !== undefined && !held[name].some(({ id }) => id === quote[name]));
}

/** It as it counts: without what is gone, in whose place comes what Odoo takes for the customer. */
export function standing(quote, around) {
    const left = { ...quote };
    goneOf(quote, around).forEach((name) => delete left[name]);
    return left;
}

/** The terms of payment in force, an id: those that were chosen, else those of the customer; null: at once. */
export function termIdOf(quote, around) {
    return standing(quote, around).payment_term_id ?? around.partner?.values.property_payment_term_id ?? null;
}

/** The same as they are on this device. */
export function termOf(quote, around) {
    const wanted = termIdOf(quote, around);
    return around.terms.find(({ id }) => id === wanted) ?? null;
}

/** It as an order, for whom and on what terms it is. */
export function orderIn(quote, around) {
    return orderOf(standing(quote, around), { ...around, payment_term: termOf(quote, around)?.values ?? null });
}

/** Everything that the amounts say; null where not even the company is on this device. */
export function priced(quote, around, now) {
    const { book } = around;
    return book.all("res.company").length ? priceOrder({ order: orderIn(quote, around), records: book, now }) : null;
}

/** The price list that a customer gets unless another one is chosen: the opportunity's, or one of these values; null: none, or nobody can tell. */
export function ownPriceList(around, now, values = around.partner?.values) {
    const nothing = { lines: [], codes: [], rewards: [] };
    return priced(nothing, { ...around, partner: values ? { values } : null }, now)?.priceList ?? null;
}

/** Whether the price list of what was sent is only that of its customer, whose price list is followed. */
async function isTheirs(device, { pricelist_id }, around, now) {
    if (pricelist_id === undefined || !around.partner) {
        return false;
    }
    if (ownPriceList(around, now)?.id === pricelist_id) {
        return true;
    }
    const before = around.former && (await heldPartner(device, around.former.ref));
    return around.former !== null && (!before || ownPriceList(around, now, before.values)?.id === pricelist_id);
}

/** In which currency it was told, by its code; undefined where nothing says it. */
function currencyTold({ currency, pricelist = null }, book, company) {
    const source = pricelist === null ? company : book.get("product.pricelist", pricelist);
    return currency ?? book.get("res.currency", source?.currency_id)?.name;
}

/** Go by another price list; undefined: by that of the customer. What was told at another one this one does not say. */
export function goBy(quote, pricelist_id, around, now) {
    const before = priced(quote, around, now);
    quote.pricelist_id = pricelist_id;
    delete quote.agreed?.isOpen;
    const after = priced(quote, around, now);
    if (after?.priceList?.id !== before?.priceList?.id) {
        quote.lines = unagreed(quote.lines);
    }
    if (after && after.currency.name !== before.currency.name) {
        Object.assign(quote, { lines: unwritten(quote.lines, before.currency.name), currency: after.currency.name });
    }
}

/** As soon as somebody is known for whom it is, it follows their price list, unless another one was chosen. */
async function follow(device, quote, around, now) {
    if (!quote.agreed?.isOpen || !around.partner) {
        return;
    }
    const isOwn = await isTheirs(device, quote, around, now);
    delete quote.agreed.isOpen;
    if (isOwn) {
        goBy(quote, undefined, around, now);
    }
}

/** What was kept goes by what holds now: prices that were written in another currency are none of this one. */
export async function settle(device, quote, around, now) {
    if (!quote.customer && around.customer) {
        quote.customer = around.customer;
    }
    await follow(device, quote, around, now);
    const { priceList, isOpen, currency } = priced(quote, around, now) ?? {};
    const isGone = goneOf(quote, around).includes("pricelist_id");
    // Where nobody can tell the price list, nobody can tell its currency.
    const isKnown = currency && (priceList || !isOpen || isGone);
    if (isKnown && currency.name !== quote.currency) {
        const isWritten = quote.currency !== undefined || isGone;
        Object.assign(quote, { lines: isWritten ? unwritten(quote.lines, quote.currency) : quote.lines, currency: currency.name });
    }
}

/** Give the opportunity another customer, whose prices and terms its quotation gets. */
export async function giveCustomer(app, lead, quote, ref, now) {
    const { device } = app;
    const record = await device.get(LEAD, refFrom(lead));
    const isGiven = await isSame(device, ref, record.values.partner_id ?? null);
    if (isGiven || (await attempt(app, () => set(app, record, "partner_id", ref)))) {
        await follow(device, quote, await readAround(app, lead, () => quote), now);
        quote.customer = await customerOf(device, ref);
    }
}

/**
 * A quotation as it was made, of what was sent.
 *
 * A price that the price list still gives goes on following it, another one stays as it was agreed. Where the price list
 * or its currency is another by now, all prices are reckoned anew. What was told stays beside it as `agreed`, and what is
 * not on this device any more stays chosen: `changesOf` says both.
 */
export async function reopened(app, lead, args, now) {
    const { device } = app;
    const quote = quoteOf(args);
    if ((args.partner ?? null) !== null) {
        quote.customer = await customerOf(device, args.partner);
    }
    const around = await readAround(app, lead, () => quote);
    const { book, customer } = around;
    if (!quote.customer && customer) {
        quote.customer = customer;
    }
    if (await isTheirs(device, quote, around, now)) {
        delete quote.pricelist_id;
    }
    const bare = quote.lines.map(({ price_unit, discount, ...line }) => line);
    const listed = priced({ ...quote, lines: bare, codes: [], rewards: [] }, around, now);
    const pricelist = args.pricelist ?? null;
    const currency = currencyTold(args, book, listed?.company);
    const isList = !listed || (listed.priceList?.id ?? null) === pricelist;
    const isAgreed = isList && (!listed || listed.currency.name === currency);
    const products = bare.filter(({ product_id }) => product_id);
    // Without a price list and without amounts nobody knew by which one it goes.
    const isListTold = pricelist !== null || (args.currency ?? args.amount_total ?? null) !== null;
    quote.agreed = {
        ...(isListTold && { pricelist }),
        ...(currency && { currency }),
        ...(typeof args.amount_total === "number" && { amount_total: args.amount_total }),
        ...(!around.partner && quote.pricelist_id !== undefined && { isOpen: true }),
    };
    quote.currency = listed?.currency.name ?? currency;
    quote.lines = quote.lines.map((line, at) => {
        if (line.display_type) {
            return line;
        }
        const name = nameOfVariant(book, line.product_id);
        const reckoned = name && listed?.lines[products.indexOf(bare[at])];
        const said = ["price_unit", "discount"].filter((one) => line[one] !== undefined);
        const stays = said.filter((one) => isAgreed && !(reckoned && told(reckoned[one]) === line[one]));
        const these = (names) => Object.fromEntries(names.map((one) => [one, line[one]]));
        return {
            ...bare[at],
            name: name ?? String(_t("A product that is not on this device")),
            ...these(stays),
            ...(line.price_unit !== undefined && currency && { agreed: { ...these(said), currency } }),
        };
    });
    return quote;
}
