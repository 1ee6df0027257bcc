/**
 * What Odoo answered to questions, the last time, with the time at which it did: without a network there is nothing newer.
 *
 * An answer belongs to an entity and a question; `about` tells several of one question apart. It is no record: nothing
 * comes of it with a sync, and whoever shows it shows its age.
 */
import { parseInstant } from "./clock.js";

/** Kept until a sync a week later: whoever lost a right in Odoo that no sync tells of sees nothing of it after that. */
const KEPT_MS = 7 * 24 * 3_600_000;

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

    /**
     * Keep an answer in the place of the last one; screens are told. One that tells `of` a record goes with that record.
     *
     * @param {{entity: string, id: number} | null} [of]
     */
    async put(entity, question, { answer, answered_at }, about = "", of = null) {
        const row = { entity, question, about, at: answered_at, of, content: answer };
        await this.#store.change((change) => change.put("answer", row));
    }

    /**
     * Let go what this device may not know any more: answers to questions that the profile has not, of records that are
     * not held, and old ones.
     *
     * @param {import("./change.js").Change} change @param {string} now by the clock of the server
     */
    async prune(change, profile, now) {
        const oldest = parseInstant(now) - KEPT_MS;
        const asked = new Set(profile.entities.flatMap(({ name, questions = [] }) => questions.map((question) => `${name} ${question.name}`)));
        for (const { entity, question, about, at, of } of await change.all("answer", { sealed: true })) {
            const isHeld = !of || (await change.get("record", [of.entity, of.id])) !== undefined;
            if (!asked.has(`${entity} ${question}`) || !isHeld || !(parseInstant(at) >= oldest)) {
                change.delete("answer", [entity, question, about]);
            }
        }
    }
}
