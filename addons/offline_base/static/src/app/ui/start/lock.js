/** The lock of the app: a PIN, and when it is asked for again. Settings read and change it here. */
import { reactive } from "@odoo/owl";

const LOOK_MS = 5000;
const USUAL_MINUTES = 5;
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"];

export class Lock {
    app;
    hasPin = false;
    /** After so many minutes without a touch the PIN is asked for again; 0: never by itself. */
    minutes = USUAL_MINUTES;
    _touched = Date.now();

    static make(app) {
        const lock = reactive(new Lock());
        lock.app = app;
        const touched = () => {
            lock._touched = Date.now();
        };
        SIGNS.forEach((sign) => addEventListener(sign, touched, { passive: true, capture: true }));
        setInterval(() => lock.look(), LOOK_MS);
        // Timers sleep with the screen: whoever wakes it up finds the app locked.
        document.addEventListener("visibilitychange", () => lock.look());
        return lock;
    }

    /** Read how it is set. */
    read() {
        this.hasPin = this.app.opening.vault.hasPin;
        this.minutes = this.app.device.settings.get("lock_after_min") ?? USUAL_MINUTES;
        this._touched = Date.now();
    }

    /** Ask for this PIN from now on; `PinWrong` where the present one is not right, RangeError where it is too short. */
    async setPin(pin, present = null) {
        await this.app.opening.vault.setPin(pin, present);
        this.read();
    }

    /** Ask for no PIN any more. */
    async removePin(present) {
        await this.app.opening.vault.removePin(present);
        this.read();
    }

    async setMinutes(minutes) {
        const { parts, settings } = this.app.device;
        await parts.store.change((change) => settings.put(change, { lock_after_min: minutes }));
        this.read();
    }

    /** Lock now; without a PIN nothing happens. */
    now() {
        return this.app.opening.lock();
    }

    /** Lock if nobody has touched the app for long enough. */
    async look(now = Date.now()) {
        if (this.hasPin && this.minutes > 0 && now - this._touched >= this.minutes * 60_000) {
            await this.now();
        }
    }
}
