/** What is another by now than when a quotation was made or begun, in words: nobody has to find that out by comparing. */
import { _t } from "@web/core/l10n/translation";
import { goneOf, ownPriceList, termIdOf } from "./around";
import { told } from "./draft";
import { amountText, priceText } from "./words";

/** How the terms of payment in force are called. */
export function termText(quote, around) {
    const id = termIdOf(quote, around);
    const held = around.terms.find((term) => term.id === id);
    return held?.values.name ?? (id === null ? _t("Immediate payment") : _t("Not on this device"));
}

/** Of the customer of the opportunity what keeps prices from being theirs, or from being those of before; else nothing. */
export function customerText({ lead, partner, customer, former }) {
    if (!customer) {
        return former ? _t("It was for %s, and the opportunity has no customer any more. Nothing of it is lost.", former.name) : _t("The opportunity has no customer. Prices and taxes are theirs.");
    }
    if (!partner) {
        return customer.name
            ? _t("%s is not on this device any more: only the office can tell the amounts.", customer.name)
            : _t("The customer is not on this device any more: only the office can tell the amounts.");
    }
    if (former) {
        return former.name
            ? _t("It was for %(before)s. The customer of the opportunity is %(now)s now: prices and terms are theirs.", { before: former.name, now: customer.name })
            : _t("The customer of the opportunity is another one now, %s: prices and terms are theirs.", customer.name);
    }
    return "";
}

/** What was chosen and is gone, and which price list takes the place of another: sentences. */
export function changesOf(quote, around, priced, now) {
    const none = _t("None");
    const name = (list) => list?.name ?? none;
    const gone = goneOf(quote, around);
    const said = {
        pricelist_id: () => _t("The price list that was chosen is not on this device any more. In its place: %s.", name(priced.priceList)),
        payment_term_id: () => _t("The payment terms that were chosen are not on this device any more. In their place: %s.", termText(quote, around)),
        template_id: () => _t("The template that was chosen is not on this device any more. Its lines stay."),
    };
    return [...gone.map((one) => said[one]()), priceListText(quote, around, priced, now, name)].filter(Boolean).map(String);
}

function priceListText(quote, around, { priceList }, now, name) {
    const { agreed, pricelist_id } = quote;
    if (!agreed || !around.partner) {
        return "";
    }
    const before = agreed.pricelist === null ? null : around.book.get("product.pricelist", agreed.pricelist);
    if (pricelist_id === undefined) {
        const isAnother = (priceList?.id ?? null) !== agreed.pricelist && before !== undefined;
        return isAnother ? _t("Prices go by another price list now: %(now)s, not %(before)s.", { now: name(priceList), before: name(before) }) : "";
    }
    const own = pricelist_id === agreed.pricelist && before ? ownPriceList(around, now) : null;
    return own && own.id !== pricelist_id ? _t("It goes by the price list %(list)s. That of the customer is %(own)s.", { list: name(priceList), own: name(own) }) : "";
}

/** The currency of a code, also of one that is not on this device. */
function currencyOf(book, code) {
    return book.all("res.currency").find(({ name }) => name === code) ?? { name: code, symbol: code, decimal_places: 2 };
}

function isTold(agreed, { price_unit, discount }, currency) {
    return agreed.currency === currency.name && agreed.price_unit === told(price_unit) && [undefined, told(discount)].includes(agreed.discount);
}

/**
 * Of a line the price that was told before, where it is another one now; of one whose price stays as it was told, what the
 * price list says. `listed()` answers the line as the price list has it.
 */
export function lineText({ agreed, price_unit, discount }, line, { currency, book }, listed) {
    if (!agreed) {
        return "";
    }
    if (!isTold(agreed, line, currency)) {
        return _t("Before: %s", priceText(agreed, currencyOf(book, agreed.currency)));
    }
    const other = (price_unit ?? discount) === undefined || line.confirmedOnSync.length ? null : listed();
    return other && !isTold(agreed, other, currency) ? _t("As agreed. The price list says %s.", priceText(other, currency)) : "";
}

/** What it all came to before, where that is another amount now. */
export function totalText({ agreed }, { totals, currency }, book) {
    const { amount_total, currency: code } = agreed ?? {};
    const isSame = amount_total === undefined || (code === currency.name && told(totals.amount_total) === amount_total);
    return isSame ? "" : amountText(amount_total, currencyOf(book, code));
}
