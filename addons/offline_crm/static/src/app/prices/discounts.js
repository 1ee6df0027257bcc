/**
 * How much of an order a discount may take, in all and by the taxes of the lines.
 *
 * The twin of what Odoo's `sale_loyalty` calls discountable. Each answers `{amount, byTaxes}`: `byTaxes` is a list of
 * `{taxes, amount}`, in the order in which taxes are met; a discount becomes a line for each.
 */
import { groups } from "./book.js";
import { isAmong } from "./eligible.js";
import { flat, unfixed } from "./taxes.js";

/** Sums by sets of taxes. */
class ByTaxes {
    constructor() {
        this._sums = new Map();
    }

    add(taxes, amount) {
        const key = keyOf(taxes);
        const sum = this._sums.get(key) ?? { taxes, amount: 0 };
        sum.amount += amount;
        this._sums.set(key, sum);
    }

    get list() {
        return [...this._sums.values()];
    }
}

function keyOf(taxes) {
    return taxes
        .map(({ id }) => id)
        .sort((one, other) => one - other)
        .join();
}

/**
 * Of the whole order: rewards that are on it count.
 *
 * Added up in the order in which Odoo does, by taxes first: whether nothing is left is asked of sums that nobody rounds.
 */
export function ofOrder(sheet, lines) {
    const sums = new Map();
    const add = (key, taxes, base, taken) => {
        const sum = sums.get(key) ?? { taxes, base: 0, tax: 0, included: [] };
        const amounts = taken.map(({ raw_tax_amount_currency }) => raw_tax_amount_currency);
        sum.base += base;
        sum.tax += total(amounts);
        sum.included.push(...amounts.filter((_, index) => taken[index].tax.price_include));
        sums.set(key, sum);
    };
    for (const [index, { tax_details }] of sheet.reckonedLines(lines).entries()) {
        const taxes = unfixed(flat(lines[index].taxes));
        if (!tax_details.taxes_data.length) {
            add("none", [], tax_details.raw_total_excluded_currency, []);
            continue;
        }
        const counted = tax_details.taxes_data.filter(({ tax }) => taxes.some(({ id }) => id === tax.id));
        if (counted.length) {
            add(keyOf(taxes), taxes, counted[0].raw_base_amount_currency, counted);
        }
    }
    const list = [...sums.values()];
    return {
        amount: total(list.map(({ base, tax }) => base + tax)),
        byTaxes: list.map(({ taxes, base, included }) => ({ taxes, amount: base + total(included) })),
    };
}

function total(amounts) {
    return amounts.reduce((sum, amount) => sum + amount, 0);
}

/** The line with the lowest price per unit among those that the reward is for. */
function cheapestLine(book, reward, lines) {
    return lines
        .filter((line) => !line.reward && line.product_uom_qty && line.price_unit && isForReward(book, reward, line))
        .reduce((found, line) => (!found || found.price_unit > line.price_unit ? line : found), null);
}

/** Of one unit of the cheapest line. */
export function ofCheapest(book, reward, lines) {
    const line = cheapestLine(book, reward, lines);
    if (!line) {
        return { amount: 0, byTaxes: [] };
    }
    const byTaxes = [{ taxes: unfixed(line.taxSet), amount: line.price_unit * (1 - line.discount / 100) }];
    return { amount: line.price_total / line.product_uom_qty, byTaxes };
}

function isForReward(book, reward, { product }) {
    return isAmong(book, product, {
        ids: reward.discount_product_ids,
        category: reward.discount_product_category_id,
        tag: reward.discount_product_tag_id,
    });
}

function specificLines(book, reward, lines) {
    return lines.filter((line) => !line.reward && isForReward(book, reward, line));
}

/** Of some products: what discounts that are on the order already took of them is gone. */
export function ofSpecific(book, reward, lines) {
    const wanted = specificLines(book, reward, lines).filter((line) => line.product_uom_qty && line.price_total);
    const remaining = new Map(
        lines.filter((line) => line.product_uom_qty && line.price_total).map((line) => [line, line.price_total]),
    );
    const taken = lines.filter((line) => remaining.has(line) && line.reward?.reward_type === "discount");
    const earlier = groups(taken, "claim");
    for (const [, taking] of earlier) {
        take(book, taking, lines, wanted, remaining);
    }
    const byTaxes = new ByTaxes();
    let amount = 0;
    for (const line of wanted) {
        const left = remaining.get(line);
        amount += left;
        const price = line.price_unit * line.product_uom_qty * (1 - line.discount / 100);
        byTaxes.add(unfixed(line.taxSet), price * (left / line.price_total));
    }
    return { amount, byTaxes: byTaxes.list };
}

/** Take off what the lines of an earlier discount took. */
function take(book, taking, lines, wanted, remaining) {
    const { reward } = taking[0];
    let from = lines.filter((line) => !line.reward);
    if (reward.discount_applicability === "cheapest") {
        const cheapest = cheapestLine(book, reward, lines);
        from = cheapest ? [cheapest] : [];
    } else if (reward.discount_applicability === "specific") {
        from = specificLines(book, reward, lines);
    }
    if (reward.discount_mode === "percent") {
        for (const line of from.filter((one) => remaining.has(one))) {
            const units = reward.discount_applicability === "cheapest" ? line.product_uom_qty : 1;
            remaining.set(line, remaining.get(line) * (1 - reward.discount / 100 / units));
        }
        return;
    }
    const amounts = new Map(taking.map((line) => [keyOf(unfixed(line.taxSet)), Math.abs(line.price_total)]));
    const others = from.filter((line) => !wanted.includes(line));
    for (const line of [...others, ...from.filter((one) => wanted.includes(one))]) {
        const key = keyOf(unfixed(line.taxSet));
        const consumed = Math.min(remaining.get(line) ?? 0, amounts.get(key) ?? 0);
        if (amounts.get(key)) {
            amounts.set(key, amounts.get(key) - consumed);
            remaining.set(line, (remaining.get(line) ?? 0) - consumed);
        }
    }
}

/**
 * What a global discount could take, by which two of them are compared: prices without the discounts of lines.
 *
 * Odoo rounds here as if they were prices in the company's own currency.
 */
export function comparable(orders, lines) {
    const sheet = orders.inOwnCurrency();
    const counted = lines
        .filter((line) => line.product_uom_qty && line.price_unit)
        .map((line) => ({ ...line, discount: 0 }));
    return sheet.reckonedLines(counted).reduce((sum, { tax_details }) => {
        const taxes = tax_details.taxes_data.filter(({ tax }) => tax.amount_type !== "fixed");
        const base = sheet.roundByCompany(tax_details.raw_total_excluded_currency);
        return sum + taxes.reduce((total, { raw_tax_amount_currency }) => total + raw_tax_amount_currency, base);
    }, 0);
}
