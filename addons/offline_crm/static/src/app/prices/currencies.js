/** Amounts in other currencies, by the rate of a day. */
import { roundAmount } from "./numbers.js";

/** How much of `to` is one of `from`, on a day, by the rates of a company. */
export function conversionRate(book, from, to, company, day) {
    if (from === to) {
        return 1;
    }
    return 1 / (rateOf(book, from, company, day) / rateOf(book, to, company, day));
}

/** An amount in another currency; rounded unless told otherwise. */
export function convertAmount(book, amount, from, to, company, day, round = true) {
    if (!amount) {
        return 0;
    }
    const converted = amount * conversionRate(book, from, to, company, day);
    return round ? roundAmount(converted, book.get("res.currency", to)) : converted;
}

/** The last rate on or before a day, else the first one; the company's own before those of all companies. */
function rateOf(book, currency, company, day) {
    const root = book.lineage(company).at(-1);
    const known = book
        .with("res.currency.rate", "currency_id", currency)
        .filter(({ company_id }) => company_id === null || company_id === root);
    const byDay = (one, other) => (one.name < other.name ? -1 : 1);
    const own = known.filter(({ company_id }) => company_id !== null).sort(byDay);
    const shared = known.filter(({ company_id }) => company_id === null).sort(byDay);
    const upTo = ({ name }) => name <= day;
    const found = own.findLast(upTo) ?? shared.findLast(upTo) ?? own[0] ?? shared[0];
    return found?.rate || 1;
}
