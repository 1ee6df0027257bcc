/** Duty as the app shows it: watches where the device is while its person is on duty. One for the page. */
import { markRaw, reactive } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { AnswerInvalid, HomeClosed, HomeFull, Offline, Refusal, Refused } from "@offline_base/app/engine/errors";
import { Trail, TRAIL } from "./trail";

const LOOK_MS = 20_000;
/** How a device is asked: as exactly as it can, nothing from before. */
const ASKED = { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 };
/** What `GeolocationPositionError` says. */
const DENIED = 1;

export class Duty {
    isOn = false;
    /** Since when, as text; how many positions were kept, and when the last was. */
    from = null;
    count = 0;
    lastAt = null;
    /** When this was looked at: how long ago the last one was is told anew. */
    lookedAt = 0;
    /** Why no position comes, or null: `denied`, `none` (no such device), `lost` (no signal), `full` (no room here). */
    trouble = null;
    _app = null;
    _trail = null;
    _watch = null;
    _timer = null;
    _permission = null;
    _farewell = null;

    static make() {
        const duty = reactive(new Duty());
        // Who logs out is off duty, and what was kept goes with their work.
        duty._farewell = () => duty.isOn && duty.end();
        return duty;
    }

    /** Whether the profile lets this device's person keep a trail. */
    isAllowed(app) {
        return app.device !== null && ["both", "push"].includes(app.entity(TRAIL)?.direction);
    }

    /** Go on with what this device was doing. */
    async follow(app) {
        this.rest();
        this._app = app;
        app.farewells.add(this._farewell);
        const { device } = app;
        this._timer = setInterval(() => this._look(), LOOK_MS);
        await this._bear(async () => {
            const trail = await Trail.find(device);
            if (this._app?.device === device) {
                this._trail = markRaw(trail);
                await this._look();
            }
        });
    }

    /** The app is locked, another tab works, or somebody else takes the device: nothing is watched meanwhile. */
    rest() {
        this._unwatch();
        clearInterval(this._timer);
        this._app?.farewells.delete(this._farewell);
        Object.assign(this, { _app: null, _trail: null, isOn: false });
    }

    /** Go on duty; the person has consented. */
    async begin() {
        try {
            await this._trail.begin(Date.now());
        } finally {
            this._show();
        }
    }

    /** End the duty, and make work of what is left. */
    async end() {
        this._unwatch();
        await this._bear(() => this._trail.end(Date.now()));
        await this._look();
    }

    async _look() {
        const trail = this._trail;
        if (trail?.state) {
            await this._bear(() => trail.settle(Date.now()));
        }
        if (this._trail === trail) {
            this._show();
        }
    }

    _show() {
        const { state, isOn } = this._trail ?? { state: null, isOn: false };
        const wasOn = this.isOn;
        Object.assign(this, { isOn, from: state?.from ?? null, count: state?.count ?? 0, lastAt: state?.last?.at ?? null, lookedAt: Date.now() });
        if (isOn && this._watch === null) {
            this._startWatch();
        } else if (!isOn) {
            this._unwatch();
            if (wasOn) {
                this._app?.messages.say(_t("You are off duty. Nothing is kept of where you are."), { kind: "good" });
            }
        }
    }

    // --- watching ----------------------------------------------------------------------------------------------------

    _startWatch() {
        const { geolocation, permissions } = navigator;
        if (!geolocation) {
            this.trouble = "none";
            return;
        }
        this.trouble = null;
        this._watch = geolocation.watchPosition((found) => this._take(found), ({ code }) => this._miss(code), ASKED);
        if (this._permission === null) {
            // Who allows it later in the settings of the browser need not begin again.
            const again = ({ target }) => {
                if (target.state === "granted" && this.isOn) {
                    this._unwatch();
                    this._show();
                }
            };
            this._permission = permissions?.query({ name: "geolocation" }).then((status) => status.addEventListener("change", again), () => {});
        }
    }

    _unwatch() {
        if (this._watch !== null) {
            navigator.geolocation.clearWatch(this._watch);
        }
        this._watch = null;
        this.trouble = null;
    }

    async _take({ coords }) {
        const trail = this._trail;
        this.trouble = null;
        const kept = await this._bear(() => trail?.take(coords, Date.now()));
        if (kept && this._trail === trail) {
            await this._look();
        }
    }

    _miss(code) {
        this.trouble = code === DENIED ? "denied" : "lost";
    }

    /** Do what may fail without harm: what is kept is tried again. */
    async _bear(step) {
        try {
            return await step();
        } catch (error) {
            if (error instanceof HomeFull) {
                this.trouble = "full";
            } else if (error instanceof Refusal) {
                this._app?.messages.say(_t("Your office keeps no trail of this device any more. You are off duty here."), { kind: "warning" });
            } else if (![AnswerInvalid, HomeClosed, Offline, Refused].some((kind) => error instanceof kind)) {
                throw error;
            }
            return null;
        }
    }
}

export const duty = Duty.make();
