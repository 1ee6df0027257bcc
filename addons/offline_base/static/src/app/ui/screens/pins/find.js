/** Searches Odoo for what is not on this device, and pins what the person chooses; closes with its id. */
import { Component, onWillStart, useState } from "@odoo/owl";
import { Badge, Empty, Icon, Row, Sheet } from "../../kit/kit";
import { useApp } from "../../model/hooks";
import { wordsOfError } from "../../model/words";
import { fetched, foundIn } from "./pins";

export class FindSheet extends Component {
    static template = "offline_base.FindSheet";
    static components = { Badge, Empty, Icon, Row, Sheet };
    static props = { entity: Object, text: String, close: Function };

    setup() {
        this.app = useApp();
        this.state = useState({ found: null, more: false, failed: null, fetching: null, said: null });
        // The sheet is there before the answer is.
        onWillStart(() => void this.search());
    }

    async search() {
        Object.assign(this.state, { found: null, failed: null });
        const { device } = this.app;
        const { name } = this.props.entity;
        try {
            const { records, more } = await device.find(name, { text: this.props.text.trim() });
            Object.assign(this.state, { found: await foundIn(device, name, records), more });
        } catch (error) {
            this.state.failed = wordsOfError(error);
        }
    }

    /** Open what is here; fetch and keep what is not. */
    async take({ id }) {
        if (this.state.fetching !== null) {
            return;
        }
        Object.assign(this.state, { fetching: id, said: null });
        try {
            this.state.said = await fetched(this.app, this.props.entity.name, id);
        } finally {
            this.state.fetching = null;
        }
        if (this.state.said === "kept") {
            this.props.close(id);
        }
    }
}
