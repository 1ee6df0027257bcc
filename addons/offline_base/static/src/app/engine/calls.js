/** What the two halves of a sync have in common: how the device calls, and what it says of itself. */
import { clockOffsetS, formatInstant, parseInstant } from "./clock.js";
import { APP_VERSION } from "./version.js";

/**
 * The calls of the protocol, with the token of this device. `retry_after_s` says how long to wait when some are to be
 * sent again.
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

export class Calls {
    /**
     * @param {object} parts store, settings, records, outbox, cut, pins, and blobs where there are files
     * @param {Api} api
     * @param {object} options `progress` is told `{step, done}`: push counts operations, pull records
     */
    constructor(parts, api, { clock, checkpoint, progress = () => {}, batch = 50, page = 1000 }) {
        Object.assign(this, parts, { api, clock, checkpoint, progress, batchSize: batch, pageSize: page });
    }

    /** The newest cursor that is stored: of the open cut, or of the last closed one. */
    get cursor() {
        return this.settings.cut ? this.settings.cut.cursor : this.settings.cursor;
    }

    /** The device's own view. */
    state() {
        return this.outbox.report({ app_version: APP_VERSION, clock: formatInstant(this.clock()) });
    }

    /** How far this clock is from the server's. */
    async noteClock(serverTime) {
        const clock_offset_s = Math.round(clockOffsetS(parseInstant(serverTime), this.clock()));
        if (clock_offset_s !== this.settings.clock_offset_s) {
            await this.store.change((change) => this.settings.put(change, { clock_offset_s }));
        }
    }
}
