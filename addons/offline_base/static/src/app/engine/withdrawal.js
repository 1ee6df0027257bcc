/**
 * Taking back what was done last, while nobody else can have seen it.
 *
 * Numbers have no gaps, so only the newest operations can go, and only those that were never offered to anybody: what
 * left the device may have arrived, whatever the answer was.
 */
import { Refusal } from "./errors.js";
import { hashesIn } from "./files.js";
import { Entry, PENDING } from "./operations.js";

/** @typedef {import("./change.js").Change} Change */

export class Withdrawal {
    #store;
    #settings;
    #files;

    /** @param {import("./store.js").Store} store @param {import("./files.js").Files} [files] */
    constructor(store, settings, files) {
        this.#store = store;
        this.#settings = settings;
        this.#files = files;
    }

    /** Whether the operations from this number on to that one can be taken back now. */
    isPossible(from, to = from) {
        const { next_seq, offered_seq } = this.#settings;
        return from > offered_seq && from <= to && to === next_seq - 1;
    }

    /** Take them back, or `Refusal`: they leave no trace, and their numbers are given again. @param {Change} change */
    async run(change, from, to = from) {
        if (!this.isPossible(from, to)) {
            throw new Refusal("operation_invalid", `#${from} was sent already, or more was done since`);
        }
        const entries = (await change.all("outbox", { range: IDBKeyRange.lowerBound(from) })).map(Entry.read);
        const before = await change.all("outbox", { range: IDBKeyRange.upperBound(from, true) });
        const needed = new Set(before.flatMap(({ content }) => said(content.body)));
        for (const entry of entries) {
            if (entry.state !== PENDING) {
                throw new Refusal("operation_invalid", `operation #${entry.seq} is ${entry.state}`);
            }
            change.delete("outbox", entry.seq);
            change.touch(entry.entity, entry.key);
            if (entry.verb === "create") {
                change.delete("identity", [entry.entity, entry.target_uid]);
            }
            for (const file of said(entry.body).filter((one) => !needed.has(one))) {
                await this.#files?.holdBack(change, file);
            }
        }
        this.#settings.put(change, { next_seq: from });
    }

    /**
     * Note that these operations leave the device; false when one of them was taken back since they were read.
     *
     * @param {{entries: Entry[]}} batch
     */
    async offer({ entries }) {
        const { offered_seq } = this.#settings;
        const newly = entries.filter(({ seq }) => seq > offered_seq);
        if (!newly.length) {
            return true;
        }
        return this.#store.change(async (change) => {
            for (const { seq, op } of newly) {
                const row = await change.get("outbox", seq);
                if (row?.op !== op) {
                    return false;
                }
            }
            this.#settings.put(change, { offered_seq: newly.at(-1).seq });
            return true;
        });
    }
}

/** The files that an operation may name. */
function said({ values, args }) {
    return hashesIn([values, args]);
}

/** Note that all that there is leaves the device, in a box. */
export function offerAll(store, settings) {
    return store.change((change) => settings.put(change, { offered_seq: settings.next_seq - 1 }));
}
