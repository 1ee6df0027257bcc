/** The app reckons prices as Odoo does: orders that a real Odoo made, kept as vectors, and what they do not show. */
import { assert, describe, listFiles, readJson, readText, test } from "./harness.js";
import { bookOf, check, checkAll, deliveriesOf, priceOrder, readBook, warningsOf } from "./prices.js";

const FOLDER = "addons/offline_crm/static/src/app/prices/";
const { worlds } = await readJson("tests/vectors/prices.json");
const promoted = (await readJson("tests/vectors/promotions.json")).worlds;

describe("prices", () => {
    test("of two thousand orders are those that Odoo made, to the cent", () => {
        const found = checkAll(worlds);
        assert.deepEqual(found.differences, []);
        assert.deepEqual(found.unknown, []);
        assert.ok(found.baskets >= 2000, `${found.baskets} orders`);
    });

    test("that differ by a cent are noticed", () => {
        const [basket] = worlds[0].baskets;
        const changed = structuredClone(basket);
        changed.expected.totals[2] += 0.01;
        assert.equal(check(worlds[0], bookOf(worlds[0]), changed).differences.length, 1);
    });

    for (const [entity, reason] of [
        ["product.product", "product_unknown"],
        ["account.tax", "tax_unknown"],
        ["product.pricelist", "price_list_unknown"],
    ]) {
        test(`that need ${entity} and do not have it are for the office to confirm, and say why`, () => {
            const world = structuredClone(worlds[0]);
            world.records[entity].splice(1);
            const reasons = new Set(world.baskets.flatMap((basket) => check(world, bookOf(world), basket).unknown));
            assert.ok(reasons.has(reason), [...reasons].join());
        });
    }
});

describe("promotions", () => {
    test("of orders are those that Odoo gave, with the same lines, and it refused the same steps", () => {
        const found = checkAll(promoted);
        assert.deepEqual(found.differences, []);
        assert.deepEqual(found.unknown, []);
        assert.ok(found.baskets >= 501, `${found.baskets} orders`);
        assert.ok(found.rewards >= 200, `${found.rewards} lines of rewards`);
    });
});

const NOW = "2026-11-22T10:00:00Z";
const EUR = { id: 1, rounding: 0.01, decimal_places: 2 };

/** A device of one product, with a price list that gives it for half the price from tomorrow on. */
function shop({ programs = [], rules = [], rewards = [], positions = [] } = {}) {
    const company = {
        id: 1,
        currency_id: 1,
        parent_path: "1/",
        tax_calculation_rounding_method: "round_globally",
        offline_catalog_currency_id: 1,
        offline_uses_price_lists: true,
        offline_shows_discounts: true,
        offline_unit_digits: 2,
        offline_discount_digits: 2,
        offline_promotion_tz: "UTC",
    };
    const half = {
        ...{ id: 1, pricelist_id: 1, applied_on: "3_global", min_quantity: 0, base: "list_price", base_pricelist_id: null },
        ...{ compute_price: "percentage", percent_price: 50, date_start: "2026-11-23T00:00:00Z", date_end: null },
    };
    const template = { id: 5, type: "consu", list_price: 40, uom_id: 1, categ_id: null, company_id: null };
    const variant = { id: 7, product_tmpl_id: 5, standard_price: 10, product_template_attribute_value_ids: [] };
    const records = {
        "res.company": [company],
        "res.currency": [EUR],
        "uom.uom": [{ id: 1, factor: 1 }],
        "product.pricelist": [{ id: 1, sequence: 1, currency_id: 1, company_id: null, country_group_ids: [] }],
        "product.pricelist.item": [half],
        "product.template": [{ ...template, taxes_id: [], product_tag_ids: [], active: true }],
        "product.product": [{ ...variant, additional_product_tag_ids: [], active: true }],
        "account.fiscal.position": positions,
        "loyalty.program": programs.map((program) => ({
            ...{ sequence: 1, company_id: null, currency_id: 1, pricelist_ids: [], program_type: "promotion" },
            ...{ applies_on: "current", trigger: "auto", date_from: null, date_to: null, limit_usage: false },
            ...program,
        })),
        "loyalty.rule": rules.map((rule) => ({
            ...{ product_domain: "[]", product_ids: [], product_category_id: null, product_tag_id: null },
            ...{ reward_point_amount: 1, reward_point_mode: "order", minimum_qty: 0, minimum_amount: 0 },
            ...{ minimum_amount_tax_mode: "incl", mode: "auto", code: null },
            ...rule,
        })),
        "loyalty.reward": rewards.map((reward) => ({
            ...{ reward_type: "discount", discount: 10, discount_mode: "percent", discount_applicability: "order" },
            ...{ discount_product_domain: "[]", discount_product_ids: [], discount_product_category_id: null },
            ...{ discount_product_tag_id: null, discount_max_amount: 0, discount_line_product_id: 99 },
            ...{ reward_product_id: null, reward_product_tag_id: null, required_points: 1, clear_wallet: false },
            ...reward,
        })),
    };
    return {
        get: async (entity, id) => row((records[entity] ?? []).find((one) => one.id === id)),
        search: async (entity, _text, where) =>
            (records[entity] ?? [])
                .filter((one) => Object.entries(where).every(([name, value]) => one[name] === value))
                .map(row),
    };
}

function row(values) {
    return values && { id: values.id, values };
}

async function priced(order, device = shop(), now = NOW) {
    const records = await readBook(device, [7]);
    const asked = { company_id: 1, partner: {}, lines: [{ key: "a", product_id: 7, product_uom_qty: 2 }], ...order };
    return { order: asked, records, now, priced: priceOrder({ order: asked, records, now }) };
}

describe("an order on the device", () => {
    test("has the price of its own moment: a price list that starts tomorrow works tomorrow", async () => {
        const today = await priced({});
        assert.equal(today.priced.totals.amount_total, 80);
        const tomorrow = await priced({}, shop(), "2026-11-23T00:00:00Z");
        assert.equal(tomorrow.priced.totals.amount_total, 40);
        assert.equal(tomorrow.priced.lines[0].discount, 50);
        const agreed = await priced({ date_order: NOW }, shop(), "2026-11-24T00:00:00Z");
        assert.equal(agreed.priced.totals.amount_total, 80);
    });

    test("keeps what a person agreed", async () => {
        const lines = [{ key: "a", product_id: 7, product_uom_qty: 3, price_unit: 30, discount: 10 }];
        assert.equal((await priced({ lines })).priced.totals.amount_total, 81);
    });

    const program = { programs: [{ id: 1 }], rewards: [{ id: 3, program_id: 1 }] };

    test("says which promotions it may have, and what it lacks for others", async () => {
        const enough = shop({ ...program, rules: [{ id: 2, program_id: 1, minimum_amount: 50 }] });
        const [offer] = (await priced({}, enough)).priced.promotions;
        assert.deepEqual(offer, { program_id: 1, rewards: [3], state: "available" });
        const more = shop({ ...program, rules: [{ id: 2, program_id: 1, minimum_amount: 100 }] });
        const [lacking] = (await priced({}, more)).priced.promotions;
        assert.deepEqual(lacking, { program_id: 1, rewards: [3], state: "missing", missing: { amount: 20 } });
    });

    test("does not offer what takes a code that nobody entered", async () => {
        const device = shop({ ...program, programs: [{ id: 1, trigger: "with_code" }], rules: [{ id: 2, program_id: 1 }] });
        const [offer] = (await priced({}, device)).priced.promotions;
        assert.deepEqual(offer, { program_id: 1, rewards: [3], state: "missing", missing: { code: true } });
    });

    test("has a line for a reward that was claimed, and not for one that was not earned", async () => {
        const device = shop({ ...program, rules: [{ id: 2, program_id: 1 }] });
        const taken = (await priced({ promotions: [{ reward_id: 3 }] }, device)).priced;
        assert.equal(taken.totals.amount_total, 72);
        assert.equal(taken.lines[1].reward.id, 3);
        assert.equal(taken.promotions[0].state, "applied");
        const lines = [{ key: "a", product_id: 7, product_uom_qty: 0 }];
        const refused = (await priced({ lines, promotions: [{ reward_id: 3 }] }, device)).priced.refused;
        assert.equal(refused[0].reason, "reward_not_earned");
    });

    for (const [values, reason] of [
        [{ program_type: "loyalty", applies_on: "both" }, "promotion_points"],
        [{ limit_usage: true }, "promotion_limited"],
    ]) {
        test(`leaves a promotion to the office that it cannot know: ${reason}`, async () => {
            const device = shop({ programs: [{ id: 1, ...values }], rules: [{ id: 2, program_id: 1 }], rewards: [] });
            const { promotions } = (await priced({}, device)).priced;
            assert.deepEqual(promotions, [{ program_id: 1, rewards: [], state: "office", reason }]);
        });
    }

    test("leaves a code to the office that it does not know", async () => {
        const { refused } = (await priced({ promotions: [{ code: "SECRET" }] })).priced;
        assert.deepEqual(refused, [{ code: "SECRET", index: 0, reason: "code_unknown" }]);
    });

    test("warns of an expired quotation, and of a price that is over", async () => {
        const device = shop();
        const today = await priced({ validity_date: "2026-11-21" }, device);
        assert.deepEqual(warningsOf(today), [{ kind: "quotation_expired" }]);
        const ended = await priced({ date_order: "2026-11-23T10:00:00Z" }, device, "2026-11-23T10:00:00Z");
        ended.records.get("product.pricelist.item", 1).date_end = "2026-11-24T00:00:00Z";
        assert.deepEqual(warningsOf(ended), []);
        assert.deepEqual(warningsOf({ ...ended, now: "2026-11-25T00:00:00Z" }), [{ kind: "price_ended", key: "a" }]);
    });
});

describe("where a customer is delivered to", () => {
    const record = (id, values = {}) => ({ id, uid: null, values: { type: "contact", is_company: false, parent_id: null, active: true, ...values } });
    const company = record(1, { is_company: true });
    const found = (partner, ...others) => deliveriesOf(partner, [partner, ...others])?.map(({ id }) => id) ?? null;

    test("is the delivery address below it, also one below its people; else the customer", () => {
        const person = record(2, { parent_id: 1 });
        assert.deepEqual(found(company), [1]);
        assert.deepEqual(found(company, person, record(3, { parent_id: 1, type: "delivery" })), [3]);
        assert.deepEqual(found(company, person, record(3, { parent_id: 2, type: "delivery" })), [3]);
        assert.deepEqual(found(company, record(3, { parent_id: 1, type: "delivery", active: false })), [1]);
    });

    test("of a person is theirs before that of their company, and no other company's", () => {
        const person = record(2, { parent_id: 1 });
        const store = record(3, { parent_id: 1, type: "delivery" });
        assert.deepEqual(found(person, company, store), [3]);
        assert.deepEqual(found(person, company, store, record(4, { parent_id: 2, type: "delivery" })), [4]);
        const branch = record(5, { parent_id: 1, is_company: true });
        assert.deepEqual(found(company, branch, record(6, { parent_id: 5, type: "delivery" })), [1]);
        assert.deepEqual(found(branch, company, store), [5]);
    });

    test("is one that was made here and is not in Odoo yet", () => {
        const born = { id: null, uid: "u", values: { type: "delivery", is_company: false, parent_id: 1 } };
        assert.deepEqual(deliveriesOf(company, [company, born]), [born]);
        const mine = { id: null, uid: "c", values: { is_company: true } };
        const store = record(3, { parent_id: { uid: "c" }, type: "delivery" });
        assert.deepEqual(deliveriesOf(mine, [mine, store]), [store]);
    });

    test("is one of several, or nobody knows, where the device cannot see which comes first", () => {
        const stores = [3, 4].map((id) => record(id, { parent_id: 1, type: "delivery" }));
        assert.deepEqual(found(company, ...stores), [3, 4]);
        assert.equal(found(record(2, { parent_id: 1 })), null);
    });

    test("decides the taxes; where it does not say which, the office does", async () => {
        const positions = [{ id: 5, company_id: 1, auto_apply: true, sequence: 1, country_id: 7, state_ids: [], tax_ids: [], vat_required: false, zip_from: null, zip_to: null, country_group_id: null }];
        const device = shop({ positions });
        const terms = async (deliveries) => {
            const partner = { country_id: 8 };
            const { fiscalPosition, confirmedOnSync } = (await priced({ partner, deliveries }, device)).priced;
            return [fiscalPosition?.id ?? null, confirmedOnSync];
        };
        const [there, here] = [{ country_id: 7 }, { country_id: 8 }];
        assert.deepEqual(await terms(undefined), [null, []]);
        assert.deepEqual(await terms([there]), [5, []]);
        assert.deepEqual(await terms([there, { ...there }]), [5, []]);
        assert.deepEqual(await terms([there, here]), [null, ["delivery_unknown"]]);
        assert.deepEqual(await terms(null), [null, ["delivery_unknown"]]);
        assert.deepEqual((await priced({ deliveries: null })).priced.confirmedOnSync, []);
    });
});

describe("the modules of prices", () => {
    test("know no page, and go in no circles", async () => {
        const names = (await listFiles(FOLDER)).filter((name) => name.endsWith(".js"));
        const texts = Object.fromEntries(
            await Promise.all(names.map(async (name) => [name, await readText(FOLDER + name)])),
        );
        const importsOf = (name) => [...texts[name].matchAll(/ from "\.\/([^"]+)";/g)].map(([, from]) => from);
        const visit = (name, path) => {
            assert.ok(!path.includes(name), [...path, name].join(" → "));
            importsOf(name).forEach((from) => visit(from, [...path, name]));
        };
        for (const name of names) {
            assert.ok(texts[name].startsWith("/**"), name);
            const code = texts[name].replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
            assert.equal(/\b(document|window|localStorage|owl)\b\s*[.([]/.test(code), false, name);
            visit(name, []);
        }
    });
});
