/** Who the customer of a lead is, asked before it becomes an opportunity; closes with the arguments of `convert`. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Icon, Sheet } from "@offline_base/app/ui/kit/kit";
import { arrows } from "@offline_base/app/ui/kit/radios";
import { entityOf, refOf } from "@offline_base/app/ui/model/entities";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { sameCustomers } from "../model/pipeline";

const PARTNER = "res.partner";
const NEW = "new";
const NONE = "none";
/** More than that are no help. */
const SHOWN = 5;

export class ConvertSheet extends Component {
    static template = "offline_crm.ConvertSheet";
    static components = { Icon, Sheet };
    static props = { record: Object, close: Function };

    setup() {
        this.app = useApp();
        this.arrows = arrows;
        const { values } = this.props.record;
        this.state = useState({ chosen: null, others: [] });
        this.live = useLive(async () => {
            const partners = this.app.entity(PARTNER) === null ? [] : await this.app.device.search(PARTNER, "", {}, { limit: Infinity });
            const own = partners.filter(({ id, uid }) => values.partner_id !== null && (uid ?? id) === (values.partner_id.uid ?? values.partner_id));
            const same = sameCustomers(values, partners).filter((one) => !own.includes(one));
            return { known: [...own, ...same].slice(0, SHOWN).map((one) => this.choice(one)) };
        });
    }

    choice(partner) {
        const entity = entityOf(this.app.entity(PARTNER));
        return { key: String(partner.ref), ref: refOf(partner), title: entity.title(partner.values, {}), text: entity.subtitle(partner.values, {}) };
    }

    /** `[{key, title, text}]`: customers who may be the same, those that were searched, a new one, none. */
    get choices() {
        const { partner_name, contact_name } = this.props.record.values;
        const name = partner_name || contact_name;
        return [
            ...this.live.known,
            ...this.state.others,
            { key: NEW, title: String(_t("A new customer")), text: name ?? "" },
            { key: NONE, title: String(_t("No customer yet")), text: "" },
        ];
    }

    /** Somebody who is known already comes first: nobody wants the same customer twice. */
    get chosen() {
        return this.state.chosen ?? this.choices[0].key;
    }

    choose(key) {
        this.state.chosen = key;
    }

    async search() {
        const picked = await this.app.messages.open(Picker, { relation: PARTNER, title: _t("Customer"), without: this.live.known.map(({ ref }) => ref) });
        if (picked) {
            const key = String(picked.ref?.uid ?? picked.ref);
            this.state.others = [{ key, ref: picked.ref, title: picked.name, text: "" }];
            this.state.chosen = key;
        }
    }

    confirm() {
        const { key, ref } = this.choices.find((one) => one.key === this.chosen);
        this.props.close(ref === undefined ? { customer: key } : { customer: "existing", partner: ref });
    }
}
