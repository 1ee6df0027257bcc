/**
 * The IndexedDB of one home, and the one way to change it: a change that is kept whole or not at all.
 *
 * A transaction of IndexedDB ends as soon as anything but its own requests is awaited, and sealing is such a thing. So
 * a change reads as it likes, collects its writes in memory and sees them itself; at its end they are sealed and go
 * into one transaction. One change runs at a time here, and one tab writes (see `writer.js`): what a change read still
 * holds when it is kept.
 */
import { Change } from "./change.js";
import { HomeClosed, HomeUnreadable } from "./errors.js";
import { done } from "./idb.js";
import { told } from "./quota.js";
import { UPGRADES, VERSION } from "./schema.js";

/** Incidents are for people who look after the device; older ones make room. */
const INCIDENTS_KEPT = 500;

/**
 * Seals content before it is stored and opens it after; both may be async. What `seal` gives must be storable.
 * @typedef {{seal: (value: any) => any, open: (sealed: any) => any}} Vault
 */

/** Keeps content as it is. @type {Vault} */
export const PLAIN = { seal: (value) => value, open: (sealed) => sealed };

export class Store {
    #db;
    #storage;
    #last = Promise.resolve();
    #watchers = [];
    /** Why it is closed, or null. */
    #closed = null;
    #tellLost;

    /**
     * Open or create the store of a home.
     *
     * @param {object} options
     * @param {string} [options.name] of the home
     * @param {() => string} options.now the time as text, for incidents
     * @param {IDBFactory} [options.indexedDB]
     * @param {Vault} [options.vault]
     * @param {(step: string) => any} [options.checkpoint] called before and after each change is kept
     * @param {StorageManager} [options.storage]
     */
    static async open({
        name = "offline",
        now,
        indexedDB = globalThis.indexedDB,
        vault = PLAIN,
        checkpoint = () => {},
        storage = globalThis.navigator?.storage,
    }) {
        const request = indexedDB.open(name, VERSION);
        request.onupgradeneeded = ({ oldVersion }) => {
            for (const step of UPGRADES.slice(oldVersion)) {
                step(request.result, request.transaction);
            }
        };
        try {
            return new Store(await done(request), { now, indexedDB, vault, checkpoint, storage });
        } catch (error) {
            const why = error.name === "VersionError" ? "was written by a newer version" : `cannot be opened: ${error}`;
            throw new HomeUnreadable(`the store ${name} ${why}`, { cause: error });
        }
    }

    /** @param {IDBDatabase} db */
    constructor(db, { now, indexedDB, vault, checkpoint, storage }) {
        this.#db = db;
        this.#storage = storage;
        /** Where rows have their keys: {store: {key, indexes: {index: path}}}. */
        this.paths = pathsOf(db);
        /** The order of keys. @type {(one: any, other: any) => number} */
        this.compare = (one, other) => indexedDB.cmp(one, other);
        this.now = now;
        /** @type {Vault} */
        this.vault = vault;
        this.checkpoint = checkpoint;
        /** Resolves with the error when somebody else closes the store. @type {Promise<HomeClosed>} */
        this.lost = new Promise((resolve) => {
            this.#tellLost = resolve;
        });
        // Another tab brings a newer version of the app, or the person clears the site: do not stand in the way, once
        // what is under way is kept.
        db.onversionchange = ({ newVersion }) => this.alone(() => this.#end(newVersion === null ? "taken" : "newer"));
        db.onclose = () => this.#end("taken");
    }

    close() {
        this.#end("here");
    }

    /** Whether it can be read and written. */
    get isOpen() {
        return this.#closed === null;
    }

    #end(why) {
        if (this.#closed === null) {
            this.#closed = why;
            this.#db.close();
            if (why !== "here") {
                this.#tellLost(new HomeClosed(why));
            }
        }
    }

    /**
     * One transaction of IndexedDB. `fn` gets it, and awaits nothing but its requests (see `done`). Resolves with what
     * `fn` gave when all is kept; if anything fails, nothing is. `HomeClosed` once the store is closed.
     *
     * @template T
     * @param {string | string[]} names
     * @param {IDBTransactionMode} mode
     * @param {(transaction: IDBTransaction) => T | Promise<T>} fn
     * @returns {Promise<T>}
     */
    async transaction(names, mode, fn) {
        const transaction = this.#begun(names, mode);
        const ended = new Promise((resolve, reject) => {
            transaction.oncomplete = resolve;
            transaction.onabort = () => reject(told(transaction.error ?? new DOMException("aborted", "AbortError")));
        });
        let result;
        try {
            result = await fn(transaction);
        } catch (error) {
            ended.catch(() => {});
            try {
                transaction.abort();
            } catch {
                // It had ended by itself: the error says why.
            }
            throw told(error);
        }
        await ended;
        return result;
    }

    #begun(names, mode) {
        if (this.#closed !== null) {
            throw new HomeClosed(this.#closed);
        }
        try {
            return this.#db.transaction(names, mode, { durability: "strict" });
        } catch (error) {
            if (error.name !== "InvalidStateError") {
                throw error;
            }
            // The browser closed it, and its event is still on the way.
            this.#end("taken");
            throw new HomeClosed("taken", { cause: error });
        }
    }

    /**
     * Keep a change: everything that `fn` does with it, or nothing. Changes wait for each other, so `fn` does not begin
     * another one: what changes things inside of it takes the change as an argument.
     *
     * @template T
     * @param {(change: Change) => T | Promise<T>} fn
     * @returns {Promise<T>}
     */
    async change(fn) {
        const result = await this.alone(async () => {
            const change = new Change(this);
            try {
                const result = await fn(change);
                const shown = await Promise.all(this.#watchers.map((watcher) => watcher(change)));
                await this.checkpoint("store.committing");
                await change.keep();
                shown.forEach((show) => show && show());
                return result;
            } catch (error) {
                change.undo();
                throw error;
            }
        });
        await this.checkpoint("store.committed");
        return result;
    }

    /** Run while no change is under way. */
    alone(fn) {
        const turn = this.#last.then(fn);
        this.#last = turn.catch(() => {});
        return turn;
    }

    /**
     * `watcher` sees every change before it is kept, and may give a function that shows it once it is.
     *
     * @param {(change: Change) => (() => void) | undefined | Promise<(() => void) | undefined>} watcher
     */
    watch(watcher) {
        this.#watchers.push(watcher);
    }

    // --- reading: a change has the same methods, and sees its own writes ---------------------------------------------

    /** A row, or undefined. */
    async get(name, key) {
        const row = await this.transaction(name, "readonly", (transaction) =>
            done(transaction.objectStore(name).get(key)),
        );
        return row && this.opened(row);
    }

    /**
     * Rows in the order of their keys, or of an index.
     *
     * @param {string} name
     * @param {{index?: string, range?: IDBKeyRange | null, limit?: number, sealed?: boolean}} [options] `sealed`: leave
     *   the content as it is stored
     * @returns {Promise<Record<string, any>[]>}
     */
    async all(name, { index, range = null, limit, sealed = false } = {}) {
        const rows = await this.transaction(name, "readonly", (transaction) => {
            const store = transaction.objectStore(name);
            return done((index ? store.index(index) : store).getAll(range, limit));
        });
        return sealed ? rows : Promise.all(rows.map((row) => this.opened(row)));
    }

    /** Rows by their keys, undefined where there is none; their content is left sealed. */
    many(name, keys) {
        return this.transaction(name, "readonly", (transaction) => {
            const store = transaction.objectStore(name);
            return Promise.all(keys.map((key) => done(store.get(key))));
        });
    }

    /** The key of the last row, or undefined. */
    async last(name, { index, range = null } = {}) {
        const cursor = await this.transaction(name, "readonly", (transaction) => {
            const store = transaction.objectStore(name);
            return done((index ? store.index(index) : store).openKeyCursor(range, "prev"));
        });
        return cursor?.primaryKey;
    }

    /** How many rows there are. */
    count(name, { index, range } = {}) {
        return this.transaction(name, "readonly", (transaction) => {
            const store = transaction.objectStore(name);
            return done((index ? store.index(index) : store).count(range));
        });
    }

    /** The row with its content opened. */
    async opened(row) {
        return row.content === undefined ? row : { ...row, content: await this.vault.open(row.content) };
    }

    /** The row as it is stored. */
    async sealed(row) {
        return row.content === undefined ? row : { ...row, content: await this.vault.seal(row.content) };
    }

    // --- incidents ---------------------------------------------------------------------------------------------------

    /** The incidents that are still kept, oldest first. */
    async incidents() {
        return (await this.all("incident")).map(({ at, kind, detail }) => ({ at, kind, ...detail }));
    }

    /** Note something that should not happen, for the people who look after the device. */
    incident(change, kind, detail = {}) {
        change.add("incident", { at: this.now(), kind, detail }, { most: INCIDENTS_KEPT });
    }

    /** What the app takes of the disk, as far as the browser says. */
    async sizeBytes() {
        return (await this.#storage?.estimate?.())?.usage ?? 0;
    }
}

function pathsOf(db) {
    const names = [...db.objectStoreNames];
    const transaction = db.transaction(names);
    return Object.fromEntries(
        names.map((name) => {
            const store = transaction.objectStore(name);
            const indexes = [...store.indexNames].map((index) => [index, store.index(index).keyPath]);
            return [name, { key: store.keyPath, indexes: Object.fromEntries(indexes) }];
        }),
    );
}
