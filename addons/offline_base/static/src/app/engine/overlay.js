/**
 * What the person sees: held content with their own work laid over it, until the held content shows that work.
 *
 * Nothing of it is stored: it is derived from records, outbox and journal whenever it is asked for. `search.js` keeps
 * it in memory for whole entities.
 */
import { workOn } from "./journal.js";
import { AMEND } from "./operations.js";

/**
 * A record as the person sees it.
 *
 * `pending` are the numbers of own operations that the held content does not show yet. `held` is false for a record
 * that is known only from own work: born here and not received yet, or gone from the server's scope. `present` is false
 * when it is seen only because of work on it (deleted here, or gone).
 */
export class Record {
    constructor(entity, { id, uid }, values, { held = true, present = true, pending = [] } = {}) {
        Object.assign(this, { entity, id, uid, values, held, present, pending });
    }

    /** The name under which to ask for it again: its uid when there is one. */
    get ref() {
        return this.uid ?? this.id;
    }
}

/**
 * Held values (null: not held) with operations laid over them in order; null when no operation counts.
 *
 * A decision acts where the operation stands that it is about: an amendment takes its place, a discarded one no longer
 * shows. `fields` are those that a new record has, empty until set.
 *
 * @param {Record<string, any> | null} held @param {import("./operations.js").Entry[]} entries @param {string[]} [fields]
 * @returns {{values: Record<string, any>, present: boolean, seqs: number[]} | null}
 */
export function layOver(held, entries, fields = []) {
    const { amended, withdrawn } = decided(entries);
    const seen = { values: { ...held }, present: held !== null, seqs: [] };
    for (const entry of entries) {
        if (entry.decides || withdrawn.has(entry.op)) {
            continue;
        }
        seen.seqs.push(entry.seq);
        const values = amended.get(entry.op) ?? entry.body.values ?? {};
        if (entry.verb === "create" && held === null) {
            const empty = Object.fromEntries(fields.map((name) => [name, null]));
            seen.values = { ...empty, ...seen.values, ...values };
            seen.present = true;
        } else if (entry.verb === "create" || entry.verb === "update") {
            Object.assign(seen.values, values);
        } else if (entry.verb === "delete") {
            seen.present = false;
        } else {
            Object.assign(seen.values, entry.effect);
        }
    }
    return seen.seqs.length ? seen : null;
}

function decided(entries) {
    const amended = new Map();
    const withdrawn = new Set();
    const first = new Map(); // an amendment and the operation that it, or what it amends, replaced first
    const byOp = new Map(entries.map((entry) => [entry.op, entry]));
    for (const entry of entries) {
        if (!entry.decides || entry.isOver) {
            continue;
        }
        const about = first.get(entry.decides) ?? entry.decides;
        const args = entry.body.args ?? {};
        if (entry.verb === "discard" || args.by === "server") {
            withdrawn.add(about);
        } else if (args.values && entry.verb === AMEND) {
            amended.set(about, args.values);
        } else if (args.values) {
            const before = amended.get(about) ?? byOp.get(about)?.body.values;
            amended.set(about, chosen(byOp.get(entry.decides), before, args.values));
        }
        if (entry.verb === AMEND) {
            first.set(entry.op, about);
        }
    }
    return { amended, withdrawn };
}

/** What a decided conflict leaves of work: of the fields in question what was chosen, the others as they were. */
function chosen(entry, before, values) {
    const inQuestion = entry?.receipt?.conflict?.fields ?? {};
    const others = Object.entries(before ?? {}).filter(([name]) => !Object.hasOwn(inQuestion, name));
    return { ...Object.fromEntries(others), ...values };
}

export class Overlay {
    #store;
    #settings;
    #records;
    #journal;

    constructor(store, settings, records, journal) {
        this.#store = store;
        this.#settings = settings;
        this.#records = records;
        this.#journal = journal;
    }

    /**
     * The record as the person sees it, or null when this device knows nothing of its content.
     *
     * @param {string} entity @param {import("./records.js").Key} key @param {import("./records.js").Reader} [reader]
     * @returns {Promise<Record | null>}
     */
    async seen(entity, key, reader = this.#store) {
        const full = await this.#records.fullKey(entity, key, reader);
        const held = await this.#records.get(entity, full, reader);
        const fields = this.#settings.entity(entity)?.fields.map(({ name }) => name);
        const seen = layOver(held?.values ?? null, await this.#entries(entity, full, reader), fields);
        if (seen) {
            const { values, present, seqs } = seen;
            return new Record(entity, full, values, { held: held !== null, present, pending: seqs });
        }
        return held && new Record(entity, full, held.values);
    }

    /** The records of an entity with own work that they do not show. @returns {Promise<Key[]>} */
    async touched(entity, reader = this.#store) {
        const rows = [
            ...(await reader.all("outbox", { sealed: true })),
            ...(await reader.all("journal", { index: "unsettled", sealed: true })),
        ];
        return rows
            .filter((row) => row.entity === entity && (row.by_id || row.by_uid))
            .map((row) => ({ id: row.target_id, uid: row.target_uid }));
    }

    /** Own work on a record that it does not show yet, in order. */
    async #entries(entity, { id, uid }, reader) {
        const found = await workOn(reader, entity, { by_uid: uid, by_id: id });
        for (const other of await this.#records.linkedWith(entity, id, reader)) {
            (await workOn(reader, entity, { by_uid: other })).forEach((entry) => found.set(entry.op, entry));
        }
        await this.#addReplaced(found, reader);
        return [...found.values()].sort((one, other) => one.seq - other.seq);
    }

    /** Settled operations that amendments among these replace and stand for. */
    async #addReplaced(found, reader) {
        const wanted = [...found.values()].filter((entry) => entry.verb === AMEND && !entry.isOver);
        while (wanted.length) {
            const { decides } = wanted.pop();
            const replaced = decides && !found.has(decides) ? await this.#journal.find(decides, reader) : null;
            if (replaced) {
                found.set(replaced.op, replaced);
                wanted.push(replaced);
            }
        }
    }
}
