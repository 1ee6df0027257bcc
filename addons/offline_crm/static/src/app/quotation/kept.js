/** A quotation that is not made yet, kept on the device at each change: a page that dies takes nothing with it. */
import { HomeFull } from "@offline_base/app/engine/errors";
import { refFrom } from "@offline_base/app/ui/model/entities";
import { piecesOf } from "@offline_base/app/ui/model/work";
import { LEAD } from "../model/pipeline";
import { isEmpty } from "./draft";

/** The name of the draft. @param {string} lead as in the address of a screen @param {string} [op] the work that is corrected */
function draftName(lead, op) {
    return op ? `quotation/${lead}/${op}` : `quotation/${lead}`;
}

/** Of what a screen shows, what can be stored. */
export function plain(content) {
    return JSON.parse(JSON.stringify(content));
}

export class Kept {
    /** @param {object} device of the app @param {string} lead as in the address of a screen @param {string} [op] the work that is corrected */
    constructor(device, lead, op) {
        this._device = device;
        this._lead = refFrom(lead);
        this._op = op;
        this._name = draftName(lead, op);
        this._last = Promise.resolve();
    }

    /** What was begun for this opportunity, or null. What was sent already is begun no more: the page died right after. */
    async find() {
        const quote = await this._device.drafts.get(this._name);
        if (quote === null) {
            return null;
        }
        if (await this._isSent(quote)) {
            await this.drop();
            return null;
        }
        return quote;
    }

    async _isSent({ uid }) {
        if (this._op) {
            return !(await waitingPiece(this._device, this._op));
        }
        const done = await this._device.history(LEAD, this._lead);
        return done.some(({ body }) => body.args?.uid === uid);
    }

    /** A quotation that takes the place of what was there together with other work, as `Drafts.beside` has it. */
    draftOf(quote) {
        return { name: this._name, content: plain(quote) };
    }

    /** Keep it in the place of what was there; false where the device has no room. The last one counts. */
    put(quote) {
        const content = plain(quote);
        return this._next(() => (isEmpty(content) ? this._device.drafts.drop(this._name) : this._device.drafts.put(this._name, content)));
    }

    drop() {
        return this._next(() => this._device.drafts.drop(this._name));
    }

    _next(step) {
        const done = this._last.then(step).then(
            () => true,
            (error) => {
                if (!(error instanceof HomeFull)) {
                    throw error;
                }
                return false;
            },
        );
        this._last = done.catch(() => {});
        return done;
    }
}

/** A piece of work about which nothing is decided yet, or null. */
export async function waitingPiece(device, op) {
    const found = piecesOf(await device.outbox()).find(({ entry }) => entry.op === op);
    return found && found.decision === null ? found : null;
}
