/** The harness's `assert` means the same in Node and in a page of a browser. */
import { assert, describe, test } from "./harness.js";

class Small extends Error {}
class Smaller extends Small {}

const ALIKE = [
    [NaN, NaN],
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
    [new Set([{ a: 1 }, 2]), new Set([2, { a: 1 }])],
    [new Map([["a", [1]]]), new Map([["a", [1]]])],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
    [new Date(5), new Date(5)],
    [2n, 2n],
];
const DIFFERENT = [
    [0, -0],
    [1, "1"],
    [null, undefined],
    [{ a: undefined }, {}],
    [{ a: 1 }, { b: 1 }],
    [[1, 2], [1]],
    [[undefined], []],
    [{}, []],
    [{}, new Small()],
    [new Set([1]), new Set([2])],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [new Date(5), new Date(6)],
    [new Error("a"), new Error("b")],
];
const { AssertionError } = assert;

describe("the harness's assert", () => {
    test("takes what is alike down to the leaves, and nothing else", () => {
        for (const [one, other] of ALIKE) {
            assert.deepEqual(one, other);
            assert.throws(() => assert.notDeepEqual(one, other), AssertionError);
        }
        for (const [one, other] of DIFFERENT) {
            assert.notDeepEqual(one, other);
            assert.throws(() => assert.deepEqual(one, other), AssertionError);
        }
    });

    test("asks for the very same value", () => {
        assert.equal(NaN, NaN);
        assert.notEqual(0, -0);
        assert.throws(() => assert.equal(1, "1"), AssertionError);
        assert.throws(() => assert.notEqual(2, 2), AssertionError);
        assert.throws(() => assert.ok(0), AssertionError);
        assert.throws(() => assert.fail("never"), AssertionError);
        assert.throws(() => assert.match("a", /b/), AssertionError);
    });

    test("knows refusals by class, text or properties, and wants one", async () => {
        const refuse = async () => {
            throw Object.assign(new Smaller("too late"), { code: "late" });
        };
        await assert.rejects(refuse(), Small);
        await assert.rejects(refuse, /late/);
        await assert.rejects(refuse(), { code: "late", message: /too/ });
        await assert.rejects(refuse(), (error) => error.code === "late");
        assert.throws(() => {
            throw new TypeError("x");
        }, TypeError);
        for (const how of [TypeError, /early/, { code: "early" }, (error) => error.code === "early"]) {
            await assert.rejects(assert.rejects(refuse(), how), AssertionError);
        }
        await assert.rejects(assert.rejects(Promise.resolve(1)), AssertionError);
        assert.throws(() => assert.throws(() => {}), AssertionError);
    });
});
