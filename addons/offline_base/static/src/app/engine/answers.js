/**
 * What Odoo answered to questions, the last time, with the time at which it did: without a network there is nothing newer.
 *
 * An answer belongs to an entity and a question; `about` tells several of one question apart. It is no record: nothing
 * comes of it with a sync, and whoever shows it shows its age.
 */
export class Answers {
    #store;

    /** @param {import("./store.js").Store} store */
    constructor(store) {
        this.#store = store;
    }

    /** The last answer, or null. @returns {Promise<{answer: any, at: string} | null>} `at` by the clock of the server */
    async get(entity, question, about = "") {
        const row = await this.#store.get("answer", [entity, question, about]);
        return row ? { answer: row.content, at: row.at } : null;
    }

    /** Keep an answer in the place of the last one; screens are told. */
    async put(entity, question, { answer, answered_at }, about = "") {
        const row = { entity, question, about, at: answered_at, content: answer };
        await this.#store.change((change) => change.put("answer", row));
    }
}
