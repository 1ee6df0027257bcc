/** What was done with a record on this device, and what became of it. */
import { Component } from "@odoo/owl";
import { FINAL } from "../../../engine/operations";
import { Badge, Row } from "../../kit/kit";
import { formatDateTime } from "../../model/format";
import { useApp } from "../../model/hooks";
import { wordsOfState, wordsOfVerb } from "../../model/pieces";
import { stateOf } from "../../model/work";

export class History extends Component {
    static template = "offline_base.History";
    static components = { Badge, Row };
    static props = { own: Array, entity: Object };

    setup() {
        this.app = useApp();
    }

    get entries() {
        const { own, entity } = this.props;
        const labels = new Map(entity.profile.fields.map(({ name, label }) => [name, label]));
        return own.map((entry) => {
            const names = Object.keys(entry.body.values ?? {}).map((name) => labels.get(name) ?? name);
            const isOver = FINAL.includes(entry.state) || entry.isOver;
            const { tone, label } = wordsOfState(isOver ? entry.state : stateOf(entry));
            return {
                ...{ key: entry.op, tone, state: label },
                title: wordsOfVerb({ verb: entry.verb, names, entity }),
                when: formatDateTime(entry.body.at),
                open: () => this.app.router.go("operation", { op: entry.op }),
            };
        });
    }
}
