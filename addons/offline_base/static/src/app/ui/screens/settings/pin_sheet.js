/** Asks for the present and the new PIN; closes with true when the new one holds. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { PinWrong } from "../../../engine/errors";
import { PIN_LENGTH } from "../../../engine/vault";
import { Sheet } from "../../kit/kit";

export class PinSheet extends Component {
    static template = "offline_base.PinSheet";
    static components = { Sheet };
    static props = { hasPin: Boolean, remove: { type: Boolean, optional: true }, act: Function, close: Function };

    setup() {
        this.state = useState({ before: "", pin: "", again: "", busy: false, problem: null });
    }

    get title() {
        return String(this.props.remove ? _t("Remove the PIN") : this.props.hasPin ? _t("Change the PIN") : _t("Set a PIN"));
    }

    get isReady() {
        const { before, pin, again, busy } = this.state;
        return !busy && (!this.props.hasPin || before !== "") && (this.props.remove || (pin !== "" && again !== ""));
    }

    async confirm() {
        const { before, pin, again } = this.state;
        this.state.problem = null;
        if (!this.props.remove && [...pin].length < PIN_LENGTH) {
            this.state.problem = _t("A PIN has at least %s characters.", PIN_LENGTH);
        } else if (!this.props.remove && pin !== again) {
            this.state.problem = String(_t("The two are not the same."));
        } else {
            await this.attempt(pin, before);
        }
    }

    async attempt(pin, before) {
        this.state.busy = true;
        try {
            await this.props.act(pin, this.props.hasPin ? before : null);
            this.props.close(true);
        } catch (error) {
            if (!(error instanceof PinWrong)) {
                throw error;
            }
            this.state.problem = error.retry_after_s ? _t("The present PIN is wrong. Wait %s seconds before you try again.", Math.ceil(error.retry_after_s)) : String(_t("The present PIN is wrong."));
        } finally {
            this.state.busy = false;
        }
    }
}
