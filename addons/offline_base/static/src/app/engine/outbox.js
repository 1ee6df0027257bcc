/** Unsent and parked operations, numbered without gaps; what the server says moves them on. */
import { ENVELOPE_BYTES, firstPending, nextBatch, reckoned } from "./batch.js";
import { bytes, dump } from "./canonical.js";
import { Refusal } from "./errors.js";
import { beginning } from "./idb.js";
import { AMEND, DECISIONS, Entry, PARKED, PENDING, place, VOID } from "./operations.js";

/** @typedef {import("./batch.js").Batch} Batch */

/** Takes operations, hands out batches, takes receipts. What changes something is part of a change. */
export class Outbox {
    #store;
    #settings;
    #records;
    #journal;
    #newUid;

    constructor(store, settings, records, journal, newUid) {
        this.#store = store;
        this.#settings = settings;
        this.#records = records;
        this.#journal = journal;
        this.#newUid = newUid;
    }

    get #device() {
        return this.#settings.device ?? "";
    }

    // --- taking operations -------------------------------------------------------------------------------------------

    /**
     * Number an operation and keep it, with its effect on what the person sees.
     *
     * `members` are those of the wire shape. An operation that no push could ever carry is refused here.
     *
     * @param {import("./change.js").Change} change @param {import("./records.js").Key} key
     * @param {{entity: string, verb: string, at: string}} members
     * @param {{decides?: string | null, called?: string | null, effect?: object | null}} [more] see `Entry`
     */
    record(change, key, members, more = {}) {
        const seq = this.#settings.next_seq;
        const body = { seq, op: this.#newUid(), ...members };
        const limit = this.#settings.profile.limits.body_bytes;
        if (bytes(dump(body)) > limit - ENVELOPE_BYTES) {
            throw new Refusal("operation_invalid", `the change is larger than the ${limit} bytes the server takes`);
        }
        const entry = Entry.pending(this.#device, key, body, more);
        change.put("outbox", entry.row);
        this.#settings.put(change, { next_seq: seq + 1 });
        return entry;
    }

    /** Make what `fn` records one unit: it succeeds or fails together. */
    async unit(change, fn) {
        const first = this.#settings.next_seq;
        const result = await fn();
        const entries = (await change.all("outbox", { range: IDBKeyRange.lowerBound(first) })).map(Entry.read);
        const { operations, body_bytes } = this.#settings.profile.limits;
        if (entries.length > operations) {
            throw new Refusal("operation_invalid", `a unit has at most ${operations} operations`);
        }
        const unit = { id: this.#newUid(), size: entries.length };
        let room = body_bytes - ENVELOPE_BYTES;
        for (const entry of entries) {
            if (DECISIONS.includes(entry.verb)) {
                throw new Refusal("operation_invalid", "a decision cannot be part of a unit");
            }
            const body = { ...entry.body, unit };
            room -= bytes(dump(body)) + 2;
            change.put("outbox", entry.with({ body }).row);
        }
        if (room < 0) {
            throw new Refusal("operation_invalid", "the unit is larger than what the server takes in one call");
        }
        return result;
    }

    /** What an operation is to do: its own body, or for an amendment that of what it replaces with other values. */
    async effective(entry, reader = this.#store) {
        if (entry.verb !== AMEND || entry.decides === null) {
            return entry.body;
        }
        const replaced = await this.find(entry.decides, reader);
        const before = replaced ? await this.effective(replaced, reader) : {};
        const { values, args } = entry.body.args ?? {};
        const base = { ...before.base, ...entry.body.base };
        return { ...before, base, ...(values && { values }), ...(args && { args }) };
    }

    /** The next operations to send, or null. @param {number} limit @returns {Promise<Batch | null>} */
    batch(limit) {
        return nextBatch(this.#store, this.#settings, this.#journal, limit);
    }

    // --- taking receipts ---------------------------------------------------------------------------------------------

    /**
     * Keep the receipts of a push; answers how many of each status, and whether the first was answered.
     *
     * The next batch starts at the first operation without a receipt, whatever `nextSeq` says: a number that the server
     * counts and whose receipt did not arrive is asked for again, never skipped.
     *
     * @param {Batch} batch @returns {Promise<{counts: Record<string, number>, moved: boolean}>}
     */
    takeAnswer(batch, receipts, nextSeq) {
        return this.#store.change(async (change) => {
            const counts = {};
            const answered = new Set();
            for (const receipt of receipts) {
                counts[receipt.status] = (counts[receipt.status] ?? 0) + 1;
                if ((await this.takeReceipt(change, receipt, { outcome: false })) && receipt.status !== "retry") {
                    answered.add(receipt.op);
                }
            }
            const here = this.#settings.next_seq;
            if (batch.again) {
                const waiting = batch.entries.find(({ op }) => !answered.has(op));
                const goesOn = waiting ? waiting.seq : batch.entries.at(-1).seq + 1;
                this.#settings.put(change, { resend_from: goesOn < here ? goesOn : null });
            }
            if (nextSeq > here) {
                this.#store.incident(change, "numbers_unknown", { here, server: nextSeq });
                this.#settings.put(change, { next_seq: nextSeq });
            }
            return { counts, moved: answered.has(batch.entries[0].op) };
        });
    }

    /**
     * Keep what the server says of one operation; false, with an incident, when it is none of ours.
     *
     * It is known by its `op`: a receipt given to the device that this home once was carries that one's number.
     * `outcome`: it came with a pull, in the same cut as its effect, so nothing of ours needs to cover it.
     */
    async takeReceipt(change, receipt, { outcome }) {
        const { op, status, target } = receipt;
        const entry = await this.find(op, change);
        if (!entry) {
            this.#store.incident(change, "receipt_unknown", { seq: receipt.seq, op, status });
            return false;
        }
        if (status === "retry") {
            return true;
        }
        if (target?.uid && entry.entity) {
            await this.#records.learnIdentity(change, entry.entity, target.uid, target.id ?? null, target.born ?? null, receipt.result?.linked_to);
        }
        const settled = outcome || entry.settled || !["applied", "merged"].includes(status);
        const where = place(status, entry.verb, receipt.code);
        change.delete("outbox", entry.seq);
        change.delete("journal", [entry.device, entry.seq]);
        change.put(where, entry.with({ state: status, receipt, settled: where === "journal" && settled }).row);
        return true;
    }

    /** Effects up to this number are in the records of this cut. */
    settle(change, appliedSeq) {
        return this.#journal.settle(change, this.#device, appliedSeq);
    }

    // --- another life, another device --------------------------------------------------------------------------------

    /**
     * Send everything from this number on again, also what was delivered; each counts once.
     *
     * Numbers whose content this device no longer has are filled with `void`, so that the rest can follow.
     */
    async sendAgain(change, seq) {
        const device = this.#device;
        const delivered = { range: IDBKeyRange.bound([device, seq], [device, []]), sealed: true };
        const there = [
            ...(await change.all("outbox", { range: IDBKeyRange.lowerBound(seq), sealed: true })),
            ...(await change.all("journal", delivered)),
        ];
        const have = new Set(there.map((row) => row.seq));
        const next = this.#settings.next_seq;
        for (let lost = seq; lost < next; lost++) {
            if (!have.has(lost)) {
                this.#store.incident(change, "number_lost", { seq: lost });
                this.#fill(change, lost);
            }
        }
        await this.#journal.showAgain(change, device, seq);
        await this.#offerFilesAgain(change);
        const from = Math.min(seq, this.#settings.resend_from ?? seq);
        this.#settings.put(change, { resend_from: from < next ? from : null });
    }

    /** A server in another life, or for another device, may lack files that were sent; it says which it has. */
    async #offerFilesAgain(change) {
        for (const row of await change.all("blob", { index: "state", range: IDBKeyRange.only("sent"), sealed: true })) {
            change.put("blob", { ...row, state: "waiting" }, { sealed: true });
        }
    }

    #fill(change, seq) {
        const at = this.#settings.last_sync_at ?? "1970-01-01T00:00:00Z";
        const entity = this.#settings.profile.entities[0]?.name;
        const args = { reason: "The device no longer has the content of this number." };
        const body = { seq, op: this.#newUid(), entity, verb: VOID, at, args };
        change.put("outbox", Entry.pending(this.#device, { id: null, uid: null }, body, { entity: "" }).row);
    }

    /** As this home has become another device: what is not delivered gets new numbers and keeps its `op`. */
    async renumber(change, device) {
        const entries = (await change.all("outbox")).map(Entry.read);
        const numbers = new Map(entries.map((entry, index) => [entry.seq, index + 1]));
        change.clear("outbox");
        for (const entry of entries) {
            const seq = numbers.get(entry.seq);
            const after = (entry.body.after ?? []).flatMap((old) => numbers.get(old) ?? []);
            const body = { ...entry.body, seq, ...(entry.body.after && { after }) };
            change.put("outbox", entry.with({ device, seq, body, state: PENDING, receipt: null, settled: false }).row);
        }
        await this.#journal.settle(change, device, 0);
        await this.#offerFilesAgain(change);
        const next_seq = entries.length + 1;
        this.#settings.put(change, { next_seq, offered_seq: entries.length, resend_from: null, applied_seq: 0 });
    }

    /** All that is here, then delivered work of this device, newest first, while there is room; by number. */
    async forEscrow(room) {
        const found = (await this.entries()).map((entry) => entry.body);
        let left = room - found.reduce((sum, body) => sum + bytes(dump(body)), 0);
        const delivered = await this.#store.all("journal", { range: beginning(this.#device) });
        for (const { body } of delivered.map(Entry.read).reverse()) {
            left -= bytes(dump(body));
            if (left < 0) {
                break;
            }
            found.push(body);
        }
        return found.sort((one, other) => one.seq - other.seq);
    }

    /** Delete outbox and journal: the office has the work, or there is none. */
    forgetAll(change) {
        change.clear("outbox");
        change.clear("journal");
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** Operations of the outbox in order, all or those in some states. */
    async entries({ states = [PENDING, ...PARKED] } = {}) {
        return (await this.#store.all("outbox")).map(Entry.read).filter(({ state }) => states.includes(state));
    }

    /** The operation with this id, in the outbox or the journal, or null. */
    async find(op, reader = this.#store) {
        const [row] = await reader.all("outbox", { index: "op", range: IDBKeyRange.only(op) });
        return row ? Entry.read(row) : this.#journal.find(op, reader);
    }

    /** The number of the decision about this operation that has no visible effect yet, or null. */
    async deciding(op, reader = this.#store) {
        for (const name of ["outbox", "journal"]) {
            const rows = await reader.all(name, { index: "decides", range: IDBKeyRange.only(op), sealed: true });
            const found = rows.find((row) => row.unsettled);
            if (found) {
                return found.seq;
            }
        }
        return null;
    }

    /** The decisions of this device about an operation, in order, refused ones included. */
    async decisionsAbout(op, reader = this.#store) {
        const range = IDBKeyRange.only(op);
        const there = ["journal", "outbox"].map((name) => reader.all(name, { index: "decides", range }));
        return (await Promise.all(there)).flat().map(Entry.read);
    }

    /** How many operations are in each state; states without any are left out. */
    async counts() {
        return (await reckoned(this.#store)).counts;
    }

    /** The device's own view, as it travels with every call. */
    async report({ app_version, clock }) {
        const counts = await this.counts();
        const newest = await this.#store.last("outbox", { index: "state", range: IDBKeyRange.only(PENDING) });
        return {
            outbox: counts[PENDING] ?? 0,
            oldest_seq: await firstPending(this.#store),
            highest_seq: newest ?? null,
            unresolved: PARKED.reduce((sum, state) => sum + (counts[state] ?? 0), 0),
            storage_bytes: await this.#store.sizeBytes(),
            app_version,
            clock,
        };
    }
}
