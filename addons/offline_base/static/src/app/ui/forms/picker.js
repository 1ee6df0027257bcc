/** A sheet to choose one of the records that this device holds; closes with `{ref, name}`. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { fold, words } from "../../engine/text";
import { Empty, Icon, Row, SearchBox, Sheet } from "../kit/kit";
import { entityOf, may, refOf } from "../model/entities";
import { useApp, useLive } from "../model/hooks";
import { askAlike } from "./alike";
import { FormSheet } from "./sheet";

const SHOWN = 50;

export class Picker extends Component {
    static template = "offline_base.Picker";
    static components = { Empty, Icon, Row, SearchBox, Sheet };
    /**
     * `keep(candidate, values)` leaves records out; `more(record)` is said of one besides; `given` are values of one that
     * is made here.
     */
    static props = {
        relation: String,
        title: String,
        keep: { type: Function, optional: true },
        more: { type: Function, optional: true },
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
        const { keep, more = () => "", values = {}, without = [] } = this.props;
        const found = await device.search(this.entity.name, this.state.text, {}, { limit: keep ? Infinity : SHOWN + without.length });
        return found
            .filter((record) => !isAmong(without, record) && (!keep || keep(record.values, values)))
            .slice(0, SHOWN)
            .map((record) => ({
                key: String(record.ref),
                ref: refOf(record),
                name: this.entity.title(record.values, {}),
                more: this.entity.subtitle(record.values, {}),
                said: more(record),
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
            .map(([id, name]) => ({ key: id, ref: Number(id), name, more: "", said: "" }));
    }

    async create() {
        const { app, entity } = this;
        const { given = {} } = this.props;
        const name = this.state.text.trim();
        const takesName = entity.profile.fields.some((field) => field.name === "name" && !field.readonly);
        let isOpen = true;
        const chosen = await app.messages.open(FormSheet, {
            entity,
            title: _t("New: %s", entity.label),
            changed: { ...(await entity.defaults(app, given)), ...given, ...(name && takesName && { name }) },
            save: (changed) => this.make(changed, () => !isOpen),
        });
        isOpen = false;
        if (chosen) {
            this.props.close(chosen);
        }
    }

    /** `{ref, name}` of a new record, or of that which Odoo has already; nothing where the person goes on writing. */
    async make(changed, isLeft) {
        const { app, entity } = this;
        const { keep, values = {} } = this.props;
        const { chosen, distinctFrom } = await askAlike(app, entity, changed, isLeft);
        if (chosen === undefined) {
            return undefined;
        }
        const record = chosen === null ? await app.device.create(entity.name, changed, { distinctFrom }) : await app.device.get(entity.name, chosen);
        const name = entity.title(record.values, {});
        if (chosen !== null && keep && !keep(record.values, values)) {
            app.messages.say(_t("%s cannot be chosen here.", name), { kind: "warning" });
            return undefined;
        }
        return { ref: refOf(record), name };
    }
}

function isAmong(refs, { id, uid }) {
    return refs.some((ref) => (typeof ref === "number" ? ref === id : ref.uid === uid));
}
