/**
 * Another version of the app: installed beside this one, it takes over when nothing is half typed.
 *
 * At a start it takes over at once. While somebody works a bar offers it; when they look away and have nothing open, it
 * comes by itself. Work in the store is not concerned: an update reloads the page and nothing else.
 */
import { reactive } from "@odoo/owl";

const ASK_EVERY_MS = 60 * 60 * 1000;

export class Update {
    app;
    /** Whether another version waits. */
    ready = false;
    _registration = null;
    _controlled = false;
    _accepted = false;

    static make(app) {
        const update = reactive(new Update());
        update.app = app;
        return update;
    }

    /** The version that runs. */
    get version() {
        return document.documentElement.dataset.version;
    }

    /** Have the service worker installed, and look for other versions from now on. */
    async register() {
        const { serviceWorker } = navigator;
        if (!serviceWorker) {
            return;
        }
        this._controlled = serviceWorker.controller !== null;
        serviceWorker.addEventListener("controllerchange", () => this._changed());
        const { worker } = document.documentElement.dataset;
        const options = { scope: location.pathname.replace(/\/$/, ""), updateViaCache: "none" };
        const registration = await serviceWorker.register(worker, options);
        this._registration = registration;
        registration.addEventListener("updatefound", () => this._found(registration.installing));
        if (registration.waiting && this._controlled) {
            this.ready = true;
            this._whenIdle();
        }
        setInterval(() => this.ask(), ASK_EVERY_MS);
        addEventListener("online", () => this.ask());
        document.addEventListener("visibilitychange", () => {
            if (document.hidden) {
                this._whenIdle();
            } else {
                this.ask();
            }
        });
    }

    /** Ask the server for another version; without network nothing happens. */
    async ask() {
        await this._registration?.update().catch(() => {});
    }

    /** Let the version that waits take over; the page comes again. */
    take() {
        this._accepted = true;
        const waiting = this._registration?.waiting;
        if (waiting) {
            waiting.postMessage({ what: "take_over" });
        } else {
            this._reload();
        }
    }

    _found(worker) {
        worker?.addEventListener("statechange", () => {
            if (worker.state === "installed" && this._controlled) {
                this.ready = true;
            }
        });
    }

    /** A version has taken over: at the first visit that is this one, later another. */
    _changed() {
        if (!this._controlled) {
            this._controlled = true;
        } else if (this.app.isBusy && !this._accepted) {
            this.ready = true;
        } else {
            this._reload();
        }
    }

    _whenIdle() {
        if (this.ready && !this.app.isBusy) {
            this.take();
        }
    }

    async _reload() {
        this.app.phase = "starting";
        await this.app.opening.close();
        location.reload();
    }
}
