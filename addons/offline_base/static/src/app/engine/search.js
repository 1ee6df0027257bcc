/**
 * Searches over what the person sees, in memory: an entity is read once, and kept up with every change that is kept.
 *
 * Ten thousand records are searched within a few milliseconds, at the price of holding them; an entity that nobody
 * searched costs nothing, and is counted without being read.
 */
import { same } from "./canonical.js";
import { beginning } from "./idb.js";
import { Record } from "./overlay.js";
import { keyName } from "./records.js";
import { searchable, words } from "./text.js";

/** So many records are opened at a time: the page goes on in between. */
const PAGE = 500;
/** Where more than this changes while an entity is read, reading it again is quicker than looking at each. */
const MISSED = 200;

/** The records of one entity, each with its text. */
class Shown {
    #found = new Map(); // name → {record, text}
    #byId = new Map(); // id → name
    #order = null;

    /** Show a record in the place of what had its id or name. */
    set(record, text) {
        this.remove(record);
        this.#found.set(keyName(record), { record, text });
        if (record.id !== null) {
            this.#byId.set(record.id, keyName(record));
        }
    }

    /** @param {import("./records.js").Key} key */
    remove(key) {
        for (const name of [keyName(key), String(key.id), this.#byId.get(key.id)]) {
            const there = this.#found.get(name);
            if (there) {
                this.#found.delete(name);
                this.#byId.delete(there.record.id);
            }
        }
        this.#order = null;
    }

    get size() {
        return this.#found.size;
    }

    /** By text, then id, then uid. */
    get inOrder() {
        this.#order ??= [...this.#found.values()].sort(
            (one, other) =>
                compare(one.text, other.text) ||
                (one.record.id ?? 0) - (other.record.id ?? 0) ||
                compare(one.record.uid ?? "", other.record.uid ?? ""),
        );
        return this.#order;
    }
}

function compare(one, other) {
    return one < other ? -1 : Number(one > other);
}

export class Search {
    #store;
    #settings;
    #overlay;
    /** @type {Map<string, Shown>} */
    #entities = new Map();
    /** @type {Map<string, Promise<Shown>>} */
    #reading = new Map();
    /**
     * What changed of entities that are being read.
     * @type {Map<string, {keys: Map<string, import("./records.js").Key>, anew: boolean}>}
     */
    #missed = new Map();
    /** Grows with every change that is kept. */
    #kept = 0;

    constructor(store, settings, overlay) {
        this.#store = store;
        this.#settings = settings;
        this.#overlay = overlay;
        store.watch((change) => this.#follow(change));
    }

    /** Records that contain all words of `text` and have these exact values, in order. @returns {Promise<Record[]>} */
    async find(entity, text, where) {
        const wanted = words(text);
        const values = Object.entries(where);
        return (await this.#shown(entity)).inOrder
            .filter(
                ({ record, text: own }) =>
                    wanted.every((word) => own.includes(word)) &&
                    values.every(([name, value]) => same(record.values[name], value)),
            )
            .map(({ record }) => record);
    }

    /** How many records there are in all, without reading those that are held. */
    async count(entity) {
        if (this.#entities.has(entity)) {
            return this.#entities.get(entity).size;
        }
        const before = this.#kept;
        let count = (await this.#store.get("digest", entity))?.count ?? 0;
        const touched = await this.#overlay.touched(entity);
        const seen = await Promise.all(touched.map((key) => this.#overlay.seen(entity, key)));
        for (const { held, present } of new Map(seen.filter(Boolean).map((one) => [keyName(one), one])).values()) {
            count += Number(present) - Number(held);
        }
        return before === this.#kept ? count : this.count(entity);
    }

    #shown(entity) {
        if (!this.#reading.has(entity)) {
            const reading = this.#read(entity);
            reading.catch(() => this.#reading.delete(entity));
            this.#reading.set(entity, reading);
        }
        return this.#reading.get(entity);
    }

    /** Work goes on meanwhile: what it changes is looked at again in the end. */
    async #read(entity) {
        const missed = { keys: new Map(), anew: false };
        this.#missed.set(entity, missed);
        const shown = new Shown();
        await this.#readHeld(entity, shown);
        await this.#store.alone(async () => {
            this.#missed.delete(entity);
            if (!missed.anew) {
                for (const key of [...missed.keys.values(), ...(await this.#overlay.touched(entity))]) {
                    (await this.#renew(shown, entity, key, this.#store))();
                }
                this.#entities.set(entity, shown);
            }
        });
        return missed.anew ? this.#read(entity) : shown;
    }

    /** The next page is read while this one is opened: a disk and a key that wait for each other take twice as long. */
    async #readHeld(entity, shown) {
        let next = this.#page(beginning(entity));
        while (next) {
            const rows = await next;
            next = rows.length === PAGE ? this.#page(IDBKeyRange.bound([entity, rows.at(-1).id], [entity, []], true)) : null;
            // Whoever waits for it hears of its failure, not the browser.
            next?.catch(() => {});
            for (const { id, uid, content } of await Promise.all(rows.map((row) => this.#store.opened(row)))) {
                shown.set(new Record(entity, { id, uid }, content.values), content.text);
            }
        }
    }

    #page(range) {
        return this.#store.all("record", { range, limit: PAGE, sealed: true });
    }

    /** Derive one record anew; answers what shows it. */
    async #renew(shown, entity, key, reader) {
        const record = await this.#overlay.seen(entity, key, reader);
        return () => {
            shown.remove(key);
            if (record) {
                shown.remove(record);
            }
            if (record?.present) {
                shown.set(record, searchable(this.#settings.entity(entity), record.values));
            }
        };
    }

    /** What a change does to the entities that are in memory. */
    async #follow(change) {
        const anew = ["record", "outbox", "journal"].some((name) => change.cleared(name));
        if (anew || change.writes("setting").some(({ key }) => key === "profile_data")) {
            this.#missed.forEach((missed) => (missed.anew = true));
            return () => {
                this.#kept += 1;
                for (const entity of this.#entities.keys()) {
                    this.#reading.delete(entity);
                }
                this.#entities.clear();
            };
        }
        for (const [entity, missed] of this.#missed) {
            const records = change.writes("record").filter(({ key }) => key[0] === entity);
            const changed = records.map(({ key, row }) => ({ id: key[1], uid: row?.uid ?? null }));
            [...changed, ...workOn(change, entity)].forEach((key) => missed.keys.set(`${key.id} ${key.uid}`, key));
            missed.anew ||= missed.keys.size > MISSED;
        }
        const shows = [() => (this.#kept += 1)];
        for (const [entity, shown] of this.#entities) {
            shows.push(...(await this.#changesOf(change, entity, shown)));
        }
        return () => shows.forEach((show) => show());
    }

    async #changesOf(change, entity, shown) {
        const shows = [];
        for (const { key, row } of change.writes("record")) {
            if (key[0] === entity) {
                const opened = row && (await change.get("record", key));
                shows.push(() => {
                    shown.remove({ id: key[1], uid: row?.uid ?? null });
                    if (opened) {
                        shown.set(new Record(entity, opened, opened.content.values), opened.content.text);
                    }
                });
            }
        }
        const keys = workOn(change, entity);
        if (shows.length) {
            keys.push(...(await this.#overlay.touched(entity, change)));
        }
        for (const key of new Map(keys.map((one) => [keyName(one), one])).values()) {
            shows.push(await this.#renew(shown, entity, key, change));
        }
        return shows;
    }
}

/** The records of an entity whose own work a change moves. @returns {import("./records.js").Key[]} */
function workOn(change, entity) {
    const moved = [...change.writes("outbox"), ...change.writes("journal")]
        .filter(({ row }) => row?.entity === entity)
        .map(({ row }) => ({ id: row.target_id, uid: row.target_uid }))
        .filter(({ id, uid }) => id !== null || uid !== null);
    return [...moved, ...change.touched(entity)];
}
