/** Quantities and prices in other units of measure. */
import { roundPrecision } from "./numbers.js";

/** A quantity in another unit, rounded up to the digits that quantities have, or as it is where none are given. */
export function convertQuantity(quantity, from, to, digits = null) {
    if (!from || !to || !quantity || from.id === to.id) {
        return quantity;
    }
    const converted = (quantity * whole(from.factor)) / whole(to.factor);
    return digits === null ? converted : roundPrecision(converted, Number(`1e-${digits}`), "UP");
}

/** A price per unit as a price per another unit. */
export function convertPrice(price, from, to) {
    if (!price || !from || !to || from.id === to.id) {
        return price;
    }
    return (price * whole(to.factor)) / whole(from.factor);
}

/** How large the parts of a fraction may be, and how far it may be from a number, to be taken for it. */
const LARGEST = 10_000;
const NEAR = 1e-14;

/**
 * The fraction that a factor stands for, such as a third: fifteen digits of it travel, and what is missing behind them
 * would decide where a price lies between two cents.
 */
function whole(factor) {
    let [before, numerator] = [0, 1];
    let [under, denominator] = [1, 0];
    for (let rest = factor; numerator <= LARGEST && denominator <= LARGEST; rest = 1 / (rest - Math.floor(rest))) {
        const part = Math.floor(rest);
        [before, numerator] = [numerator, part * numerator + before];
        [under, denominator] = [denominator, part * denominator + under];
        const near = numerator / denominator;
        if (Math.abs(near - factor) <= NEAR * factor) {
            return near;
        }
        if (rest === part) {
            break;
        }
    }
    return factor;
}
