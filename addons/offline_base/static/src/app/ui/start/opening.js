/**
 * From a page to a device. Each step goes on to the next one, or ends in a phase of the app that has a screen: what is
 * missing, another tab at work, a PIN, an erased store, no device yet, a failure.
 */
import { markRaw, reactive } from "@odoo/owl";
import { Device } from "../../engine/device";
import { HomeBusy } from "../../engine/errors";
import { done } from "../../engine/idb";
import { network } from "../../engine/network";
import { persist, Witness } from "../../engine/quota";
import { keeper, Vault } from "../../engine/vault";
import { Writer } from "../../engine/writer";
import { Homes } from "./homes";
import { markOfHome } from "./mark";
import { missing } from "./needs";

export class Opening {
    app;
    /** Whether the browser promised to keep what is stored: `persistent`, `refused`, `unknown`; null until asked. */
    persistence = null;
    /** @type {Vault | null} */
    vault = null;
    homes = markRaw(new Homes());
    _writer = null;
    _home = this.homes.present;
    _witness = markRaw(new Witness(markOfHome(this._home)));
    _marked = undefined;
    _waiting = null;

    static make(app) {
        const opening = reactive(new Opening());
        opening.app = app;
        return opening;
    }

    /** The first step. */
    begin() {
        return this._try(async () => {
            const lacking = missing();
            if (lacking !== null) {
                this.app.lacking = lacking;
                this.app.phase = "unsupported";
                return;
            }
            this._writer = markRaw(new Writer({ name: this._home }));
            this._writer.on("asked", () => this._letGo());
            this._writer.on("lost", () => this._letGo());
            try {
                await this._writer.begin();
            } catch (error) {
                if (!(error instanceof HomeBusy)) {
                    throw error;
                }
                this._waitForTurn();
                return;
            }
            await this._openVault();
        });
    }

    // --- one tab at a time ----------------------------------------------------------------------------------------

    /** Work here; the other tab finishes what it writes, and lets go. */
    takeOver() {
        return this._try(async () => {
            this._waiting?.abort();
            await this._writer.takeOver();
            await this._openVault();
        });
    }

    /** Another tab works; this one goes on by itself when that has ended. */
    _waitForTurn() {
        this.app.phase = "elsewhere";
        const waiting = new AbortController();
        this._waiting = waiting;
        this._writer.begin({ wait: true, signal: waiting.signal }).then(
            () => this._try(() => this._openVault()),
            (error) => {
                if (error.name !== "AbortError") {
                    this.app.fail(error);
                }
            },
        );
    }

    async _letGo() {
        this.app.phase = "elsewhere";
        await this.close();
        // Who asked comes first, and this tab after it.
        this._writer.end();
        this._waitForTurn();
    }

    /** Let the home go when the change under way has ended. */
    async close() {
        const { device } = this.app;
        if (device) {
            await device.parts.store.alone(() => {});
            this.app.release();
        }
    }

    /** Somebody took the store away: a newer version of the app, or who cleared the site. */
    lost(error) {
        this.app.messages.cover();
        this.app.fail(error);
        this.app.release();
        this._writer?.end();
    }

    // --- the PIN --------------------------------------------------------------------------------------------------

    async _openVault() {
        this.vault = markRaw(await Vault.open({ keep: keeper({ name: this._home }) }));
        await this._open();
    }

    /** Give the PIN; `PinWrong` when it is not taken. */
    async unlock(pin) {
        await this.vault.unlock(pin);
        await this._try(() => this._open());
    }

    /** Nothing is shown, read or sent until the PIN is given. */
    async lock() {
        if (this.vault?.hasPin && this.app.phase === "ready") {
            this.app.messages.cover();
            this.app.phase = "locked";
            await this.close();
            this.vault.lock();
        }
    }

    // --- the device -----------------------------------------------------------------------------------------------

    async _open() {
        if (this.vault.locked) {
            this.app.phase = "locked";
            return;
        }
        const device = await Device.open({
            name: this._home,
            vault: this.vault,
            network: network({ device: { name: nameOfDevice(), platform: nameOfDevice() } }),
            progress: (progress) => this.app.progress(progress),
        });
        this._marked = hereOf(device.settings);
        this.homes.note(this._marked && device.settings.user_data.name);
        const erased = await this._witness.erased(this._marked);
        await this.app.take(device);
        this.app.messages.uncover();
        if (erased !== null) {
            this.app.phase = "erased";
        }
    }

    /** The person was told that the browser erased what was here. */
    async acknowledge() {
        await this._witness.forget();
        this.app.phase = "enrol";
    }

    /** Note what device is here now, for the day on which the browser has erased it. */
    async witness(settings) {
        const here = hereOf(settings);
        if (this._marked === here || this.app.phase === "erased") {
            return;
        }
        this._marked = here;
        this.homes.note(here && settings.user_data.name);
        await (here === null ? this._witness.forget() : this._witness.erased(here));
    }

    /** Ask the browser never to erase what is stored here. */
    async keep() {
        this.persistence = await persist();
    }

    /** Forget everything that is here, unsent work as well: the way out for who does not know the PIN any more. */
    async erase() {
        await this.close();
        for (const name of [this._home, `${this._home}.vault`]) {
            await done(indexedDB.deleteDatabase(name));
        }
        await this._witness.forget();
        this.homes.note(null);
        location.reload();
    }

    // --- a device that changes hands ------------------------------------------------------------------------------

    /** Open the home of somebody else, or with null one for somebody new; the page begins anew. */
    async handOver(name) {
        await this.close();
        if (name === null) {
            this.homes.turnToNew();
        } else {
            this.homes.turnTo(name);
        }
        location.hash = "";
        location.reload();
    }

    async _try(fn) {
        try {
            await fn();
        } catch (error) {
            this.app.fail(error);
        }
    }
}

/** The device that a home belongs to; null where none has enrolled, or it has left. */
function hereOf({ device, token }) {
    return token === null ? null : device;
}

/** "Chrome, Android": how the office tells devices of one person apart until somebody gives them names. */
function nameOfDevice() {
    const { userAgentData, userAgent } = navigator;
    const brand = userAgentData?.brands.map(({ brand: name }) => name).find((name) => !/Not|Chromium/.test(name));
    const known = [/Firefox/, /Edg/, /Chrome/, /Safari/].map((one) => userAgent.match(one)?.[0]).find(Boolean);
    const system = [/Android/, /iPhone/, /iPad/, /Windows/, /Mac OS/, /Linux/].map((one) => userAgent.match(one)?.[0]);
    return [brand ?? known, userAgentData?.platform || system.find(Boolean)].filter(Boolean).join(", ") || "Browser";
}
