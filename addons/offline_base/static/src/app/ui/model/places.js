/**
 * Records that the person comes back to: those seen last, and those that they keep at hand.
 *
 * Kept with the settings of the home, so that they go with it: names of records alone, no content.
 */

const RECENT = 8;

/** @typedef {{entity: string, ref: string | number}} Place */

const is = (one, { entity, ref }) => one.entity === entity && String(one.ref) === String(ref);

export class Places {
    #app;

    /** @param {import("./app").OfflineApp} app */
    constructor(app) {
        this.#app = app;
    }

    /** @returns {Place[]} the last first */
    get recent() {
        return this.#app.device.settings.get("recent_places") ?? [];
    }

    /** @returns {Place[]} in the order in which they were marked */
    get favourites() {
        return this.#app.device.settings.get("favourite_places") ?? [];
    }

    isFavourite(place) {
        return this.favourites.some((one) => is(one, place));
    }

    /** The person looks at a record. */
    async visit({ entity, ref }) {
        if (this.recent[0] && is(this.recent[0], { entity, ref })) {
            return;
        }
        const others = this.recent.filter((one) => !is(one, { entity, ref }));
        await this.#put({ recent_places: [{ entity, ref }, ...others].slice(0, RECENT) });
    }

    /** Mark a record as a favourite, or no longer. */
    async toggle({ entity, ref }) {
        const others = this.favourites.filter((one) => !is(one, { entity, ref }));
        const marked = others.length === this.favourites.length;
        await this.#put({ favourite_places: marked ? [...others, { entity, ref }] : others });
        return marked;
    }

    /** Those of these places that this device still shows, with their records. */
    async shown(places) {
        const { device } = this.#app;
        const known = places.filter(({ entity }) => this.#app.entity(entity));
        const records = await Promise.all(known.map(({ entity, ref }) => device.get(entity, ref)));
        return records.filter((record) => record?.present);
    }

    async #put(values) {
        const { parts } = this.#app.device;
        await parts.store.change((change) => parts.settings.put(change, values));
    }
}
