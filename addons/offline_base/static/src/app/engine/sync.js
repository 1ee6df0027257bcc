/**
 * One sync, as a page of named steps: push, pull, compare, heal.
 *
 * Every step ends in one durable change; between two of them the app may die, and the next sync goes on from what is
 * stored. `Sync.run` throws `Offline` or `Refused` when a step got no usable answer; what was stored until then stays.
 */
import { Calls } from "./calls.js";
import { Pull } from "./pull.js";
import { Push } from "./push.js";
import { SHARDS } from "./records.js";

/** Rows whose own hash is checked at each sync; a store of 10,000 is checked through in fifty. */
const SCAN_ROWS = 200;

/**
 * What one sync did. `receipts` counts by status; `retry_after_s` is set when the push has to go on later; `files_held`
 * wait for a network without a meter.
 */
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
export class Sync extends Calls {
    #push;
    #pull;

    /** See `Calls`. */
    constructor(parts, api, options) {
        super(parts, api, options);
        this.#push = new Push(parts, api, options);
        this.#pull = new Pull(parts, api, options);
    }

    /** Deliver what is unsent, then receive until the server says complete. */
    async run() {
        const result = new SyncResult();
        const refused = await this.#push.run(result);
        await this.#sendFiles(result);
        await this.#pull.run(result);
        if ((refused || this.settings.resend_from !== null) && result.retry_after_s === null) {
            // The server went back in time: what it lost is delivered again, and shown as it sees it.
            await this.#push.run(result);
            await this.#sendFiles(result);
            await this.#pull.run(result);
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

    // --- inside ------------------------------------------------------------------------------------------------------

    async #sendFiles(result) {
        if (this.blobs) {
            const { done, held } = await this.api.sendBlobs(this.blobs);
            result.files += done;
            result.files_held += held;
        }
    }

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
}
