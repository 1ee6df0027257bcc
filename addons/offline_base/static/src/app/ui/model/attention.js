/** What waits for this person: counted for the navigation and the icon of the app, and told when there is more of it. */
import { _t } from "@web/core/l10n/translation";
import { MINE, piecesOf } from "./work";

export class Attention {
    app;
    /** The pieces that were known to wait; null before the first look, of which nothing is told. */
    _known = null;
    _mark = null;
    _device = null;

    constructor(app) {
        this.app = app;
    }

    /** Look again after the status was read. */
    async look() {
        const { app } = this;
        const { device, status } = app;
        const mark = JSON.stringify([status.device, status.parked, status.given]);
        if (mark === this._mark) {
            return;
        }
        this._mark = mark;
        // The pieces are few, the outbox may be long: it is read only while something is parked.
        const entries = Object.keys(status.parked).length ? await device.outbox() : [];
        const waiting = piecesOf(entries).filter(({ state }) => MINE.includes(state));
        const isNew = this._known === null || this._device !== status.device;
        this._device = status.device;
        const fresh = isNew ? [] : waiting.filter(({ entry }) => !this._known.has(entry.op));
        this._known = new Set(waiting.map(({ entry }) => entry.op));
        app.waiting = waiting.length;
        showOnIcon(waiting.length);
        if (fresh.length) {
            this.tell(fresh);
        }
    }

    /** Say that there is more to do, and lead there. */
    tell(fresh) {
        const { messages, router } = this.app;
        const refused = fresh.filter(({ state }) => state === "refused").length;
        const [first] = fresh;
        const text =
            fresh.length > 1
                ? _t("%s pieces of work need you.", fresh.length)
                : refused
                  ? _t("Odoo refused a change of yours. It is kept.")
                  : _t("Somebody else changed the same as you. Please decide.");
        const run = () => (fresh.length > 1 ? router.go("unsynchronized") : router.go("operation", { op: first.entry.op }));
        messages.say(String(text), { kind: "warning", action: { label: String(_t("Look")), run } });
    }
}

/** The number on the app's icon, where there is one. */
function showOnIcon(count) {
    const { navigator } = globalThis;
    const shown = count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
    // A browser that has no icon for this app refuses; nobody misses it.
    shown?.catch(() => {});
}
