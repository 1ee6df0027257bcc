import { assert, describe, test } from "./harness.js";
import { Entry, FINAL, PARKED, PENDING, place } from "../../addons/offline_base/static/src/app/engine/operations.js";

describe("an operation", () => {
    test("belongs to the journal once nothing is left to do about it", () => {
        FINAL.forEach((state) => assert.equal(place(state, "update"), "journal"));
        [PENDING, ...PARKED].forEach((state) => assert.equal(place(state, "update"), "outbox"));
        for (const verb of ["discard", "resolve", "void"]) {
            assert.equal(place("rejected", verb, "verb_unknown"), "journal");
        }
        // An amendment stands for what it replaced, unless it decided nothing.
        assert.equal(place("rejected", "amend", "value_invalid"), "outbox");
        for (const code of ["already_decided", "decision_invalid", "decision_for_office"]) {
            assert.equal(place("rejected", "amend", code), "journal");
        }
        assert.equal(place("deferred", "amend", "already_decided"), "outbox");
    });

    test("is found by its names while it is unsettled, and reads back as it was", () => {
        const body = { seq: 1, op: "op", entity: "a", verb: "update" };
        const entry = Entry.pending("d", { id: 7, uid: "u" }, body);
        const { row } = entry;
        assert.deepEqual([row.unsettled, row.by_id, row.by_uid], [1, ["a", 7], ["a", "u"]]);
        assert.deepEqual(Entry.read(row), entry);
        const settled = entry.with({ settled: true }).row;
        assert.deepEqual([settled.unsettled, settled.by_id, settled.by_uid], [undefined, undefined, undefined]);
        const none = Entry.pending("d", { id: null, uid: null }, body).row;
        assert.deepEqual([none.unsettled, none.by_id, none.by_uid], [1, undefined, undefined]);
    });
});
