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

    /**
     * An edit that changes a draft with what it does: both are kept, or neither. `draft(done)` answers `{name, content}` of
     * what the edit gave; content null: the draft is finished.
     *
     * @template T @param {(change: import("./change.js").Change) => T | Promise<T>} edit
     * @param {((done: T) => {name: string, content: any}) | undefined} draft
     */
    beside(edit, draft) {
        return async (change) => {
            const done = await edit(change);
            const { name, content } = draft?.(done) ?? {};
            if (content === null) {
                change.delete("draft", name);
            } else if (name) {
                change.put("draft", { name, at: this.#store.now(), content });
            }
            return done;
        };
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
