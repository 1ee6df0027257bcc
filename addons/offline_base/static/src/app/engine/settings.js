/**
 * What the device knows of itself, by name. Names are those of the reference device; values are whatever IndexedDB can
 * keep, also keys that cannot be read.
 *
 * All are in memory once loaded. `settings.cursor` reads, `settings.put(change, {cursor})` changes several at once.
 */
import { NotEnrolled } from "./errors.js";

const DEFAULTS = {
    server: null,
    database: null,
    /**
     * {code, nonce} of an enrolment whose answer has not been stored yet, and its key, which cannot be sealed as text.
     */
    enrolment: null,
    enrolment_key: null,
    /** The keys of the device. */
    key: null,
    device: null,
    token: null,
    /** When the token was given and until when it is good; it is rotated halfway. */
    token_span: null,
    epoch: null,
    user_data: null,
    profile_data: null,
    mode: null,
    /** Whether the network of the moment is paid by its volume; whoever embeds the engine says so. */
    metered: false,
    /** Room for files that the server has: they can be fetched again. */
    cache_bytes: 256 * 1024 * 1024,

    /** The cursor of the last applied cut; null: from nothing, or from what is held. */
    cursor: null,
    /** {cursor, from_null} of the open cut: its last stored page, and whether it re-reads everything. */
    cut: null,
    /** Shards to fetch again, as `verify` found them: {entity: [shard]}; null when there are none. */
    repair: null,
    /** {entity: [id]}: what the person pinned, and what of it the server was told; see `pins.js`. */
    pins: {},
    pins_told: null,
    applied_seq: 0,
    next_seq: 1,
    /** The highest number that ever left this device, or may have: up to it nothing can be taken back. */
    offered_seq: 0,
    /** Operations from this number on are sent again, also from the journal (the server went back in time). */
    resend_from: null,
    /** Where the scan for rotten rows goes on: [entity, id]. */
    scrubbed: null,

    last_sync_at: null,
    last_error: null,
    /** Wiped, and the server does not know yet. */
    leaving: false,
    /** {code, wipe} when the server no longer takes this device. */
    locked_out: null,
    failures: 0,
    next_sync_at: null,
    clock_offset_s: null,
    heals: 0,
    /** {at, rotten, differ} of the last comparison with the server: damaged rows, shards that differed. */
    verified: null,
};
/** Of these a thief could make use, or learn who works here. */
const SEALED = new Set(["token", "enrolment", "user_data", "profile_data", "last_error"]);

export class Settings {
    #store;
    #kept = new Map();

    /** @param {import("./store.js").Store} store */
    constructor(store) {
        this.#store = store;
    }

    /** Read them all; those that are sealed come only when the vault is open. */
    async load() {
        const rows = await this.#store.all("setting");
        this.#kept = new Map(
            rows.map(({ name, value, content }) => [name, content === undefined ? value : content.value]),
        );
    }

    /** A setting by its name; null where nothing was set and there is no default. */
    get(name) {
        return this.#kept.has(name) ? this.#kept.get(name) : (DEFAULTS[name] ?? null);
    }

    /**
     * Set several, by name.
     *
     * @param {import("./change.js").Change} change
     * @param {Record<string, any>} values
     */
    put(change, values) {
        for (const [name, value] of Object.entries(values)) {
            const before = this.#kept.get(name);
            const there = this.#kept.has(name);
            change.onUndo(() => (there ? this.#kept.set(name, before) : this.#kept.delete(name)));
            this.#kept.set(name, value);
            change.put("setting", SEALED.has(name) ? { name, content: { value } } : { name, value });
        }
    }

    /** What this device may hold and do, as the server gave it, or `NotEnrolled`. */
    get profile() {
        return this.#enrolled("profile_data");
    }

    /** The person that the device works as, or `NotEnrolled`. */
    get user() {
        return this.#enrolled("user_data");
    }

    #enrolled(name) {
        const found = this.get(name);
        if (found === null) {
            throw new NotEnrolled("this device is not enrolled: use an enrolment code");
        }
        return found;
    }

    /** The profile of an entity, or null when the device may not hold it. */
    entity(name) {
        return this.profile.entities.find((entity) => entity.name === name) ?? null;
    }
}

for (const name of Object.keys(DEFAULTS)) {
    Object.defineProperty(Settings.prototype, name, {
        get() {
            return this.get(name);
        },
    });
}
