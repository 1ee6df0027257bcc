/** Yes or no, and one of several. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { fields } from "../registries";
import { editProps } from "./field";
import { ShowText } from "./text";

class ShowBoolean extends ShowText {
    get text() {
        return this.props.value ? _t("Yes") : _t("No");
    }
}

class ShowSelection extends ShowText {
    get text() {
        return labelOf(this.props.field, this.props.value);
    }
}

/** The label of a choice; its key where the profile has no such choice any more. */
export function labelOf(field, value) {
    return field.selection?.find(([key]) => key === value)?.[1] ?? value;
}

class EditBoolean extends Component {
    static template = "offline_base.EditBoolean";
    static props = editProps;
    static labelsItself = true;
}

class EditSelection extends Component {
    static template = "offline_base.EditSelection";
    static props = editProps;

    /** A choice that the profile no longer has is shown for as long as it is the value. */
    get choices() {
        const { field, value } = this.props;
        const known = field.selection ?? [];
        return value === null || known.some(([key]) => key === value) ? known : [...known, [value, value]];
    }
}

fields.add("boolean", { Show: ShowBoolean, Edit: EditBoolean });
fields.add("selection", { Show: ShowSelection, Edit: EditSelection });
