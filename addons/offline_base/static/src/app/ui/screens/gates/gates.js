/** What is shown in place of the screens: see the phases of `model/app.js`. */
import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { PinWrong } from "../../../engine/errors";
import { Ask, Card, Icon, Row } from "../../kit/kit";
import { formatNumber } from "../../model/format";
import { useApp } from "../../model/hooks";
import { Trouble } from "../../start/trouble";

const SECOND_MS = 1000;

/** A page of its own: a picture, a heading, words, and what can be done. */
export class Gate extends Component {
    static template = "offline_base.Gate";
    static components = { Icon };
    static props = {
        icon: String,
        title: String,
        text: { type: String, optional: true },
        tone: { type: String, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.title = useRef("title");
        useEffect(
            () => {
                document.title = this.props.title;
                this.title.el.focus();
            },
            () => [this.props.title],
        );
    }
}

/** The browser or the address lacks what the app cannot do without. */
export class Unsupported extends Component {
    static template = "offline_base.Unsupported";
    static components = { Gate };
    static props = {};

    setup() {
        this.app = useApp();
    }

    get text() {
        return {
            secure: _t(
                "The address of this page does not begin with https. Browsers let an app keep and protect data only there. Ask your administrator for the secure address of Odoo.",
            ),
            storage: _t(
                "This browser does not let the app store anything, as in some private windows. Open the app in an ordinary window.",
            ),
            locks: _t("This browser is too old for the app. Update it, or use another one."),
        }[this.app.lacking];
    }
}

/** Another tab of this browser works. */
export class Elsewhere extends Component {
    static template = "offline_base.Elsewhere";
    static components = { Gate };
    static props = {};

    setup() {
        this.app = useApp();
        this.state = useState({ asked: false });
    }

    takeOver() {
        this.state.asked = true;
        return this.app.opening.takeOver();
    }
}

/** A device that changes hands: the homes of other people, and with `withNew` one for somebody new. */
export class People extends Component {
    static template = "offline_base.People";
    static components = { Card, Row };
    static props = { withNew: { type: Boolean, optional: true } };

    setup() {
        this.app = useApp();
        this.others = this.app.opening.homes.others;
    }
}

/** Asks for the PIN. */
export class Locked extends Component {
    static template = "offline_base.Locked";
    static components = { Gate, People };
    static props = {};

    setup() {
        this.app = useApp();
        this.state = useState({ pin: "", error: "", wait: 0, busy: false });
        this.timer = setInterval(() => {
            this.state.wait = Math.max(0, this.state.wait - 1);
        }, SECOND_MS);
        onWillUnmount(() => clearInterval(this.timer));
    }

    get said() {
        const { wait, error } = this.state;
        return wait ? _t("Too many wrong tries. The next one is possible in %s s.", formatNumber(wait)) : error;
    }

    async unlock() {
        const { pin } = this.state;
        Object.assign(this.state, { busy: true, error: "", pin: "" });
        try {
            await this.app.opening.unlock(pin);
        } catch (error) {
            if (!(error instanceof PinWrong)) {
                throw error;
            }
            Object.assign(this.state, { error: _t("This is not the PIN."), wait: error.retry_after_s });
        } finally {
            this.state.busy = false;
        }
    }

    async forgot() {
        const isSure = await this.app.messages.open(Ask, {
            title: _t("Erase what is on this device?"),
            text: _t(
                "Without the PIN nobody can open what is stored here. You can erase it and enrol again: records come back from Odoo. Work that was not sent is lost.",
            ),
            confirm: _t("Erase everything here"),
            danger: true,
        });
        if (isSure) {
            await this.app.opening.erase();
        }
    }
}

/** The browser erased what the app had stored. */
export class Erased extends Component {
    static template = "offline_base.Erased";
    static components = { Gate };
    static props = {};

    setup() {
        this.app = useApp();
    }
}

/** The app could not start, or go on. */
export class Failed extends Component {
    static template = "offline_base.Failed";
    static components = { Trouble };
    static props = {};

    setup() {
        this.app = useApp();
    }

    retry() {
        location.reload();
    }
}
