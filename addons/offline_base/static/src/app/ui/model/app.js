/**
 * The app over one device: what every screen sees and can ask for. Reactive, the engine below is not.
 *
 * `phase` says what there is to show: `starting`, `unsupported` (`lacking` says what), `elsewhere` (another tab works),
 * `locked` (under a PIN), `erased` (the browser erased what was here), `enrol` (no device here), `ready`, `failed`
 * (`failure` is the error).
 */
import { markRaw, reactive } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { AnswerInvalid, NotEnrolled, Offline, Refused } from "../../engine/errors";
import { openSample } from "../sample/sample";
import { askAround } from "./asking";
import { Attention } from "./attention";
import { followConnection } from "./connection";
import { Messages } from "./messages";
import { Router } from "./router";

/** How often the app looks whether a sync is due; `Device.due` decides. */
const LOOK_MS = 2000;

/** How a sync may fail that the status then shows. */
const SHOWN = [Offline, Refused, AnswerInvalid];

/** What a change of these stores alone is: no screen shows it, and looking at a picture makes one. */
const UNSEEN = new Set(["blob", "incident"]);

export class OfflineApp {
    phase = "starting";
    failure = null;
    lacking = null;
    /** Whether the person wants to enrol although there is a device here: the office has stopped it, or knows it no more. */
    enrolling = false;
    /** A code that the address brought, from the picture that the office shows. */
    code = null;
    /** @type {import("../../engine/device").Device | null} */
    device = null;
    /** What `Device.status` said last. */
    status = null;
    /** Whether this is the sample, and nothing of it reaches an office. */
    isSample = false;
    /** Whether a sync is under way, and the step that it is at. */
    syncing = false;
    step = null;
    /** Whether the browser knows a network; that the server answers shows only in a sync. */
    network = globalThis.navigator?.onLine ?? true;
    /** Grows with every change that the store keeps: what was read before may have changed. */
    edition = 0;
    /** How many pieces of work wait for this person: to decide, or to correct. */
    waiting = 0;
    /** What is finished before the person logs out, so that nothing of it is lost: functions. */
    farewells = new Set();
    _connection = null;
    _attention = null;
    _reading = null;

    static make() {
        const app = reactive(new OfflineApp());
        app._attention = markRaw(new Attention(app));
        return app;
    }

    /** The messages and the router, which live as long as the page. */
    messages = Messages.make();
    router = Router.make();
    /** Home, lock, version and installation of this page: see the folder `start`. */
    opening = null;
    lock = null;
    update = null;
    install = null;

    /** Notice what the browser knows: the network comes and goes, the person looks here again. */
    listen() {
        addEventListener("online", () => this._networkIs(true));
        addEventListener("offline", () => this._networkIs(false));
        document.addEventListener("visibilitychange", () => this.look());
        setInterval(() => this.look(), LOOK_MS);
    }

    /** Work with this device from now on. */
    async take(device) {
        this.device = markRaw(device);
        device.parts.store.watch(({ names }) => [...names].some((name) => !UNSEEN.has(name)) && (() => this._changed()));
        device.parts.store.lost.then((error) => this.device === device && this.opening?.lost(error));
        this._connection = markRaw(followConnection(device));
        await this._connection.told;
        await this.refresh();
        this._settle();
        this.lock?.read();
        this.look();
    }

    /** Work with sample data instead, until the page is left. */
    async taste() {
        const progress = (step) => this.progress(step);
        const device = await openSample({ progress, _t: (english) => String(_t(english)) });
        this.release();
        this.isSample = true;
        await this.take(device);
    }

    /** Let the device go: another tab writes, or the app is locked. The phase says so before. */
    release() {
        const { device } = this;
        this._connection?.end();
        device?.close();
        // What is still on the screen goes with its next picture.
        requestAnimationFrame(() =>
            requestAnimationFrame(() => {
                if (this.device === device && ["locked", "elsewhere", "failed"].includes(this.phase)) {
                    this.device = null;
                    this.status = null;
                }
            }),
        );
    }

    /** What the app says of a failed start; nothing is lost by it. */
    fail(error) {
        this.failure = markRaw(error);
        this.phase = "failed";
    }

    // --- what a screen asks for --------------------------------------------------------------------------------------

    /** The profile of an entity, or null. */
    entity(name) {
        return this.device.settings.profile_data === null ? null : this.device.settings.entity(name);
    }

    /** Whether something is half typed, or waits for an answer: nothing may take the screen away. */
    get isBusy() {
        return this.router.isGuarded || this.messages.sheets.length > 0;
    }

    /** Whether nothing can reach the server now, by what is known. */
    get isOffline() {
        return !this.network || (this.status?.last_error?.code === "offline" && this.status.failures > 0);
    }

    /** Operations that wait for a network, and those that wait for somebody, here or in the office. */
    get counts() {
        const parked = Object.values(this.status?.parked ?? {}).reduce((sum, count) => sum + count, 0);
        return { unsent: this.status?.unsent ?? 0, parked };
    }

    /** Deliver and receive now; says how it ended. Answers whether it succeeded. */
    async sync() {
        return this._bear(() => this._run(() => this.device.sync()));
    }

    /** Sync when mode, schedule and work ask for it; a failure shows in the status. */
    async look() {
        const isLeaving = this.phase === "enrol" && this.device?.settings.leaving;
        if (this.device === null || this.syncing || !(this.phase === "ready" || isLeaving)) {
            return;
        }
        const look = async () => {
            if (await this.device.due()) {
                await this._run(() => this.device.tick());
            }
        };
        // What left and has told the office so is no device any more.
        await this._bear(look, isLeaving ? [...SHOWN, NotEnrolled] : SHOWN);
    }

    async refresh() {
        const device = this.device;
        const status = await device.status();
        if (this.device === device) {
            this.status = status;
            if (this._isOpen) {
                this._settle();
            }
            await this._attention.look();
        }
    }

    /** Told by the engine while a sync goes on. */
    progress(progress) {
        this.step = progress;
    }

    /** A device that left, or was told to erase itself, has to enrol again. */
    _settle() {
        const { device, token, leaving } = this.device.settings;
        const belongs = device !== null && token !== null && !leaving;
        this.phase = belongs && !this.enrolling ? "ready" : "enrol";
        if (!this.isSample) {
            this.opening?.witness(this.device.settings);
        }
    }

    // --- inside ------------------------------------------------------------------------------------------------------

    async _run(fn) {
        this.syncing = true;
        const device = this.device;
        let done = null;
        try {
            done = await fn();
            return done;
        } finally {
            this.syncing = false;
            this.step = null;
            if (this._isOpen) {
                await this.refresh();
            }
            if (done !== null && this.device === device && this.phase === "ready") {
                askAround(device);
            }
        }
    }

    /** Do what may fail in a way that the status shows; answers whether it went well. */
    async _bear(fn, shown = SHOWN) {
        try {
            await fn();
            return true;
        } catch (error) {
            // Who locks the app, or turns to another tab, takes the store away from a sync that goes on.
            if (this._isOpen && !shown.some((kind) => error instanceof kind)) {
                throw error;
            }
            return false;
        }
    }

    get _isOpen() {
        return Boolean(this.device?.isOpen) && ["ready", "enrol"].includes(this.phase);
    }

    _networkIs(there) {
        this.network = there;
        if (there) {
            this.look();
        }
    }

    /** Several changes in a row are shown together. */
    _changed() {
        this._reading ??= Promise.resolve().then(async () => {
            this._reading = null;
            if (this._isOpen) {
                this.edition += 1;
                await this.refresh();
            }
        });
    }
}
