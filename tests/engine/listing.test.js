/** A list shows what passes its filter, in order, with a heading over each group. */
import { assert, describe, test } from "./harness.js";
import { load } from "./screens.js";

const { counted, headed, ordered, passes } = await load("model/listing.js");

const records = [
    { values: { name: "Émile", city: null, rank: 10 } },
    { values: { name: "zoë", city: "Namur", rank: 9 } },
    { values: { name: "Eva", city: "Namur", rank: null } },
];
const names = (found) => found.map(({ values }) => values.name);

describe("a list", () => {
    test("has what is equal to the filter, and what it keeps", () => {
        assert.deepEqual(names(ordered(records, { filter: { where: { city: "Namur" } } })), ["zoë", "Eva"]);
        assert.deepEqual(names(ordered(records, { filter: { where: { city: null } } })), ["Émile"]);
        assert.deepEqual(names(ordered(records, { filter: { keep: ({ rank }) => rank > 9 } })), ["Émile"]);
        assert.equal(passes(null, records[0]), true);
    });

    test("says how many each filter would show", () => {
        assert.deepEqual(counted([{ name: "n", label: "Namur", where: { city: "Namur" } }], records), [
            { name: "n", label: "Namur", count: 2 },
        ]);
    });

    test("is in the order that people expect of names and numbers, what is empty last", () => {
        assert.deepEqual(names(ordered(records, { sort: { of: ({ name }) => name } })), ["Émile", "Eva", "zoë"]);
        assert.deepEqual(names(ordered(records, { sort: { of: ({ rank }) => rank } })), ["zoë", "Émile", "Eva"]);
        assert.deepEqual(names(ordered(records, { sort: { of: ({ rank }) => rank, down: true } })), ["Émile", "zoë", "Eva"]);
    });

    test("has a heading where a group begins, and none without groups", () => {
        const group = { of: ({ city }) => ({ key: city, label: city ?? "No town" }) };
        const town = (found) => headed(found, group).map(({ heading }) => heading?.label ?? null);
        assert.deepEqual(town(records), ["No town", "Namur", null]);
        assert.deepEqual(headed(records, null).map(({ heading }) => heading), [null, null, null]);
    });
});
