/**
 * The held records: what the server sent, with each row's own hash and a digest per entity.
 *
 * What reads takes a reader at its end: the store, or the change under way to see what it wrote.
 */
import { digest, dump, fromHex, isUid, MODULUS, toHex } from "./canonical.js";
import { Refusal } from "./errors.js";
import { beginning } from "./idb.js";

/** How many shards, by id, this device compares with the server. */
export const SHARDS = 64;

/**
 * Which record, by every name that this device knows for it.
 * @typedef {{id: number | null, uid: string | null}} Key
 */
/** A record as callers name it. @typedef {number | string | {uid: string}} Ref */
/** The claims of a device that starts again. @typedef {Record<string, [number, string][]>} Held */
/** @typedef {import("./store.js").Store | import("./change.js").Change} Reader */

/** One text per record: the uid when there is one. @param {Key} key */
export function keyName(key) {
    return key.uid ?? String(key.id);
}

/** A row of a record as the server sent it, with the text to find it by. */
export function rowOf(entity, { id, uid, born, v, values }, text) {
    return { entity, id, uid, born, v, content: { values, text, hash: rowHash(entity, id, uid, born, v, values) } };
}

/**
 * A row's own fingerprint: a row that was changed by anything but this engine no longer has it.
 *
 * Made to find rot, not forgery: quick, and every change of a single letter is found for sure.
 */
export function rowHash(entity, id, uid, born, v, values) {
    const text = [entity, id, uid ?? "", born, v, dump(values)].join("\0");
    let [one, other] = [0x811c9dc5, 0x9e3779b9];
    for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        one = Math.imul(one ^ unit, 0x01000193);
        other = Math.imul(other ^ unit, 0x85ebca6b);
        other ^= other >>> 13;
    }
    return [one, other].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

export class Records {
    #store;

    /** @param {import("./store.js").Store} store */
    constructor(store) {
        this.#store = store;
    }

    /**
     * The record that a reference names, or `Refusal` when the reference has no readable form.
     *
     * @param {string} entity @param {Ref} ref @param {Reader} [reader] @returns {Promise<Key>}
     */
    async key(entity, ref, reader = this.#store) {
        if (Number.isInteger(ref)) {
            const rows = await reader.all("identity", { index: "id", range: IDBKeyRange.only([entity, ref]) });
            return { id: ref, uid: (rows.find(({ linked }) => !linked) ?? rows[0])?.uid ?? null };
        }
        const uid = ref?.uid ?? ref;
        if (!isUid(uid)) {
            throw new Refusal("reference_unknown", `${JSON.stringify(ref)} is neither an id nor a uid`);
        }
        const row = await reader.get("identity", [entity, uid]);
        return row?.linked ? this.key(entity, row.id, reader) : { id: row?.id ?? null, uid };
    }

    /** The uids of own new records that turned out to be this one, which was there. */
    async linkedWith(entity, id, reader = this.#store) {
        const rows = id === null ? [] : await reader.all("identity", { index: "id", range: IDBKeyRange.only([entity, id]) });
        return rows.filter(({ linked }) => linked).map(({ uid }) => uid);
    }

    /** Every name of a record of which one may be known. @param {Key} key @returns {Promise<Key>} */
    async fullKey(entity, key, reader = this.#store) {
        const known = await this.key(entity, key.uid ?? key.id, reader);
        return { id: known.id ?? key.id, uid: known.uid };
    }

    /**
     * The record as the server sent it, or null when it is not held.
     *
     * @param {string} entity @param {Key} key @param {Reader} [reader]
     */
    async get(entity, key, reader = this.#store) {
        const row = key.id === null ? undefined : await reader.get("record", [entity, key.id]);
        return row ? { id: row.id, uid: row.uid, born: row.born, v: row.v, values: row.content.values } : null;
    }

    /** Whether this device has heard of the uid, or chose it. */
    async knowsUid(entity, uid, reader = this.#store) {
        return (await reader.get("identity", [entity, uid])) !== undefined;
    }

    /**
     * Keep which id a uid has got; a known id is never forgotten for an unknown one.
     *
     * `linkedTo`: the id of the record that was there before and keeps the name that it has, where it is one.
     */
    async learnIdentity(change, entity, uid, id, born, linkedTo = null) {
        const known = await change.get("identity", [entity, uid]);
        if (id === null) {
            if (!known) {
                change.put("identity", { entity, uid, id: null, born: null });
            }
            return;
        }
        if (known?.linked && known.id === id && (born === null || known.born === born)) {
            return; // a receipt of later work on it, by the same name
        }
        const linked = linkedTo === id;
        for (const other of await change.all("identity", { index: "id", range: IDBKeyRange.only([entity, id]) })) {
            if (other.born !== born || !(linked || other.linked)) {
                change.delete("identity", [entity, other.uid]);
            }
        }
        change.put("identity", { entity, uid, id, born, ...(linked && { linked }) });
    }

    /** What the server said a record is called that values point to, or null. */
    async refName(entity, id, reader = this.#store) {
        return (await reader.get("ref", [entity, id]))?.content ?? null;
    }

    /** What the server said the records of an entity are called that values point to: `{id: name}`. */
    async refNames(entity) {
        const rows = await this.#store.all("ref", { range: beginning(entity) });
        return Object.fromEntries(rows.map(({ id, content }) => [id, content]));
    }

    // --- digests -----------------------------------------------------------------------------------------------------

    /** Count and sum of the versions held, per entity: `{entity: {count, sum}}`. */
    async digests(reader = this.#store) {
        const rows = (await reader.all("digest")).filter((row) => row.count > 0);
        return Object.fromEntries(rows.map(({ entity, count, sum }) => [entity, { count, sum }]));
    }

    /** How many records are held, per entity. */
    async counts() {
        return Object.fromEntries(Object.entries(await this.digests()).map(([entity, { count }]) => [entity, count]));
    }

    /** The sum of the versions held in each of the shards, counted from the rows. */
    async sums(entity) {
        const sums = Array(SHARDS).fill(0n);
        for (const row of await this.#store.all("record", { range: beginning(entity), sealed: true })) {
            sums[row.id % SHARDS] += fromHex(row.v);
        }
        return sums.map(toHex);
    }

    /** Move an entity's digest by a difference (which may be negative). */
    async addToDigest(change, entity, count, total) {
        const row = (await change.get("digest", entity)) ?? { entity, count: 0, sum: toHex(0n) };
        change.put("digest", { entity, count: row.count + count, sum: toHex(fromHex(row.sum) + total) });
    }

    /** Compute the digests anew from the rows; after a full re-read they owe nothing to the past. */
    async recount(change) {
        const sums = new Map();
        for (const { entity, v } of await change.all("record", { sealed: true })) {
            const { count, total } = sums.get(entity) ?? { count: 0, total: 0n };
            sums.set(entity, { count: count + 1, total: (total + fromHex(v)) % MODULUS });
        }
        change.clear("digest");
        for (const [entity, { count, total }] of sums) {
            change.put("digest", { entity, count, sum: toHex(total) });
        }
    }

    // --- rot ---------------------------------------------------------------------------------------------------------

    /**
     * What this device still has, for `held`; rows whose hash does not match are listed apart.
     *
     * @param {string[]} entities @returns {Promise<{held: Held, rotten: [string, number][]}>}
     */
    async claims(entities) {
        const held = Object.fromEntries(entities.map((entity) => [entity, []]));
        const rotten = [];
        for (const row of await this.#store.all("record", { sealed: true })) {
            if (!(await this.#intact(row))) {
                rotten.push([row.entity, row.id]);
            } else {
                held[row.entity]?.push([row.id, row.v]);
            }
        }
        return { held, rotten };
    }

    /**
     * Check the hashes of the next rows; answers where to go on (null: at the start) and the rotten rows.
     *
     * @param {[string, number] | null} after @param {number} limit
     * @returns {Promise<{next: [string, number] | null, rotten: [string, number][]}>}
     */
    async scan(after, limit = Infinity) {
        const range = after && IDBKeyRange.lowerBound(after, true);
        const most = limit === Infinity ? undefined : limit;
        const rows = await this.#store.all("record", { range, limit: most, sealed: true });
        const rotten = [];
        for (const row of rows) {
            if (!(await this.#intact(row))) {
                rotten.push([row.entity, row.id]);
            }
        }
        return { next: rows.length === limit ? [rows.at(-1).entity, rows.at(-1).id] : null, rotten };
    }

    async #intact(sealed) {
        try {
            const { entity, id, uid, born, v, content } = await this.#store.opened(sealed);
            return content.hash === rowHash(entity, id, uid, born, v, content.values);
        } catch {
            return false; // what cannot be opened or read is as good as gone
        }
    }

    // --- out ---------------------------------------------------------------------------------------------------------

    /** Let go the records of entities that the profile no longer has; operations are not touched. */
    async dropEntitiesBut(change, kept) {
        for (const { entity } of await change.all("digest")) {
            if (!kept.includes(entity)) {
                for (const { id } of await change.all("record", { range: beginning(entity), sealed: true })) {
                    change.delete("record", [entity, id]);
                }
                change.delete("digest", entity);
            }
        }
    }

    /** Delete every record, name, answer and half-written form; operations and the identities that they need are kept. */
    forgetAll(change) {
        for (const name of ["record", "digest", "ref", "staged", "staged_ref", "staged_outcome", "draft", "answer"]) {
            change.clear(name);
        }
    }
}

/** The sum of the versions of rows. */
export function sumOf(rows) {
    return digest(rows.map((row) => fromHex(row.v)));
}
