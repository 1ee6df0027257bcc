/** The records of an entity that this device holds, searched at each keystroke. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Empty, Row, Screen, SearchBox } from "../../kit/kit";
import { entityOf } from "../../model/entities";
import { useApp, useLive } from "../../model/hooks";
import { screens } from "../../registries";

const PAGE = 60;

export class RecordList extends Component {
    static template = "offline_base.RecordList";
    static components = { Empty, Row, Screen, SearchBox };
    static props = { entity: String };

    setup() {
        this.app = useApp();
        this.entity = entityOf(this.app.entity(this.props.entity));
        this.state = useState({ text: "", limit: PAGE });
        this.live = useLive(
            async () => {
                const { device } = this.app;
                const { text, limit } = this.state;
                return {
                    records: await device.search(this.props.entity, text, {}, { limit }),
                    count: await device.count(this.props.entity, text),
                };
            },
            () => [this.state.text, this.state.limit],
        );
    }

    get subtitle() {
        return _t("%s on this device", this.live.count);
    }

    onSearch(text) {
        Object.assign(this.state, { text, limit: PAGE });
    }
}

screens.add("list", { path: "/list/:entity", component: RecordList });
