/**
 * The time on duty of this device: begun, kept at each position, sent in batches, ended.
 *
 * What is not work yet is a draft: sealed as all content is, and there after the app has died. Positions leave it in the
 * same change that makes work of them, so each is sent once.
 */
import { formatInstant, parseInstant } from "@offline_base/app/engine/clock";
import { Refusal } from "@offline_base/app/engine/errors";
import { placeOf } from "../model/place";
import { isWorth } from "./choice";

export const TRAIL = "offline.trail";
const DRAFT = "trail";
/** Positions become work when there are so many of them, or the first of them is so old. */
export const BATCH = 50;
export const BATCH_MS = 5 * 60_000;
/** Who forgets to end their duty is not followed through the night. */
export const LONGEST_MS = 16 * 3600_000;

export class Trail {
    /**
     * `{uid, from, positions, last, count, ended}` while on duty; times as text, `ended` null until it has ended. `last`
     * has as `ms` what the clock said, which may have been set back since.
     */
    state = null;

    /** @param {import("@offline_base/app/engine/device").Device} device */
    constructor(device) {
        this._device = device;
        this._turn = Promise.resolve();
    }

    /** The duty that was going on when the app was left, if any. */
    static async find(device) {
        const trail = new Trail(device);
        trail.state = await device.drafts.get(DRAFT);
        return trail;
    }

    get isOn() {
        return this.state !== null && this.state.ended === null;
    }

    /** Until when it is known: its last position, or that it began. */
    get _lastAt() {
        return this.state.last?.at ?? this.state.from;
    }

    /** As text. A clock that is set back does not take duty back. */
    _notBefore(now) {
        return formatInstant(Math.max(now, parseInstant(this._lastAt)));
    }

    /** Go on duty; the person has consented. */
    begin(now) {
        return this._next(async () => {
            if (this.isOn) {
                return;
            }
            if (this.state !== null) {
                // The end of the last one could not become work yet.
                await this._settle(now);
            }
            const from = formatInstant(now);
            const begun = ({ uid }) => ({ uid, from, positions: [], last: null, count: 0, ended: null });
            const draft = (record) => ({ name: DRAFT, content: begun(record) });
            await this._kept(() => this._device.create(TRAIL, { has_consented: true, device_at: from }, { draft }));
        });
    }

    /** Keep a position if it is worth it; answers whether. @param {{latitude: number, longitude: number, accuracy: number}} coords */
    take(coords, now) {
        return this._next(async () => {
            if (!this.isOn) {
                return false;
            }
            const { last, positions, count } = this.state;
            const next = placeOf(coords);
            if (!isWorth(last, { ...next, ms: now })) {
                return false;
            }
            const position = { at: this._notBefore(now), ...next };
            const changed = { positions: [...positions, position], last: { ...position, ms: now }, count: count + 1 };
            await this._put({ ...this.state, ...changed });
            return true;
        });
    }

    /** End the duty: from now on nothing is kept. */
    end(now) {
        return this._next(async () => {
            if (this.isOn) {
                await this._finish(this._notBefore(now));
            }
        });
    }

    /**
     * Make work of what is due, all of it when duty has ended; one that lasts too long ends here. `Refusal` where this
     * device may have no trail any more: then it is over, and what was not sent of it is gone.
     */
    settle(now) {
        return this._next(async () => {
            try {
                await this._settle(now);
            } catch (error) {
                if (error instanceof Refusal) {
                    await this._device.drafts.drop(DRAFT);
                    this.state = null;
                }
                throw error;
            }
        });
    }

    async _settle(now) {
        if (this.isOn && now - parseInstant(this.state.from) >= LONGEST_MS) {
            await this._finish(this._lastAt);
        }
        while (this.state?.positions.length && this._isDue(now)) {
            const positions = this.state.positions.slice(0, BATCH);
            await this._call("add_positions", { positions }, { ...this.state, positions: this.state.positions.slice(BATCH) });
        }
        if (this.state && this.state.ended !== null) {
            await this._call("end_duty", { at: this.state.ended }, null);
        }
    }

    _isDue(now) {
        const { positions, ended } = this.state;
        return ended !== null || positions.length >= BATCH || now - parseInstant(positions[0].at) >= BATCH_MS;
    }

    _call(operation, args, left) {
        const draft = () => ({ name: DRAFT, content: left });
        return this._kept(() => this._device.call(TRAIL, this.state.uid, operation, args, { draft }));
    }

    /** Make work. It may be kept though this throws, as the sync after it did: what the draft says then counts. */
    async _kept(step) {
        const ended = this.state?.ended ?? null;
        try {
            await step();
        } finally {
            const draft = await this._device.drafts.get(DRAFT);
            this.state = draft && { ...draft, ended: draft.ended ?? ended };
        }
    }

    /** It is over at once, even where there is no room to keep that: the work of it is tried again. */
    async _finish(ended) {
        this.state = { ...this.state, ended };
        await this._put(this.state);
    }

    async _put(state) {
        await this._device.drafts.put(DRAFT, state);
        this.state = state;
    }

    /** One step after the other: positions come while others are made work of. */
    _next(step) {
        const done = this._turn.then(step);
        this._turn = done.catch(() => {});
        return done;
    }
}
