/**
 * How the device gets in, stays in and leaves: enrolment, token, escrow, wipe.
 *
 * Every step ends in one durable change, so that whatever breaks in between is gone on with later.
 */
import { toBase64Url } from "./base64.js";
import { formatInstant, parseInstant, serverTime } from "./clock.js";
import { AnswerInvalid, DeviceError, NotEnrolled, Offline, Refused, WorkUnsent } from "./errors.js";
import { newKey, publicPart, sign } from "./keys.js";
import { APP_VERSION } from "./version.js";
import { offerAll } from "./withdrawal.js";

/** Two stores call as one device: this one has to enrol as another. */
export const COPIED = ["device_cloned", "seq_reused"];

/** A random text that cannot be guessed. */
function newNonce() {
    return toBase64Url(crypto.getRandomValues(new Uint8Array(24)));
}

/** Works on the parts of one device: store, settings, records, outbox, cut, files, boxes, clock, checkpoint. */
export class Access {
    /**
     * @param {object} parts
     * @param {import("./api.js").Api} api Calls the server of this device.
     * @param {{name: string, platform: string}} device What it says of itself.
     */
    constructor(parts, api, device) {
        Object.assign(this, parts, { api, deviceSaid: device });
    }

    // --- in -------------------------------------------------------------------------------------------------------

    /**
     * Become a device of this server with an enrolment code, or come back as the same one.
     *
     * A lost answer is asked for again by the same code. A home that is enrolled already stays the same device, by its
     * key, and keeps its work and numbers; if the server does not know it any more, or it is a copy, it becomes a new
     * one. Changing the user or the server of a home that has work in it is refused: that work belongs to its user.
     *
     * @param {import("./api.js").Api} api Calls the new server.
     */
    async enrol(api, server, code, { name = null, database = null } = {}) {
        const { settings } = this;
        if (![null, server].includes(settings.server) && (await this.boxes.hasWork())) {
            throw new DeviceError(`this home holds unsent work for ${settings.server}: deliver or discard it first`);
        }
        await this.checkpoint("enrol.sending");
        if (settings.leaving && settings.server === server && !(await this.finishLeaving(api))) {
            throw new Offline("what this device left before could not be handed over: try again");
        }
        const came = this.#isSame(server) ? await this.#askIn(api, code, name) : null;
        const { answer, key } = came ?? (await this.#askAnew(api, code, name));
        await this.checkpoint("enrol.answered");
        await this.#take(answer, key, server, database);
        await this.checkpoint("enrol.stored");
    }

    /** The token has expired: get another by the key alone, as the same device. */
    async comeBack() {
        const { key, server, database } = this.settings;
        if (key === null || server === null) {
            throw new NotEnrolled("the token has expired, and this device has no key: use an enrolment code");
        }
        const { answer } = await this.#askIn(this.api, null, null);
        await this.#take(answer, key, server, database);
    }

    /** Whether this home can come back as the device that it was. */
    #isSame(server) {
        const { key, server: before, locked_out } = this.settings;
        return key !== null && before === server && !COPIED.includes(locked_out?.code);
    }

    /** Come back as the same device, by its key; null when the server does not know it any more. */
    async #askIn(api, code, name) {
        const { device, epoch, key, clock_offset_s } = this.settings;
        // A code is good for one nonce: a lost answer is asked for again by the same.
        const nonce = code === null ? newNonce() : (await this.#started(code)).nonce;
        let time = formatInstant(serverTime(this.clock(), clock_offset_s));
        for (let attempt = 0; attempt < 2; attempt++) {
            const signature = await sign(key, { device, epoch, nonce, time });
            const request = { nonce, device: this.#describe(name), proof: { device, epoch, time, signature } };
            try {
                return { answer: await api.enrol(code === null ? request : { code, ...request }), key };
            } catch (error) {
                if (code !== null && ["proof_invalid", "device_revoked"].includes(error.code)) {
                    return null;
                }
                const right = error.problem?.server_time;
                if (error.code !== "proof_outdated" || !right) {
                    throw error;
                }
                time = right;
            }
        }
        throw new AnswerInvalid("the server takes no time as the present one");
    }

    /** Become a device. Code, nonce and key are kept, so that a lost answer can be asked for again. */
    async #askAnew(api, code, name) {
        const { nonce, key } = await this.#started(code);
        const device = { ...this.#describe(name), public_key: await publicPart(key) };
        return { answer: await api.enrol({ code, nonce, device }), key };
    }

    async #started(code) {
        const { settings } = this;
        const [before, key] = [settings.get("enrolment"), settings.get("enrolment_key")];
        if (before?.code === code && key) {
            return { ...before, key };
        }
        const started = { code, nonce: newNonce() };
        const fresh = await newKey();
        // The key is kept apart: it is no text that could be sealed, and nobody can read it anyway.
        await this.store.change((change) => settings.put(change, { enrolment: started, enrolment_key: fresh }));
        return { ...started, key: fresh };
    }

    #describe(name) {
        const { name: usual, platform } = this.deviceSaid;
        return {
            name: (name || usual || "device").slice(0, 100),
            platform: platform.slice(0, 100),
            app_version: APP_VERSION,
        };
    }

    async #take(answer, key, server, database) {
        const { settings } = this;
        const before = settings.user_data;
        if (before !== null && before.id !== answer.user.id && (await this.boxes.hasWork())) {
            throw new DeviceError(`this home holds unsent work of ${before.name}: deliver or discard it first`);
        }
        await this.store.change(async (change) => {
            const samePerson = before === null || before.id === answer.user.id;
            if (!samePerson || ![null, server].includes(settings.server)) {
                // Nobody may find what another person held, sent or looked at.
                this.records.forgetAll(change);
                this.outbox.forgetAll(change);
                await this.files.forget(change, { waiting: true });
                settings.put(change, { pins: {} });
            }
            if (![null, answer.device].includes(settings.device)) {
                await this.outbox.renumber(change, answer.device);
            }
            if (settings.device !== answer.device) {
                this.cut.startOver(change);
                // The same device learns of another epoch by its next pull, which tells what to send again.
                settings.put(change, { epoch: answer.epoch, pins_told: null });
            }
            settings.put(change, {
                ...{ server, database, key, device: answer.device, leaving: false, failures: 0 },
                ...{ user_data: answer.user, profile_data: answer.profile },
                ...{ enrolment: null, enrolment_key: null, locked_out: null, last_error: null, next_sync_at: null },
                ...this.#token(answer),
            });
        });
    }

    // --- the token ------------------------------------------------------------------------------------------------

    /** Change the token once half of its life is over: there is time for many tries before it ends. */
    async rotateIfDue() {
        const { token, token_span: span } = this.settings;
        if (token === null || span === null) {
            return;
        }
        const [given, ends] = span.map(parseInstant);
        if (this.clock() < given + (ends - given) / 2) {
            return;
        }
        try {
            await this.rotate();
        } catch (error) {
            if (!(error instanceof Offline || error instanceof Refused || error instanceof AnswerInvalid)) {
                throw error;
            }
            // Whatever speaks against it, the present token is still good: the sync says what is wrong.
            await this.#note("token_not_rotated", { message: error.message });
        }
    }

    /** Change the token. A lost answer is no harm: the old one is good until the new one is used. */
    async rotate() {
        await this.checkpoint("token.sending");
        const answer = await this.api.rotate();
        await this.checkpoint("token.answered");
        await this.store.change((change) => this.settings.put(change, this.#token(answer)));
        await this.checkpoint("token.stored");
    }

    #token({ token, token_expires_at }) {
        return { token, token_span: [formatInstant(this.clock()), token_expires_at] };
    }

    // --- out ------------------------------------------------------------------------------------------------------

    /** Hand the device's work over; nothing changes here. */
    async escrow() {
        if (!this.boxes.possible) {
            throw new DeviceError("the server has no key for sealed work");
        }
        await offerAll(this.store, this.settings);
        for await (const box of this.boxes.seal()) {
            await this.api.escrow(box);
        }
    }

    /**
     * Log out: hand unsent work over, erase everything, say so. `WorkUnsent` while there is any, unless the person was
     * asked and says `evenUnsent`.
     */
    async leave({ evenUnsent = false } = {}) {
        if (!evenUnsent && (await this.boxes.hasWork())) {
            const operations = Object.values(await this.outbox.counts()).reduce((sum, count) => sum + count, 0);
            throw new WorkUnsent(operations, (await this.files.waiting()).length, this.boxes.possible);
        }
        await this.wipe();
    }

    /**
     * Seal the unfinished work, delete everything else, hand the boxes over, say that it is done.
     *
     * The work leaves the store in the same change in which its boxes are stored. A server without a key for boxes gets
     * none: then outbox, journal and files that were not sent stay.
     */
    async wipe() {
        try {
            await this.#erase(true);
        } catch (error) {
            // No room for the boxes, or a file that cannot be read: nothing keeps a device from wiping itself.
            await this.#note("files_not_sealed", { message: error.message });
            await this.#erase(false);
        }
        await this.checkpoint("wipe.erased");
        await this.finishLeaving();
    }

    #erase(withFiles) {
        return this.store.change(async (change) => {
            const boxes = await this.boxes.fill({ withFiles });
            this.boxes.keep(change, boxes ?? []);
            this.records.forgetAll(change);
            if (boxes !== null) {
                this.outbox.forgetAll(change);
            }
            await this.files.forget(change, { waiting: boxes !== null });
            this.cut.startOver(change);
            this.settings.put(change, { key: null, leaving: true, pins: {}, pins_told: null });
        });
    }

    /** Hand over the boxes of a wipe, confirm, forget the token; false without a network. */
    async finishLeaving(api = this.api) {
        try {
            for (const number of await this.boxes.numbers()) {
                if (await this.#handedOver(api, await this.boxes.get(number))) {
                    await this.boxes.drop(number);
                    await this.checkpoint("wipe.escrowed");
                }
            }
            await api.wiped();
        } catch (error) {
            if (error instanceof Offline || error.transient) {
                return false;
            }
            if (!(error instanceof Refused)) {
                throw error;
            }
            await this.#note("wipe_not_confirmed", { code: error.code });
        }
        await this.checkpoint("wipe.confirmed");
        await this.store.change((change) => {
            this.settings.put(change, { token: null, token_span: null, leaving: false });
        });
        return true;
    }

    /** A box that the server will not have stays here: nobody but the office can open it. */
    async #handedOver(api, box) {
        try {
            await api.escrow(box);
            return true;
        } catch (error) {
            if (!(error instanceof Refused) || error.transient) {
                throw error;
            }
            await this.#note("escrow_refused", { code: error.code });
            return false;
        }
    }

    #note(kind, detail) {
        return this.store.change((change) => this.store.incident(change, kind, detail));
    }
}
