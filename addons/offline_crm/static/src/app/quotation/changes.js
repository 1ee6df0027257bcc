/** What is another by now than when a quotation was made or begun, in words: nobody has to find that out by comparing. */
import { _t } from "@web/core/l10n/translation";
import { goneOf, ownPriceList, termIdOf } from "./around";
import { told } from "./draft";
import { amountText, priceText } from "./words";

/** How the terms of payment in force are called. */
export function termText(quote, around) {
    const id = termIdOf(quote, around);
    const held = around.terms.find((term) => term.id === id);
    if (id === null) {
        return around.partner ? _t("Immediate payment") : _t("As the office has it");
    }
    return held?.values.name ?? _t("Not on this device");
}

/** How the price list in force is called. */
export function listText({ priceList, isOpen }) {
    return priceList?.name ?? (isOpen ? _t("As the office has it") : _t("None"));
}

/** Of the customer of the opportunity what keeps prices from being theirs, or from being those of before; else nothing. */
export function customerText({ lead, partner, customer, former }) {
    if (!customer) {
        if (!former) {
            return _t("The opportunity has no customer: only the office can tell the amounts.");
        }
        return former.name
            ? _t("It was for %s, and the opportunity has no customer any more. Nothing of it is lost.", former.name)
            : _t("The opportunity has no customer any more. Nothing of the quotation is lost.");
    }
    if (!partner) {
        return customer.name
            ? _t("%s is not on this device any more: only the office can tell the amounts.", customer.name)
            : _t("The customer is not on this device any more: only the office can tell the amounts.");
    }
    if (former) {
        return former.name
            ? _t("It was for %(before)s. The customer of the opportunity is %(now)s now. Where nothing else was chosen, prices and terms are theirs.", { before: former.name, now: customer.name })
            : _t("The customer of the opportunity is another one now, %s. Where nothing else was chosen, prices and terms are theirs.", customer.name);
    }
    return "";
}

/** What was chosen and is gone, and which price list takes the place of another: sentences. */
export function changesOf(quote, around, priced, now) {
    const gone = goneOf(quote, around);
    const said = {
        pricelist_id: () => _t("The price list that was chosen is not on this device any more. In its place: %s.", listText(priced)),
        payment_term_id: () => _t("The payment terms that were chosen are not on this device any more. In their place: %s.", termText(quote, around)),
        template_id: () => _t("The template that was chosen is not on this device any more. Its lines stay."),
    };
    return [...gone.map((one) => said[one]()), priceListText(quote, around, priced, now)].filter(Boolean).map(String);
}

function priceListText(quote, around, priced, now) {
    const { agreed, pricelist_id } = quote;
    if (!around.partner) {
        return "";
    }
    const held = (id) => (id === null ? null : around.book.get("product.pricelist", id));
    if (pricelist_id === undefined) {
        const before = agreed?.pricelist === undefined ? undefined : held(agreed.pricelist);
        const isAnother = before !== undefined && (priced.priceList?.id ?? null) !== agreed.pricelist;
        return isAnother ? otherListText(priced, before?.name ?? _t("None")) : "";
    }
    // One that a person chose for this very customer is nothing new to them.
    const isOfBefore = agreed ? pricelist_id === agreed.pricelist : around.former !== null;
    const own = isOfBefore && held(pricelist_id) ? ownPriceList(around, now) : null;
    return own && own.id !== pricelist_id ? _t("The quotation goes by the price list %(list)s. That of the customer is %(own)s.", { list: listText(priced), own: own.name }) : "";
}

function otherListText({ priceList, isOpen }, before) {
    if (priceList) {
        return _t("Prices go by another price list now: %(now)s, not %(before)s.", { now: priceList.name, before });
    }
    return isOpen ? _t("Only the office can tell the price list by now. Before: %s.", before) : _t("Prices go by no price list now. Before: %s.", before);
}

/** The currency of a code, also of one that is not on this device. */
function currencyOf(book, code) {
    return book.all("res.currency").find(({ name }) => name === code) ?? { name: code, symbol: code, decimal_places: 2 };
}

function isTold(agreed, { price_unit, discount }, currency) {
    return agreed.currency === currency.name && agreed.price_unit === told(price_unit) && [undefined, told(discount)].includes(agreed.discount);
}

/**
 * Of a line the price that was told before, where it is another one now; of one whose price stays as it was told, or as it
 * was written for the customer of before, what the price list says. `listed()` answers the line as the price list has it.
 */
export function lineText({ agreed, price_unit, discount }, line, { currency, book, former }, listed) {
    if (agreed && !isTold(agreed, line, currency)) {
        return _t("Before: %s", priceText(agreed, currencyOf(book, agreed.currency)));
    }
    const isWritten = (price_unit ?? discount) !== undefined && !line.confirmedOnSync.length;
    const other = isWritten && (agreed || former) ? listed() : null;
    const now = { price_unit: told(line.price_unit), discount: told(line.discount), currency: currency.name };
    if (!other || isTold(agreed ?? now, other, currency)) {
        return "";
    }
    const text = priceText(other, currency);
    return agreed ? _t("As agreed. The price list says %s.", text) : _t("As it was written. The price list says %s.", text);
}

/** What it all came to before, where that is another amount now. */
export function totalText({ agreed }, { totals, currency }, book) {
    const { amount_total, currency: code } = agreed ?? {};
    const isSame = [amount_total, code].includes(undefined) || (code === currency.name && told(totals.amount_total) === amount_total);
    return isSame ? "" : amountText(amount_total, currencyOf(book, code));
}
