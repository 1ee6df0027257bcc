/** Numbers as Odoo rounds and compares them, by Odoo's own functions. */
import { roundDecimals, roundPrecision } from "@web/core/utils/numbers";

export { roundDecimals, roundPrecision };

/** The amount, rounded as the currency is. */
export function roundAmount(amount, currency) {
    return roundPrecision(amount, currency.rounding);
}

/** Below, equal or above zero: how two amounts stand to each other once both are rounded. */
export function compareAmounts(one, other, currency) {
    const [first, second] = [roundAmount(one, currency), roundAmount(other, currency)];
    const difference = first - second;
    return isZero(difference, currency) ? 0 : difference;
}

export function isZero(amount, currency) {
    return Math.abs(roundAmount(amount, currency)) < currency.rounding;
}
