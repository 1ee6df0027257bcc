/** Work of named operations where it waits: in words, under its tab, and corrected where its entity says so. */
import { assert, describe, test } from "./harness.js";
import { load } from "./screens.js";

const { canCorrect, correct, correctWith } = await load("model/deeds.js");
const { describe: described, fieldsOf } = await load("model/pieces.js");
const { entities } = await load("registries.js");

const ENTITY = "x.order";
const ARGS = {
    properties: {
        reason: { title: "Reason", type: "string", default: "" },
        shop: { title: "Shop", anyOf: [{ type: "integer" }, { type: "null" }], default: null },
        lines: { title: "Lines", type: "array", default: [] },
        seen: { title: "Seen", type: "string" },
    },
};
const fields = { shop: { type: "many2one", relation: "x.shop", selection: null } };
const hints = { labels: { reason: "Why?" }, fields, unasked: { seen: () => "draft" } };

function pieceOf(args, operation = {}, verb = "close") {
    entities.add(ENTITY, { operations: { close: { ...hints, ...operation } }, kinds: [{ name: "own", label: "Own", of: () => true }] }, { force: true });
    const profile = { name: ENTITY, label: "Order", fields: [], direction: "both", parent: null, operations: [{ name: "close", label: "Close", args: ARGS }] };
    const said = [];
    const app = {
        said,
        entity: () => profile,
        device: {
            wanted: async ({ body }) => body,
            get: async () => null,
            nameOf: async (entity, id) => `${entity} ${id}`,
            amend: async (...given) => said.push(given),
        },
        messages: { say: (text) => said.push(text) },
    };
    const entry = { op: "o", seq: 1, entity: ENTITY, verb, target_uid: null, target_id: 7, body: { verb, args, at: "2026-11-22T10:00:00Z" }, receipt: null };
    return { app, entry };
}

async function piece(args, operation, verb) {
    const { app, entry } = pieceOf(args, operation, verb);
    return { app, piece: await described(app, { entry, state: "refused" }, null) };
}

describe("work of a named operation", () => {
    test("is told by the words and the names of its arguments", async () => {
        const { app, piece: one } = await piece({ reason: "No room", shop: 3, seen: "draft" });
        const rows = await fieldsOf(app, one);
        assert.deepEqual(rows.map(({ label, mine }) => [label, mine]), [["Why?", "No room"], ["Shop", "x.shop 3"]]);
    });

    test("that was given up tells the reason alone", async () => {
        const { app, piece: one } = await piece({ op: "x", reason: "Twice" }, {}, "discard");
        assert.deepEqual((await fieldsOf(app, one)).map(({ label, mine }) => [label, mine]), [["Reason", "Twice"]]);
    });

    test("is told by its entity where that has more to say, which may look things up", async () => {
        const told = ({ args, device }) => ({ what: `Closed ${args.reason}`, rows: async () => [{ name: "lines.0", label: await device.nameOf("x.shop", 1), text: "2" }] });
        const { app, piece: one } = await piece({ reason: "A" }, { told });
        assert.equal(one.what, "Closed A");
        one.entry.receipt = { fields: { "lines.0.shop": "Gone" } };
        assert.deepEqual((await fieldsOf(app, one)).map(({ label, problem }) => [label, problem]), [["x.shop 1", "Gone"]]);
    });

    test("stands under the tab of its operation, else under that of its record", async () => {
        const orders = { name: "orders", label: "Orders" };
        assert.equal((await piece({}, { kind: orders })).piece.kind, orders);
        assert.equal((await piece({})).piece.kind.name, "own");
    });
});

describe("correcting it", () => {
    test("opens the screen that its entity has for it, while its record is here", async () => {
        const opened = [];
        const { app, piece: one } = await piece({}, { correct: (...given) => opened.push(given) });
        assert.equal(canCorrect(one), false);
        one.isThere = true;
        assert.equal(canCorrect(one), true);
        await correct(app, one);
        assert.deepEqual(opened, [[app, one]]);
    });

    test("sends what it says now and nothing of what it said before", async () => {
        const { app, piece: one } = await piece({ reason: "A", shop: 3, lines: [1], old: 1 });
        await correctWith(app, one, { shop: 4 });
        assert.deepEqual(app.said[0], ["o", null, { reason: "", shop: 4, lines: [], old: null }]);
    });
});
