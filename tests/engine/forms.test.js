/** What a person writes into a form: what is missing, what follows, what is a change; and the forms of arguments. */
import { assert, describe, test } from "./harness.js";
import { load } from "./screens.js";

const { Writing } = await load("forms/writing.js");
const { argumentsOf, defaultsOf, filled, unaskedOf } = await load("forms/arguments.js");
const { entityOf, isNeeded, linesOf, may, sectionsOf } = await load("model/entities.js");
const { entities } = await load("registries.js");

const field = (name, more = {}) => ({ name, type: "char", label: name, required: false, readonly: false, ...more });
const profile = (fields, more = {}) => ({
    ...{ name: "x.visit", label: "Visit", operations: [], parent: null, direction: "both" },
    ...{ fields, ...more },
});
const FIELDS = [field("name", { required: true }), field("day"), field("until"), field("note"), field("number", { readonly: true })];

function entity(said = {}, more = {}) {
    entities.add("x.visit", said);
    return entityOf(profile(FIELDS, more));
}

describe("a form", () => {
    test("of a new record sends what was written and what was given, and nothing else", () => {
        const writing = Writing.make(entity(), { changed: { day: "2026-11-22" } });
        writing.change("name", "First");
        assert.deepEqual(writing.changed, { day: "2026-11-22", name: "First" });
    });

    test("of a record sends what is different from what was seen", () => {
        const writing = Writing.make(entity(), { seen: { name: "First", note: null }, isNew: false });
        writing.change("name", "Second");
        writing.change("note", "x");
        writing.change("name", "First");
        assert.deepEqual(writing.changed, { note: "x" });
        writing.change("note", null);
        assert.equal(writing.isDirty, false);
    });

    test("is not saved while something is missing or cannot be read, and says which comes first", () => {
        const writing = Writing.make(entity({ needs: ["note"] }));
        assert.equal(writing.check(), false);
        assert.deepEqual([writing.problems, writing.first], [{ name: "Fill this in.", note: "Fill this in." }, "name"]);
        writing.change("name", "First");
        writing.change("note", "x");
        writing.problem("day", "This date is not complete.");
        assert.deepEqual([writing.check(), writing.first], [false, "day"]);
        writing.problem("day", null);
        assert.equal(writing.check(), true);
    });

    test("is whole when all that was begun has ended, however it ended", async () => {
        const writing = Writing.make(entity(), { changed: { name: "x" } });
        const ends = [];
        for (const [at, value] of [1, 2, 3].entries()) {
            writing.hold(new Promise((resolve, reject) => ends.push(at === 1 ? reject : () => resolve(writing.change("note", value)))));
        }
        const whole = writing.held.then(() => writing.changed.note);
        ends.reverse().forEach((end) => end());
        assert.equal(await whole, 1);
    });

    test("does not ask for what has no meaning here", () => {
        const writing = Writing.make(entity({ needs: ["until"], shows: { until: ({ day }) => Boolean(day) } }), { changed: { name: "x" } });
        assert.equal(writing.check(), true);
        writing.change("day", "2026-11-22");
        assert.deepEqual([writing.check(), writing.first], [false, "until"]);
        writing.change("day", null);
        assert.equal(writing.check(), true);
    });

    test("lets other fields follow", () => {
        const follow = (name, { day }) => (name === "day" ? { until: day } : {});
        const writing = Writing.make(entity({ follow }));
        writing.change("day", "2026-11-22");
        assert.deepEqual(writing.changed, { day: "2026-11-22", until: "2026-11-22" });
    });

    test("shows a field that no section has when something is said about it, below the others", () => {
        const said = { sections: [{ label: "", fields: ["name"] }], shows: { until: () => false } };
        const labels = (writing) => writing.sections.map(({ label, fields }) => [label, fields.map(({ name }) => name)]);
        const writing = Writing.make(entity(said), { changed: { name: "x" }, named: ["note", "until", "number", "gone", "name"] });
        assert.deepEqual(labels(writing), [["", ["name"]], ["More fields", ["until", "note"]]]);
        const other = Writing.make(entity(said), { changed: { name: "x" } });
        assert.deepEqual(labels(other), [["", ["name"]]]);
        assert.equal(other.take({ code: "required_missing", message: "note: …", fields: { note: "…" } }), null);
        assert.deepEqual([labels(other)[1], other.first], [["More fields", ["note"]], "note"]);
    });

    test("shows what the engine refuses beside its field, else as a sentence", () => {
        const writing = Writing.make(entity());
        assert.equal(writing.take({ code: "value_invalid", message: "name: …", fields: { name: "must be a text" } }), null);
        assert.deepEqual(writing.problems, { name: "This does not fit here." });
        assert.equal(writing.take({ code: "operation_invalid", message: "too large", fields: {} }), "too large");
    });
});

describe("what people may do", () => {
    test("follows the direction of the profile, and what the adapter takes", () => {
        assert.equal(may(entity(), "create"), true);
        assert.equal(may(entity({ verbs: ["create"] }), "delete"), false);
        assert.equal(may(entity({}, { direction: "pull" }), "create"), false);
        assert.deepEqual([isNeeded(entity({ needs: ["note"] }), FIELDS[3]), isNeeded(entity(), FIELDS[3])], [true, false]);
    });

    test("sections name fields of the profile alone, in words of their own where there are any", () => {
        const said = { sections: [{ label: "One", fields: ["note", "gone"] }, { label: "Two", fields: ["gone"] }], labels: { note: "Remark" } };
        assert.deepEqual(
            sectionsOf(entity(said)).map(({ label, fields }) => [label, fields.map((one) => one.label)]),
            [["One", ["Remark"]]],
        );
    });

    test("lines are the kinds whose parent is this one", () => {
        const line = { ...profile([field("visit_id", { type: "many2one", relation: "x.visit" })]), name: "x.line", parent: "visit_id" };
        const stranger = { ...line, name: "x.other", fields: [field("visit_id", { relation: "x.else" })] };
        const app = { device: { settings: { profile: { entities: [profile(FIELDS), line, stranger] } } } };
        assert.deepEqual(linesOf(app, entity()).map(({ entity: { name }, field: by }) => [name, by]), [["x.line", "visit_id"]]);
    });
});

describe("the arguments of a named operation", () => {
    const operation = (properties, required = [], $defs = {}) => ({ name: "do", label: "Do", args: { properties, required, $defs } });
    const types = (one, hints) => argumentsOf(one, hints)?.profile.fields.map(({ type, label, required }) => [type, label, required]);

    test("become fields by their schema", () => {
        const one = operation(
            {
                day: { type: "string", format: "date", title: "Day" },
                at: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
                feedback: { type: "string", maxLength: 10000 },
                code: { type: "string", maxLength: 20 },
                count: { type: "integer" },
                weight: { type: "number" },
                sure: { type: "boolean" },
                how: { $ref: "#/$defs/How" },
                list: { type: "array" },
            },
            ["day"],
            { How: { enum: ["a", "b"] } },
        );
        assert.deepEqual(types(one, { labels: { at: "When" } }), [
            ["date", "Day", true],
            ["datetime", "When", false],
            ["text", "feedback", false],
            ["char", "code", false],
            ["integer", "count", false],
            ["float", "weight", false],
            ["boolean", "sure", false],
            ["selection", "how", false],
        ]);
    });

    test("that nobody can type are offered nowhere when they are required", () => {
        assert.equal(argumentsOf(operation({ list: { type: "array" } }, ["list"])), null);
    });

    test("that say what the person saw are asked for nowhere, and sent where the office knows them", () => {
        const one = operation({ reason: { type: "string" }, seen: { type: "string" } }, ["seen"]);
        const hints = { unasked: { seen: ({ state }) => state, more: () => 1 } };
        assert.deepEqual(types(one, hints).map(([, name]) => name), ["reason"]);
        assert.deepEqual(unaskedOf(one, hints, { state: "draft" }), { seen: "draft" });
        assert.deepEqual(unaskedOf(one, hints, {}), { seen: null });
        assert.deepEqual(unaskedOf(operation({}), hints, { state: "draft" }), {});
        assert.deepEqual(unaskedOf(one, {}, { state: "draft" }), {});
    });

    test("begin with their defaults, and are left out where they stay empty", () => {
        assert.deepEqual(defaultsOf(operation({ a: { default: 3 }, b: { default: "" }, c: { default: null }, d: {} })), { a: 3, b: null });
        assert.deepEqual(filled({ a: 3, b: null, c: false }), { a: 3, c: false });
    });
});
