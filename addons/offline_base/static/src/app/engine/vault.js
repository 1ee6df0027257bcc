/**
 * Encryption at rest: what a person wrote or read lies sealed in the store (AES-256-GCM).
 *
 * One data key seals everything. It is kept wrapped by another: by one that the browser holds and nobody can read, or
 * by one made from a PIN (PBKDF2), so that setting, changing and removing a PIN re-wraps a key and touches no data.
 *
 * Limits: without a PIN, whoever can open this browser profile can open the app. With one, a copy of the disk is as
 * safe as the PIN is long: 600,000 rounds make each guess dear, not impossible. Wrong tries are slowed down here, where
 * the app runs. Rows are not bound to their keys: who can write to the disk can exchange them.
 */
import { HomeLocked, HomeUnreadable, PinWrong } from "./errors.js";
import { done } from "./idb.js";
import { told } from "./quota.js";

export const ITERATIONS = 600_000;
export const PIN_LENGTH = 4;
/** So many wrong tries are free; after that each doubles the pause. */
const FREE_TRIES = 3;
const FIRST_PAUSE_S = 5;
const LONGEST_PAUSE_S = 900;

// One of each for all rows: there are ten thousand of them.
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

const GCM = { name: "AES-GCM", length: 256 };
const USES = ["encrypt", "decrypt"];

/** The pause after this many wrong tries in a row. */
export function pinPauseS(tries) {
    return tries < FREE_TRIES ? 0 : Math.min(FIRST_PAUSE_S * 2 ** Math.min(tries - FREE_TRIES, 30), LONGEST_PAUSE_S);
}

/**
 * Where the wrapped key lies: a database of its own beside the home's, so that it can be asked for before the home is
 * opened, and is never sealed itself.
 *
 * @param {{name?: string, indexedDB?: IDBFactory}} [options] `name` of the home
 */
export function keeper({ name = "offline", indexedDB = globalThis.indexedDB } = {}) {
    const act = async (mode, fn) => {
        const request = indexedDB.open(`${name}.vault`, 1);
        request.onupgradeneeded = () => request.result.createObjectStore("kept");
        const db = await done(request);
        try {
            const transaction = db.transaction("kept", mode, { durability: "strict" });
            const ended = new Promise((resolve, reject) => {
                transaction.oncomplete = resolve;
                transaction.onabort = () => reject(told(transaction.error));
            });
            const request = fn(transaction.objectStore("kept"));
            await ended;
            return request.result;
        } finally {
            db.close();
        }
    };
    return {
        get: () => act("readonly", (kept) => kept.get("key")),
        put: (value) => act("readwrite", (kept) => kept.put(value, "key")),
    };
}

/** Seals and opens content; `seal` and `open` throw `HomeLocked` until the PIN was given. */
export class Vault {
    #keep;
    #subtle;
    #clock;
    #iterations;
    /** @type {CryptoKey | null} */
    #key = null;
    #kept;
    #turn = Promise.resolve();

    /**
     * @param {object} options
     * @param {{get: () => Promise<any>, put: (value: any) => Promise<any>}} options.keep See `keeper`.
     * @param {() => number | Date} [options.clock]
     * @returns {Promise<Vault>} Unlocked, unless there is a PIN.
     */
    static async open({ keep, subtle = crypto.subtle, clock = Date.now, iterations = ITERATIONS }) {
        const vault = new Vault(keep, subtle, clock, iterations);
        vault.#kept = await keep.get();
        if (!vault.#kept) {
            const key = await subtle.generateKey(GCM, true, USES);
            await vault.#wrap(key, null);
        }
        if (!vault.hasPin) {
            await vault.#take(vault.#kept.by);
        }
        return vault;
    }

    /** Use `Vault.open`. */
    constructor(keep, subtle, clock, iterations) {
        this.#keep = keep;
        this.#subtle = subtle;
        this.#clock = () => Number(clock());
        this.#iterations = iterations;
    }

    get hasPin() {
        return Boolean(this.#kept.salt);
    }

    get locked() {
        return this.#key === null;
    }

    // --- content --------------------------------------------------------------------------------------------------

    /** What may be stored of a value: JSON, or a Blob. */
    async seal(value) {
        const key = this.#unlocked();
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const isBlob = value instanceof Blob;
        const plain = isBlob ? await value.arrayBuffer() : ENCODER.encode(JSON.stringify(value));
        const data = await this.#subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
        return isBlob ? { iv, blob: new Blob([data]), type: value.type } : { iv, data };
    }

    /** The value; `HomeUnreadable` if it was sealed by another key, or changed. */
    async open(sealed) {
        const key = this.#unlocked();
        const data = sealed.blob ? await sealed.blob.arrayBuffer() : sealed.data;
        const plain = await this.#decrypt(key, sealed.iv, data);
        return sealed.blob ? new Blob([plain], { type: sealed.type }) : JSON.parse(DECODER.decode(plain));
    }

    async #decrypt(key, iv, data) {
        try {
            return await this.#subtle.decrypt({ name: "AES-GCM", iv }, key, data);
        } catch (error) {
            throw new HomeUnreadable("what is stored cannot be opened", { cause: error });
        }
    }

    #unlocked() {
        if (this.#key === null) {
            throw new HomeLocked("the app is locked: give the PIN");
        }
        return this.#key;
    }

    // --- the lock -------------------------------------------------------------------------------------------------

    /** Forget the key until the PIN is given; without a PIN there is nothing to lock. */
    lock() {
        if (this.hasPin) {
            this.#key = null;
        }
    }

    /** Open with the PIN, or `PinWrong`. */
    async unlock(pin) {
        return this.#alone(async () => this.#take(await this.#tried(pin)));
    }

    /** Ask for this PIN from now on; `present` is the one so far. */
    async setPin(pin, present = null) {
        if (typeof pin !== "string" || [...pin].length < PIN_LENGTH) {
            throw new RangeError(`a PIN has at least ${PIN_LENGTH} characters`);
        }
        return this.#alone(async () => this.#wrap(await this.#bare(present), pin));
    }

    /** Ask for no PIN any more. */
    async removePin(present) {
        return this.#alone(async () => this.#wrap(await this.#bare(present), null));
    }

    /** The data key in a form that can be wrapped anew; it is not kept so. */
    async #bare(present) {
        const by = this.hasPin ? await this.#tried(present) : this.#kept.by;
        return this.#unwrap(by, true);
    }

    /** The wrapping key of a PIN that is right. A try counts before it is made: closing the tab does not undo it. */
    async #tried(pin) {
        if (!this.hasPin) {
            return this.#kept.by;
        }
        // Tabs share the count.
        this.#kept = await this.#keep.get();
        const now = this.#clock();
        const { tries = 0, tried_at = 0 } = this.#kept;
        if (now < tried_at) {
            // The clock was set back: the pause begins anew, and does not last until the time comes again.
            await this.#store({ ...this.#kept, tried_at: now });
        }
        const wait = Math.ceil(pinPauseS(tries) - Math.max(0, now - tried_at) / 1000);
        if (wait > 0) {
            throw new PinWrong(`too many wrong tries: wait ${wait} s`, wait);
        }
        await this.#store({ ...this.#kept, tries: tries + 1, tried_at: now });
        const by = await this.#fromPin(String(pin), this.#kept.salt, this.#kept.iterations);
        try {
            await this.#unwrap(by, false);
        } catch {
            throw new PinWrong("the PIN is wrong", pinPauseS(tries + 1));
        }
        await this.#store({ ...this.#kept, tries: 0, tried_at: 0 });
        return by;
    }

    async #take(by) {
        try {
            this.#key = await this.#unwrap(by, false);
        } catch (error) {
            throw new HomeUnreadable("the key of the store cannot be opened", { cause: error });
        }
    }

    #unwrap(by, extractable) {
        const { iv, wrapped } = this.#kept;
        return this.#subtle.unwrapKey("raw", wrapped, by, { name: "AES-GCM", iv }, GCM, extractable, USES);
    }

    async #wrap(key, pin) {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const salt = pin === null ? null : crypto.getRandomValues(new Uint8Array(16));
        const by = salt
            ? await this.#fromPin(pin, salt, this.#iterations)
            : await this.#subtle.generateKey(GCM, false, ["wrapKey", "unwrapKey"]);
        const wrapped = await this.#subtle.wrapKey("raw", key, by, { name: "AES-GCM", iv });
        await this.#store(salt ? { salt, iterations: this.#iterations, iv, wrapped } : { by, iv, wrapped });
        await this.#take(by);
    }

    async #fromPin(pin, salt, iterations) {
        const secret = new TextEncoder().encode(pin.normalize("NFKC"));
        const raw = await this.#subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"]);
        const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
        return this.#subtle.deriveKey(how, raw, GCM, false, ["wrapKey", "unwrapKey"]);
    }

    async #store(kept) {
        await this.#keep.put(kept);
        this.#kept = kept;
    }

    /** One try at a time: ten at once would all find the same count. */
    #alone(fn) {
        const turn = this.#turn.then(fn);
        this.#turn = turn.catch(() => {});
        return turn;
    }
}
