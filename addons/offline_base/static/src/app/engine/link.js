/** The line to the server: when a sync is due, and what a failed one leads to. */
import { COPIED } from "./access.js";
import { formatInstant, parseInstant, serverTime } from "./clock.js";
import { AnswerInvalid, NotEnrolled, Offline, Refused } from "./errors.js";
import * as modes from "./modes.js";
import { PENDING } from "./operations.js";
import { Sync } from "./sync.js";

/**
 * How the device gets in, stays in and leaves.
 * @typedef {object} Access
 * @property {() => Promise<void>} rotateIfDue change the token once half of its life is over
 * @property {() => Promise<void>} rotate change it now
 * @property {() => Promise<void>} comeBack get another by the key alone
 * @property {() => Promise<boolean>} finishLeaving hand over and confirm what a wipe left; false without a network
 * @property {() => Promise<void>} wipe
 */

export class Link {
    #parts;
    #api;
    #access;
    #options;
    #running = null;
    /** Calls under way, and the change of the token where one is. */
    #calls = new Set();
    #renewing = null;

    /**
     * @param {object} parts store, settings, records, outbox, cut, and blobs and files where there are any
     * @param {import("./calls.js").Api} api @param {Access} access
     * @param {object} options clock, chance, checkpoint, progress, batch, page
     */
    constructor(parts, api, access, options) {
        this.#parts = parts;
        this.#api = api;
        this.#access = access;
        this.#options = options;
    }

    /**
     * Deliver and receive now, in any mode; throws `Offline` or `Refused`, and keeps what got through.
     *
     * One at a time: who asks while a sync is under way gets another one after it, which carries what was done
     * meanwhile.
     */
    sync() {
        const before = this.#running;
        const run = (async () => {
            await before?.catch(() => {});
            return this.#sync();
        })();
        this.#running = run;
        return run;
    }

    async #sync() {
        const { store, settings, files } = this.#parts;
        if (settings.device === null) {
            throw new NotEnrolled("this device is not enrolled: use an enrolment code");
        }
        if (settings.leaving && !(await this.#access.finishLeaving())) {
            throw new Offline("this device has wiped itself, and the server does not know yet");
        }
        if (!this.#calls.size && this.#renewing === null) {
            await this.#renewed(() => this.#access.rotateIfDue()); // Else with a later sync: there is time.
        }
        let result;
        try {
            result = await this.admitted(() => this.#newSync().run());
        } catch (error) {
            if (error instanceof Offline || error instanceof Refused || error instanceof AnswerInvalid) {
                await this.#failed(error);
            }
            throw error;
        }
        const now = this.#options.clock();
        const plan =
            result.retry_after_s === null
                ? modes.afterSuccess(now, result.poll_after_s)
                : modes.afterFailure(now, settings.failures, this.#options.chance, result.retry_after_s);
        await store.change((change) => {
            const done = { last_sync_at: formatInstant(now), last_error: null, locked_out: null };
            settings.put(change, { ...done, ...kept(plan) });
        });
        await files?.prune(settings.cache_bytes);
        return result;
    }

    /** Whether the mode and the schedule ask for a sync now. */
    async due() {
        const { settings, outbox } = this.#parts;
        if (settings.device === null) {
            return false;
        }
        const { next_sync_at: at, failures } = settings;
        const plan = at === null ? null : { failures, at: parseInstant(at) };
        return modes.due(
            modes.chosen(settings.mode, settings.profile.modes),
            this.#options.clock(),
            plan,
            (await outbox.counts())[PENDING] ?? 0,
            this.#isInHours(),
        );
    }

    /** Whether these are the hours of syncing in the user's day, by the server's clock as far as we know it. */
    #isInHours() {
        const { profile, user, clock_offset_s } = this.#parts.settings;
        const now = serverTime(this.#options.clock(), clock_offset_s);
        return modes.inHours(modes.minuteOfDay(now, user.tz), profile.schedule);
    }

    /** Sync if due; having no network, or a busy server, is no error here. Null when nothing was done. */
    async tick() {
        if (!(await this.due())) {
            return null;
        }
        try {
            return await this.sync();
        } catch (error) {
            if (error instanceof Offline || (error instanceof Refused && error.transient)) {
                return null;
            }
            throw error;
        }
    }

    /** Check every held row against its own hash; the next sync fetches rotten rows again. */
    check() {
        return this.#newSync().check();
    }

    /** Check every row against its own hash, compare all with the server, and repair what is wrong. */
    async verify() {
        const rotten = await this.check();
        if (rotten.length) {
            await this.sync();
        }
        const differ = await this.admitted(() => this.#newSync().verify());
        if (Object.keys(differ).length) {
            await this.sync();
        }
        const { store, settings } = this.#parts;
        const verified = {
            at: formatInstant(this.#options.clock()),
            rotten: rotten.length,
            differ: Object.values(differ).reduce((sum, shards) => sum + shards.length, 0),
        };
        await store.change((change) => settings.put(change, { verified }));
        return { rotten, differ };
    }

    /** Make calls, with a new token if the office asks for one first, or the old one has expired. */
    async admitted(call) {
        const { settings } = this.#parts;
        let token;
        const make = () => {
            ({ token } = settings);
            return call();
        };
        try {
            return await this.#made(make);
        } catch (error) {
            const renew = {
                token_rotation_due: () => this.#access.rotate(),
                token_expired: settings.key === null ? undefined : () => this.#access.comeBack(),
            }[error.code];
            if (!renew) {
                throw error;
            }
            if (settings.token === token) {
                await this.#renewed(renew);
            }
        }
        return this.#made(make);
    }

    /** Make calls, once nobody changes the token any more; who did says what was wrong with it. */
    async #made(call) {
        while (this.#renewing !== null) {
            await this.#renewing.catch(() => {});
        }
        const made = call();
        this.#calls.add(made);
        try {
            return await made;
        } finally {
            this.#calls.delete(made);
        }
    }

    /**
     * Change the token once, whoever asks for it, and while no call is under way: one that arrived with the former token
     * after the new one was used would look like that of a copy.
     */
    #renewed(renew) {
        this.#renewing ??= Promise.allSettled(this.#calls)
            .then(renew)
            .finally(() => {
                this.#renewing = null;
            });
        return this.#renewing;
    }

    #newSync() {
        return new Sync(this.#parts, this.#api, this.#options);
    }

    async #failed(error) {
        const { store, settings } = this.#parts;
        const { clock, chance } = this.#options;
        const now = clock();
        const code = error.code ?? error.name.toLowerCase();
        const wipe = Boolean(error.problem?.wipe);
        const plan = modes.afterFailure(now, settings.failures, chance, error.retry_after_s ?? null);
        await store.change((change) => {
            settings.put(change, {
                last_error: { at: formatInstant(now), code, message: error.message },
                ...kept(plan),
            });
            if (error instanceof Refused && ([401, 403].includes(error.status) || COPIED.includes(code))) {
                settings.put(change, { locked_out: { code, wipe } });
            }
        });
        if (wipe && !settings.leaving) {
            await this.#access.wipe();
        }
    }
}

function kept({ failures, at }) {
    return { failures, next_sync_at: formatInstant(at) };
}
