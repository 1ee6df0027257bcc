/** Unsynchronized data as people see it: whose turn it is, in which order, and the ways out. */
import { assert, describe, test } from "./harness.js";
import { PARTNER, uid } from "./fake_server.js";
import { Entry } from "../../addons/offline_base/static/src/app/engine/operations.js";
import {
    correctedTime,
    fieldToCorrect,
    grouped,
    piecesOf,
    stateOf,
    waysOut,
} from "../../addons/offline_base/static/src/app/ui/model/work.js";

/** An entry of an outbox. */
function entryOf(seq, { verb = "update", state = "pending", receipt = null, decides = null, id = seq, unit = null } = {}) {
    const body = { seq, op: uid(seq), entity: PARTNER, verb, at: "2026-11-21T10:00:00Z", ...(unit && { unit: { id: unit } }) };
    return Entry.pending("d", { id, uid: null }, body, { decides }).with({ state, receipt });
}

const conflict = (decider, kind = "fields") => ({ state: "conflict", receipt: { conflict: { decider, kind, fields: {} } } });
const states = (entries, known) => piecesOf(entries, known).map(({ entry, state }) => [entry.seq, state]);

describe("a piece of work", () => {
    for (const [entry, state] of [
        [entryOf(1), "waits"],
        [entryOf(1, conflict("device")), "decide"],
        [entryOf(1, conflict("office")), "office"],
        [entryOf(1, { state: "conflict", receipt: {} }), "office"],
        [entryOf(1, { state: "rejected", receipt: {} }), "refused"],
        [entryOf(1, { state: "deferred", receipt: {} }), "behind"],
        [entryOf(1, { state: "unknown", receipt: {} }), "unknown"],
    ]) {
        test(`of ${entry.state} for ${entry.receipt?.conflict?.decider ?? "nobody"} is ${state}`, () => {
            assert.equal(stateOf(entry), state);
        });
    }

    test("is being sent only while a push goes on", () => {
        assert.deepEqual(states([entryOf(1)], { isSending: true }), [[1, "sending"]]);
        assert.deepEqual(states([entryOf(1, { state: "rejected", receipt: {} })], { isSending: true }), [[1, "refused"]]);
    });

    test("that needs the person comes first, then the newest", () => {
        const entries = [
            entryOf(1),
            entryOf(2, conflict("office")),
            entryOf(3, { state: "rejected", receipt: {} }),
            entryOf(4, conflict("device")),
            entryOf(5, { state: "rejected", receipt: {} }),
            entryOf(6),
        ];
        assert.deepEqual(
            states(entries).map(([seq]) => seq),
            [4, 5, 3, 2, 6, 1],
        );
    });

    test("shows the decision about it, which is no piece of its own until it is delivered", () => {
        const work = entryOf(1, { state: "rejected", receipt: {} });
        const decision = entryOf(2, { verb: "discard", decides: work.op });
        const [piece, ...more] = piecesOf([work, decision]);
        assert.deepEqual([piece.state, piece.decision, more], ["decided", decision, []]);
        // A correction that was refused as well stands for what it replaced.
        const amended = entryOf(3, { verb: "amend", state: "rejected", receipt: {}, decides: work.op });
        assert.deepEqual(states([amended]), [[3, "refused"]]);
        // What it decides about has left the outbox: it is seen by itself.
        assert.deepEqual(states([decision]), [[2, "waits"]]);
    });

    test("stands with the others of its record, or of its unit", () => {
        const entries = [entryOf(1, { id: 7 }), entryOf(2, { id: 8, unit: "u" }), entryOf(3, { id: 7 }), entryOf(4, { id: 9, unit: "u" })];
        assert.deepEqual(
            grouped(piecesOf(entries)).map(({ pieces }) => pieces.map(({ entry }) => entry.seq)),
            [
                [2, 4],
                [1, 3],
            ],
        );
    });

    test("has the ways out that the office takes", () => {
        const of = (state, verb, kind) => waysOut({ state, verb, kind }).join(" ");
        assert.equal(of("refused", "create"), "edit retry discard");
        assert.equal(of("refused", "mark_done"), "edit retry discard");
        assert.equal(of("refused", "delete"), "retry discard");
        assert.equal(of("decide", "update", "fields"), "decide discard");
        assert.equal(of("decide", "update", "deleted"), "discard");
        assert.equal(of("office", "update"), "discard");
        assert.equal(of("behind", "update"), "edit discard");
        assert.equal(of("waits", "update"), "send");
        for (const state of ["unknown", "decided", "sending", "applied"]) {
            assert.equal(of(state, "update"), "");
        }
    });

    test("names the field to correct, one that it has before one that it lacks", () => {
        const entry = entryOf(1, { state: "rejected", receipt: { fields: { city: "x", phone: "y" } } });
        assert.equal(fieldToCorrect(entry, { values: { phone: null } }), "phone");
        assert.equal(fieldToCorrect(entry, { values: {} }), "city");
        assert.equal(fieldToCorrect(entryOf(1), { values: { phone: "1" } }), null);
    });

    test("has the office's time where this device's clock is wrong", () => {
        assert.equal(correctedTime("2026-11-21T10:00:00Z", 0), "2026-11-21T10:00:00Z");
        assert.equal(Date.parse(correctedTime("2026-11-21T10:00:00Z", 86_400)), Date.parse("2026-11-20T10:00:00Z"));
    });
});
