/** Baskets that Odoo reckoned, reckoned again: what differs. Vectors come of `addons/offline_crm/tests/price_worlds.py`. */
import "./screens.js";

const PRICES = "../../addons/offline_crm/static/src/app/prices/";
const { Book } = await import(`${PRICES}book.js`);
export const { priceOrder } = await import(`${PRICES}order.js`);
export const { readBook } = await import(`${PRICES}reading.js`);
export const { deliveriesOf } = await import(`${PRICES}customers.js`);
export const { warningsOf } = await import(`${PRICES}warnings.js`);

/** The records of a world, which stand in columns. */
export function bookOf({ records }) {
    const rows = ([names, ...table]) =>
        table.map((row) => Object.fromEntries(row.map((value, index) => [names[index], value])));
    return new Book(Object.fromEntries(Object.entries(records).map(([entity, table]) => [entity, rows(table)])));
}

/** How far apart numbers may be that nobody rounds: fifteen digits travel. */
const RELATIVE = 1e-9;

function differs(found, expected) {
    return Math.abs(found - expected) > RELATIVE * Math.max(1, Math.abs(expected));
}

/** What one basket differs in; amounts have to be equal to the smallest coin. */
export function check({ customers, now }, book, basket) {
    const { expected } = basket;
    const family = Object.entries(customers).map(([id, values]) => ({ id: Number(id), uid: null, values }));
    const partner = family.find(({ id }) => id === basket.order.partner);
    const deliveries = deliveriesOf(partner, family)?.map(({ values }) => values) ?? null;
    const order = { ...basket.order, partner: partner.values, deliveries };
    const priced = priceOrder({ order, records: book, now: now ?? order.date_order });
    if (priced.confirmedOnSync.length) {
        return { unknown: priced.confirmedOnSync, differences: [] };
    }
    const differences = [];
    const compare = (what, found, wanted) => {
        const same = typeof wanted === "number" && !what.endsWith("_id") ? !differs(found, wanted) : found === wanted;
        if (!same) {
            differences.push(`${what}: ${found}, Odoo ${wanted}`);
        }
    };
    const refused = (order.promotions ?? []).map((_, index) => priced.refused.every((one) => one.index !== index));
    compare("taken", JSON.stringify(refused), JSON.stringify(expected.taken ?? []));
    compare("lines", priced.lines.length, expected.lines.length);
    compare("pricelist_id", priced.priceList?.id ?? null, expected.pricelist_id);
    compare("fiscal_position_id", priced.fiscalPosition?.id ?? null, expected.fiscal_position_id);
    expected.lines.forEach(([price_unit, discount, price_subtotal, price_tax, price_total, rule_id], index) => {
        const line = { ...priced.lines[index], rule_id: priced.lines[index]?.rule };
        const wanted = { rule_id, price_unit, discount, price_subtotal, price_tax, price_total };
        for (const [name, value] of Object.entries(wanted)) {
            compare(`line ${index} ${name}`, line[name], value);
        }
    });
    ["amount_untaxed", "amount_tax", "amount_total"].forEach((name, index) => {
        compare(name, priced.totals[name], expected.totals[index]);
    });
    const groups = priced.totals.subtotals.flatMap(({ tax_groups }) => tax_groups);
    compare("groups", groups.map(({ id }) => id).join(), expected.groups.map(([id]) => id).join());
    expected.groups.forEach(([id, base, tax], index) => {
        compare(`group ${id} base`, groups[index]?.base_amount_currency, base);
        compare(`group ${id} tax`, groups[index]?.tax_amount_currency, tax);
    });
    return { unknown: [], differences };
}

/** Check all worlds: how many baskets and lines, what differs, and what was not reckoned. */
export function checkAll(worlds) {
    const found = { baskets: 0, lines: 0, rewards: 0, differences: [], unknown: [] };
    for (const world of worlds) {
        const book = bookOf(world);
        world.baskets.forEach((basket, index) => {
            const { unknown, differences } = check(world, book, basket);
            found.baskets += 1;
            found.lines += basket.expected.lines.length;
            found.rewards += basket.expected.lines.length - basket.order.lines.length;
            const where = `seed ${world.seed}, basket ${index}`;
            if (differences.length) {
                found.differences.push(`${where}: ${differences.join("; ")}`);
            }
            if (unknown.length) {
                found.unknown.push(`${where}: ${unknown.join(", ")}`);
            }
        });
    }
    return found;
}
