import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { OfflineValueInput } from "./value_input";

/** Types in which Enter begins a new line. */
const MANY_LINES = ["text", "html"];

/**
 * The fields of a conflict side by side: before, on the device, in Odoo, and what will be written.
 *
 * Each choice is kept on the server at once; nothing of the record is written before a decision. Values that
 * the reader may not read never come here.
 */
export class OfflineConflictReview extends Component {
    static template = "offline_base.ConflictReview";
    static components = { OfflineValueInput };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ view: null, editing: null });
        this.pending = Promise.resolve();
        this.typing = null;
        useRecordObserver((record) => this.load(record.resId, record.data.state, record.data.outcome));
        // The form's own buttons wait until what is being typed has reached the server.
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", ({ detail }) =>
            detail.proms.push(this.settled())
        );
    }

    /** What a phone, which has no table header, shows beside each value. */
    get sides() {
        return {
            base: _t("Before"),
            device: _t("On the Device"),
            server: _t("In Odoo"),
            outcome: _t("Will Be Written"),
        };
    }

    editLabel(line) {
        return _t("Enter another value: %s", line.label);
    }

    async load(resId) {
        if (resId) {
            this.state.editing = null;
            const before = this.state.view;
            this.state.view = await this.orm.call("offline.conflict", "review", [[resId]]);
            if (before?.id === resId && before.state !== this.state.view.state) {
                this.env.bus.trigger("OFFLINE:DECIDED");
            }
        }
    }

    async settled() {
        await this.typing?.isDirty();
        await this.pending;
    }

    call(method, ...args) {
        this.pending = this.orm
            .call("offline.conflict", method, [[this.state.view.id], ...args])
            .then((view) => {
                this.state.view = view;
            });
        return this.pending;
    }

    choose(line, side) {
        this.stopEditing();
        return this.call("choose", line.name, side);
    }

    chooseAll(side) {
        this.stopEditing();
        return this.call("choose_all", side);
    }

    edit(name) {
        this.typing = null;
        this.state.editing = name;
    }

    stopEditing() {
        this.typing = null;
        this.state.editing = null;
    }

    enter(line, value) {
        return this.call("choose", line.name, "value", value);
    }

    add(ev) {
        const name = ev.target.value;
        if (name) {
            this.call("choose", name, "value", false).then(() => this.edit(name));
        }
    }

    onKeydown(ev, line) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.stopEditing();
        } else if (ev.key === "Enter" && !MANY_LINES.includes(this.state.view.fields[line.name].type)) {
            ev.preventDefault();
            ev.target.blur();
            this.settled().then(() => this.stopEditing());
        }
    }

    canEdit(line) {
        return this.state.view.may_choose && !line.hidden && line.name in this.state.view.fields;
    }

    get chosenCount() {
        return this.state.view.lines.filter((line) => line.chosen).length;
    }

    get addable() {
        const present = new Set(this.state.view.lines.map((line) => line.name));
        return Object.entries(this.state.view.fields)
            .filter(([name]) => !present.has(name))
            .map(([name, field]) => ({ name, label: field.string }))
            .sort((a, b) => a.label.localeCompare(b.label));
    }

    /** What the record holds for this field once the choices are applied. */
    result(line) {
        if (line.hidden || !line.chosen) {
            return null;
        }
        if (line.chosen === "value") {
            return line.entered ? [[line.entered, false]] : [];
        }
        return (line.chosen === "device" ? line.mine : line.theirs).map(([text]) => [text, false]);
    }

    readyToWait(record) {
        this.typing = record;
    }
}

registry.category("view_widgets").add("offline_conflict_review", {
    component: OfflineConflictReview,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "outcome", type: "selection" },
    ],
});
