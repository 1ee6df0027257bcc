/** The stages that an opportunity can go to, for a thumb and for keys; closes with the record of one. */
import { Component } from "@odoo/owl";
import { Row, Sheet } from "@offline_base/app/ui/kit/kit";

export class MoveSheet extends Component {
    static template = "offline_crm.MoveSheet";
    static components = { Row, Sheet };
    static props = { title: String, stages: Array, present: { optional: true }, close: Function };

    icon({ id, values }) {
        if (id === this.props.present) {
            return "dot-circle-o";
        }
        return values.is_won ? "trophy" : "circle-thin";
    }
}
