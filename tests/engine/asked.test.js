/** What a salesperson's device asks by itself: stock after a sync, credit while a quotation is made; shown with its age. */
import { assert, describe, test } from "./harness.js";
import { NOW, PARTNER } from "./fake_server.js";
import { synced } from "./home.js";
import { load } from "./screens.js";
import { Refused } from "../../addons/offline_base/static/src/app/engine/errors.js";

// Ages are written in the language of the page.
globalThis.document ??= { documentElement: { lang: "en" } };

const CRM = "../../addons/offline_crm/static/src/app/";
const { agoOf, askAround, mayAsk } = await load("model/asking.js");
const { askStock, Stock } = await import(`${CRM}model/stock.js`);
const { PrintedSheet } = await import(`${CRM}parts/printed.js`);
const { Credit, creditText, isAnswered, readCredit } = await import(`${CRM}quotation/credit.js`);

const PRODUCT = "product.product";
const ORDER = "sale.order";
const EMPTY = { label: "", schema: 1, fields: [], operations: [], parent: null, direction: "both", policies: {} };
const free = (product, quantity, template = product) => ({ product, template, free: quantity, uom: 1 });

/** A device whose office answers these questions, at this time. */
async function asking({ products = 0, questions = ["stock", "credit"], companies = [1] } = {}) {
    const { device, server } = await synced();
    const { settings, store } = device.parts;
    const profile_data = structuredClone(settings.profile_data);
    for (const [name, question] of [[PRODUCT, "stock"], [ORDER, "credit"]]) {
        const named = questions.includes(question) ? [{ name: question, args: {} }] : [];
        profile_data.entities.push({ ...EMPTY, name, questions: named });
    }
    await store.change((change) => {
        settings.put(change, { profile_data, clock_offset_s: 0, user_data: { ...settings.user_data, companies } });
    });
    device.search = async (_entity, _text, _where, { limit }) =>
        Array.from({ length: Math.min(products, limit) }, (_one, at) => ({ id: at + 1 }));
    device.nameOf = async () => "Units";
    const asked = server.ask.bind(server);
    server.ask = async (request) => ({ ...(await asked(request)), answered_at: server.now ?? new Date().toISOString() });
    return { device, server };
}

const stockOf = ({ targets }) => targets.map(({ id }) => free(id, id / 2));

describe("stock", () => {
    test("is asked of all products that are held, a few hundred a call, and kept as one answer", async () => {
        const { device, server } = await asking({ products: 1200 });
        server.answers.stock = stockOf;
        await askStock(device);
        assert.deepEqual(server.sent("ask").map(({ targets }) => targets.length), [500, 500, 200]);
        assert.equal((await device.answers.get(PRODUCT, "stock", "1")).answer.length, 1200);
    });

    test("of more products than that is not asked: calls are few", async () => {
        const { device, server } = await asking({ products: 9999 });
        server.answers.stock = stockOf;
        await askStock(device);
        assert.equal(server.sent("ask").length, 4);
    });

    test("is not asked again while the answer is young", async () => {
        const { device, server } = await asking({ products: 1 });
        server.answers.stock = stockOf;
        await askStock(device);
        await askStock(device);
        assert.equal(server.sent("ask").length, 1);
        const old = { answer: [], answered_at: new Date(Date.now() - 11 * 60_000).toISOString() };
        await device.answers.put(PRODUCT, "stock", old, "1");
        await askStock(device);
        assert.equal(server.sent("ask").length, 2);
    });

    test("is not asked where Odoo does not count it", async () => {
        const { device, server } = await asking({ products: 1, questions: [] });
        await askStock(device);
        assert.deepEqual(server.sent("ask"), []);
        assert.equal((await Stock.read(device, 1)).textOfProduct(1), "");
    });

    test("stays as it was when a call fails, and nobody is disturbed", async () => {
        const { device, server } = await asking({ products: 600 });
        await device.answers.put(PRODUCT, "stock", { answer: [free(1, 7)], answered_at: "2026-11-21T08:00:00Z" }, "1");
        server.answers.stock = (body) => {
            server.down = true;
            return stockOf(body);
        };
        await askAround(device);
        assert.equal(server.sent("ask").length, 1);
        assert.deepEqual((await device.answers.get(PRODUCT, "stock", "1")).answer, [free(1, 7)]);
    });

    test("is asked and shown for every company of the person, each with its own", async () => {
        const { device, server } = await asking({ products: 1, companies: [1, 4] });
        server.answers.stock = ({ company }) => [free(1, company * 10)];
        await askStock(device);
        assert.deepEqual(server.sent("ask").map(({ company }) => company), [1, 4]);
        const shown = await Promise.all([1, 4, 9].map(async (company) => (await Stock.read(device, company)).textOfProduct(1)));
        assert.deepEqual(shown, ["10 Units free, now", "40 Units free, now", ""]);
    });

    test("of products that are held no more is forgotten. Proves I4", async () => {
        const { device, server } = await asking({ products: 0 });
        await device.answers.put(PRODUCT, "stock", { answer: [free(1, 7)], answered_at: "2026-11-21T08:00:00Z" }, "1");
        await askStock(device);
        assert.deepEqual(server.sent("ask"), []);
        assert.deepEqual((await device.answers.get(PRODUCT, "stock", "1")).answer, []);
    });

    test("is short where lines together take more than was free, whatever their units", () => {
        const units = { 1: { id: 1, factor: 1 }, 2: { id: 2, factor: 12 }, 3: { id: 3, factor: 1 / 3 } };
        const isShort = (quantity, ...taken) =>
            new Stock([free(7, quantity)], {}, "").isShort(7, taken.map(([of, uom]) => ({ quantity: of, uom })), (uom) => units[uom]);
        assert.equal(isShort(3.3, [1.1, 1], [2.2, 1]), false, "floats add up to a hair more");
        assert.equal(isShort(1, [1, 3], [1, 3], [1, 3]), false, "three thirds, each of them rounded up, are more");
        assert.equal(isShort(24, [2, 2]), false);
        assert.equal(isShort(24, [2, 2], [0.001, 1]), true);
        assert.equal(isShort(0, [1, 1]), true);
        assert.equal(new Stock([], {}, "").isShort(7, [{ quantity: 1, uom: 1 }], (uom) => units[uom]), false, "not counted");
    });

    test("is shown with unit and age, of a product for all its variants", async () => {
        const { device } = await asking();
        const answered_at = new Date(Date.now() - 2 * 3_600_000).toISOString();
        await device.answers.put(PRODUCT, "stock", { answer: [free(1, 12, 9), free(2, 0.5, 9), free(3, 0)], answered_at }, "1");
        const stock = await Stock.read(device, 1);
        assert.equal(stock.textOfProduct(1), "12 Units free, 2 hours ago");
        assert.equal(stock.textOfTemplate(9), "12.5 Units free, 2 hours ago");
        assert.equal(stock.textOfProduct(3), "0 Units free, 2 hours ago");
        assert.equal(stock.textOfProduct(4), "");
        assert.deepEqual([stock.ofProduct(2).free, stock.ofProduct(4)], [0.5, null]);
    });

    test("has the age by the office's clock, however wrong this one is", async () => {
        const { device } = await asking();
        await device.parts.store.change((change) => device.settings.put(change, { clock_offset_s: 3 * 3600 }));
        // Here it is three hours later than at the office, where it was said two hours ago.
        assert.equal(agoOf(device, new Date(Date.now() - 5 * 3_600_000).toISOString()), "2 hours ago");
    });
});

describe("credit", () => {
    const wanted = { customer: 3, total: 0.1 + 0.2, currency: "EUR", company: 1 };

    test("is asked for customer and total, and kept with them", async () => {
        const { device, server } = await asking();
        server.answers.credit = { warning: "Too much." };
        await new Credit(device).ask(wanted);
        const args = { partner: 3, amount_total: 0.3, currency: "EUR" };
        assert.deepEqual(server.sent("ask"), [{ entity: ORDER, question: "credit", args, company: 1 }]);
        const known = await readCredit(device, wanted);
        assert.deepEqual([known.text, known.amount_total, known.currency], ["Too much.", 0.3, "EUR"]);
        assert.equal(await readCredit(device, { ...wanted, customer: 4 }), null);
        assert.equal(await readCredit(device, { ...wanted, company: 2 }), null, "another company has its own");
    });

    test("asks one question at a time, and of what was wanted meanwhile the newest", async () => {
        const { device, server } = await asking();
        server.answers.credit = { warning: null };
        const credit = new Credit(device);
        await Promise.all([10, 20, 30].map((total) => credit.ask({ ...wanted, total })));
        assert.deepEqual(server.sent("ask").map(({ args }) => args.amount_total), [10, 30]);
        assert.equal(await readCredit(device, wanted), null, "nothing to warn of");
    });

    test("is no trouble where nobody answers: the last warning stays", async () => {
        const { device, server } = await asking();
        const credit = new Credit(device);
        server.answers.credit = { warning: "Too much." };
        await credit.ask(wanted);
        server.down = true;
        await credit.ask({ ...wanted, total: 1 });
        server.down = false;
        server.refuse.ask = new Refused("question_refused", 422, { title: "", remedy: "" });
        await credit.ask({ ...wanted, total: 1 });
        assert.equal((await readCredit(device, wanted)).text, "Too much.");
    });

    test("goes with the customer. Proves I4", async () => {
        const { device, server } = await asking();
        server.put(PARTNER, 3, { name: "Azure" });
        server.put(PARTNER, 4, { name: "Deco" });
        server.profile_data = structuredClone(device.settings.profile_data);
        server.answers.credit = { warning: "Too much." };
        server.now = NOW;
        await device.sync();
        for (const customer of [3, 4]) {
            await new Credit(device).ask({ ...wanted, customer });
        }
        server.remove(PARTNER, 3);
        await device.sync();
        assert.equal(await readCredit(device, wanted), null);
        assert.equal((await readCredit(device, { ...wanted, customer: 4 })).text, "Too much.");
    });

    test("is as it is where Odoo was just asked about this very total, else it has its age", async () => {
        const { device } = await asking();
        const before = (ms) => new Date(Date.now() - ms).toISOString();
        const shown = { total: 0.1 + 0.2, currency: "EUR", isAsked: true };
        const text = (known, more) => {
            const said = { text: "Too much.", amount_total: 0.3, currency: "EUR", at: before(60_000), ...known };
            return String(creditText(device, said, { ...shown, ...more }));
        };
        assert.equal(text(), "Too much.");
        for (const other of [{ total: 5 }, { currency: "USD" }, { isAsked: false }]) {
            assert.equal(text({}, other), "Too much.\n(Odoo said so 1 minute ago.)");
        }
        assert.equal(text({ at: before(2 * 3_600_000) }), "Too much.\n(Odoo said so 2 hours ago.)");
    });

    test("is not asked for without a network, nor by a person who chose to do without one", () => {
        assert.equal(mayAsk({ isOffline: false, device: { mode: "automatic" } }), true);
        assert.equal(mayAsk({ isOffline: true, device: { mode: "automatic" } }), false);
        assert.equal(mayAsk({ isOffline: false, device: { mode: "always_offline" } }), false);
    });

    test("is asked where Odoo answers it", async () => {
        assert.equal(isAnswered((await asking()).device), true);
        assert.equal(isAnswered((await asking({ questions: [] })).device), false);
    });
});

describe("a document", () => {
    const answer = { name: "S1.pdf", type: "application/pdf", content: btoa("%PDF-1.4") };

    /** The sheet, opened and closed in this order while Odoo answers; what addresses are left, and what it shows. */
    async function opened(isClosedFirst, said = answer) {
        const left = new Set();
        const { createObjectURL, revokeObjectURL } = URL;
        Object.assign(URL, {
            createObjectURL: (blob) => {
                const url = createObjectURL(blob);
                left.add(url);
                return url;
            },
            revokeObjectURL: (url) => {
                left.delete(url);
                revokeObjectURL(url);
            },
        });
        try {
            const device = { ask: async () => ({ answer: said }) };
            const members = { app: { device }, props: { id: 1 }, state: { url: null, file: "", refusal: "" }, isOver: false };
            const sheet = Object.assign(Object.create(PrintedSheet.prototype), members);
            const fetched = sheet.fetch();
            if (isClosedFirst) {
                sheet.end();
            }
            await fetched;
            const shown = left.has(sheet.state.url);
            sheet.end();
            return { left: left.size, shown, state: sheet.state };
        } finally {
            Object.assign(URL, { createObjectURL, revokeObjectURL });
        }
    }

    test("is kept by the page while its sheet is open", async () => {
        const { left, shown, state } = await opened(false);
        assert.deepEqual([shown, left, state.file], [true, 0, "S1.pdf"]);
    });

    test("is not kept where the sheet was closed before it came", async () => {
        assert.equal((await opened(true)).left, 0);
    });

    test("that is no PDF is said to be none", async () => {
        const { shown, state } = await opened(false, { ...answer, type: "text/html" });
        assert.deepEqual([shown, state.url], [false, null]);
        assert.match(state.refusal, /made no PDF/);
    });
});
