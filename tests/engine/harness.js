/**
 * What the engine's tests need of the place where they run. This one is for Node; a page in a browser takes
 * `browser/harness.js` in its place, and the tests stay as they are.
 *
 * - `describe(name, fn)`, `test(name, fn)`: a group, and a test that may be async; its name is the guarantee.
 * - `assert`: strict equality, deep where it matters, `assert.rejects` for refusals.
 * - `freshIndexedDB()`: an empty database factory. Opening the same factory again is what a restart of the app finds.
 * - `readJson(path)`, `readText(path)`: a file of this repository.
 * - `listFiles(folder)`: the names in a folder of this repository, sorted.
 */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
// The packages lie where `make setup` puts them (NODE_PATH), and only `require` looks there.
const { IDBFactory, IDBKeyRange } = createRequire(import.meta.url)("fake-indexeddb");

// A browser has it as a global, and the engine takes it from there: it carries no state.
globalThis.IDBKeyRange ??= IDBKeyRange;

export { assert, describe, test };

export function freshIndexedDB() {
    return new IDBFactory();
}

export function readText(path) {
    return readFile(new URL(path, ROOT), "utf8");
}

export async function readJson(path) {
    return JSON.parse(await readText(path));
}

export async function listFiles(folder) {
    return (await readdir(new URL(folder, ROOT))).sort();
}
