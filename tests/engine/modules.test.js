/** What the engine is made of: modules that load anywhere, without a page, other code or circles. */
import { assert, describe, listFiles, readText, test } from "./harness.js";

const FOLDER = "addons/offline_base/static/src/app/engine/";
const names = await listFiles(FOLDER);
const texts = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readText(FOLDER + name)])));
/** Without comments and texts. */
const codeOf = (name) => texts[name].replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[^`]*`|"[^"\n]*"/g, "");
const importsOf = (name) =>
    [...texts[name].matchAll(/^(?:import|export) [^;]*? from "([^"]+)";/gm)].map(([, from]) => from);

describe("the modules of the engine", () => {
    test("import each other alone, by relative path", () => {
        for (const name of names) {
            assert.deepEqual(
                importsOf(name).filter((from) => !names.includes(from.replace("./", "")) || !from.startsWith("./")),
                [],
            );
            assert.equal(/\bimport\s*\(|\brequire\s*\(/.test(codeOf(name)), false, name);
        }
    });

    test("go in no circles: Odoo's loader knows none", () => {
        const done = new Set();
        const visit = (name, path) => {
            assert.ok(!path.includes(name), [...path, name].join(" → "));
            if (!done.has(name)) {
                importsOf(name).forEach((from) => visit(from.slice(2), [...path, name]));
                done.add(name);
            }
        };
        names.forEach((name) => visit(name, []));
        assert.equal(done.size, names.length);
    });

    test("know no page: they run in a worker and in Node", () => {
        for (const name of names) {
            assert.equal(
                /\b(document|window|localStorage|sessionStorage|alert|owl|odoo)\b\s*[.([]/.test(codeOf(name)),
                false,
                name,
            );
        }
    });

    test("are short, and say what they are for", () => {
        for (const name of names) {
            assert.ok(texts[name].split("\n").length <= 300, name);
            assert.ok(texts[name].startsWith("/**"), name);
        }
    });
});
