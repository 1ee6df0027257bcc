/** What a quotation is made of besides itself: its opportunity, its customer, and what prices go by. */
import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { refFrom } from "@offline_base/app/ui/model/entities";
import { all } from "../model/deeds";
import { familyOf, PARTNER } from "../model/family";
import { bySequence, LEAD } from "../model/pipeline";
import { deliveriesOf } from "../prices/customers";
import { priceOrder } from "../prices/order";
import { addProducts, readBook } from "../prices/reading";
import { orderOf, quoteOf, told } from "./draft";
import { nameOfVariant } from "./words";

const TERM = "account.payment.term";
const TEMPLATE = "sale.order.template";

/**
 * `{lead, partner, deliveries, book, terms, templates, company_id}`.
 *
 * @param app @param {string} lead as in the address of a screen @param {() => object[]} lines whose products it needs
 */
export async function readAround(app, lead, lines) {
    const { device } = app;
    const record = await device.get(LEAD, refFrom(lead));
    const { partner_id = null, company_id = null } = record?.values ?? {};
    const partner = partner_id === null ? null : await device.get(PARTNER, partner_id);
    const [terms, templates] = await Promise.all([all(app, TERM), all(app, TEMPLATE)]);
    // Nothing on the screen waits for what is in it: it is read anew as a whole.
    const book = markRaw(await readBook(device));
    // Last: lines may have come meanwhile.
    await addProducts(
        book,
        device,
        lines().map(({ product_id }) => product_id).filter(Boolean),
    );
    return {
        ...{ lead: record, partner, book, company_id },
        deliveries: partner && (await addressesOf(device, partner)),
        terms: terms.toSorted(bySequence),
        templates: templates.toSorted(bySequence),
    };
}

/** The values of the addresses of which one is delivered to, for `priceOrder`. */
async function addressesOf(device, partner) {
    const found = deliveriesOf(partner, await familyOf(device, partner));
    // What Odoo gives to everybody of a company, one that it does not know yet will have.
    const shared = ({ vat, property_account_position_id }) => ({ vat, property_account_position_id });
    return found && found.map(({ id, values }) => (id === null ? { ...values, ...shared(partner.values) } : values));
}

/** The terms of payment in force: those that were chosen, else those of the customer. */
export function termOf({ payment_term_id }, { terms, partner }) {
    const id = payment_term_id ?? partner?.values.property_payment_term_id ?? null;
    return terms.find((term) => term.id === id) ?? null;
}

/** It as an order, for whom and on what terms it is. */
export function orderIn(quote, around) {
    return orderOf(quote, { ...around, payment_term: termOf(quote, around)?.values ?? null });
}

/** Everything that the amounts say; null where not even the company is on this device. */
export function priced(quote, around, now) {
    const { book } = around;
    return book.all("res.company").length ? priceOrder({ order: orderIn(quote, around), records: book, now }) : null;
}

/**
 * A quotation as it was made, of what was sent: what is not on this device any more is for the person to choose again,
 * and a price that the price list still gives goes on following it.
 */
export async function reopened(app, lead, args, now) {
    const quote = quoteOf(args);
    const around = await readAround(app, lead, () => quote.lines);
    const { book, terms, templates } = around;
    const isThere = (records, id) => records.some((one) => one.id === id);
    const chosen = {
        pricelist_id: isThere(book.all("product.pricelist"), quote.pricelist_id),
        payment_term_id: isThere(terms, quote.payment_term_id),
        template_id: isThere(templates, quote.template_id),
    };
    for (const name of Object.keys(chosen).filter((one) => !chosen[one])) {
        delete quote[name];
    }
    const bare = quote.lines.map(({ price_unit, discount, ...line }) => line);
    const listed = around.partner && priced({ ...quote, lines: bare, codes: [], rewards: [] }, around, now);
    const products = bare.filter(({ product_id }) => product_id);
    quote.lines = quote.lines.map((line, at) => {
        if (line.display_type) {
            return line;
        }
        const name = nameOfVariant(book, line.product_id);
        const reckoned = name && listed?.lines[products.indexOf(bare[at])];
        const { price_unit, discount } = line;
        return {
            ...bare[at],
            name: name ?? String(_t("A product that is not on this device")),
            ...(price_unit !== undefined && !(reckoned && told(reckoned.price_unit) === price_unit) && { price_unit }),
            ...(discount !== undefined && !(reckoned && told(reckoned.discount) === discount) && { discount }),
        };
    });
    return quote;
}
