/** Searches Odoo for what is not on this device, and pins what the person chooses; closes with its id. */
import { Component, onWillStart, useState } from "@odoo/owl";
import { Badge, Empty, Icon, Row, Sheet } from "../../kit/kit";
import { useApp } from "../../model/hooks";
import { wordsOfError } from "../../model/words";
import { pin } from "./pins";

export class FindSheet extends Component {
    static template = "offline_base.FindSheet";
    static components = { Badge, Empty, Icon, Row, Sheet };
    static props = { entity: Object, text: String, close: Function };

    setup() {
        this.app = useApp();
        this.state = useState({ found: null, more: false, failed: null, fetching: null, lost: false });
        // The sheet is there before the answer is.
        onWillStart(() => void this.search());
    }

    async search() {
        Object.assign(this.state, { found: null, failed: null });
        const { device } = this.app;
        const { name } = this.props.entity;
        try {
            const { records, more } = await device.find(name, { text: this.props.text.trim() });
            const found = await Promise.all(
                records.map(async (one) => ({ ...one, isHere: Boolean((await device.get(name, one.id))?.present) })),
            );
            Object.assign(this.state, { found, more });
        } catch (error) {
            this.state.failed = wordsOfError(error);
        }
    }

    /** Open what is here; fetch and keep what is not. */
    async take({ id, isHere }) {
        const { name } = this.props.entity;
        if (!isHere) {
            this.state.fetching = id;
            const isKept = await pin(this.app, name, id);
            this.state.fetching = null;
            if (!isKept) {
                return;
            }
            if (!(await this.app.device.get(name, id))?.present) {
                this.state.lost = true;
                return;
            }
        }
        this.props.close(id);
    }
}
