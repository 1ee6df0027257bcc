/** Reading: what the person sees of a record, and searches over it. */

export class View {
    #store;
    #records;
    #overlay;
    #search;

    constructor(store, records, overlay, search) {
        this.#store = store;
        this.#records = records;
        this.#overlay = overlay;
        this.#search = search;
    }

    /**
     * The record that a reference names, or null when this device knows nothing of its content.
     *
     * @param {string} entity @param {import("./records.js").Ref} ref @param {import("./records.js").Reader} [reader]
     */
    async get(entity, ref, reader = this.#store) {
        return this.#overlay.seen(entity, await this.#records.key(entity, ref, reader), reader);
    }

    /**
     * Records that contain all words of `text` (no matter the case or accents) and have these exact values.
     *
     * References are compared as they stand in the values. Ordered by text, then id.
     */
    async search(entity, text = "", where = {}, { limit = 80, offset = 0 } = {}) {
        return (await this.#search.find(entity, text, where)).slice(offset, offset + limit);
    }

    /** How many records `search` finds in all. */
    async count(entity, text = "", where = {}) {
        const isAll = !text.trim() && !Object.keys(where).length;
        return isAll ? this.#search.count(entity) : (await this.#search.find(entity, text, where)).length;
    }

    /** What to call a record that a value points to: its own name if it is known here, else what the server said. */
    async nameOf(entity, ref) {
        const key = await this.#records.key(entity, ref);
        const values = (await this.#overlay.seen(entity, key))?.values ?? {};
        const own = [values.display_name, values.name].find((name) => typeof name === "string");
        return own ?? (key.id === null ? null : this.#records.refName(entity, key.id));
    }
}
