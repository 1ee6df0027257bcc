/** Who the customer of a lead is, asked before it becomes an opportunity; closes with the arguments of `convert`. */
import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { alikeInOdoo } from "@offline_base/app/ui/forms/alike";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Icon, Sheet } from "@offline_base/app/ui/kit/kit";
import { arrows } from "@offline_base/app/ui/kit/radios";
import { entityOf, refOf } from "@offline_base/app/ui/model/entities";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { pin } from "@offline_base/app/ui/screens/pins/pins";
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
        this.state = useState({ chosen: null, others: [], isAsking: false, inOdoo: [] });
        this.live = useLive(async () => {
            const partners = this.app.entity(PARTNER) === null ? [] : await this.app.device.search(PARTNER, "", {}, { limit: Infinity });
            const own = partners.filter(({ id, uid }) => values.partner_id !== null && (uid ?? id) === (values.partner_id.uid ?? values.partner_id));
            const same = sameCustomers(values, partners).filter((one) => !own.includes(one));
            return { known: [...own, ...same].slice(0, SHOWN).map((one) => this.choice(one)) };
        });
        // The sheet is there before the answer is.
        onWillStart(() => void this.ask());
    }

    /** Who else Odoo has with this e-mail or phone, where there is a network. */
    async ask() {
        const { email_from: email, phone } = this.props.record.values;
        if (this.app.entity(PARTNER) !== null) {
            this.state.isAsking = true;
            this.state.inOdoo = await alikeInOdoo(this.app, entityOf(this.app.entity(PARTNER)), { email, phone });
            this.state.isAsking = false;
        }
    }

    /** Those of them that are not on this device. */
    get elsewhere() {
        const found = this.state.inOdoo.filter(({ isHere }) => !isHere);
        return found.slice(0, SHOWN).map(({ id, name }) => ({ key: `odoo${id}`, ref: id, title: name, text: String(_t("In Odoo, not on this device")), isElsewhere: true }));
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
            ...this.elsewhere,
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

    async confirm() {
        const { key, ref, isElsewhere } = this.choices.find((one) => one.key === this.chosen);
        if (isElsewhere && this.app.device.pins.allows(PARTNER)) {
            await pin(this.app, PARTNER, ref); // Who the customer is can be looked up without network from now on.
        }
        this.props.close(ref === undefined ? { customer: key } : { customer: "existing", partner: ref });
    }
}
