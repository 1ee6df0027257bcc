/**
 * The device: one home, one person, everything that a screen needs.
 *
 * Reading and editing never wait for a network (but see `always_online`); `Device.sync` delivers and receives.
 */
import { formatInstant } from "./clock.js";
import { Editing } from "./editing.js";
import { ModeRefused, Offline, Refusal, Refused } from "./errors.js";
import { Link } from "./link.js";
import { ALWAYS_ONLINE } from "./modes.js";
import { network as toServers } from "./network.js";
import { partsOf, Reader } from "./reader.js";
import { Settings } from "./settings.js";
import { PLAIN, Store } from "./store.js";
import { newUid as randomUid } from "./uid.js";
import { APP_VERSION } from "./version.js";
import { Withdrawal } from "./withdrawal.js";

/** @typedef {import("./records.js").Ref} Ref */
/** @typedef {import("./operations.js").Entry} Entry */
/** @typedef {import("./overlay.js").Record} Record */

export class Device extends Reader {
    #clock;
    #checkpoint;
    #network;
    #link;
    #editing;

    /**
     * Open a home.
     *
     * @param {object} options
     * @param {string} [options.name] of the home
     * @param {IDBFactory} [options.indexedDB]
     * @param {import("./store.js").Vault} [options.vault] seals content; unlocked (see `vault.js`)
     * @param {(parts: object) => {api: import("./calls.js").Api, access: import("./link.js").Access}} [options.network]
     *     makes what calls the server, of the parts of the device
     * @param {() => number} [options.clock] milliseconds since 1970
     * @param {() => number} [options.chance] @param {() => string} [options.newUid]
     * @param {(step: string) => any} [options.checkpoint] called with a name between any two durable steps, so that a
     *     test can stop the world there
     * @param {(progress: {step: string, done: number}) => void} [options.progress]
     * @param {number} [options.batch] operations of a push @param {number} [options.page] records of a page
     */
    static async open({
        name,
        indexedDB,
        vault = PLAIN,
        network = toServers(),
        clock = Date.now,
        chance = Math.random,
        newUid = randomUid,
        checkpoint = () => {},
        ...more
    }) {
        const store = await Store.open({ name, indexedDB, vault, checkpoint, now: () => formatInstant(clock()) });
        const settings = new Settings(store);
        await settings.load();
        return new Device(store, settings, network, { clock, chance, newUid, checkpoint, ...more });
    }

    constructor(store, settings, network, { clock, newUid, checkpoint, ...more }) {
        super(partsOf(store, settings, { newUid, checkpoint }));
        this.#clock = clock;
        this.#checkpoint = checkpoint;
        this.#network = network({ ...this.parts, clock, checkpoint });
        const { api, access, blobs = null, files = null } = this.#network;
        const withdrawal = new Withdrawal(store, settings, files);
        Object.assign(this.parts, { blobs, files, withdrawal });
        this.#link = new Link(this.parts, api, access, { clock, checkpoint, ...more });
        const { records, outbox, view } = this.parts;
        this.#editing = new Editing(settings, records, outbox, view, clock, newUid, files);
    }

    get #store() {
        return this.parts.store;
    }

    /** Let go of the home. */
    close() {
        this.#store.close();
    }

    // --- in and out --------------------------------------------------------------------------------------------------

    /**
     * Become a device of this server with an enrolment code; then `sync`. Answers the profile.
     *
     * A lost answer is asked for again by the same code. A home that is enrolled already stays the same device, by its
     * key, and keeps its work and numbers. If the server does not know it any more, or it is a copy of another, it
     * becomes a new device: records and unsent work are kept, what is unsent gets new numbers. Changing the user or the
     * server of a home that has work in it is refused: that work belongs to its user.
     *
     * @param {string} server @param {string} code @param {{name?: string, database?: string}} [options]
     */
    async enrol(server, code, options) {
        await this.#network.enrol(server, code, options);
        return this.settings.profile;
    }

    /**
     * Log out: hand unsent work over, erase everything. `WorkUnsent` while there is any, unless the person was asked.
     */
    leave(options) {
        return this.#network.access.leave(options);
    }

    /** Hand this device's work to the server, sealed for the office; nothing changes here. */
    escrow() {
        return this.#network.access.escrow();
    }

    /** The same boxes one by one, to be saved as a file and imported in the office. @returns {AsyncIterable<string>} */
    sealed() {
        return this.#network.boxes.all();
    }

    // --- sync --------------------------------------------------------------------------------------------------------

    /** Deliver and receive now, in any mode; throws `Offline` or `Refused`, and keeps what got through. */
    sync() {
        return this.#link.sync();
    }

    /** Whether the mode and the schedule ask for a sync now. */
    due() {
        return this.#link.due();
    }

    /** Sync if due; having no network, or a busy server, is no error here. Null when nothing was done. */
    tick() {
        return this.#link.tick();
    }

    /** Check every held row against its own hash; the next sync fetches rotten rows again. */
    check() {
        return this.#link.check();
    }

    /** Check every row against its own hash, compare all with the server, and repair what is wrong. */
    verify() {
        return this.#link.verify();
    }

    /** Search Odoo now by a `text`, or for what a new record is `like`: `{records: [{id, name}], more}`, held or not. */
    find(entity, asked) {
        return this.#link.admitted(() => this.#network.api.find({ entity, ...asked }));
    }

    /**
     * Have Odoo answer a question now, which changes nothing; throws `Offline` or `Refused`. See `asks` and `answers`.
     *
     * @param {string} entity @param {string} question
     * @param {{targets?: object[], args?: object, company?: number}} [asked]
     * @returns {Promise<{answer: any, answered_at: string}>}
     */
    ask(entity, question, asked = {}) {
        return this.#link.admitted(() => this.#network.api.ask({ entity, question, ...asked }));
    }

    /** Choose one of the modes that the profile offers. */
    async chooseMode(mode) {
        const { modes } = this.settings.profile;
        if (!modes.includes(mode)) {
            throw new ModeRefused(`the profile offers ${modes.join(", ")}, not ${mode}`);
        }
        await this.#store.change((change) => this.settings.put(change, { mode }));
    }

    // --- work --------------------------------------------------------------------------------------------------------

    /** Make a record: a uid at once, an id when the server has it. `draft`: see `Drafts.beside`. @returns {Promise<Record>} */
    create(entity, values, { draft, ...options } = {}) {
        return this.#edit(this.parts.drafts.beside((change) => this.#editing.create(change, entity, values, options), draft));
    }

    /** Change fields of a record that this device shows. @returns {Promise<Entry>} */
    update(entity, ref, values, options) {
        return this.#edit((change) => this.#editing.update(change, entity, ref, values, options));
    }

    /**
     * Put a file on a record: its bytes are kept here at once and sent with the next syncs.
     *
     * @param {string} entity @param {Ref} ref @param {Blob} blob @param {string} [name] @returns {Promise<Record>}
     */
    async attach(entity, ref, blob, name) {
        const kept = await this.parts.files.keep(blob, name);
        return this.#edit((change) => this.#editing.attach(change, entity, ref, kept));
    }

    /** Keep a file for a form; answers the value that a field of files or pictures takes. @param {Blob} blob */
    keepFile(blob, name) {
        return this.parts.files.draft(blob, name);
    }

    /** A file that a record names, or a small picture of it; from here if it is here, else from the server. */
    async fetch(sha256, size = null) {
        await this.parts.files.prune(this.settings.cache_bytes);
        return this.#link.admitted(() => this.#network.api.fetchBlob(this.parts.blobs, sha256, size));
    }

    /** Choose the room for files that the server has; what is over goes now. What was not sent never goes. */
    async keepAtMost(bytes) {
        await this.#store.change((change) => this.settings.put(change, { cache_bytes: Math.max(0, bytes) }));
        await this.parts.files.prune(this.settings.cache_bytes);
    }

    /** The files that the server does not have in full yet. */
    filesWaiting() {
        return this.parts.files.waiting();
    }

    /** Delete a record that this device shows. @returns {Promise<Entry>} */
    delete(entity, ref, options) {
        return this.#edit((change) => this.#editing.delete(change, entity, ref, options));
    }

    /** Ask for a named operation: a complete business function. `draft`: see `Drafts.beside`. @returns {Promise<Entry>} */
    call(entity, ref, operation, args = {}, { draft, ...options } = {}) {
        return this.#edit(this.parts.drafts.beside((change) => this.#editing.call(change, entity, ref, operation, args, options), draft));
    }

    /**
     * Record what is done with `unit` as one: it succeeds or fails together; an error leaves nothing recorded.
     *
     *     await device.unit(async (unit) => {
     *         const visit = await unit.create("crm.visit", { name: "Visit" });
     *         await unit.call("crm.lead", 7, "close");
     *     });
     *
     * Inside, use `unit`: edits of the device itself wait until the unit has ended.
     *
     * @template T @param {(unit: Pick<Device, "create" | "update" | "delete" | "call" | "get">) => Promise<T>} fn
     * @returns {Promise<T>}
     */
    unit(fn) {
        return this.#edit((change) => this.parts.outbox.unit(change, () => fn(this.#editing.within(change))));
    }

    /**
     * Send a rejected operation again with these values (or arguments) in place of its own. @returns {Promise<Entry>}
     */
    amend(op, values = null, args = null) {
        return this.#edit((change) => this.#editing.amend(change, op, values, args));
    }

    /** Whether the newest operations, from this number to that, can be taken back: nobody was offered them. */
    canWithdraw(from, to) {
        return this.parts.withdrawal.isPossible(from, to);
    }

    /** Take them back as if they had never been, or `Refusal`. `draft`: see `Drafts.beside`. */
    withdraw(from, to, { draft } = {}) {
        return this.#store.change(this.parts.drafts.beside((change) => this.parts.withdrawal.run(change, from, to), draft));
    }

    /** Give a parked operation up. @returns {Promise<Entry>} */
    discard(op, reason) {
        return this.#edit((change) => this.#editing.discard(change, op, reason));
    }

    /** Decide a conflict: `by` server, device or values (these), and which record it is; see `Editing`. @returns {Promise<Entry>} */
    resolve(op, by, values = null, { sameAs = null } = {}) {
        return this.#edit((change) => this.#editing.resolve(change, op, by, values, sameAs));
    }

    /**
     * Keep an edit. In `always_online` the server must answer before, and gets the change right after.
     *
     * If the connection breaks in between, the change stays in the outbox like any other: nobody can tell whether it
     * arrived.
     */
    async #edit(edit) {
        const online = this.mode === ALWAYS_ONLINE;
        if (online) {
            await this.#link.admitted(() => this.#reach());
        }
        const done = await this.#store.change(edit);
        await this.#checkpoint("edit.stored");
        if (online) {
            try {
                await this.sync();
            } catch (error) {
                // `sync` has noted the failure; the edit itself is safe.
                if (!(error instanceof Offline || error instanceof Refused)) {
                    throw error;
                }
            }
        }
        return done;
    }

    async #reach() {
        const state = await this.parts.outbox.report({ app_version: APP_VERSION, clock: formatInstant(this.#clock()) });
        return this.#network.api.push([], state, null);
    }
}
