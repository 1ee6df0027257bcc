/** What a salesperson's device asks by itself: stock after a sync, credit while a quotation is made; shown with its age. */
import { assert, describe, test } from "./harness.js";
import { synced } from "./home.js";
import { load } from "./screens.js";
import { Refused } from "../../addons/offline_base/static/src/app/engine/errors.js";

// Ages are written in the language of the page.
globalThis.document ??= { documentElement: { lang: "en" } };

const CRM = "../../addons/offline_crm/static/src/app/";
const { agoOf, askAround } = await load("model/asking.js");
const { askStock, Stock } = await import(`${CRM}model/stock.js`);
const { Credit, creditText, isAnswered, readCredit } = await import(`${CRM}quotation/credit.js`);

const PRODUCT = "product.product";
const ORDER = "sale.order";
const EMPTY = { label: "", schema: 1, fields: [], operations: [], parent: null, direction: "both", policies: {} };
const free = (product, quantity, template = product) => ({ product, template, free: quantity, uom: 1 });

/** A device whose office answers these questions, at this time. */
async function asking({ products = 0, questions = ["stock", "credit"] } = {}) {
    const { device, server } = await synced();
    const { settings, store } = device.parts;
    const profile_data = structuredClone(settings.profile_data);
    for (const [name, question] of [[PRODUCT, "stock"], [ORDER, "credit"]]) {
        const named = questions.includes(question) ? [{ name: question, args: {} }] : [];
        profile_data.entities.push({ ...EMPTY, name, questions: named });
    }
    await store.change((change) => {
        settings.put(change, { profile_data, clock_offset_s: 0 });
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
        assert.equal((await device.answers.get(PRODUCT, "stock")).answer.length, 1200);
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
        await device.answers.put(PRODUCT, "stock", old);
        await askStock(device);
        assert.equal(server.sent("ask").length, 2);
    });

    test("is not asked where Odoo does not count it", async () => {
        const { device, server } = await asking({ products: 1, questions: [] });
        await askStock(device);
        assert.deepEqual(server.sent("ask"), []);
        assert.equal((await Stock.read(device)).textOfProduct(1), "");
    });

    test("stays as it was when a call fails, and nobody is disturbed", async () => {
        const { device, server } = await asking({ products: 600 });
        await device.answers.put(PRODUCT, "stock", { answer: [free(1, 7)], answered_at: "2026-11-21T08:00:00Z" });
        server.answers.stock = (body) => {
            server.down = true;
            return stockOf(body);
        };
        await askAround(device);
        assert.equal(server.sent("ask").length, 1);
        assert.deepEqual((await device.answers.get(PRODUCT, "stock")).answer, [free(1, 7)]);
    });

    test("is shown with unit and age, of a product for all its variants", async () => {
        const { device } = await asking();
        const answered_at = new Date(Date.now() - 2 * 3_600_000).toISOString();
        await device.answers.put(PRODUCT, "stock", { answer: [free(1, 12, 9), free(2, 0.5, 9), free(3, 0)], answered_at });
        const stock = await Stock.read(device);
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
        const known = await readCredit(device, 3);
        assert.deepEqual([known.text, known.amount_total, known.currency, known.age], ["Too much.", 0.3, "EUR", "now"]);
        assert.equal(await readCredit(device, 4), null);
    });

    test("asks one question at a time, and of what was wanted meanwhile the newest", async () => {
        const { device, server } = await asking();
        server.answers.credit = { warning: null };
        const credit = new Credit(device);
        await Promise.all([10, 20, 30].map((total) => credit.ask({ ...wanted, total })));
        assert.deepEqual(server.sent("ask").map(({ args }) => args.amount_total), [10, 30]);
        assert.equal(await readCredit(device, 3), null, "nothing to warn of");
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
        assert.equal((await readCredit(device, 3)).text, "Too much.");
    });

    test("of a customer who is new here is asked by the uid", async () => {
        const { device, server } = await asking();
        server.answers.credit = { warning: "New." };
        const customer = { uid: "019a0000-0000-7000-8000-000000000001" };
        await new Credit(device).ask({ ...wanted, customer, company: null });
        assert.deepEqual(server.sent("ask")[0].args.partner, customer);
        assert.equal("company" in server.sent("ask")[0], false);
        assert.equal((await readCredit(device, customer)).text, "New.");
    });

    test("is as it is for the very total that Odoo was asked about, else it has its age", () => {
        const known = { text: "Too much.", amount_total: 0.3, currency: "EUR", age: "2 hours ago" };
        const shown = { total: 0.1 + 0.2, currency: "EUR", isOffline: false };
        assert.equal(String(creditText(known, shown)), "Too much.");
        for (const other of [{ total: 5 }, { currency: "USD" }, { isOffline: true }]) {
            assert.equal(String(creditText(known, { ...shown, ...other })), "Too much.\n(Odoo said so 2 hours ago.)");
        }
    });

    test("is asked where Odoo answers it", async () => {
        assert.equal(isAnswered((await asking()).device), true);
        assert.equal(isAnswered((await asking({ questions: [] })).device), false);
    });
});
