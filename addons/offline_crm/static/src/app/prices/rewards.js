/** Rewards as lines of an order: what is free, and what is taken off. */
import { convertAmount } from "./currencies.js";
import { ofCheapest, ofOrder, ofSpecific } from "./discounts.js";
import { priceLine } from "./lines.js";
import { dayOf } from "./moments.js";
import { roundAmount, roundPrecision } from "./numbers.js";
import { asTaxes, mapTaxes } from "./taxes.js";

/** A step that Odoo would refuse, or that a device leaves to it. */
export class Refused extends Error {}

/** What is known of a product that the device does not hold, such as those that stand for discounts. */
export function noProduct({ product_id }) {
    return { id: product_id, categ_id: null, product_tag_ids: [], additional_product_tag_ids: [] };
}

/** The products that a reward gives one of: its own, and those with its tag that are in use, as Odoo reads them. */
export function productsOf(book, { reward_product_tag_id: tag, reward_product_id }) {
    const tagged = tag === null ? [] : book.all("product.product").map(({ id }) => book.product(id));
    const found = tagged.filter(
        (product) =>
            product?.active &&
            product.type !== "combo" &&
            [...product.product_tag_ids, ...product.additional_product_tag_ids].includes(tag),
    );
    const own = reward_product_id === null ? undefined : book.product(reward_product_id);
    return own ? [own, ...found.filter(({ id }) => id !== own.id)] : found;
}

/** Of a reward that gives a product those that a person may choose, by id; none of a discount. */
export function choicesOf(book, id) {
    const reward = book.get("loyalty.reward", id);
    const products = reward?.reward_type === "product" ? productsOf(book, reward) : [];
    return products.filter(({ active }) => active).map((product) => product.id);
}

/** A free product: as many as the points left are good for. */
export function gift(order, claim) {
    const { reward } = claim;
    const program = order.terms.book.get("loyalty.program", reward.program_id);
    const products = order.products(reward);
    const product = claim.product_id === null ? products[0] : products.find(({ id }) => id === claim.product_id);
    if (!product) {
        throw new Refused("reward_product_unknown");
    }
    const points = order.left(program);
    const count = reward.clear_wallet ? 1 : roundPrecision(points / reward.required_points, 1, "DOWN");
    claim.cost = reward.clear_wallet ? points : count * reward.required_points;
    claim.product_id = product.id;
    const line = priceLine(order.terms, {
        product_id: product.id,
        product_uom_qty: reward.reward_product_qty * count,
        discount: 100,
    });
    claim.lines = [order.summed({ ...line, rule: null, product, reward, claim })];
    return claim;
}

/** A discount: a line for each set of taxes; null where there is nothing to discount. */
export function discount(order, claim) {
    const { reward } = claim;
    const { book, position, sheet } = order.terms;
    const program = book.get("loyalty.program", reward.program_id);
    const { lines } = order;
    const { amount, byTaxes } = {
        order: () => ofOrder(sheet, lines),
        specific: () => ofSpecific(book, reward, lines),
        cheapest: () => ofCheapest(book, reward, lines),
    }[reward.discount_applicability]();
    if (!amount) {
        return null;
    }
    const most = mostOf(order, program, reward, amount, order.sumUp(lines).amount_total);
    const factor = Math.min(1, most / amount);
    const discounted = byTaxes.filter((part) => part.amount);
    claim.lines = discounted.map((part) => {
        const mapped = mapTaxes(
            book,
            position,
            book.some(
                "account.tax",
                part.taxes.map(({ id }) => id),
            ),
        );
        return order.summed({
            product_id: reward.discount_line_product_id,
            product: noProduct({ product_id: reward.discount_line_product_id }),
            product_uom_qty: 1,
            price_unit: -(part.amount * factor),
            discount: 0,
            taxes: asTaxes(book, mapped),
            taxSet: mapped,
            rule: null,
            confirmedOnSync: [],
            reward,
            claim,
        });
    });
    claim.cost = claim.lines.length ? costOf(order, program, reward, Math.min(most, amount)) : 0;
    return claim;
}

/** The most that a discount may come to. */
function mostOf(order, program, reward, amount, total) {
    let most = Math.min(total, order.converted(reward, reward.discount_max_amount) || Infinity);
    if (reward.discount_mode === "per_point") {
        const whole = Math.floor(order.left(program) / reward.required_points) * reward.required_points;
        most = Math.min(most, order.converted(reward, reward.discount * whole));
    } else if (reward.discount_mode === "per_order") {
        most = Math.min(most, order.converted(reward, reward.discount));
    } else {
        most = Math.min(most, amount * (reward.discount / 100));
    }
    return most;
}

function costOf(order, program, reward, taken) {
    if (reward.clear_wallet) {
        return order.left(program);
    }
    if (reward.discount_mode !== "per_point") {
        return reward.required_points;
    }
    const { book, company, currency, now } = order.terms;
    const theirs = book.get("res.currency", program.currency_id) ?? currency;
    const converted = convertAmount(book, taken, currency.id, theirs.id, company, dayOf(now));
    return roundAmount(converted / reward.discount, theirs);
}
