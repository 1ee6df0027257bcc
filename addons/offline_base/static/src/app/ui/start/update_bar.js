/** Offers another version of the app that is installed and waits. */
import { Component } from "@odoo/owl";
import { Icon } from "../kit/kit";
import { useApp } from "../model/hooks";

export class UpdateBar extends Component {
    static template = "offline_base.UpdateBar";
    static components = { Icon };
    static props = {};

    setup() {
        this.app = useApp();
    }
}
