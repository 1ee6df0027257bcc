/** The app reckons prices as Odoo does: orders that a real Odoo made, kept as vectors, and what they do not show. */
import { assert, describe, listFiles, readJson, readText, test } from "./harness.js";
import { check, checkAll, bookOf } from "./prices.js";

const FOLDER = "addons/offline_crm/static/src/app/prices/";
const { worlds } = await readJson("tests/vectors/prices.json");

describe("prices", () => {
    test("of two thousand orders are those that Odoo made, to the cent", () => {
        const found = checkAll(worlds);
        assert.deepEqual(found.differences, []);
        assert.deepEqual(found.unknown, []);
        assert.ok(found.baskets >= 2000, `${found.baskets} orders`);
    });

    test("that differ by a cent are noticed", () => {
        const [basket] = worlds[0].baskets;
        const changed = structuredClone(basket);
        changed.expected.totals[2] += 0.01;
        assert.equal(check(worlds[0], bookOf(worlds[0]), changed).differences.length, 1);
    });

    for (const [entity, reason] of [
        ["product.product", "product_unknown"],
        ["account.tax", "tax_unknown"],
        ["product.pricelist", "price_list_unknown"],
    ]) {
        test(`that need ${entity} and do not have it are for the office to confirm, and say why`, () => {
            const world = structuredClone(worlds[0]);
            world.records[entity].splice(1);
            const reasons = new Set(world.baskets.flatMap((basket) => check(world, bookOf(world), basket).unknown));
            assert.ok(reasons.has(reason), [...reasons].join());
        });
    }
});

describe("the modules of prices", () => {
    test("know no page, and go in no circles", async () => {
        const names = (await listFiles(FOLDER)).filter((name) => name.endsWith(".js"));
        const texts = Object.fromEntries(
            await Promise.all(names.map(async (name) => [name, await readText(FOLDER + name)])),
        );
        const importsOf = (name) => [...texts[name].matchAll(/ from "\.\/([^"]+)";/g)].map(([, from]) => from);
        const visit = (name, path) => {
            assert.ok(!path.includes(name), [...path, name].join(" → "));
            importsOf(name).forEach((from) => visit(from, [...path, name]));
        };
        for (const name of names) {
            assert.ok(texts[name].startsWith("/**"), name);
            const code = texts[name].replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
            assert.equal(/\b(document|window|localStorage|owl)\b\s*[.([]/.test(code), false, name);
            visit(name, []);
        }
    });
});
