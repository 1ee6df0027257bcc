/** The second half of a sync: receive, compare, heal. */
import { bytes, dump } from "./canonical.js";
import { Calls } from "./calls.js";
import { AnswerInvalid, Refused } from "./errors.js";
import { SHARDS } from "./records.js";

/** How often one sync may be told to begin again before that counts as a fault of the server. */
const RESTARTS = 3;

export class Pull extends Calls {
    /** Receive until the server says complete, and once more what differs then. */
    async run(result) {
        for (let restarts = 0; ;) {
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
            await this.pins.told();
            await this.noteClock(page.server_time);
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
        const cursor = this.cursor;
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
            pins: this.pins.toTell(cursor),
            state: await this.state(),
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
            replay = (await this.api.push([], await this.state(), null)).answer.next_seq;
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
}
