/** Before a contact is made a second time: what Odoo has is offered wherever one is made, and put where it was wanted. */
import { assert, describe, test } from "./harness.js";
import { load } from "./screens.js";

const { AlikeSheet } = await load("forms/alike.js");
const { FormSheet } = await load("forms/sheet.js");
const { Picker } = await load("forms/picker.js");
const { entities } = await load("registries.js");
const { entityOf } = await load("model/entities.js");
const { ConvertSheet } = await import("../../addons/offline_crm/static/src/app/parts/convert.js");

const PARTNER = "res.partner";
const EMAIL = "desk@valley.example";
const name = { name: "name", type: "char", label: "Name", required: true, readonly: false };
const profile = { name: PARTNER, label: "Contact", operations: [], parent: null, direction: "both", fields: [name] };
entities.add(PARTNER, { alike: ["email"], title: (values) => values.name });
/** As OWL makes one, without drawing it. */
const drawn = (component, members) => Object.assign(Object.create(component.prototype), members);
const later = () => new Promise((resolve) => setTimeout(resolve));

/** An app over an Odoo that has these contacts; `answers` is what the person says to the question about duplicates. */
function appWith(inOdoo, answers = []) {
    const held = new Map(inOdoo.map(({ id, ...values }) => [id, { id, uid: null, ref: id, present: true, values }]));
    const app = { isOffline: false, asked: [], made: [], said: [], closed: [] };
    app.entity = () => profile;
    app.device = {
        mode: "online",
        pins: { allows: () => true, put: async () => {} },
        find: async () => ({ records: inOdoo.map(({ id, name: called }) => ({ id, name: called })) }),
        get: async (entity, id) => held.get(id) ?? null,
        create: async (entity, values, { distinctFrom }) => {
            app.made.push({ values, distinctFrom });
            return { id: null, uid: "u1", values };
        },
    };
    app.messages = {
        open: async (component, { found }) => {
            app.asked.push([component, found.map(({ id }) => id)]);
            return answers.shift();
        },
        say: (text) => app.said.push(text),
    };
    return app;
}

const valley = { id: 7, name: "Valley Archive", is_company: true };
const written = { name: "Valley", email: EMAIL };

describe("a contact that is made while one is chosen", () => {
    const pickerOf = (app, props = {}) => drawn(Picker, { app, entity: entityOf(profile), props, state: { text: "" } });
    const here = () => false;

    test("is the one that Odoo has, where the person says so: it is put into the field, and none is made", async () => {
        const app = appWith([valley], [7]);
        assert.deepEqual(await pickerOf(app).make(written, here), { ref: 7, name: "Valley Archive" });
        assert.deepEqual([app.asked, app.made], [[[AlikeSheet, [7]]], []]);
    });

    test("is made where it is none of them, and is not asked about again", async () => {
        const app = appWith([valley], [null]);
        assert.deepEqual(await pickerOf(app).make(written, here), { ref: { uid: "u1" }, name: "Valley" });
        assert.deepEqual(app.made, [{ values: written, distinctFrom: [7] }]);
    });

    test("is made without a question where Odoo has none like it", async () => {
        const app = appWith([]);
        await pickerOf(app).make(written, here);
        assert.deepEqual([app.asked, app.made], [[], [{ values: written, distinctFrom: [] }]]);
    });

    test("is not made when the person goes back to what they wrote, or left it while Odoo was asked", async () => {
        const app = appWith([valley], [undefined]);
        assert.equal(await pickerOf(app).make(written, here), undefined);
        assert.equal(await pickerOf(app).make(written, () => true), undefined);
        assert.deepEqual([app.asked.length, app.made], [1, []]);
    });

    test("is not one that the field does not offer", async () => {
        const app = appWith([{ ...valley, is_company: false }], [7]);
        const keep = (candidate) => candidate.is_company;
        assert.equal(await pickerOf(app, { keep }).make(written, here), undefined);
        assert.deepEqual(app.said.map(String), ["Valley Archive cannot be chosen here."]);
    });

    test("tells the form in which it is written when that is closed", async () => {
        const app = appWith([valley]);
        const picker = pickerOf(app, { close: (answer) => app.closed.push(answer) });
        let save;
        app.messages.open = async (component, props) => {
            save = props.save;
            return undefined;
        };
        await picker.create();
        app.messages.open = async () => null;
        assert.equal(await save(written), undefined);
        assert.deepEqual([app.made, app.closed], [[], []]);
    });
});

describe("a short form", () => {
    test("stays open where saving it ended in nothing, and is saved once at a time", async () => {
        const [saved, closed] = [[], []];
        const answers = [undefined, { ref: 7 }];
        const save = async (changed) => {
            saved.push(changed);
            await later();
            return answers.shift();
        };
        const writing = { check: () => true, changed: written };
        const sheet = drawn(FormSheet, { writing, state: { isBusy: false }, props: { save, close: (answer) => closed.push(answer) } });
        await Promise.all([sheet.save(), sheet.save()]);
        assert.deepEqual([saved, closed, sheet.state.isBusy], [[written], [], false]);
        await sheet.save();
        assert.deepEqual([saved.length, closed], [2, [{ ref: 7 }]]);
    });
});

describe("the customer of a lead", () => {
    const record = { values: { email_from: EMAIL, phone: null, partner_name: "Valley", partner_id: null } };
    const state = () => ({ chosen: null, others: [], isAsking: false, isBusy: false, inOdoo: [] });
    function sheetOf(app, known = []) {
        const close = (answer) => app.closed.push(answer);
        return drawn(ConvertSheet, { app, state: state(), live: { known }, props: { record, close } });
    }
    /** Odoo has one whom this device does not hold. */
    function elsewhere() {
        const app = appWith([valley]);
        app.device.get = async () => null;
        return app;
    }

    test("is nobody until Odoo has answered; then it is the one that Odoo has", async () => {
        const sheet = sheetOf(elsewhere());
        const asked = sheet.ask();
        assert.deepEqual([sheet.chosen, sheet.state.isAsking], [null, true]);
        await asked;
        assert.deepEqual([sheet.chosen.key, sheet.state.isAsking], ["7", false]);
    });

    test("stays who they chose, or who is known here, when the answer comes late", async () => {
        const [one, other] = [sheetOf(elsewhere()), sheetOf(elsewhere(), [{ key: "3", ref: 3, title: "Known", text: "" }])];
        const asked = [one.ask(), other.ask()];
        one.choose("new");
        await Promise.all(asked);
        assert.deepEqual([one.chosen.key, other.chosen.key], ["new", "3"]);
        other.live.known.unshift({ key: "2", ref: 2, title: "Came with a sync", text: "" });
        assert.equal(other.chosen.key, "3");
    });

    test("stands there once when they were fetched or found meanwhile", async () => {
        const sheet = sheetOf(elsewhere(), []);
        await sheet.ask();
        sheet.live.known.push({ key: "7", ref: 7, title: "Valley Archive", text: "here" });
        sheet.app.messages.open = async () => ({ ref: 7, name: "Valley Archive" });
        await sheet.search();
        assert.deepEqual(sheet.choices.map(({ key }) => key), ["7", "new", "none"]);
        assert.deepEqual([sheet.chosen.text, sheet.chosen.isElsewhere], ["here", undefined]);
    });

    test("is told to Odoo even where they cannot be fetched, which is said", async () => {
        const app = elsewhere();
        app.sync = async () => {
            throw new Error("broken");
        };
        const sheet = sheetOf(app);
        await sheet.ask();
        await sheet.confirm();
        assert.deepEqual([app.closed, app.said.length], [[{ customer: "existing", partner: 7 }], 1]);
    });
});
