/** `../harness.js` for a page in a browser: its IndexedDB, its files over HTTP. `python -m tests.engine.browser` opens it. */
import { assert } from "./assert.js";

export { assert };

const found = [];
const groups = [];

export function describe(name, declare) {
    groups.push(name);
    declare();
    groups.pop();
}

export function test(name, act) {
    found.push({ name: [...groups, name].join(" › "), act });
}

let homes = 0;

/** A factory whose databases no other factory of this page knows. */
export function freshIndexedDB() {
    const mine = `${(homes += 1)} `;
    return {
        open: (name, version) => indexedDB.open(mine + name, version),
        deleteDatabase: (name) => indexedDB.deleteDatabase(mine + name),
        cmp: (one, other) => indexedDB.cmp(one, other),
    };
}

async function fetched(path) {
    const answer = await fetch(`/${path}`);
    if (!answer.ok) {
        throw new Error(`${path}: ${answer.status}`);
    }
    return answer;
}

export const readText = async (path) => (await fetched(path)).text();
export const readJson = async (path) => (await fetched(path)).json();
/** The server lists a folder as JSON. */
export const listFiles = readJson;

async function outcome({ name, act }) {
    const began = performance.now();
    let late;
    const limit = new Promise((_resolve, reject) => {
        late = setTimeout(() => reject(new Error("a minute passed")), 60_000);
    });
    let failure = null;
    try {
        await Promise.race([act(), limit]);
    } catch (error) {
        failure = error?.stack ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
    }
    clearTimeout(late);
    return { name, failure, seconds: (performance.now() - began) / 1000 };
}

/** Run what a test file declares, one test after the other, and tell of each; those alone whose name fits. */
export async function run(file, pattern, tell) {
    await import(file);
    for (const one of found) {
        if (new RegExp(pattern).test(one.name)) {
            await tell(await outcome(one));
        }
    }
}
