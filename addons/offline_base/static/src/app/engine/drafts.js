/**
 * Half-written forms, so that a tab that dies takes no work with it. They are no operations: nothing is sent of them.
 *
 * A draft is written at each keystroke, so it is no change that others hear of. Its content is sealed as all content is.
 */
import { done } from "./idb.js";

export class Drafts {
    #store;

    /** @param {import("./store.js").Store} store */
    constructor(store) {
        this.#store = store;
    }

    /** What is kept under this name, or null. */
    async get(name) {
        return (await this.#store.get("draft", name))?.content ?? null;
    }

    /** Keep `content`, which is JSON, in the place of what was there. */
    put(name, content) {
        return this.#store.alone(async () => {
            const row = await this.#store.sealed({ name, at: this.#store.now(), content });
            await this.#write((drafts) => drafts.put(row));
        });
    }

    /** It is finished, or given up. */
    drop(name) {
        return this.#store.alone(() => this.#write((drafts) => drafts.delete(name)));
    }

    /** All of them, the newest first. @returns {Promise<{name: string, at: string, content: any}[]>} */
    async all() {
        const rows = await this.#store.all("draft");
        return rows.sort((one, other) => (one.at < other.at ? 1 : Number(one.at > other.at) * -1));
    }

    #write(fn) {
        return this.#store.transaction("draft", "readwrite", (transaction) => done(fn(transaction.objectStore("draft"))));
    }
}
