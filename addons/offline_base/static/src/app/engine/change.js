/**
 * A change under way: reads the store with its own writes laid over it, and is kept in one transaction.
 *
 * See `Store.change`. Nothing of it is seen by anybody else before `keep`.
 */
import { keyText, pick } from "./idb.js";

export class Change {
    #store;
    /** @type {Map<string, {cleared: boolean, rows: Map<string, {key: any, row: any, sealed: boolean}>}>} */
    #writes = new Map();
    /** @type {{name: string, row: any, most: number}[]} */
    #added = [];
    #undo = [];
    /** @type {{entity: string, key: import("./records.js").Key}[]} */
    #touched = [];

    /** @param {import("./store.js").Store} store */
    constructor(store) {
        this.#store = store;
    }

    // --- writing -----------------------------------------------------------------------------------------------------

    /** Put a row in the place of the one with its key. `sealed`: its content is as it was read, sealed. */
    put(name, row, { sealed = false } = {}) {
        const key = pick(row, this.#store.paths[name].key);
        this.#in(name).rows.set(keyText(key), { key, row, sealed });
    }

    delete(name, key) {
        this.#in(name).rows.set(keyText(key), { key, row: null, sealed: false });
    }

    /** Delete all rows. */
    clear(name) {
        this.#writes.set(name, { cleared: true, rows: new Map() });
    }

    /** Add a row that gets a number when the change is kept; of all only the `most` newest stay. */
    add(name, row, { most = Infinity } = {}) {
        this.#added.push({ name, row, most });
    }

    /** Say that a record is seen otherwise after this, where no row that is written tells it. */
    touch(entity, key) {
        this.#touched.push({ entity, key });
    }

    /** The records of an entity of which that was said. */
    touched(entity) {
        return this.#touched.filter((one) => one.entity === entity).map(({ key }) => key);
    }

    /** What to do if the change is not kept: something in memory went ahead with it. */
    onUndo(fn) {
        this.#undo.push(fn);
    }

    /** What is written so far: `{key, row}`, row null where it is deleted. */
    writes(name) {
        return [...(this.#writes.get(name)?.rows.values() ?? [])];
    }

    /** The stores that are written so far. */
    get names() {
        return new Set([...this.#writes.keys(), ...this.#added.map(({ name }) => name)]);
    }

    /** Whether all rows that were there before are deleted. */
    cleared(name) {
        return this.#writes.get(name)?.cleared ?? false;
    }

    #in(name) {
        let found = this.#writes.get(name);
        if (!found) {
            found = { cleared: false, rows: new Map() };
            this.#writes.set(name, found);
        }
        return found;
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** A row, or undefined. */
    async get(name, key) {
        const written = this.#writes.get(name);
        const found = written?.rows.get(keyText(key));
        if (found) {
            return found.row ? this.#as(found, false) : undefined;
        }
        return written?.cleared ? undefined : this.#store.get(name, key);
    }

    /** Rows in the order of their keys, or of an index; see `Store.all`. */
    async all(name, { index, range = null, sealed = false } = {}) {
        const written = this.#writes.get(name);
        if (!written) {
            return this.#store.all(name, { index, range, sealed });
        }
        const { key: path, indexes } = this.#store.paths[name];
        const order = index ? indexes[index] : path;
        const there = written.cleared ? [] : await this.#store.all(name, { index, range, sealed });
        const kept = there.filter((row) => !written.rows.has(keyText(pick(row, path))));
        const own = [...written.rows.values()].filter(({ row }) => {
            const key = row ? pick(row, order) : undefined;
            return key !== undefined && (range === null || range.includes(key));
        });
        if (!own.length) {
            return kept;
        }
        const compare = (one, other) =>
            this.#store.compare(pick(one, order), pick(other, order)) ||
            this.#store.compare(pick(one, path), pick(other, path));
        return [...kept, ...(await Promise.all(own.map((found) => this.#as(found, sealed))))].sort(compare);
    }

    /** Rows by their keys, undefined where there is none; their content is left sealed. */
    async many(name, keys) {
        const written = this.#writes.get(name);
        const there = written?.cleared ? [] : await this.#store.many(name, keys);
        return Promise.all(
            keys.map((key, at) => {
                const own = written?.rows.get(keyText(key));
                return own ? (own.row ? this.#as(own, true) : undefined) : there[at];
            }),
        );
    }

    /** How many rows there are. */
    async count(name, { index, range } = {}) {
        return this.#writes.has(name)
            ? (await this.all(name, { index, range, sealed: true })).length
            : this.#store.count(name, { index, range });
    }

    #as({ row, sealed: is }, sealed) {
        if (is === sealed) {
            return row;
        }
        return is ? this.#store.opened(row) : this.#store.sealed(row);
    }

    // --- the end -----------------------------------------------------------------------------------------------------

    /** Keep it all in one transaction. */
    async keep() {
        const writes = await Promise.all(
            [...this.#writes].map(async ([name, { cleared, rows }]) => ({
                name,
                cleared,
                deleted: [...rows.values()].filter(({ row }) => !row).map(({ key }) => key),
                put: await Promise.all(
                    [...rows.values()].filter(({ row }) => row).map((found) => this.#as(found, true)),
                ),
            })),
        );
        const added = await Promise.all(
            this.#added.map(async ({ name, row, most }) => ({ name, row: await this.#store.sealed(row), most })),
        );
        const { names } = this;
        if (!names.size) {
            return;
        }
        await this.#store.transaction([...names], "readwrite", (transaction) => {
            for (const { name, cleared, deleted, put } of writes) {
                const store = transaction.objectStore(name);
                if (cleared) {
                    store.clear();
                }
                // First what goes: what takes its place may have the same unique name.
                deleted.forEach((key) => store.delete(key));
                put.forEach((row) => store.put(row));
            }
            for (const { name, row, most } of added) {
                const store = transaction.objectStore(name);
                const request = store.add(row);
                if (most < Infinity) {
                    request.onsuccess = () => store.delete(IDBKeyRange.upperBound(request.result - most));
                }
            }
        });
    }

    /** It is not kept. */
    undo() {
        this.#undo.reverse().forEach((fn) => fn());
    }
}
