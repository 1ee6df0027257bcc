/** A code that is typed, or read with the camera. */
import { _t } from "@web/core/l10n/translation";
import { Icon } from "../kit/kit";
import { Scan } from "../kit/scan";
import { useApp } from "../model/hooks";
import { fields } from "../registries";
import { EditText, ShowText } from "./text";

class EditBarcode extends EditText {
    static template = "offline_base.EditBarcode";
    static components = { Icon };

    setup() {
        this.app = useApp();
    }

    async scan() {
        const text = await this.app.messages.open(Scan, { title: _t("Scan a barcode") });
        if (text) {
            this.props.onChange(text);
        }
    }
}

fields.add("barcode", { Show: ShowText, Edit: EditBarcode });
