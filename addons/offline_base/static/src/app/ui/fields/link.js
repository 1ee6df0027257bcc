/** References to other records: one, several, and the record that an activity or event is about. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { same } from "../../engine/canonical";
import { Picker } from "../forms/picker";
import { Icon } from "../kit/kit";
import { refText } from "../model/entities";
import { useApp, useLive } from "../model/hooks";
import { fields } from "../registries";
import { editProps, showProps } from "./field";

/** What to call a record that a value points to, and whether it can be looked at here. */
export async function describe(app, entity, ref) {
    const { device } = app;
    const { id, name: own } = device.settings.user;
    const name = entity === "res.users" && ref === id ? own : await device.nameOf(entity, ref);
    const isHeld = app.entity(entity) !== null && (await device.get(entity, ref)) !== null;
    return { name: name ?? _t("Not on this device"), isHeld };
}

/** The model that a reference leads to: its own, or that which another field of the record names. */
export function relationOf(field, values) {
    return field.relation ?? values.res_model ?? values.model ?? null;
}

class ShowLink extends Component {
    static template = "offline_base.ShowLink";
    static components = { Icon };
    static props = showProps;

    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => describe(this.app, this.relation, this.props.value),
            () => [JSON.stringify(this.props.value)],
        );
    }

    get relation() {
        return relationOf(this.props.field, this.props.values);
    }

    follow() {
        this.app.router.go("record", { entity: this.relation, ref: refText(this.props.value) });
    }
}

class EditLink extends Component {
    static template = "offline_base.EditLink";
    static components = { Icon };
    static props = editProps;

    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => ({
                name: this.props.value === null ? "" : (await describe(this.app, this.relation, this.props.value)).name,
            }),
            () => [JSON.stringify(this.props.value)],
        );
    }

    get relation() {
        return relationOf(this.props.field, this.props.values);
    }

    async pick() {
        const { entity, field, values, onChange } = this.props;
        const picked = await this.app.messages.open(Picker, {
            relation: this.relation,
            title: String(field.label),
            keep: entity.picks[field.name],
            given: entity.makes[field.name],
            values,
        });
        if (picked) {
            onChange(picked.ref);
        }
    }
}

class ShowLinks extends Component {
    static template = "offline_base.ShowLinks";
    static props = showProps;

    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => ({ names: await namesOf(this.app, this.props) }),
            () => [JSON.stringify(this.props.value)],
        );
    }
}

class EditLinks extends Component {
    static template = "offline_base.EditLinks";
    static components = { Icon };
    static props = editProps;

    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => ({ names: await namesOf(this.app, this.props) }),
            () => [JSON.stringify(this.props.value)],
        );
    }

    get refs() {
        return this.props.value ?? [];
    }

    label(name) {
        return _t("Remove %s", name);
    }

    remove(ref) {
        this.props.onChange(this.refs.filter((one) => !same(one, ref)));
    }

    async add() {
        const { entity, field, values, onChange } = this.props;
        const picked = await this.app.messages.open(Picker, {
            relation: field.relation,
            title: String(field.label),
            keep: entity.picks[field.name],
            given: entity.makes[field.name],
            values,
            without: this.refs,
        });
        if (picked) {
            onChange([...this.refs, picked.ref]);
        }
    }
}

async function namesOf(app, { field, value }) {
    return Promise.all(
        (value ?? []).map(async (ref) => ({ ref, key: refText(ref), name: (await describe(app, field.relation, ref)).name })),
    );
}

fields.add("many2one", { Show: ShowLink, Edit: EditLink });
fields.add("many2one_reference", { Show: ShowLink, Edit: EditLink });
fields.add("many2many", { Show: ShowLinks, Edit: EditLinks });
