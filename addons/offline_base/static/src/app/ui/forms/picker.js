/** A sheet to choose one of the records that this device holds; closes with `{ref, name}`. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { fold, words } from "../../engine/text";
import { Empty, Icon, Row, SearchBox, Sheet } from "../kit/kit";
import { entityOf, may, refOf } from "../model/entities";
import { useApp, useLive } from "../model/hooks";
import { FormSheet } from "./sheet";

const SHOWN = 50;

export class Picker extends Component {
    static template = "offline_base.Picker";
    static components = { Empty, Icon, Row, SearchBox, Sheet };
    /** `keep(candidate, values)` leaves records out; `given` are values of one that is made here. */
    static props = {
        relation: String,
        title: String,
        keep: { type: Function, optional: true },
        given: { type: Object, optional: true },
        values: { type: Object, optional: true },
        without: { type: Array, optional: true },
        close: Function,
    };

    setup() {
        this.app = useApp();
        const profile = this.app.entity(this.props.relation);
        this.entity = profile && entityOf(profile);
        this.state = useState({ text: "" });
        this.live = useLive(
            async () => ({ choices: this.entity ? await this.held() : await this.known() }),
            () => [this.state.text],
        );
    }

    get mayCreate() {
        return this.entity !== null && may(this.entity, "create");
    }

    get createLabel() {
        return this.state.text.trim() ? _t("New: %s", this.state.text.trim()) : _t("New");
    }

    /** Records of the profile, as they are searched everywhere. */
    async held() {
        const { device } = this.app;
        const { keep, values = {}, without = [] } = this.props;
        const found = await device.search(this.entity.name, this.state.text, {}, { limit: keep ? Infinity : SHOWN + without.length });
        return found
            .filter((record) => !isAmong(without, record) && (!keep || keep(record.values, values)))
            .slice(0, SHOWN)
            .map((record) => ({
                key: String(record.ref),
                ref: refOf(record),
                name: this.entity.title(record.values, {}),
                more: this.entity.subtitle(record.values, {}),
            }));
    }

    /** Of records that are not held, such as colleagues, the names are known that held records mention. */
    async known() {
        const names = await this.app.device.namesOf(this.props.relation);
        const wanted = words(this.state.text);
        return Object.entries(names)
            .filter(([, name]) => wanted.every((word) => fold(name).includes(word)))
            .filter(([id]) => !isAmong(this.props.without ?? [], { id: Number(id), uid: null }))
            .sort(([, one], [, other]) => one.localeCompare(other))
            .slice(0, SHOWN)
            .map(([id, name]) => ({ key: id, ref: Number(id), name, more: "" }));
    }

    async create() {
        const { app, entity } = this;
        const { given = {} } = this.props;
        const name = this.state.text.trim();
        const takesName = entity.profile.fields.some((field) => field.name === "name" && !field.readonly);
        const made = await app.messages.open(FormSheet, {
            entity,
            title: _t("New: %s", entity.label),
            changed: { ...(await entity.defaults(app, given)), ...given, ...(name && takesName && { name }) },
            save: (changed) => app.device.create(entity.name, changed),
        });
        if (made) {
            this.props.close({ ref: refOf(made), name: entity.title(made.values, {}) });
        }
    }
}

function isAmong(refs, { id, uid }) {
    return refs.some((ref) => (typeof ref === "number" ? ref === id : ref.uid === uid));
}
