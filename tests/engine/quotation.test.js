/** A quotation as a person makes it: what is sent of it, what the customer sees and signs, what is kept of it. */
import { assert, describe, readJson, test } from "./harness.js";
import { bytesOf, fromBase64 } from "./bytes.js";
import { EdgeHome, SERVER } from "./fake_office.js";
import { PARTNER } from "./fake_server.js";
import { synced } from "./home.js";
import { load } from "./screens.js";

// Dates are written in the language of the page.
globalThis.document ??= { documentElement: { lang: "en" } };

const QUOTATION = "../../addons/offline_crm/static/src/app/quotation/";
const { argumentsOf, emptyQuote, isEmpty, linesOf, orderOf, quoteOf: quoteOfArgs } = await import(`${QUOTATION}draft.js`);
const { documentOf, documentOfOrder, evidenceOf, hashOf } = await import(`${QUOTATION}document.js`);
const { Kept } = await import(`${QUOTATION}kept.js`);
const { amountText, letterhead, lineName, linesOfTemplate, termsText, unitsOf } = await import(`${QUOTATION}words.js`);
const { quotationsIn, rangeOf } = await import("../../addons/offline_crm/static/src/app/model/made.js");
const { DECIDED, REFUSED, WAITS } = await load("model/work.js");
const { bookOf } = await import("./prices.js");
const vector = await readJson("tests/vectors/signature.json");

/** Whether this text was signed with the key, as the server looks. */
function verified({ publicKey }, text, signature) {
    return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, publicKey, fromBase64(signature), bytesOf(text));
}

/** A device that enrolled, with a key of its own and room for files. */
async function enrolled() {
    const home = new EdgeHome();
    home.office.server.put(PARTNER, 1, { name: "Azure" });
    const { device } = await home.open();
    await device.enrol(SERVER, "CODE-1");
    await device.sync();
    return device;
}

const section = { key: "s", display_type: "line_section", name: "Furniture" };
const desk = { key: "d", product_id: 7, name: "Desk", product_uom_qty: 2 };
const lamp = { key: "l", product_id: 8, name: "Lamp", product_uom_qty: 1, product_uom_id: 3, words: "Lamp\nbrass" };
const amounts = (product_id, price_unit, more = {}) => ({
    ...{ product_id, product_uom_qty: 1, price_unit, discount: 0, price_total: price_unit * 1.1, confirmedOnSync: [] },
    ...more,
});
const gift = amounts(99, -10, { reward: { id: 4, description: "Ten off" } });
/** What pricing gives for the desk, the lamp and what was taken off. */
function pricedOf(lines = [amounts(7, 100, { product_uom_qty: 2, price_total: 220 }), amounts(8, 0.1 + 0.2), gift]) {
    const confirmedOnSync = lines.flatMap((line) => line.confirmedOnSync);
    const totals = { amount_untaxed: 200.3, amount_tax: 20.03, amount_total: 220.33 };
    return { lines, totals, confirmedOnSync, refused: [], priceList: { id: 5 }, currency: { name: "EUR" } };
}
const quoteOf = (more = {}) => ({ ...emptyQuote(), uid: "u", lines: [section, desk, lamp], ...more });
const live = { partner: { id: 3, uid: null, values: {} }, payment_term: null, company_id: 1 };

describe("a quotation", () => {
    test("is empty until something is asked for", () => {
        assert.ok(isEmpty(emptyQuote()));
        assert.ok(isEmpty(JSON.parse(JSON.stringify({ ...emptyQuote(), template_id: undefined }))));
        for (const more of [{ lines: [desk] }, { note: "x" }, { payment_term_id: 1 }, { codes: ["A"] }]) {
            assert.equal(isEmpty({ ...emptyQuote(), ...more }), false);
        }
    });

    test("is priced without its sections and notes, at the price list that was chosen", () => {
        const order = orderOf(quoteOf({ pricelist_id: 9, codes: ["A"], rewards: [{ reward_id: 4 }] }), live);
        assert.deepEqual([order.lines, order.pricelist_id], [[desk, lamp], 9]);
        assert.deepEqual(order.promotions, [{ code: "A" }, { reward_id: 4 }]);
        assert.equal("pricelist_id" in orderOf(quoteOf(), live), false);
    });

    test("has the lines of rewards after its own", () => {
        const priced = pricedOf();
        const found = linesOf(quoteOf(), priced).map(({ own, priced: line }) => [own?.key ?? null, line?.product_id ?? null]);
        assert.deepEqual(found, [["s", null], ["d", 7], ["l", 8], [null, 99]]);
    });

    test("is sent with all that was agreed, texts where they stand, rewards by their choice", () => {
        const chosen = { template_id: 2, payment_term_id: 6, reference: " PO 7 ", note: "Upstairs\n", validity_date: "2026-12-01" };
        assert.deepEqual(argumentsOf(quoteOf({ ...chosen, rewards: [{ reward_id: 4 }] }), live, pricedOf()), {
            uid: "u",
            partner: 3,
            template: 2,
            template_lines: false,
            pricelist: 5,
            payment_term: 6,
            client_order_ref: "PO 7",
            note: "Upstairs",
            validity_date: "2026-12-01",
            lines: [
                { display_type: "line_section", name: "Furniture" },
                { product: 7, quantity: 2, price_unit: 100, discount: 0, price_total: 220 },
                { product: 8, quantity: 1, uom: 3, name: "Lamp\nbrass", price_unit: 0.3, discount: 0, price_total: 0.33 },
            ],
            codes: [],
            rewards: [{ reward: 4 }],
            currency: "EUR",
            amount_total: 220.33,
        });
    });

    test("agrees about nothing that only the office knows", () => {
        const unknown = amounts(7, 0, { confirmedOnSync: ["cost_unknown"] });
        const args = argumentsOf(quoteOf({ lines: [desk] }), live, pricedOf([unknown]));
        assert.deepEqual(args.lines, [{ product: 7, quantity: 2 }]);
        assert.equal("amount_total" in args || "currency" in args || "signature" in args, false);
    });
});

describe("a quotation whose terms only the office knows", () => {
    test("says of prices what a person wrote, and nothing of what was reckoned", () => {
        const own = { ...desk, price_unit: 90 };
        const args = argumentsOf(quoteOf({ lines: [own, lamp] }), live, { ...pricedOf(), isOpen: true, confirmedOnSync: ["delivery_unknown"] });
        const said = args.lines.map(({ price_unit, discount, price_total }) => [price_unit, discount, price_total]);
        assert.deepEqual(said, [[100, undefined, undefined], [undefined, undefined, undefined]]);
        assert.equal("amount_total" in args, false);
    });
});

describe("a quotation that was sent", () => {
    test("is the same quotation again, its lines, texts and terms where they were", () => {
        const chosen = { template_id: 2, pricelist_id: 5, payment_term_id: 6, reference: "PO 7", note: "Upstairs", validity_date: "2026-12-01" };
        const rewards = [{ reward_id: 4 }, { reward_id: 9, product_id: 8 }];
        const quote = quoteOf({ ...chosen, codes: ["A"], rewards, lines: [section, { ...desk, optional: true }, lamp] });
        const again = quoteOfArgs(argumentsOf(quote, live, pricedOf()));
        assert.deepEqual(argumentsOf(again, live, pricedOf()), argumentsOf(quote, live, pricedOf()));
        assert.deepEqual({ ...again, lines: [] }, { ...quote, lines: [] });
        assert.deepEqual(again.lines.map(({ key, ...line }) => line), [
            { display_type: "line_section", name: "Furniture" },
            { product_id: 7, name: "", product_uom_qty: 2, optional: true, price_unit: 100, discount: 0 },
            { product_id: 8, name: "", product_uom_qty: 1, product_uom_id: 3, words: "Lamp\nbrass", price_unit: 0.3, discount: 0 },
        ]);
        assert.equal(new Set(again.lines.map(({ key }) => key)).size, 3);
    });

    test("chooses nothing that was not chosen", () => {
        const plain = { uid: "u", lines: [], codes: [], rewards: [], note: "", signature: null, template: null };
        assert.deepEqual(quoteOfArgs(plain), { ...emptyQuote(), uid: "u" });
    });
});

describe("the document that the customer signs", () => {
    const words = { customer: "Azure", payment_term: "30 days", terms: "Upstairs", nameOf: ({ own }) => own?.name ?? "Ten off" };

    test("has every line with all its members, and no total of what only the office knows", () => {
        const lines = [amounts(7, 0, { confirmedOnSync: ["cost_unknown"] }), amounts(8, 0.1 + 0.2), gift];
        const { lines: shown, ...rest } = documentOf(quoteOf(), pricedOf(lines), words);
        assert.deepEqual(rest, {
            ...{ customer: "Azure", currency: "EUR", payment_term: "30 days", terms: "Upstairs" },
            ...{ amount_untaxed: 200.3, amount_tax: 20.03, amount_total: 220.33 },
        });
        assert.deepEqual(shown, [
            { product: null, quantity: 0, price_unit: 0, discount: 0, price_total: null, name: "Furniture" },
            { product: 7, quantity: 1, price_unit: 0, discount: 0, price_total: null, name: "Desk" },
            { product: 8, quantity: 1, price_unit: 0.3, discount: 0, price_total: 0.33, name: "Lamp" },
            { product: 99, quantity: 1, price_unit: -10, discount: 0, price_total: -11, name: "Ten off" },
        ]);
    });

    test("of a quotation that the office has says what its lines say", () => {
        const line = (values) => ({ values: { display_type: null, discount: null, ...values } });
        const lines = [
            line({ display_type: "line_section", product_id: null, name: "Furniture" }),
            line({ product_id: 7, product_uom_qty: 2, price_unit: 100, price_total: 220, name: "Desk" }),
        ];
        const values = { amount_untaxed: 200, amount_tax: 20, amount_total: 220 };
        const terms = { customer: "Azure", currency: "EUR", payment_term: "", terms: "" };
        assert.deepEqual(documentOfOrder(values, lines, terms), {
            ...terms,
            ...values,
            lines: [
                { product: null, quantity: 0, price_unit: 0, discount: 0, price_total: null, name: "Furniture" },
                { product: 7, quantity: 2, price_unit: 100, discount: 0, price_total: 220, name: "Desk" },
            ],
        });
    });

    test("is hashed, and what is signed is put, as the server does it", async () => {
        let signed = null;
        const device = { sign: async (statement) => ((signed = statement), "signature") };
        const evidence = await evidenceOf(device, vector.order, vector.said);
        assert.deepEqual(evidence, { ...vector.said, signature: "signature" });
        assert.deepEqual(signed, vector.statement);
        assert.equal(await hashOf(vector.said.document), vector.statement.document);
    });

    test("is signed with the device's key; without one it goes without", async () => {
        const { device: without } = await synced();
        assert.equal((await evidenceOf(without, 7, vector.said)).signature, null);
        const device = await enrolled();
        const { signature } = await evidenceOf(device, vector.order, vector.said);
        const { key } = device.settings;
        assert.ok(await verified(key, vector.canonical, signature));
        assert.equal(await verified(key, vector.canonical.replace("nn Ray", "nn Roy"), signature), false);
        assert.equal(await device.sign({ name: "\ud800" }), null);
    });
});

describe("the words of a quotation", () => {
    const records = {
        "uom.uom": [["id", "name"], [1, "Units"], [3, "Dozen"]],
        "product.product": [["id", "product_tmpl_id", "active"], [7, 5, true]],
        "product.template": [["id", "name", "uom_id", "uom_ids", "active"], [5, "Desk", 1, [3, 1], true]],
        "product.template.attribute.value": [["id", "name"]],
    };
    const book = bookOf({ records });

    test("name the unit where it is not the product's own", () => {
        assert.deepEqual(unitsOf(book, 7).map(({ name }) => name), ["Units", "Dozen"]);
        assert.deepEqual(unitsOf(book, 70), []);
        const name = (own) => lineName(book, { own, priced: {} });
        assert.deepEqual([name(desk), name({ ...desk, product_uom_id: 1 }), name({ ...desk, product_uom_id: 3 })], ["Desk", "Desk", "Desk (Dozen)"]);
        assert.equal(name({ ...desk, product_uom_id: 3, words: "Desk\noak" }), "Desk (Dozen)\noak");
        assert.equal(lineName(book, { own: null, priced: gift }), "Ten off");
    });

    test("of a template are its lines in their order", () => {
        const row = (id, values) => ({ id, values: { display_type: null, name: null, product_uom_id: null, is_optional: false, ...values } });
        const rows = [
            row(2, { sequence: 20, product_id: 7, product_uom_qty: 4, product_uom_id: 3, name: "Desk, oak" }),
            row(3, { sequence: 20, product_id: 9, product_uom_qty: 0, name: "Gone", is_optional: true }),
            row(1, { sequence: 10, display_type: "line_section", name: "Basics", product_id: null }),
        ];
        assert.deepEqual(linesOfTemplate(book, rows).map(({ key, ...line }) => line), [
            { display_type: "line_section", name: "Basics" },
            { product_id: 7, name: "Desk", product_uom_qty: 4, product_uom_id: 3, words: "Desk, oak" },
            { product_id: 9, name: "Gone", product_uom_qty: 0, words: "Gone", optional: true },
        ]);
    });

    test("say the terms: one's own before those of the template, and what is open", () => {
        const known = { confirmedOnSync: [] };
        const template = { note: "<p>Two years of warranty</p>" };
        assert.equal(termsText({ validity_date: null, note: " " }, template, known), "Two years of warranty");
        assert.equal(termsText({ validity_date: null, note: "Mine" }, template, known), "Mine");
        const all = termsText({ validity_date: "2026-12-01", note: "Mine" }, undefined, { confirmedOnSync: ["combo"] }).split("\n");
        assert.equal(all.length, 3);
        assert.ok(all[0].startsWith("Valid until") && all[2].includes("to confirm"), all.join());
    });

    test("of the letterhead leave out what the office did not write", () => {
        const company = { name: "Oak & Sons", street: null, zip: "4000", city: "Liège", phone: null, email: "a@oak.example", vat: null };
        assert.deepEqual(letterhead(company), ["Oak & Sons", "4000 Liège", "a@oak.example"]);
    });
});

describe("a quotation that is not made yet", () => {
    const uid = "5c1a4c0e-8f0b-4d57-9a55-0a6f6d1c2b3a";

    test("is there when the app opens again, the last writing of it", async () => {
        const { home, device } = await synced();
        const kept = new Kept(device, "1");
        await Promise.all([1, 2, 3].map((product_uom_qty) => kept.put(quoteOf({ lines: [{ ...desk, product_uom_qty }] }))));
        const again = await home.open();
        assert.equal((await new Kept(again, "1").find()).lines[0].product_uom_qty, 3);
        assert.equal(await new Kept(again, "2").find(), null);
    });

    test("is not kept while nothing is on it, and is gone when it is given up", async () => {
        const { device } = await synced();
        const kept = new Kept(device, "1");
        assert.ok(await kept.put(quoteOf()));
        await kept.put(emptyQuote());
        assert.deepEqual(await device.drafts.all(), []);
        await kept.put(quoteOf());
        await kept.drop();
        assert.equal(await kept.find(), null);
    });

    test("is not begun a second time when the page died right after it was made", async () => {
        const { device } = await synced();
        // The fake office has operations of contacts alone: what counts is that one of the record names the quotation.
        const record = { drafts: device.drafts, history: async () => [{ body: { args: { uid } } }] };
        await new Kept(device, "1").put(quoteOf({ uid }));
        assert.equal(await new Kept(record, "1").find(), null);
        assert.deepEqual(await device.drafts.all(), []);
    });
});

describe("an amount", () => {
    test("has its symbol where its currency has it, and the sign before that", () => {
        const dollars = { symbol: "$", position: "before", decimal_places: 2 };
        assert.equal(amountText(239.4, dollars), "$239.40");
        assert.equal(amountText(-239.4, dollars), "-$239.40");
        assert.equal(amountText(-5, { symbol: "€", position: "after", decimal_places: 2 }), "-5.00 €");
    });
});

describe("a quotation made here", () => {
    const piece = (uid, state, verb = "quote") => ({ entry: { op: `op ${uid}` }, state, body: { verb, args: { uid } } });
    const confirmation = (target_uid) => ({ entity: "sale.order", verb: "confirm", target_uid });

    test("is confirmed when that was said of it and Odoo has not refused it", () => {
        const pieces = [piece("a", WAITS), piece("b", WAITS), piece("c", REFUSED), piece("d", DECIDED), piece("e", WAITS, "convert")];
        const outbox = [confirmation("a"), confirmation("c"), confirmation("d"), { entity: "sale.order", verb: "cancel", target_uid: "b" }];
        assert.deepEqual(
            quotationsIn(pieces, outbox).map(({ uid, isConfirmed }) => [uid, isConfirmed]),
            [["a", true], ["b", false], ["c", false], ["d", true]],
        );
    });
});

describe("a quotation that is not sent yet", () => {
    const entry = (seq, entity, target_uid, state = "pending") => ({ seq, op: `op ${seq}`, entity, target_uid, state });
    const quotation = { seq: 4, op: "op 4", uid: "a" };
    const own = [entry(4, "crm.lead", "l"), entry(5, "sale.order", "a"), entry(6, "sale.order", "a")];

    test("is taken back with what was asked of it since, and with nothing else", () => {
        assert.deepEqual(rangeOf(quotation, [entry(3, "crm.lead", "l"), ...own]), { from: 4, to: 6 });
        assert.equal(rangeOf(quotation, [...own, entry(7, "crm.lead", "l")]), null);
        assert.equal(rangeOf(quotation, [...own, entry(7, "sale.order", "b")]), null);
    });

    test("is not taken back when Odoo has answered", () => {
        assert.equal(rangeOf(quotation, [entry(4, "crm.lead", "l", "rejected"), own[1]]), null);
        assert.equal(rangeOf(quotation, []), null);
    });

    test("is not mistaken for other work that has its number by now", () => {
        assert.equal(rangeOf(quotation, [{ ...entry(4, "crm.lead", "l"), op: "another" }]), null);
    });
});

describe("the picture of a signature", () => {
    test("is sent with the work whose arguments name it, and not while it is none of these", async () => {
        const device = await enrolled();
        const { sha256 } = await device.keepFile(new Blob(["ink"], { type: "image/png" }), "signature.png");
        const waiting = async () => (await device.filesWaiting()).map((one) => one.sha256);
        assert.deepEqual(await waiting(), []);
        const { seq } = await device.call(PARTNER, 1, "visit", { note: { signature: { image: sha256 } } });
        assert.deepEqual(await waiting(), [sha256]);
        await device.withdraw(seq);
        assert.deepEqual(await waiting(), []);
    });
});
