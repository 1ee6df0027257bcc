/** A quotation that was kept is opened again: nothing of it is lost, and what holds no more is said. */
import { assert, describe, test } from "./harness.js";
import "./screens.js";

// Amounts are written in the language of the page.
globalThis.document ??= { documentElement: { lang: "en" } };

const QUOTATION = "../../addons/offline_crm/static/src/app/quotation/";
const { giveCustomer, goBy, priced, readAround, reopened, settle, standing } = await import(`${QUOTATION}around.js`);
const { changesOf, customerText, lineText, termText, totalText } = await import(`${QUOTATION}changes.js`);
const { argumentsOf, edited, emptyQuote, isEmpty, linesOf, unwritten } = await import(`${QUOTATION}draft.js`);

const NOW = "2026-11-23T10:00:00Z";
const LEAD = "1";
const [AZURE, BIRCH] = [3, 4];
const [PUBLIC, LIBRARIES, EURO] = [1, 2, 3];
const [DESK, LAMP, STOOL, PEN] = [11, 12, 13, 14];
const [DISCOUNT, GIFT] = [41, 42];

/** What the shop's device holds, by entity: lists of values with their id. */
function shelf() {
    const customer = { type: "contact", is_company: true, active: true, parent_id: null, country_id: null, vat: null, property_account_position_id: null };
    const theirs = { specific_property_product_pricelist: PUBLIC, property_payment_term_id: null };
    const list = { company_id: null, country_group_ids: [] };
    const rule = { ...{ min_quantity: 0, date_start: null, date_end: null, base: "list_price", base_pricelist_id: null, applied_on: "3_global" } };
    const formula = { price_discount: 0, price_markup: 0, price_round: 0, price_surcharge: 0, price_min_margin: 0, price_max_margin: 0 };
    const product = (id, name, list_price, more = {}) => ({ id, name, list_price, type: "consu", uom_id: 1, uom_ids: [2], categ_id: null, company_id: null, taxes_id: [], product_tag_ids: [], active: true, sale_ok: true, ...more });
    const variant = (id) => ({ id, product_tmpl_id: id, product_template_attribute_value_ids: [], product_template_variant_value_ids: [], additional_product_tag_ids: [], active: true });
    const program = { sequence: 1, company_id: null, currency_id: 1, pricelist_ids: [], program_type: "promotion", applies_on: "current", trigger: "with_code", date_from: null, date_to: null, limit_usage: false };
    const loyalty = { product_domain: "[]", product_ids: [], product_category_id: null, product_tag_id: null, reward_point_amount: 1, reward_point_mode: "order", minimum_qty: 0, minimum_amount: 0, minimum_amount_tax_mode: "incl", mode: "with_code", code: null };
    const reward = { reward_type: "discount", discount: 10, discount_mode: "percent", discount_applicability: "order", discount_product_domain: "[]", discount_product_ids: [], discount_product_category_id: null, discount_product_tag_id: null, discount_max_amount: 0, discount_line_product_id: 99, reward_product_id: null, reward_product_tag_id: null, reward_product_qty: 1, required_points: 1, clear_wallet: false };
    return {
        "crm.lead": [{ id: 1, name: "Library", partner_id: AZURE, company_id: 1 }],
        "res.partner": [
            { ...customer, ...theirs, id: AZURE, name: "Azure" },
            { ...customer, ...theirs, id: BIRCH, name: "Birch", specific_property_product_pricelist: LIBRARIES },
        ],
        "res.company": [
            {
                ...{ id: 1, name: "Oak & Sons", currency_id: 1, parent_path: "1/", tax_calculation_rounding_method: "round_globally" },
                ...{ offline_catalog_currency_id: 1, offline_uses_price_lists: true, offline_shows_discounts: true },
                ...{ offline_unit_digits: 2, offline_discount_digits: 2, offline_promotion_tz: "UTC" },
            },
        ],
        "res.currency": [
            { id: 1, name: "USD", symbol: "$", position: "before", rounding: 0.01, decimal_places: 2 },
            { id: 2, name: "EUR", symbol: "€", position: "after", rounding: 0.01, decimal_places: 2 },
        ],
        "res.currency.rate": [{ id: 1, currency_id: 2, company_id: null, name: "2026-01-01", rate: 0.5 }],
        "uom.uom": [{ id: 1, name: "Units", factor: 1 }, { id: 2, name: "Dozens", factor: 12 }],
        "product.pricelist": [
            { ...list, id: PUBLIC, name: "Public", sequence: 1, currency_id: 1 },
            { ...list, id: LIBRARIES, name: "Libraries", sequence: 2, currency_id: 1 },
            { ...list, id: EURO, name: "Euro", sequence: 3, currency_id: 2 },
        ],
        "product.pricelist.item": [
            { ...rule, ...formula, id: 1, pricelist_id: LIBRARIES, compute_price: "percentage", percent_price: 50 },
            { ...rule, ...formula, id: 2, pricelist_id: PUBLIC, applied_on: "1_product", product_tmpl_id: PEN, compute_price: "formula", base: "standard_price" },
        ],
        "product.template": [product(DESK, "Desk", 420), product(LAMP, "Lamp", 30), product(STOOL, "Stool", 55), product(PEN, "Pen", 8)],
        "product.product": [DESK, LAMP, STOOL, PEN].map(variant),
        "account.payment.term": [{ id: 6, name: "Three parts", sequence: 1 }, { id: 7, name: "30 days", sequence: 2 }],
        "sale.order.template": [{ id: 8, name: "Classroom", sequence: 1, note: "<p>Two years</p>" }],
        "loyalty.program": [
            { ...program, id: 31, name: "Autumn" },
            { ...program, id: 32, name: "Gifts", trigger: "auto" },
            { ...program, id: 33, name: "First fifty", limit_usage: true },
        ],
        "loyalty.rule": [
            { ...loyalty, id: 1, program_id: 31, code: "AUTUMN" },
            { ...loyalty, id: 2, program_id: 32, mode: "auto" },
            { ...loyalty, id: 3, program_id: 33, code: "FIFTY" },
        ],
        "loyalty.reward": [
            { ...reward, id: DISCOUNT, program_id: 31, description: "A tenth off" },
            { ...reward, id: GIFT, program_id: 32, description: "A lamp", reward_type: "product", reward_product_id: LAMP },
            { ...reward, id: 43, program_id: 33, description: "Five off", discount: 5 },
        ],
    };
}

/** The app over these records. */
function appOf(held) {
    const row = (entity, values) => values && { entity, id: values.id, uid: null, ref: String(values.id), values, present: true, pending: [] };
    const device = {
        get: async (entity, id) => row(entity, (held[entity] ?? []).find((one) => one.id === id)) ?? null,
        search: async (entity, _text, where) =>
            (held[entity] ?? []).filter((one) => Object.entries(where).every(([name, value]) => one[name] === value)).map((one) => row(entity, one)),
        nameOf: async (entity, id) => (held[entity] ?? []).find((one) => one.id === id)?.name ?? null,
    };
    return { device, entity: (name) => (name in held ? { name } : null) };
}

const without = (held, entity, id) => ({ ...held, [entity]: held[entity].filter((one) => one.id !== id) });
const withValues = (held, entity, id, values) => ({ ...held, [entity]: held[entity].map((one) => (one.id === id ? { ...one, ...values } : one)) });

const plain = (value) => JSON.parse(JSON.stringify(value));

/** What is sent of a quotation as it is on a device. */
async function sent(quote, held = shelf()) {
    const around = await readAround(appOf(held), LEAD, () => quote);
    return plain(argumentsOf(standing(quote, around), around, priced(quote, around, NOW)));
}

/** What was sent, opened again on a device as it is by now: as it is kept there. */
async function opened(args, held = shelf()) {
    return plain(await reopened(appOf(held), LEAD, args, NOW));
}

const desk = { key: "d", product_id: DESK, name: "Desk", product_uom_qty: 2 };
const lamp = { key: "l", product_id: LAMP, name: "Lamp", product_uom_qty: 1 };
const pen = { key: "p", product_id: PEN, name: "Pen", product_uom_qty: 1 };
const quoteOf = (more = {}) => ({ ...emptyQuote(), uid: "u", lines: [desk, lamp], ...more });

describe("a quotation that is opened and kept again says the same", () => {
    const texts = ["line_section", "line_subsection", "line_note"].map((display_type) => ({ key: display_type, display_type, name: `A ${display_type}` }));
    const signature = { name: "Ann", image: "a".repeat(64), document: { customer: "Azure" }, at: NOW, signature: null };
    const cases = {
        "of its products": {},
        "of another unit, words of its own, and what is optional": { lines: [{ ...desk, product_uom_id: 2, words: "Desk\noak", optional: true }] },
        "of sections and notes where they stand": { lines: [texts[0], desk, texts[1], lamp, texts[2]] },
        "of a price that was written": { lines: [{ ...desk, price_unit: 400 }, lamp] },
        "of something for nothing": { lines: [{ ...desk, price_unit: 0 }, lamp] },
        "of a discount that was written": { lines: [{ ...desk, discount: 12.5 }, lamp] },
        "of a price and a discount": { lines: [{ ...desk, price_unit: 400, discount: 5 }] },
        "of no discount where the price list gives one": { pricelist_id: LIBRARIES, lines: [{ ...desk, discount: 0 }] },
        "of its template": { template_id: 8 },
        "of its terms of payment": { payment_term_id: 6 },
        "of its price list": { pricelist_id: LIBRARIES },
        "of a price list in another currency": { pricelist_id: EURO, lines: [{ ...desk, price_unit: 200 }, lamp] },
        "of its reference, words and validity": { reference: "PO 7", note: "Upstairs", validity_date: "2026-12-24" },
        "of a code": { codes: ["AUTUMN"] },
        "of a code that only the office knows": { codes: ["SECRET"] },
        "of a code that only the office can judge": { codes: ["FIFTY"] },
        "of a reward": { rewards: [{ reward_id: GIFT }] },
        "of a reward and which product": { rewards: [{ reward_id: GIFT, product_id: LAMP }] },
        "of a signature": { signature },
        "of a price that was written where only the office knows one": { lines: [{ ...pen, price_unit: 7, discount: 3 }, desk] },
    };
    for (const [what, more] of Object.entries(cases)) {
        test(what, async () => {
            const quote = quoteOf(more);
            const args = await sent(quote);
            for (const [name, said] of Object.entries({ codes: quote.codes, rewards: quote.rewards })) {
                assert.equal(args[name].length, said.length, name);
            }
            const written = quote.lines.map(({ price_unit, discount }) => [price_unit, discount]);
            args.lines.forEach(({ price_unit, discount }, at) => {
                assert.ok([undefined, price_unit].includes(written[at][0]) && [undefined, discount].includes(written[at][1]), `line ${at}: ${price_unit}, ${discount}`);
            });
            assert.deepEqual(await sent(await opened(args)), args);
            assert.deepEqual(await sent(await opened(await sent(await opened(args)))), args);
        });
    }
});

/** What the editor says of a quotation, over it, of each of its lines, and of its total. */
async function words(quote, held = shelf()) {
    const around = await readAround(appOf(held), LEAD, () => quote);
    const amounts = priced(quote, around, NOW);
    const listed = ({ price_unit, discount, ...line }) => priced({ ...quote, lines: [line], codes: [], rewards: [] }, around, NOW).lines[0];
    const of = ({ own, priced: line }) => lineText(own, line, { ...amounts, ...around }, () => listed(own));
    return {
        over: [customerText(around), ...changesOf(quote, around, amounts, NOW)].map(String).filter(Boolean),
        lines: linesOf(quote, amounts).filter(({ own }) => own && !own.display_type).map(of).map(String),
        total: totalText(quote, amounts, around.book),
    };
}

const NOTHING = { over: [], lines: ["", ""], total: "" };

describe("what is another by now than what was told is said", () => {
    const gone = (entity, id) => (held) => without(held, entity, id);
    const other = (entity, id, values) => (held) => withValues(held, entity, id, values);
    const cases = {
        "nothing, where nothing is": [{}, (held) => held, NOTHING],
        "nothing of a reward, a code and texts": [{ codes: ["AUTUMN"], rewards: [{ reward_id: GIFT }] }, (held) => held, NOTHING],
        "a price list that is gone": [
            { pricelist_id: EURO, lines: [{ ...desk, price_unit: 180, discount: 5 }, lamp] },
            gone("product.pricelist", EURO),
            {
                over: ["The price list that was chosen is not on this device any more. In its place: Public."],
                lines: ["Before: 180.00 € − 5 %", "Before: 15.00 €"],
                total: "357.00 €",
            },
        ],
        "a price list whose currency is another": [
            { pricelist_id: EURO },
            other("product.pricelist", EURO, { currency_id: 1 }),
            { over: ["The quotation goes by the price list Euro. That of the customer is Public."], lines: ["Before: 210.00 €", "Before: 15.00 €"], total: "435.00 €" },
        ],
        "terms of payment that are gone": [
            { payment_term_id: 6 },
            (held) => without(withValues(held, "res.partner", AZURE, { property_payment_term_id: 7 }), "account.payment.term", 6),
            { ...NOTHING, over: ["The payment terms that were chosen are not on this device any more. In their place: 30 days."] },
        ],
        "a template that is gone": [{ template_id: 8 }, gone("sale.order.template", 8), { ...NOTHING, over: ["The template that was chosen is not on this device any more. Its lines stay."] }],
        "a customer who is gone": [
            {},
            gone("res.partner", AZURE),
            { ...NOTHING, over: ["The customer is not on this device any more: only the office can tell the amounts."] },
        ],
        "another customer of the opportunity, with another price list": [
            {},
            other("crm.lead", 1, { partner_id: BIRCH }),
            {
                over: [
                    "It was for Azure. The customer of the opportunity is Birch now. Where nothing else was chosen, prices and terms are theirs.",
                    "Prices go by another price list now: Libraries, not Public.",
                ],
                lines: ["Before: $420.00", "Before: $30.00"],
                total: "$870.00",
            },
        ],
        "no customer of the opportunity any more": [
            {},
            other("crm.lead", 1, { partner_id: null }),
            { ...NOTHING, over: ["It was for Azure, and the opportunity has no customer any more. Nothing of it is lost."] },
        ],
        "another price list of the customer": [
            { lines: [{ ...desk, price_unit: 400 }, lamp] },
            other("res.partner", AZURE, { specific_property_product_pricelist: LIBRARIES }),
            {
                over: ["The quotation goes by the price list Public. That of the customer is Libraries."],
                lines: ["As agreed. The price list says $420.00.", ""],
                total: "",
            },
        ],
        "another price of a product": [
            { lines: [desk, { ...lamp, discount: 10 }] },
            other("product.template", DESK, { list_price: 450 }),
            { over: [], lines: ["As agreed. The price list says $450.00.", "As agreed. The price list says $30.00."], total: "" },
        ],
        "a product that is gone": [{}, gone("product.product", LAMP), NOTHING],
    };
    for (const [what, [more, happens, expected]] of Object.entries(cases)) {
        test(what, async () => {
            const held = happens(shelf());
            const quote = await opened(await sent(quoteOf(more)), held);
            assert.equal(quote.lines.length, quoteOf(more).lines.length);
            assert.deepEqual(await words(quote, held), expected);
            assert.deepEqual(plain(quote), quote);
        });
    }

    test("also of a draft that was never sent", async () => {
        const held = without(shelf(), "product.pricelist", EURO);
        const { over } = await words(quoteOf({ pricelist_id: EURO, customer: { ref: BIRCH, name: "Birch" } }), held);
        assert.deepEqual(over, [
            "It was for Birch. The customer of the opportunity is Azure now. Where nothing else was chosen, prices and terms are theirs.",
            "The price list that was chosen is not on this device any more. In its place: Public.",
        ]);
    });

    test("and a price that was written in another currency is none of this one", () => {
        const [one, other] = unwritten([{ ...desk, price_unit: 180, discount: 5 }, lamp], "EUR");
        assert.deepEqual([one.price_unit, one.discount, one.agreed], [undefined, 5, { price_unit: 180, discount: 5, currency: "EUR" }]);
        assert.deepEqual(other, lamp);
    });

    test("while for whom it is begun makes nothing of nothing", () => {
        assert.ok(isEmpty({ ...emptyQuote(), customer: { ref: AZURE, name: "Azure" } }));
    });
});

describe("a quotation is opened", () => {
    test("with prices anew where its price list is gone, in the currency of now", async () => {
        const args = await sent(quoteOf({ pricelist_id: EURO, lines: [{ ...desk, price_unit: 180 }, lamp] }));
        assert.deepEqual([args.currency, ...args.lines.map(({ price_unit }) => price_unit)], ["EUR", 180, 15]);
        const held = without(shelf(), "product.pricelist", EURO);
        const again = await sent(await opened(args, held), held);
        assert.deepEqual([again.pricelist, again.currency, ...again.lines.map(({ price_unit }) => price_unit)], [PUBLIC, "USD", 420, 30]);
    });

    test("without terms and template that are gone", async () => {
        const args = await sent(quoteOf({ payment_term_id: 6, template_id: 8 }));
        const held = without(without(shelf(), "account.payment.term", 6), "sale.order.template", 8);
        const again = await sent(await opened(args, held), held);
        assert.equal("payment_term" in again || "template" in again, false);
        assert.deepEqual(again.lines, args.lines);
    });

    test("at the prices of the customer whom the opportunity has by now", async () => {
        const args = await sent(quoteOf());
        const held = withValues(shelf(), "crm.lead", 1, { partner_id: BIRCH });
        const again = await sent(await opened(args, held), held);
        assert.deepEqual([again.partner, again.pricelist, again.amount_total], [BIRCH, LIBRARIES, 435]);
        assert.deepEqual(again.lines.map(({ price_unit, discount }) => [price_unit, discount]), [[420, 50], [30, 50]]);
    });

    test("at no price that nobody can know, where its customer is gone", async () => {
        const args = await sent(quoteOf());
        const held = without(shelf(), "res.partner", AZURE);
        const again = await sent(await opened(args, held), held);
        assert.equal("amount_total" in again, false);
        assert.equal(again.lines.length, 2);
        const fresh = await sent(quoteOf(), held);
        assert.equal("amount_total" in fresh || fresh.lines.some((line) => "price_unit" in line), false);
    });

    test("without a price of a list that is gone, where nobody says in which currency it was", async () => {
        const { currency, amount_total, ...args } = await sent(quoteOf({ pricelist_id: EURO, lines: [{ ...desk, price_unit: 180 }, pen] }));
        assert.deepEqual([args.pricelist, args.lines[0].price_unit], [EURO, 180]);
        const left = without(shelf(), "product.pricelist", EURO);
        // Another list takes its place, or nobody can tell which one.
        for (const held of [left, withValues(left, "res.partner", AZURE, { specific_property_product_pricelist: EURO })]) {
            const quote = await opened(args, held);
            assert.deepEqual(quote.lines.map(({ price_unit }) => price_unit), [undefined, undefined]);
            assert.deepEqual((await words(quote, held)).lines, ["", ""]);
            const again = await sent(quote, held);
            assert.notEqual(again.lines[0].price_unit, 180);
        }
    });

    test("without the prices of a list that is gone, where nobody can tell which one counts", async () => {
        const args = await sent(quoteOf({ pricelist_id: LIBRARIES, lines: [{ ...desk, price_unit: 180 }, lamp] }));
        const held = withValues(without(shelf(), "product.pricelist", LIBRARIES), "res.partner", AZURE, { specific_property_product_pricelist: LIBRARIES });
        const quote = await opened(args, held);
        assert.deepEqual(quote.lines.map(({ price_unit }) => price_unit), [undefined, undefined]);
        assert.equal((await words(quote, held)).lines[0], "Before: $180.00 − 50 %");
    });
});

/** It as the editor has it after it was read. */
async function read(quote, held, change = () => {}) {
    const app = appOf(held);
    const around = await readAround(app, LEAD, () => quote);
    await settle(app.device, quote, around, NOW);
    await change(quote, around);
    return quote;
}

/** The same after a person gave the opportunity a customer. */
async function given(quote, held, ref, fails = false) {
    const app = appOf(held);
    app.messages = { say() {}, hide() {} };
    app.device.update = async (_entity, _ref, values) => {
        if (fails) {
            throw new Error("no room");
        }
        app.updates = (app.updates ?? 0) + 1;
        Object.assign(held["crm.lead"][0], values);
        return { seq: 1 };
    };
    await giveCustomer(app, LEAD, quote, ref, NOW);
    return app.updates ?? 0;
}

describe("a quotation goes by another price list", () => {
    const nobody = () => withValues(shelf(), "crm.lead", 1, { partner_id: null });
    const dearer = (held) => withValues(held, "product.template", DESK, { list_price: 450 });

    test("of the customer whom the opportunity gets", async () => {
        const args = await sent(quoteOf());
        const held = dearer(nobody());
        const quote = await read(await opened(args, held), held);
        assert.deepEqual([quote.pricelist_id, quote.lines[0].price_unit], [PUBLIC, 420]);
        assert.equal(await given(quote, held, BIRCH), 1);
        assert.deepEqual([quote.pricelist_id, quote.customer.name, quote.lines[0].price_unit], [undefined, "Birch", undefined]);
        const again = await sent(quote, held);
        assert.deepEqual([again.partner, again.pricelist, again.amount_total], [BIRCH, LIBRARIES, 465]);
        assert.deepEqual((await words(quote, held)).over, ["Prices go by another price list now: Libraries, not Public."]);
    });

    test("that the device does not hold, or by none", async () => {
        const args = await sent(quoteOf());
        const changed = {
            "Only the office can tell the price list by now. Before: Public.": ["res.partner", AZURE, { specific_property_product_pricelist: 9 }],
            "Prices go by no price list now. Before: Public.": ["res.company", 1, { offline_uses_price_lists: false }],
        };
        for (const [text, change] of Object.entries(changed)) {
            const held = withValues(shelf(), ...change);
            assert.deepEqual((await words(await read(await opened(args), held), held)).over, [text]);
        }
    });

    test("also where the customer comes to this device by itself", async () => {
        const args = await sent(quoteOf());
        const quote = await opened(args, without(shelf(), "res.partner", AZURE));
        const held = withValues(shelf(), "crm.lead", 1, { partner_id: BIRCH });
        assert.equal(plain(await read(quote, held)).pricelist_id, undefined);
        assert.equal((await sent(quote, held)).pricelist, LIBRARIES);
    });

    test("unless another one was chosen", async () => {
        const args = await sent(quoteOf({ pricelist_id: EURO }));
        const held = nobody();
        const quote = await read(await opened(args, held), held);
        await given(quote, held, BIRCH);
        assert.deepEqual([quote.pricelist_id, (await sent(quote, held)).amount_total], [EURO, 435]);
        const chosen = await read(await opened(await sent(quoteOf()), nobody()), nobody(), (one, around) => goBy(one, PUBLIC, around, NOW));
        await given(chosen, nobody(), BIRCH);
        assert.equal(chosen.pricelist_id, PUBLIC);
    });

    test("and keeps the price that was written for a customer who is the same again", async () => {
        const args = await sent(quoteOf({ lines: [{ ...desk, price_unit: 400 }, lamp] }));
        const held = nobody();
        const quote = await read(await opened(args, held), held);
        await given(quote, held, AZURE);
        assert.deepEqual(await sent(quote, held), args);
    });

    test("at none of the prices that nobody wrote", async () => {
        const held = dearer(shelf());
        const quote = await opened(await sent(quoteOf()), held);
        assert.equal(quote.lines[0].price_unit, 420);
        await read(quote, held, (one, around) => goBy(one, LIBRARIES, around, NOW));
        assert.deepEqual((await sent(quote, held)).lines.map(({ price_unit, discount }) => [price_unit, discount]), [[450, 50], [30, 50]]);
        assert.deepEqual((await words(quote, held)).lines, ["Before: $420.00", "Before: $30.00"]);
        const same = await opened(await sent(quoteOf()), held);
        await read(same, held, (one, around) => goBy(one, PUBLIC, around, NOW));
        assert.equal(same.lines[0].price_unit, 420);
    });
});

describe("the customer of an opportunity", () => {
    test("is that of its quotation once the device took it", async () => {
        const held = shelf();
        const quote = quoteOf({ customer: { ref: AZURE, name: "Azure" } });
        await given(quote, held, BIRCH, true);
        assert.equal(quote.customer.name, "Azure");
        await given(quote, held, BIRCH);
        assert.equal(quote.customer.name, "Birch");
    });

    test("is not written again where it is the same", async () => {
        const quote = quoteOf({ customer: { ref: BIRCH, name: "Birch" } });
        assert.equal(await given(quote, shelf(), AZURE), 0);
        assert.equal(quote.customer.name, "Azure");
    });
});

describe("a quotation that was begun", () => {
    const birch = { ref: BIRCH, name: "Birch" };

    test("says of what was chosen and written for another customer that it stays", async () => {
        const lines = [{ ...desk, price_unit: 400 }, lamp];
        const { over, lines: said } = await words(quoteOf({ lines, pricelist_id: LIBRARIES, customer: birch }));
        assert.equal(over[1], "The quotation goes by the price list Libraries. That of the customer is Public.");
        assert.deepEqual(said, ["As it was written. The price list says $420.00 − 50 %.", ""]);
        assert.deepEqual((await words(quoteOf({ lines, pricelist_id: LIBRARIES }))), NOTHING);
    });

    test("by an older app has its prices in the currency of its price list", async () => {
        const lines = [{ ...desk, price_unit: 180 }, lamp];
        const quote = await read(quoteOf({ lines, pricelist_id: EURO }), shelf());
        assert.deepEqual([quote.currency, quote.lines[0].price_unit], ["EUR", 180]);
        const held = without(shelf(), "product.pricelist", EURO);
        await read(quote, held);
        assert.deepEqual([quote.currency, quote.lines[0].price_unit, quote.lines[0].agreed.currency], ["USD", undefined, "EUR"]);
    });

    test("by an older app keeps no price of a list that is gone", async () => {
        const left = without(shelf(), "product.pricelist", EURO);
        for (const held of [left, withValues(left, "crm.lead", 1, { partner_id: null })]) {
            const quote = await read(quoteOf({ lines: [{ ...desk, price_unit: 180 }, lamp], pricelist_id: EURO }), held);
            assert.deepEqual([quote.currency, quote.lines[0].price_unit, quote.lines[0].agreed], ["USD", undefined, undefined]);
        }
    });
});

describe("a line that a person was asked about", () => {
    const was = { ...desk, price_unit: 180, agreed: { price_unit: 180, discount: 0, currency: "EUR" } };
    const said = (more) => ({ quantity: 2, unit: 1, price: 180, discount: undefined, ...more });
    const after = (more, context) => plain(edited(was, said(more), { own: 1, isForeign: false, ...context }));

    test("keeps no price of a currency that counts no more", () => {
        assert.equal(after({}).price_unit, 180);
        assert.deepEqual(after({}, { isForeign: true }), plain({ ...was, product_uom_id: 1, price_unit: undefined }));
    });

    test("is not compared with before where they changed it", () => {
        assert.deepEqual(after({ quantity: 3 }).agreed, was.agreed);
        assert.deepEqual(after({ price: undefined }).agreed, was.agreed);
        assert.deepEqual([after({ price: 170 }).agreed, after({ unit: 2, price: undefined }).agreed], [undefined, undefined]);
        assert.deepEqual(after({ discount: 10 }).agreed, { price_unit: 180, currency: "EUR" });
    });
});

describe("for nobody whom this device knows", () => {
    test("only the office tells what takes the place of what is gone", async () => {
        const args = await sent(quoteOf({ payment_term_id: 6, pricelist_id: EURO }));
        const held = ["res.partner", "account.payment.term", "product.pricelist"].reduce((left, entity, at) => without(left, entity, [AZURE, 6, EURO][at]), shelf());
        const quote = await opened(args, held);
        assert.deepEqual((await words(quote, held)).over.slice(1), [
            "The price list that was chosen is not on this device any more. In its place: As the office has it.",
            "The payment terms that were chosen are not on this device any more. In their place: As the office has it.",
        ]);
        assert.equal(String(termText(quoteOf(), await readAround(appOf(held), LEAD, () => quote))), "As the office has it");
    });

    test("a customer without a name is not named", async () => {
        const held = withValues(shelf(), "crm.lead", 1, { partner_id: null });
        const over = async (more) => (await words(quoteOf(more), held)).over;
        assert.deepEqual(await over({ customer: { ref: 77, name: "" } }), ["The opportunity has no customer any more. Nothing of the quotation is lost."]);
        assert.deepEqual(await over({}), ["The opportunity has no customer: only the office can tell the amounts."]);
    });

    test("a price list that nobody could tell was none", async () => {
        const held = withValues(shelf(), "res.partner", AZURE, { specific_property_product_pricelist: LIBRARIES });
        const args = await sent(quoteOf(), without(held, "product.pricelist", LIBRARIES));
        assert.deepEqual(await words(await opened(args, held), held), NOTHING);
    });
});
