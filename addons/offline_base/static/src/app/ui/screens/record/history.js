/** What was done with a record on this device, and what became of it. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Badge, Row } from "../../kit/kit";
import { formatDateTime } from "../../model/format";
import { useApp } from "../../model/hooks";
import { screens } from "../../registries";

const TONES = { pending: "info", conflict: "warning", unknown: "warning", rejected: "danger", applied: "good", merged: "good" };

export class History extends Component {
    static template = "offline_base.History";
    static components = { Badge, Row };
    static props = { own: Array, entity: Object };

    setup() {
        this.app = useApp();
    }

    get entries() {
        return this.props.own.map((entry) => ({
            key: entry.op,
            title: this.deed(entry),
            when: formatDateTime(entry.body.at),
            tone: TONES[entry.state] ?? "quiet",
            state: this.state(entry),
            open: screens.contains("operation") ? () => this.app.router.go("operation", { op: entry.op }) : undefined,
        }));
    }

    deed({ verb, body }) {
        const labels = new Map(this.props.entity.profile.fields.map(({ name, label }) => [name, label]));
        const fields = Object.keys(body.values ?? {}).map((name) => labels.get(name) ?? name);
        const words = {
            create: _t("Created"),
            update: _t("Changed: %s", fields.join(", ")),
            delete: _t("Deleted"),
            amend: _t("Corrected"),
            discard: _t("Given up"),
            resolve: _t("Decided"),
        };
        return String(words[verb] ?? this.props.entity.profile.operations.find(({ name }) => name === verb)?.label ?? verb);
    }

    state({ state }) {
        const words = {
            pending: _t("not sent yet"),
            applied: _t("in Odoo"),
            merged: _t("merged in Odoo"),
            conflict: _t("to decide"),
            rejected: _t("refused"),
            deferred: _t("waits"),
            unknown: _t("not certain"),
            amended: _t("corrected"),
            discarded: _t("given up"),
            resolved_server: _t("Odoo's counts"),
        };
        return words[state] ?? state;
    }
}
