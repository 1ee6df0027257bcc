/** How to install the app in a browser whose pages cannot ask for it. */
import { Component } from "@odoo/owl";
import { Sheet } from "../../kit/kit";
import { stepsOf } from "../../start/install";

export class InstallSheet extends Component {
    static template = "offline_base.InstallSheet";
    static components = { Sheet };
    static props = { close: Function };

    setup() {
        this.steps = stepsOf().map(String);
    }
}
