/**
 * One sync, as a page of named steps: push, pull, compare, heal.
 *
 * Every step ends in one durable change; between two of them the app may die, and the next sync goes on from what is
 * stored. `Sync.run` throws `Offline` or `Refused` when a step got no usable answer; what was stored until then stays.
 */
import { bytes, dump } from "./canonical.js";
import { clockOffsetS, formatInstant, parseInstant } from "./clock.js";
import { AnswerInvalid, Refused } from "./errors.js";
import { SHARDS } from "./records.js";
import { APP_VERSION } from "./version.js";

export const PUSH_BATCH = 50;
export const PULL_PAGE = 1000;
/** Rows whose own hash is checked at each sync; a store of 10,000 is checked through in fifty. */
const SCAN_ROWS = 200;
/** How often one sync may be told to begin again before that counts as a fault of the server. */
const RESTARTS = 3;

/**
 * The calls of the protocol, with the token of this device. `retry_after_s` says how long to wait when some are to be sent
 * again.
 * @typedef {object} Api
 * @property {(entries: import("./operations.js").Entry[], state: object, cursor: string | null) =>
 *     Promise<{answer: any, retry_after_s: number | null}>} push
 * @property {(entries: import("./operations.js").Entry[], state: object) =>
 *     Promise<{answer: any, retry_after_s: number | null}>} journal
 * @property {(request: object) => Promise<any>} pull
 * @property {(request: object) => Promise<{differ: number[]}>} verify
 * @property {() => Promise<any>} profile
 * @property {(blobs: any) => Promise<{done: number, held: number}>} [sendBlobs]
 */

/** What one sync did. `receipts` counts by status; `retry_after_s` is set when the push has to go on later; `files_held`
 * wait for a network without a meter. */
export class SyncResult {
    receipts = {};
    pages = 0;
    upserts = 0;
    removes = 0;
    outcomes = 0;
    files = 0;
    files_held = 0;
    resets = 0;
    healed = [];
    unhealed = [];
    retry_after_s = null;
    poll_after_s = 0;
}

/** Runs syncs over the parts of the device. */
export class Sync {
    /**
     * @param {object} parts store, settings, records, outbox, cut, and blobs where there are files
     * @param {Api} api
     * @param {object} options `progress` is told `{step, done}`: push counts operations, pull records
     */
    constructor(parts, api, { clock, checkpoint, progress = () => {}, batch = PUSH_BATCH, page = PULL_PAGE }) {
        Object.assign(this, parts, { api, clock, checkpoint, progress, batchSize: batch, pageSize: page });
    }

    /** Deliver what is unsent, then receive until the server says complete. */
    async run() {
        const result = new SyncResult();
        const refused = await this.#push(result);
        await this.#sendFiles(result);
        await this.#pull(result);
        if ((refused || this.settings.resend_from !== null) && result.retry_after_s === null) {
            // The server went back in time: what it lost is delivered again, and shown as it sees it.
            await this.#push(result);
            await this.#sendFiles(result);
            await this.#pull(result);
        }
        await this.#scan();
        return result;
    }

    /** Compare what is held with the server, shard by shard; what differs is fetched again by the next sync. */
    async verify() {
        const { cursor, cut, profile } = this.settings;
        if (cursor === null || cut !== null) {
            return {}; // the next sync compares everything
        }
        const repair = {};
        for (const { name: entity } of profile.entities) {
            const sums = await this.records.sums(entity);
            const { differ } = await this.api.verify({ entity, shards: SHARDS, sums, cursor });
            if (differ.length) {
                repair[entity] = differ;
            }
        }
        if (Object.keys(repair).length) {
            await this.store.change((change) => {
                this.store.incident(change, "verify_differs", { shards: repair });
                this.settings.put(change, { heals: this.settings.heals + 1, repair });
            });
            await this.checkpoint("verify.stored");
        }
        return repair;
    }

    /** Check the hash of every held row now; rotten ones are read again by the next sync. */
    async check() {
        const { rotten } = await this.records.scan(null);
        await this.store.change((change) => this.#report(change, rotten));
        return rotten;
    }

    // --- push -----------------------------------------------------------------------------------------------------------

    async #sendFiles(result) {
        if (this.blobs) {
            const { done, held } = await this.api.sendBlobs(this.blobs);
            result.files += done;
            result.files_held += held;
        }
    }

    /** Deliver what is unsent; true when the server takes nothing before a pull, being in another life. */
    async #push(result) {
        let size = Math.min(this.batchSize, this.settings.profile.limits.operations);
        let gapAt = null;
        for (let batch; (batch = await this.outbox.batch(size)); ) {
            await this.checkpoint("push.sending");
            let sent;
            try {
                sent = await this.#deliver(batch);
            } catch (error) {
                if (!(error instanceof Refused)) {
                    throw error;
                }
                const expected = error.problem?.expected_seq ?? null;
                if (error.code === "seq_gap" && expected !== null && expected !== gapAt) {
                    gapAt = await this.#closeGap(expected, batch);
                } else if (["epoch_changed", "cursor_invalid"].includes(error.code) && this.#cursor !== null) {
                    return true;
                } else if (error.status === 413 && batch.entries.length > 1) {
                    size = Math.floor(batch.entries.length / 2);
                } else {
                    throw error;
                }
                continue;
            }
            const { answer, retry_after_s } = sent;
            await this.checkpoint("push.answered");
            const { counts, moved } = await this.outbox.takeAnswer(batch, answer.receipts, answer.next_seq);
            await this.checkpoint("push.stored");
            await this.#noteClock(answer.server_time);
            for (const [status, number] of Object.entries(counts)) {
                result.receipts[status] = (result.receipts[status] ?? 0) + number;
            }
            this.progress({ step: "push", done: Object.values(result.receipts).reduce((sum, number) => sum + number, 0) });
            if (counts.retry) {
                result.retry_after_s = retry_after_s || 1;
                return false;
            }
            if (!moved) {
                throw new AnswerInvalid("the push was answered without any receipt for what was sent");
            }
        }
        return false;
    }

    async #deliver({ entries, delivered }) {
        const state = await this.#state();
        return delivered ? this.api.journal(entries, state) : this.api.push(entries, state, this.#cursor);
    }

    /** The newest cursor that is stored: of the open cut, or of the last closed one. */
    get #cursor() {
        return this.settings.cut ? this.settings.cut.cursor : this.settings.cursor;
    }

    async #closeGap(expected, batch) {
        const first = batch.entries[0].seq;
        if (expected >= first) {
            throw new AnswerInvalid(`the server expects number ${expected} but refused ${first} as a gap`);
        }
        await this.store.change(async (change) => {
            this.store.incident(change, "seq_gap", { sent: first, expected });
            await this.outbox.sendAgain(change, expected);
        });
        await this.checkpoint("push.rewound");
        return expected;
    }

    // --- pull -----------------------------------------------------------------------------------------------------------

    async #pull(result) {
        for (let restarts = 0; ; ) {
            const { page, fromNull } = await this.#nextPage(restarts, result);
            if (page === null) {
                restarts += 1;
                continue;
            }
            result.pages += 1;
            for (const { upserts, removes } of page.changes) {
                result.upserts += upserts.length;
                result.removes += removes.length;
            }
            result.outcomes += page.outcomes.length;
            result.poll_after_s = page.poll_after_s;
            if (page.profile_version !== this.settings.profile.profile_version) {
                await this.#refreshProfile();
            }
            this.progress({ step: "pull", done: result.upserts + result.removes });
            if (!page.complete) {
                if (page.cursor === null) {
                    throw new AnswerInvalid("a page that is not complete carries no cursor");
                }
                await this.cut.stage(page, fromNull);
                await this.checkpoint("pull.staged");
                continue;
            }
            const differ = await this.cut.close(page, fromNull);
            await this.checkpoint("pull.applied");
            await this.#noteClock(page.server_time);
            if (!differ.length) {
                return;
            }
            if (result.healed.length) {
                result.unhealed = differ;
                return;
            }
            result.healed = differ;
        }
    }

    /** Ask for the page after the last stored one; null when the cursor is of no use any more. */
    async #nextPage(restarts, result) {
        const { settings } = this;
        const { cut } = settings;
        const cursor = this.#cursor;
        const fromNull = cut ? cut.from_null : cursor === null;
        const repair = cut || cursor === null ? null : settings.repair;
        const held = cursor === null ? await this.#claims() : null;
        if (repair) {
            await this.cut.beginRepair(repair);
        }
        const request = {
            cursor,
            limit: Math.min(this.pageSize, settings.profile.limits.page),
            schema: Object.fromEntries(settings.profile.entities.map(({ name, schema }) => [name, schema])),
            held,
            repair,
            repair_shards: SHARDS,
            state: await this.#state(),
        };
        await this.checkpoint("pull.sending");
        let page;
        try {
            page = await this.api.pull(request);
        } catch (error) {
            if (!(error instanceof Refused) || error.code !== "cursor_invalid" || cursor === null || restarts) {
                throw error;
            }
            await this.store.change((change) => {
                this.store.incident(change, "cursor_invalid");
                this.cut.startOver(change);
            });
            return { page: null, fromNull: true };
        }
        await this.checkpoint("pull.answered");
        const startOver = page.reset && cursor !== null;
        if (page.reset || page.epoch !== settings.epoch) {
            await this.#takeNewLife(page, startOver);
        }
        if (startOver) {
            if (restarts >= RESTARTS) {
                throw new AnswerInvalid("the server resets this device again and again");
            }
            result.resets += 1;
            return { page: null, fromNull: true };
        }
        return { page, fromNull };
    }

    /**
     * The cursor is of no use any more, or the database is in another life: see what has to be sent again.
     *
     * A device without a cursor is told of no reset; the epoch tells it. Then it asks for the number to go on at.
     */
    async #takeNewLife(page, startOver) {
        let replay = page.replay_from_seq ?? null;
        if (replay === null && page.epoch !== this.settings.epoch) {
            replay = (await this.api.push([], await this.#state(), null)).answer.next_seq;
        }
        await this.store.change(async (change) => {
            const kind = page.reset ? "reset" : "epoch_changed";
            this.store.incident(change, kind, { epoch: page.epoch, replay_from_seq: replay });
            if (startOver) {
                this.cut.startOver(change);
            }
            this.settings.put(change, { epoch: page.epoch });
            if (replay !== null) {
                await this.outbox.sendAgain(change, replay);
            }
        });
        await this.checkpoint("pull.reset");
    }

    async #claims() {
        const held = await this.cut.begin();
        if (held && bytes(dump(held)) > this.settings.profile.limits.body_bytes / 2) {
            await this.cut.claimNothing();
            return null;
        }
        return held;
    }

    async #refreshProfile() {
        const profile_data = await this.api.profile();
        await this.checkpoint("profile.answered");
        await this.store.change((change) => this.settings.put(change, { profile_data }));
        await this.checkpoint("profile.stored");
    }

    // --- both -----------------------------------------------------------------------------------------------------------

    async #scan() {
        const { next, rotten } = await this.records.scan(this.settings.scrubbed, SCAN_ROWS);
        if (rotten.length || this.settings.scrubbed !== null || next !== null) {
            await this.store.change((change) => {
                this.settings.put(change, { scrubbed: next });
                this.#report(change, rotten);
            });
        }
    }

    #report(change, rotten) {
        if (rotten.length) {
            this.settings.put(change, { heals: this.settings.heals + 1 });
            this.cut.startOver(change);
        }
    }

    #state() {
        return this.outbox.report({ app_version: APP_VERSION, clock: formatInstant(this.clock()) });
    }

    async #noteClock(serverTime) {
        const clock_offset_s = Math.round(clockOffsetS(parseInstant(serverTime), this.clock()));
        if (clock_offset_s !== this.settings.clock_offset_s) {
            await this.store.change((change) => this.settings.put(change, { clock_offset_s }));
        }
    }
}
