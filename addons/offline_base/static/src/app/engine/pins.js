/**
 * Records that the person pinned: they come to this device and stay, whatever the profile leaves out, as far as the
 * entity's own scope and the person's rights reach.
 *
 * The device tells all of them with a pull whenever they are others than it told before, so that pinning waits for no
 * network, and a lost answer is told again.
 */
import { dump } from "./canonical.js";
import { Refusal } from "./errors.js";

/** As many as the server takes. */
export const MOST = 500;

export class Pins {
    #store;
    #settings;
    /** What the last request said. */
    #said = null;

    constructor(store, settings) {
        this.#store = store;
        this.#settings = settings;
    }

    /** All of them, in the order in which they were pinned: `[{entity, id}]`. */
    get all() {
        return Object.entries(this.#settings.pins).flatMap(([entity, ids]) => ids.map((id) => ({ entity, id })));
    }

    has(entity, id) {
        return this.#settings.pins[entity]?.includes(id) ?? false;
    }

    /** Whether records of an entity can be pinned: they come by themselves and not with others. */
    allows(entity) {
        const profile = this.#settings.entity(entity);
        return profile !== null && profile.parent === null && profile.direction !== "push";
    }

    /** Pin a record, or no longer; the next sync brings it, or takes it away. */
    async put(entity, id, isPinned) {
        if (isPinned && !this.has(entity, id) && this.all.length >= MOST) {
            throw new Refusal("limit_exceeded", `${MOST} records can be pinned`);
        }
        const { [entity]: known = [], ...others } = this.#settings.pins;
        const ids = known.filter((one) => one !== id);
        const now = isPinned ? [...ids, id] : ids;
        const pins = now.length ? { ...others, [entity]: now } : others;
        await this.#store.change((change) => this.#settings.put(change, { pins }));
    }

    /** What a pull says of them: all, or null where the server knows. */
    toTell(cursor) {
        const { pins, pins_told: told } = this.#settings;
        const isNew = dump(pins) !== dump(told ?? {});
        // Who starts again may meet a database that was restored, and knows other pins or none.
        const tells = isNew || (cursor === null && told !== null);
        if (tells) {
            this.#said = pins;
        }
        return tells ? pins : null;
    }

    /** The cut that was asked for with these pins is complete. */
    async told() {
        const said = this.#said;
        this.#said = null;
        if (said !== null && dump(said) !== dump(this.#settings.pins_told)) {
            await this.#store.change((change) => this.#settings.put(change, { pins_told: said }));
        }
    }
}
