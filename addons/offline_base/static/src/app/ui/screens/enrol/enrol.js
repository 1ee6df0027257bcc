/** A device of one's own: from the Odoo session of this browser, or by a code. */
import { Component, useState } from "@odoo/owl";
import { askCode } from "../../../engine/session";
import { useApp } from "../../model/hooks";

export class Enrol extends Component {
    static template = "offline_base.Enrol";
    static props = {};

    setup() {
        this.app = useApp();
        this.state = useState({ code: "", busy: false, error: null });
    }

    async bySession() {
        await this.attempt(async () => this.enrol(await askCode(location.origin)));
    }

    async byCode() {
        await this.attempt(() => this.enrol(this.state.code.trim()));
    }

    async enrol(code) {
        await this.app.device.enrol(location.origin, code, { database: document.documentElement.dataset.database ?? null });
        await this.app.refresh();
        this.app.phase = "ready";
        this.app.look();
    }

    async attempt(fn) {
        Object.assign(this.state, { busy: true, error: null });
        try {
            await fn();
        } catch (error) {
            this.state.error = error.message;
        } finally {
            this.state.busy = false;
        }
    }
}
