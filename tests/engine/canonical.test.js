import { assert, describe, test } from "./harness.js";
import {
    canonical,
    digest,
    dump,
    fromHex,
    MODULUS,
    roundDigits,
    same,
    toHex,
    TYPES,
    ValueInvalid,
} from "../../addons/offline_base/static/src/app/engine/canonical.js";
import { fold, searchable, words } from "../../addons/offline_base/static/src/app/engine/text.js";

const UID = "018f4d2e-7c1a-7b3c-8d4e-5f60718293a4";
const HASH = "0".repeat(64);
const of = (type, value, more = {}) => canonical({ name: "f", type, ...more }, value);

describe("canonical JSON", () => {
    test("is short, in the order of names, and the same for the same content", () => {
        assert.equal(
            dump({ b: null, a: "é", c: [1, { z: 1.5, y: true }] }),
            '{"a":"é","b":null,"c":[1,{"y":true,"z":1.5}]}',
        );
        assert.ok(same({ a: 1, b: [2] }, { b: [2], a: 1 }));
        assert.ok(!same([1, 2], [2, 1]));
        assert.ok(same(undefined, null));
    });

    test("orders names by UTF-16 units and writes numbers as the RFC wants", () => {
        assert.equal(
            dump({ "\u20ac": 1, "\r": 2, "\ufb33": 3, 1: 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }),
            '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
        );
        assert.equal(
            dump([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0]),
            "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]",
        );
    });

    test("leaves out what is not there", () => {
        assert.equal(dump({ a: undefined, b: 1 }), '{"b":1}');
    });
});

describe("versions", () => {
    test("have 64 bits and add up modulo their number", () => {
        assert.equal(toHex(255n), "00000000000000ff");
        assert.equal(fromHex("00000000000000ff"), 255n);
        assert.equal(toHex(fromHex("ffffffffffffffff")), "ffffffffffffffff");
        assert.equal(digest([1n, MODULUS - 1n, 5n]), 5n);
        assert.equal(toHex(-1n), "ffffffffffffffff");
        assert.throws(() => fromHex("ff"), RangeError);
    });
});

describe("canonical values", () => {
    test("every type has one form for empty", () => {
        const empty = TYPES.filter((type) => !["boolean", "many2many"].includes(type));
        assert.deepEqual(
            empty.map((type) => of(type, null)),
            empty.map(() => null),
        );
        assert.equal(of("char", ""), null);
        assert.deepEqual(of("many2many", []), []);
    });

    test("times are in UTC to the second, whatever zone they were written in", () => {
        for (const text of ["2026-11-21T11:00:00+01:00", "2026-11-21T10:00:00.9Z", "2026-11-21 04:30:00-05:30"]) {
            assert.equal(of("datetime", text), "2026-11-21T10:00:00Z");
        }
        assert.equal(of("datetime", "0099-01-01T00:00:00Z"), "0099-01-01T00:00:00Z");
    });

    test("references are ids or uids, sorted and without repeats", () => {
        assert.deepEqual(of("many2many", [10, { uid: UID }, 9, 10, { uid: UID }]), [9, 10, { uid: UID }]);
        assert.deepEqual(of("many2one", { uid: UID }), { uid: UID });
    });

    test("floats are rounded half away from zero, on the fifteen digits that count", () => {
        // As Python's offline_core.fields.round_digits has them.
        for (const [value, digits, rounded] of [
            [2.675, 2, 2.68],
            [-2.675, 2, -2.68],
            [0.125, 2, 0.13],
            [0.1 + 0.2, null, 0.3],
            [1e15, 16, 1e15],
            [-0, 2, 0],
            [-0.001, 2, 0],
            [1234567.5, 0, 1234568],
            [0.5, 0, 1],
            [0.49999999999999994, 0, 1],
            [5e-324, null, 5e-324],
            [100000000000000.5, null, 100000000000000],
            [100000000000001.5, null, 100000000000002],
            [123.456, 6, 123.456],
            [1e-7, 6, 0],
            [5e-7, 6, 1e-6],
            [999999999999999.9, 1, 1e15],
            [1.005, 2, 1.01],
            [8.5e-5, 4, 1e-4],
        ]) {
            assert.ok(
                Object.is(roundDigits(value, digits), rounded),
                `${value} ${digits}: ${roundDigits(value, digits)}`,
            );
        }
        assert.equal(of("monetary", 3.14159, { digits: 2 }), 3.14);
    });

    test("what does not fit is refused", () => {
        for (const [type, value] of [
            ["char", 1],
            ["char", "a\0b"],
            ["char", "a\ud800"],
            ["integer", true],
            ["integer", 1.5],
            ["integer", 2 ** 31],
            ["integer", "3"],
            ["float", true],
            ["float", NaN],
            ["float", Infinity],
            ["float", 1e16],
            ["boolean", null],
            ["boolean", 0],
            ["date", "2026-13-01"],
            ["date", "2026-02-30"],
            ["date", 20261101],
            ["date", "2026-1-1"],
            ["datetime", "2026-11-21T10:00:00"],
            ["datetime", 5],
            ["datetime", "2026-02-30T10:00:00Z"],
            ["datetime", "2026-11-21T25:00:00Z"],
            ["datetime", "9999-12-31T23:59:59-01:00"],
            ["datetime", "0001-01-01T00:00:00+01:00"],
            ["many2one", 0],
            ["many2one", -1],
            ["many2one", true],
            ["many2one", 1.5],
            ["many2one", { uid: "x" }],
            ["many2one", { id: 1 }],
            ["many2one", "1"],
            ["many2many", null],
            ["many2many", "1"],
            ["many2many", [null]],
            ["many2many", [[6, 0, [1]]]],
            ["one2many", []],
            ["image", "aGk="],
            ["image", {}],
            ["image", { sha256: "A".repeat(64) }],
            ["image", { sha256: HASH, size: -1 }],
            ["binary", { sha256: HASH, url: "x" }],
            ["binary", { sha256: HASH, type: null }],
        ]) {
            assert.throws(() => of(type, value), ValueInvalid, `${type} ${JSON.stringify(value)}`);
        }
        assert.throws(() => of("selection", "z", { selection: [["a", "A"]] }), /must be one of a/);
        assert.throws(() => canonical({ type: "constructor" }, 1), ValueInvalid);
    });

    test("a canonical value is its own canonical form", () => {
        for (const [type, value] of [
            ["float", 1 / 3],
            ["float", 123456789.123456789],
            ["datetime", "1900-01-02T00:00:00+14:00"],
            ["image", { sha256: HASH, size: 1, type: "image/png" }],
            ["many2many", [3, 2, 1]],
        ]) {
            assert.deepEqual(of(type, of(type, value)), of(type, value));
        }
    });
});

describe("texts to search in", () => {
    test("have neither case nor accents, and keep the vowels of Indic scripts", () => {
        assert.equal(fold("Crème BRÛLÉE, Straße"), "creme brulee, strasse");
        assert.equal(fold("ΟΔΟΣ"), fold("οδος"));
        assert.notEqual(fold("कि"), fold("का"));
        assert.deepEqual(words("  Café  Bär "), ["cafe", "bar"]);
    });

    test("are those of a record, with the labels of its choices and without its tags", () => {
        const fields = [
            { name: "name", type: "char" },
            { name: "type", type: "selection", selection: [["a", "Été"]] },
            { name: "note", type: "html" },
            { name: "at", type: "date" },
        ];
        const values = { name: "Über", type: "a", note: "<p class='x'>b<br>c</p>", at: "2026-11-21", amount: 3 };
        assert.equal(searchable({ fields }, values), "uber\nete\n b c ");
        assert.equal(searchable(null, { name: "Über", amount: 3, note: null }), "uber");
    });
});
