/** The lines of a record that is not made yet: they are made together with it, or not at all. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Icon, Row } from "../kit/kit";
import { linesOf, may, usualFields } from "../model/entities";
import { useApp } from "../model/hooks";
import { FormSheet } from "./sheet";

/** A kind of lines without the field that leads to their record: it is given. */
export function withoutParent({ entity, field }) {
    const sections = entity.sections ?? [{ label: "", fields: usualFields(entity) }];
    return {
        ...entity,
        sections: sections.map((one) => ({ ...one, fields: one.fields.filter((name) => name !== field) })),
    };
}

export class FormLines extends Component {
    static template = "offline_base.FormLines";
    static components = { Icon, Row };
    /** `lines`: `[{entity, field, values}]`; `onLines` gets those that there are then. */
    static props = { entity: Object, lines: Array, onLines: Function };

    setup() {
        this.app = useApp();
        this.kinds = linesOf(this.app, this.props.entity).filter(({ entity }) => may(entity, "create"));
    }

    of({ entity }) {
        return this.props.lines.filter((line) => line.entity === entity.name);
    }

    title({ entity }, { values }) {
        return entity.title(values, {}) || entity.label;
    }

    subtitle({ entity }, { values }) {
        return entity.subtitle(values, {});
    }

    /** What is added: a form may have several kinds. */
    addLabel({ entity }) {
        return _t("Add: %s", entity.plural);
    }

    async add(kind) {
        const { entity, field } = kind;
        const values = await this.ask(kind, _t("New: %s", entity.label), await entity.defaults(this.app, {}));
        if (values) {
            this.props.onLines([...this.props.lines, { entity: entity.name, field, values }]);
        }
    }

    async edit(kind, line) {
        const values = await this.ask(kind, this.title(kind, line), line.values);
        if (values) {
            this.props.onLines(this.props.lines.map((one) => (one === line ? { ...line, values } : one)));
        }
    }

    /** Above the one of its kind before it. */
    up(kind, line) {
        const own = this.of(kind);
        const before = own[own.indexOf(line) - 1];
        this.props.onLines(this.props.lines.map((one) => (one === line ? before : one === before ? line : one)));
    }

    upLabel(kind, line) {
        return _t("Move %s up", this.title(kind, line));
    }

    remove(line) {
        this.props.onLines(this.props.lines.filter((one) => one !== line));
    }

    ask(kind, title, changed) {
        return this.app.messages.open(FormSheet, { entity: withoutParent(kind), title, changed, save: async (values) => values });
    }
}
