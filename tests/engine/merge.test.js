/** Laws of the three-way merge, over every small case: nobody's change is lost, and both orders agree. */
import { assert, describe, test } from "./harness.js";
import { same } from "../../addons/offline_base/static/src/app/engine/canonical.js";
import { countable, mergeField, mergeRecord, POLICIES } from "../../addons/offline_base/static/src/app/engine/merge.js";

const NUMBERS = [null, 0, 1, 2, -3];
const LISTS = [[], [1], [2], [1, 2], [2, 3], [1, 2, 3]];
const TEXTS = [null, "a", "a\nb", "b", "a\nc", "c\na"];
const VALUES = { union: LISTS, append: TEXTS };

function merged(base, mine, theirs, policy, newer = false) {
    const result = { write: {}, merged: new Set(), conflicts: {} };
    mergeField(result, "f", base, mine, theirs, policy, newer);
    return { after: "f" in result.write ? result.write.f : theirs, ...result };
}

function* cases(policies = POLICIES) {
    for (const policy of policies) {
        const values = VALUES[policy] ?? NUMBERS;
        for (const base of values) {
            for (const mine of values) {
                for (const theirs of values) {
                    for (const newer of [false, true]) {
                        yield { policy, base, mine, theirs, newer };
                    }
                }
            }
        }
    }
}

const untouched = ({ write, merged: by, conflicts }) =>
    !Object.keys(write).length && !by.size && !Object.keys(conflicts).length;

describe("merging", () => {
    test("equal sides change nothing, but two who took one each took two", () => {
        for (const { policy, base, mine, newer } of cases(POLICIES.filter((name) => name !== "sum"))) {
            assert.ok(untouched(merged(base, mine, mine, policy, newer)));
        }
        assert.equal(merged(10, 9, 9, "sum").after, 8);
    });

    test("what only one side changed counts as it is", () => {
        for (const { policy, base, mine, theirs, newer } of cases()) {
            assert.ok(untouched(merged(base, base, theirs, policy, newer)));
            const result = merged(base, mine, base, policy, newer);
            assert.deepEqual(result.after, mine);
            assert.equal(result.merged.size, 0);
        }
    });

    test("merging again changes nothing", () => {
        for (const { policy, base, mine, theirs, newer } of cases(POLICIES.filter((name) => name !== "sum"))) {
            const { after } = merged(base, mine, theirs, policy, newer);
            // A result that is the base again looks untouched: then the device's value is due.
            assert.deepEqual(merged(base, mine, after, policy, newer).after, same(after, base) ? mine : after);
        }
    });

    test("a conflict writes nothing and keeps all three sides", () => {
        for (const { policy, base, mine, theirs } of cases(["ask", "review"])) {
            const { write, conflicts } = merged(base, mine, theirs, policy);
            if (!same(mine, base) && !same(theirs, base) && !same(mine, theirs)) {
                assert.deepEqual({ write, conflicts }, { write: {}, conflicts: { f: { base, mine, theirs } } });
            }
        }
    });

    test("sum adds both differences, whichever side comes first", () => {
        for (const { base, mine, theirs } of cases(["sum"])) {
            const { after } = merged(base, mine, theirs, "sum");
            assert.equal((after ?? 0) - (base ?? 0), (mine ?? 0) - (base ?? 0) + ((theirs ?? 0) - (base ?? 0)));
        }
    });

    test("max takes the greater change", () => {
        assert.equal(merged(1, 5, 3, "max").after, 5);
        assert.equal(merged(9, 5, 3, "max").after, 5);
        assert.equal(merged(1, null, 3, "max").after, 3);
        assert.equal(merged("2026-01-01", "2026-02-01", "2026-03-01", "max").after, "2026-03-01");
    });

    test("union keeps what either added and drops what either removed", () => {
        for (const { base, mine, theirs } of cases(["union"])) {
            const wanted = [1, 2, 3].filter((item) => {
                const [in0, in1, in2] = [base, mine, theirs].map((list) => list.includes(item));
                return (in1 && !in0) || (in2 && !in0) || (in0 && in1 && in2);
            });
            assert.deepEqual(merged(base, mine, theirs, "union").after, wanted);
        }
        assert.deepEqual(merged([1], [1, { uid: "u" }], [1, 10, 9], "union").after, [1, 9, 10, { uid: "u" }]);
    });

    test("append loses no line of either side, and knows whole lines", () => {
        for (const { base, mine, theirs } of cases(["append"])) {
            if (mine !== null && mine.startsWith(base ?? "")) {
                const lines = new Set((merged(base, mine, theirs, "append").after ?? "").split("\n"));
                const added = mine
                    .slice((base ?? "").length)
                    .split("\n")
                    .filter(Boolean);
                assert.ok([...added, ...(theirs ?? "").split("\n").filter(Boolean)].every((line) => lines.has(line)));
            }
        }
        assert.equal(merged("a", "a\nok", "a\nbook", "append").after, "a\nbook\nok");
    });

    test("newest is decided field by field", () => {
        const [base, mine, theirs] = [1, 2, 3].map((side) => ({ a: side, b: side }));
        const result = mergeRecord(base, mine, theirs, { a: "newest", b: "newest" }, ["a"]);
        assert.deepEqual(result, { write: { a: 2 }, merged: new Set(["a", "b"]), conflicts: {} });
    });

    test("edits of different fields never conflict, and a field without a policy is for review", () => {
        assert.deepEqual(mergeRecord({ a: 1 }, { a: 2 }, { a: 1, b: 5 }, {}).write, { a: 2 });
        assert.ok("a" in mergeRecord({ a: 1 }, { a: 2 }, { a: 3 }, {}).conflicts);
    });

    test("nobody counts from a base that stands as text", () => {
        const policies = { qty: "sum", tags: "union", note: "append" };
        assert.deepEqual(countable(policies, { qty: "ten", tags: "a", note: "text" }), {
            qty: "review",
            tags: "review",
            note: "append",
        });
    });
});
