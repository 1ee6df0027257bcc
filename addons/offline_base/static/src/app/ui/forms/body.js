/** The fields of a form in their sections. */
import { Component, useState } from "@odoo/owl";
import { FieldEdit } from "../fields/field";
import { Card } from "../kit/kit";

export class FormBody extends Component {
    static template = "offline_base.FormBody";
    static components = { Card, FieldEdit };
    /** `writing` is a `Writing` that the parent watches; `hints` are sentences by field. */
    static props = { entity: Object, writing: Object, hints: { type: Object, optional: true }, onWrite: { type: Function, optional: true } };

    setup() {
        this.writing = useState(this.props.writing);
    }

    onChange(name, value) {
        this.writing.change(name, value);
        this.props.onWrite?.();
    }

    onProblem(name, text) {
        this.writing.problem(name, text);
    }

    hold(work) {
        this.writing.hold(work);
    }
}

/** Bring the person to a field of a form. */
export function focusField(root, name) {
    const field = root?.querySelector(`[data-field="${CSS.escape(name)}"]`);
    field?.querySelector("input, select, textarea, button")?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: "center" });
}
