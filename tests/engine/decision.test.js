/** A decision about a conflict, before it is sent: what is asked of the office, and what a person is shown of it. */
import { assert, describe, test } from "./harness.js";
import { canDecideUnseen, decisionFor, decisionOf, othersOf, outcomeOf } from "../../addons/offline_base/static/src/app/ui/model/decision.js";
import { difference } from "../../addons/offline_base/static/src/app/ui/model/difference.js";

const fields = {
    city: { base: "Oldtown", mine: "Newtown", theirs: "Northtown" },
    phone: { base: "1", mine: "2", theirs: null },
};
const both = ["city", "phone"];

describe("a decision", () => {
    test("is none while a field is open", () => {
        assert.equal(decisionOf(fields, { city: "mine" }, {}, both), null);
    });

    test("for one side is that side", () => {
        assert.deepEqual(decisionOf(fields, { city: "mine", phone: "mine" }, {}, both), { by: "device", values: null });
        assert.deepEqual(decisionOf(fields, { city: "theirs", phone: "theirs" }, {}, both), { by: "server", values: null });
    });

    test("for the office's values keeps what the work changed besides", () => {
        const decided = decisionOf(fields, { city: "theirs", phone: "theirs" }, {}, [...both, "email"]);
        assert.deepEqual(decided, { by: "values", values: {} });
    });

    test("field by field names what is not the office's", () => {
        const decided = decisionOf(fields, { city: "theirs", phone: "mine" }, {}, both);
        assert.deepEqual(decided, { by: "values", values: { phone: "2" } });
        const own = decisionOf(fields, { city: "own", phone: "theirs" }, { city: "Easttown" }, both);
        assert.deepEqual(own, { by: "values", values: { city: "Easttown" } });
    });

    test("for one side of several is taken unseen only where there are two sides, and this person is asked", () => {
        const piece = (state, kind) => ({ state, entry: { receipt: { conflict: { kind, fields } } }, body: { values: { city: 1, phone: 2, email: 3 } } });
        const kinds = ["fields", "expect", "deleted", "scope"];
        assert.deepEqual(kinds.map((kind) => canDecideUnseen(piece("decide", kind))), [true, false, false, false]);
        assert.deepEqual(["office", "decided"].map((state) => canDecideUnseen(piece(state, "fields"))), [false, false]);
        assert.deepEqual(decisionFor(piece("decide", "fields"), "mine"), { by: "device", values: null });
        assert.deepEqual(decisionFor(piece("decide", "fields"), "theirs"), { by: "values", values: {} });
    });

    test("shows what a field will hold", () => {
        const shown = ["mine", "theirs", "own", undefined].map((choice) => outcomeOf(fields.city, choice, "Easttown"));
        assert.deepEqual(shown, ["Newtown", "Northtown", "Easttown", undefined]);
    });

    test("shows what becomes of the fields that are not in question", () => {
        const body = {
            base: { city: "Oldtown", email: null, comment: "a", color: 1 },
            values: { city: "Newtown", email: "x@y.z", comment: "a\nmine", color: 2 },
        };
        const held = { city: "Northtown", email: null, comment: "a\ntheirs", color: 3 };
        const policies = { comment: "append", color: "server" };
        assert.deepEqual(othersOf(body, fields, held, policies), [
            { name: "email", value: "x@y.z", isMerged: false },
            { name: "comment", value: "a\ntheirs\nmine", isMerged: true },
        ]);
        assert.deepEqual(othersOf(body, fields, null, policies), []);
    });
});

describe("the difference of two texts", () => {
    const shown = (before, after) => {
        const signs = { same: "", new: "+", gone: "-" };
        return difference(before, after).map(({ kind, text }) => `${signs[kind]}${text}`);
    };

    for (const [before, after, parts] of [
        ["the red fox", "the old fox", ["the ", "-red", "+old", " fox"]],
        ["a b c", "a b c", ["a b c"]],
        ["", "all new", ["+all new"]],
        ["all gone", "", ["-all gone"]],
        ["one two", "one, two three", ["one", "+,", " two", "+ three"]],
        ["Überfall", "Überfälle", ["-Überfall", "+Überfälle"]],
    ]) {
        test(`of “${before}” and “${after}” is ${parts.join("|")}`, () => {
            assert.deepEqual(shown(before, after), parts);
        });
    }

    test("gives both texts back, whatever they are", () => {
        const texts = ["a b a c", "b a a d c", "", "x", "a\n\nb", "a b", "1,5 €", "1.5 €"];
        for (const before of texts) {
            for (const after of texts) {
                const parts = difference(before, after);
                const without = (left) => parts.filter(({ kind }) => kind !== left).map(({ text }) => text).join("");
                assert.deepEqual([without("new"), without("gone")], [before, after]);
            }
        }
    });

    test("of very long texts is not counted word by word", () => {
        const long = (word) => `${word} `.repeat(3000);
        assert.deepEqual(
            difference(long("one"), long("two")).map(({ kind }) => kind),
            ["gone", "new", "same"],
        );
    });
});
