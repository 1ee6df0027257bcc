/** A file: a picture is shown, anything else can be opened or saved. */
import { Component } from "@odoo/owl";
import { Icon, Sheet } from "../../kit/kit";
import { useFile } from "./picture";

export class FileSheet extends Component {
    static template = "offline_base.FileSheet";
    static components = { Icon, Sheet };
    static props = { name: String, file: { optional: true }, type: { type: String, optional: true }, close: Function };

    setup() {
        this.content = useFile(() => this.props.file?.sha256 ?? null);
    }

    get isPicture() {
        return (this.props.type || this.props.file?.type || "").startsWith("image/");
    }
}
