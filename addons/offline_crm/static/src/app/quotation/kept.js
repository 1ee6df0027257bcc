/** A quotation that is not made yet, kept on the device at each change: a page that dies takes nothing with it. */
import { HomeFull } from "@offline_base/app/engine/errors";
import { refFrom } from "@offline_base/app/ui/model/entities";
import { LEAD } from "../model/pipeline";
import { isEmpty } from "./draft";

/** The name of the draft. @param {string} lead as in the address of a screen */
function draftName(lead) {
    return `quotation/${lead}`;
}

export class Kept {
    /** @param {object} device of the app @param {string} lead as in the address of a screen */
    constructor(device, lead) {
        this._device = device;
        this._lead = refFrom(lead);
        this._name = draftName(lead);
        this._last = Promise.resolve();
    }

    /** What was begun for this opportunity, or null. What was sent already is begun no more: the page died right after. */
    async find() {
        const quote = await this._device.drafts.get(this._name);
        if (quote === null) {
            return null;
        }
        const done = await this._device.history(LEAD, this._lead);
        if (done.some(({ body }) => body.args?.uid === quote.uid)) {
            await this.drop();
            return null;
        }
        return quote;
    }

    /** Keep it in the place of what was there; false where the device has no room. The last one counts. */
    put(quote) {
        const content = JSON.parse(JSON.stringify(quote));
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
