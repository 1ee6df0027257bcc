import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { OfflineValueInput } from "./value_input";

/** What a device sent and Odoo refused, field by field; a reviewer may correct it and run it as themselves. */
export class OfflineOperationReview extends Component {
    static template = "offline_base.OperationReview";
    static components = { OfflineValueInput };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ view: null, editing: false, added: [], without: [], args: {} });
        useRecordObserver((record) => this.load(record.resId, record.data.status));
    }

    withoutTitle(line) {
        return this.state.without.includes(line.name) ? _t("Take it in again") : _t("Leave it out");
    }

    withoutLabel(line) {
        return this.state.without.includes(line.name)
            ? _t("Take it in again: %s", line.label)
            : _t("Leave it out: %s", line.label);
    }

    async load(resId) {
        if (resId) {
            this.stop();
            const before = this.state.view;
            this.state.view = await this.orm.call("offline.operation", "review", [[resId]]);
            if (before?.id === resId && before.status !== this.state.view.status) {
                this.env.bus.trigger("OFFLINE:DECIDED");
            }
        }
    }

    start() {
        this.entered = {};
        this.typing = {};
        Object.assign(this.state, { editing: true, added: [], without: [], args: {} });
        for (const argument of this.state.view.args) {
            const value = argument.value ?? (argument.type === "boolean" ? false : "");
            const isText = typeof value === "string" || typeof value === "boolean";
            this.state.args[argument.name] =
                argument.type === "json" || !isText ? JSON.stringify(value) : value;
        }
        this.state.without = [...this.state.view.unknown];
    }

    stop() {
        Object.assign(this.state, { editing: false, added: [], without: [], args: {} });
    }

    get lines() {
        const { view, added } = this.state;
        return [...view.lines, ...added];
    }

    isInput(line) {
        const { editing, without, view } = this.state;
        return editing && line.editable && line.name in view.fields && !without.includes(line.name);
    }

    get addable() {
        const present = new Set(this.lines.map((line) => line.name));
        return Object.entries(this.state.view.fields)
            .filter(([name]) => !present.has(name))
            .map(([name, field]) => ({ name, label: field.string }))
            .sort((a, b) => a.label.localeCompare(b.label));
    }

    add(ev) {
        const field = this.state.view.fields[ev.target.value];
        if (field) {
            this.state.added.push({
                name: ev.target.value,
                label: field.string,
                editable: true,
                missing: true,
                input: false,
                text: "",
            });
        }
    }

    toggleWithout(name) {
        const { without } = this.state;
        this.state.without = without.includes(name)
            ? without.filter((other) => other !== name)
            : [...without, name];
        delete this.entered[name];
    }

    enter(name, value) {
        this.entered[name] = value;
    }

    ready(name, record) {
        this.typing[name] = record;
    }

    /** Arguments as their types say, or null and a message where one cannot be read. */
    arguments() {
        const args = {};
        for (const { name, label, type, required } of this.state.view.args) {
            const typed = this.state.args[name];
            if (typed === "" && !required && type !== "text") {
                continue;
            }
            try {
                args[name] = ["text", "choice", "boolean"].includes(type) ? typed : JSON.parse(typed);
            } catch {
                this.notification.add(_t("%s cannot be read.", label), { type: "danger" });
                return null;
            }
        }
        return args;
    }

    async run() {
        // What is still being typed counts.
        await Promise.all(Object.values(this.typing).map((record) => record.isDirty()));
        const args = this.state.view.args.length ? this.arguments() : false;
        if (args === null) {
            return;
        }
        await this.orm.call("offline.operation", "run_with", [[this.state.view.id]], {
            values: this.entered,
            args: args || null,
            without: this.state.without,
        });
        await this.props.record.load();
    }
}

registry.category("view_widgets").add("offline_operation_review", {
    component: OfflineOperationReview,
    fieldDependencies: [{ name: "status", type: "selection" }],
});
