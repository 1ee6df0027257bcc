/** When something fails that nobody expected: it is said what happened, the work is kept, and there are ways on. */
import { Component, markRaw, onError, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { DeviceError, HomeClosed, HomeFull, HomeLocked, HomeUnreadable, Refusal } from "../../engine/errors";
import { Icon, Sheet } from "../kit/kit";
import { useApp } from "../model/hooks";
import { wordsOfError } from "../model/words";
import { exportWork } from "../screens/settings/export";

/** `{title, text}` of an error, in words for a person. */
export function explain(error) {
    if (error instanceof HomeFull) {
        return {
            title: _t("There is no room left on this device"),
            text: _t(
                "What you did last was not kept. Everything before it is. Make room on the device, or delete files that you do not need, then do it again.",
            ),
        };
    }
    if (error instanceof HomeUnreadable && error.cause?.name === "VersionError") {
        return {
            title: _t("This version of the app is too old"),
            text: _t("A newer one has already worked here. Load the app anew while there is a network. Your work is kept."),
        };
    }
    if (error instanceof HomeClosed && error.why === "newer") {
        return {
            title: _t("A newer version of the app is at work"),
            text: _t(
                "It has opened what is stored here, in another tab. Go on there, or load the app anew. Your work is kept, and what is half typed is a draft.",
            ),
        };
    }
    if (error instanceof HomeUnreadable) {
        return {
            title: _t("What is stored here cannot be read"),
            text: _t(
                "Nothing was changed. Close the other tabs of the app and try again. If it goes on, tell the office before you do anything else.",
            ),
        };
    }
    if (error instanceof DeviceError || error instanceof Refusal) {
        const { what, todo } = wordsOfError(error);
        return { title: what, text: todo };
    }
    return {
        title: _t("Something went wrong"),
        text: _t("Your work on this device is kept. Try again; if it goes on, give the technical details to the office."),
    };
}

/** The error that OWL wrapped in its own. */
function causeOf(error) {
    return error?.name === "OwlError" && error.cause ? error.cause : error;
}

function detailsOf(error, app) {
    const chain = [];
    for (let one = error; one; one = one.cause) {
        chain.push(String(one.stack ?? one));
    }
    const where = [`app ${app.update?.version}`, location.hash, app.phase, navigator.userAgent, new Date().toISOString()];
    return [...where, ...chain].join("\n");
}

/** What happened and what to do; `onRetry` is what Try again does. */
export class Trouble extends Component {
    static template = "offline_base.Trouble";
    static components = { Icon };
    static props = { error: true, onRetry: Function };

    setup() {
        this.app = useApp();
        this.state = useState({ failed: null, copied: false });
        this.words = explain(causeOf(this.props.error));
        this.details = detailsOf(this.props.error, this.app);
    }

    /** Whether there is a device whose work the office could be given as a file. */
    get canSave() {
        const { device, status } = this.app;
        return Boolean(status && device?.settings.profile_data?.escrow_key);
    }

    save() {
        return this.attempt(() => exportWork(this.app));
    }

    copy() {
        return this.attempt(async () => {
            await navigator.clipboard.writeText(this.details);
            this.state.copied = true;
        });
    }

    loadAnew() {
        return this.attempt(() => window.offlineBoot.repair());
    }

    async attempt(fn) {
        this.state.failed = null;
        try {
            await fn();
        } catch (error) {
            this.state.failed = String(error.message ?? error);
        }
    }
}

/** The same, over a screen that goes on. */
export class TroubleSheet extends Component {
    static template = "offline_base.TroubleSheet";
    static components = { Sheet, Trouble };
    static props = { error: true, close: Function };
}

/** Holds a screen: one that fails is replaced by what happened, and everything around it stays. */
export class Boundary extends Component {
    static template = "offline_base.Boundary";
    static components = { Trouble };
    static props = { slots: Object, close: { type: Function, optional: true } };

    setup() {
        this.state = useState({ error: null });
        onError((error) => {
            console.warn("a screen failed", causeOf(error));
            this.state.error = markRaw({ error });
        });
    }

    retry() {
        this.props.close?.();
        this.state.error = null;
    }
}

/** Say what no screen took care of. Where nothing is shown any more, the page itself speaks. */
export function listen(app) {
    const report = (error) => {
        if (!document.querySelector(".o_shell, .o_gate")) {
            window.offlineBoot.failed(error);
            return;
        }
        app.messages.say(explain(error).title, {
            kind: "danger",
            action: { label: _t("Details"), run: () => app.messages.open(TroubleSheet, { error: markRaw(error) }) },
        });
    };
    addEventListener("error", ({ error }) => error && report(causeOf(error)));
    addEventListener("unhandledrejection", (event) => {
        const error = causeOf(event.reason);
        // Who was reading when the app was locked, or lost its store, comes too late: what is shown now says why.
        const isLate = error instanceof HomeLocked && !["ready", "enrol"].includes(app.phase);
        if (isLate || error instanceof HomeClosed) {
            event.preventDefault();
        } else {
            report(error);
        }
    });
}
