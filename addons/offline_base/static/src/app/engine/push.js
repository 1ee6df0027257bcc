/** The first half of a sync: deliver what is unsent. */
import { Calls } from "./calls.js";
import { AnswerInvalid, Refused } from "./errors.js";

export class Push extends Calls {
    /** Deliver what is unsent; true when the server takes nothing before a pull, being in another life. */
    async run(result) {
        let size = Math.min(this.batchSize, this.settings.profile.limits.operations);
        let gapAt = null;
        for (let batch; (batch = await this.outbox.batch(size));) {
            await this.checkpoint("push.sending");
            if (!(await this.withdrawal.offer(batch))) {
                continue;
            }
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
                } else if (["epoch_changed", "cursor_invalid"].includes(error.code) && this.cursor !== null) {
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
            await this.noteClock(answer.server_time);
            for (const [status, number] of Object.entries(counts)) {
                result.receipts[status] = (result.receipts[status] ?? 0) + number;
            }
            this.progress({
                step: "push",
                done: Object.values(result.receipts).reduce((sum, number) => sum + number, 0),
            });
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
        const state = await this.state();
        return delivered ? this.api.journal(entries, state) : this.api.push(entries, state, this.cursor);
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
}
