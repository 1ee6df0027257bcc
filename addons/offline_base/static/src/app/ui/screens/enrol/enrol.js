/** A device of one's own: by the Odoo session of this browser, by a code that is scanned or typed. */
import { Component, onMounted, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { DeviceError, Offline, Refused } from "../../../engine/errors";
import { askCode, SignInNeeded } from "../../../engine/session";
import { Scan } from "../../kit/scan";
import { useApp } from "../../model/hooks";
import { wordsOfError } from "../../model/words";
import { codeIn, serverIn } from "../../start/code";
import { choose, follow, languages, present } from "../../start/languages";
import { Gate, People } from "../gates/gates";

export class Enrol extends Component {
    static template = "offline_base.Enrol";
    static components = { Gate, People };
    static props = {};

    setup() {
        this.app = useApp();
        this.state = useState({ code: this.app.code ?? "", busy: false, error: null });
        this.languages = languages();
        this.language = present().code;
        // The address brought a code: the person has said what they want.
        onMounted(() => this.app.code && this.byCode());
    }

    /** Whether a device is here that can go on as it is. */
    get canGoBack() {
        return this.app.enrolling;
    }

    /** Why somebody who has worked here finds this screen; null for who comes for the first time. */
    get before() {
        const { device, leaving } = this.app.device.settings;
        const { locked_out } = this.app.status;
        if (device === null || this.app.enrolling) {
            return null;
        }
        if (leaving) {
            return _t(
                "This device has erased its data. What you had not sent is sealed, and goes to the office as soon as there is a network.",
            );
        }
        return locked_out?.wipe
            ? _t("The office has told this device to erase its data. What you had not sent was handed to the office, sealed.")
            : _t("You have logged out, and the data of this device is erased.");
    }

    get signIn() {
        return `/web/login?redirect=${encodeURIComponent(location.pathname)}`;
    }

    bySession() {
        return this.attempt(async () => this.enrol(await askCode(location.origin)));
    }

    byCode() {
        return this.attempt(async () => {
            const code = codeIn(this.state.code);
            if (code === null) {
                this.state.error = { text: _t("A code has sixteen letters and digits, such as ABCD-EFGH-JKMN-PQRS.") };
                return;
            }
            await this.enrol(code);
        });
    }

    async byCamera() {
        const text = await this.app.messages.open(Scan, { title: _t("Scan the code of the office") });
        if (text === undefined) {
            return;
        }
        const [code, server] = [codeIn(text), serverIn(text)];
        if (code === null) {
            this.state.error = { text: _t("This is no enrolment code. The office shows one under Offline, Devices.") };
        } else if (server !== null && server !== location.origin) {
            this.state.error = { text: _t("This code belongs to another Odoo. Open the app there:"), link: text };
        } else {
            this.state.code = code;
            await this.byCode();
        }
    }

    async enrol(code) {
        const { app } = this;
        const { database } = document.documentElement.dataset;
        const { device } = app;
        await device.enrol(location.origin, code, { database: database ?? null });
        Object.assign(app, { code: null, enrolling: false });
        await app.opening.keep();
        await app.refresh();
        follow(device.settings.user.lang);
        app.look();
    }

    goBack() {
        this.app.enrolling = false;
        return this.app.refresh();
    }

    speak(code) {
        choose(code);
    }

    async attempt(fn) {
        Object.assign(this.state, { busy: true, error: null });
        try {
            await fn();
        } catch (error) {
            this.app.code = null;
            this.state.error = this.explain(error);
        } finally {
            this.state.busy = false;
        }
    }

    /** What happened and what to do; throws what is none of its business. */
    explain(error) {
        if (error instanceof SignInNeeded) {
            return error.isSignedIn
                ? { text: error.message }
                : { text: _t("Nobody is signed in to Odoo in this browser. Sign in, and come back here."), signIn: true };
        }
        if (error instanceof Offline) {
            return { text: _t("Odoo cannot be reached. Enrolling is the one thing that needs a network. Try again when there is one.") };
        }
        if (error instanceof DeviceError) {
            const { what, todo } = wordsOfError(error);
            return { text: error instanceof Refused ? `${what} ${todo}` : what };
        }
        throw error;
    }
}
