/** Searches Odoo for what is not on this device, and pins what the person chooses; closes with its id. */
import { onWillStart, useState } from "@odoo/owl";
import { Badge, Empty, Icon, Row, Sheet } from "../../kit/kit";
import { wordsOfError } from "../../model/words";
import { FetchingSheet } from "./fetching";
import { foundIn } from "./pins";

export class FindSheet extends FetchingSheet {
    static template = "offline_base.FindSheet";
    static components = { Badge, Empty, Icon, Row, Sheet };
    static props = { entity: Object, text: String, close: Function };

    setup() {
        super.setup();
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
}
