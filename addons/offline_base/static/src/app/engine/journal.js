/** Delivered operations, kept for good: what can be sent again after a server was restored from a backup. */
import { beginning } from "./idb.js";
import { Entry, PENDING } from "./operations.js";

export class Journal {
    #store;

    /** @param {import("./store.js").Store} store */
    constructor(store) {
        this.#store = store;
    }

    /** The newest delivered operations, newest first. @returns {Promise<Entry[]>} */
    async entries({ limit = 100 } = {}) {
        const entries = (await this.#store.all("journal")).map(Entry.read);
        return entries.sort(newest).slice(0, limit);
    }

    /** The delivered operation with this id, or null. */
    async find(op, reader = this.#store) {
        const [row] = await reader.all("journal", { index: "op", range: IDBKeyRange.only(op) });
        return row ? Entry.read(row) : null;
    }

    /**
     * Own operations on a record, newest first, wherever they are. `others`: uids that are linked with it.
     *
     * @param {import("./records.js").Key} key @param {string[]} [others]
     */
    async about(entity, { id, uid }, others = []) {
        const found = await workOn(this.#store, entity, { of_id: id, of_uid: uid });
        for (const other of others) {
            (await workOn(this.#store, entity, { of_uid: other })).forEach((entry) => found.set(entry.op, entry));
        }
        return [...found.values()].sort(newest);
    }

    /** How many operations were delivered. */
    count() {
        return this.#store.count("journal");
    }

    /** The highest number of this device that a server has ever answered, parked ones included. */
    async answeredTo(device) {
        const delivered = await this.#store.last("journal", { range: beginning(device) });
        const there = await this.#store.all("outbox", { sealed: true });
        const parked = there.filter(({ state }) => state !== PENDING).map(({ seq }) => seq);
        return Math.max(0, delivered?.[1] ?? 0, ...parked);
    }

    /** Lay delivered work over the records again: the server that holds it went back in time. */
    async showAgain(change, device, seq) {
        const range = IDBKeyRange.bound([device, seq], [device, []]);
        for (const entry of (await change.all("journal", { range })).map(Entry.read)) {
            if (["applied", "merged"].includes(entry.state)) {
                change.put("journal", entry.with({ settled: false }).row);
            }
        }
    }

    /** Effects up to this number are in the records now; so are those of a device that this home once was. */
    async settle(change, device, appliedSeq) {
        for (const entry of (await change.all("journal", { index: "unsettled" })).map(Entry.read)) {
            if (entry.device !== device || entry.seq <= appliedSeq) {
                change.put("journal", entry.with({ settled: true }).row);
            }
        }
    }
}

/**
 * Own operations on a record in outbox and journal, by their op.
 *
 * @param {import("./records.js").Reader} reader @param {string} entity
 * @param {Record<string, number | string | null>} names by the index that finds them; null: not known by that
 * @returns {Promise<Map<string, Entry>>}
 */
export async function workOn(reader, entity, names) {
    const found = new Map();
    for (const [index, name] of Object.entries(names)) {
        for (const store of name === null ? [] : ["outbox", "journal"]) {
            for (const row of await reader.all(store, { index, range: IDBKeyRange.only([entity, name]) })) {
                found.set(row.op, Entry.read(row));
            }
        }
    }
    return found;
}

function newest(one, other) {
    return one.body.at < other.body.at ? 1 : one.body.at > other.body.at ? -1 : other.seq - one.seq;
}
