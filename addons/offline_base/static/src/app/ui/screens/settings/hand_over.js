/** Give this device into other hands: each person has a store, a PIN and a device of their own here. */
import { Component } from "@odoo/owl";
import { Sheet } from "../../kit/kit";
import { useApp } from "../../model/hooks";
import { People } from "../gates/gates";

export class HandOver extends Component {
    static template = "offline_base.HandOver";
    static components = { People, Sheet };
    static props = { close: Function };

    setup() {
        this.app = useApp();
    }
}
