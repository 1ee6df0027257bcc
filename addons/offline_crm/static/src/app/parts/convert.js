/** Who the customer of a lead is, asked before it becomes an opportunity; closes with the arguments of `convert`. */
import { Component, onMounted, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { alikeInOdoo } from "@offline_base/app/ui/forms/alike";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Icon, Sheet } from "@offline_base/app/ui/kit/kit";
import { arrows } from "@offline_base/app/ui/kit/radios";
import { attempt } from "@offline_base/app/ui/model/deeds";
import { entityOf, keyOf, refOf, refText } from "@offline_base/app/ui/model/entities";
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
        this.state = useState({ chosen: null, others: [], isAsking: false, isBusy: false, inOdoo: [] });
        this.live = useLive(async () => {
            const partners = this.app.entity(PARTNER) === null ? [] : await this.app.device.search(PARTNER, "", {}, { limit: Infinity });
            const own = partners.filter(({ id, uid }) => values.partner_id !== null && (uid ?? id) === keyOf(values.partner_id));
            const same = sameCustomers(values, partners).filter((one) => !own.includes(one));
            return { known: [...own, ...same].slice(0, SHOWN).map((one) => this.choice(one)) };
        });
        // The sheet is there before the answer is.
        onMounted(() => void this.ask());
    }

    /**
     * Who else Odoo has with this e-mail or phone, where there is a network. Somebody who is known already is chosen:
     * nobody wants the same customer twice. That is done once, so that nothing changes under the person's finger.
     */
    async ask() {
        const { email_from: email, phone } = this.props.record.values;
        const profile = this.app.entity(PARTNER);
        this.state.chosen = this.live.known[0]?.key ?? null;
        this.state.isAsking = true;
        try {
            this.state.inOdoo = profile === null ? [] : await alikeInOdoo(this.app, entityOf(profile), { email, phone });
        } finally {
            this.state.isAsking = false;
            this.state.chosen ??= this.choices[0].key;
        }
    }

    /** Those of them that are not on this device. */
    get elsewhere() {
        const found = this.state.inOdoo.filter(({ isHere }) => !isHere);
        return found.slice(0, SHOWN).map(({ id, name }) => ({ key: refText(id), ref: id, title: name, text: String(_t("In Odoo, not on this device")), isElsewhere: true }));
    }

    choice(partner) {
        const entity = entityOf(this.app.entity(PARTNER));
        const ref = refOf(partner);
        return { key: refText(ref), ref, title: entity.title(partner.values, {}), text: entity.subtitle(partner.values, {}) };
    }

    /** `[{key, title, text}]`: customers who may be the same, those that were searched, a new one, none. */
    get choices() {
        const { partner_name, contact_name } = this.props.record.values;
        const name = partner_name || contact_name;
        const people = [...this.live.known, ...this.state.others, ...this.elsewhere];
        return [
            // Who was fetched, or found by a search, stands there once.
            ...people.filter(({ key }, at) => people.findIndex((one) => one.key === key) === at),
            { key: NEW, title: String(_t("A new customer")), text: name ?? "" },
            { key: NONE, title: String(_t("No customer yet")), text: "" },
        ];
    }

    /** The one that is chosen; nobody until Odoo has answered, and where they are not there any more. */
    get chosen() {
        return this.choices.find(({ key }) => key === this.state.chosen) ?? null;
    }

    choose(key) {
        this.state.chosen = key;
    }

    async search() {
        const picked = await this.app.messages.open(Picker, { relation: PARTNER, title: _t("Customer"), without: this.live.known.map(({ ref }) => ref) });
        if (picked) {
            const key = refText(picked.ref);
            this.state.others = [{ key, ref: picked.ref, title: picked.name, text: "" }];
            this.state.chosen = key;
        }
    }

    async confirm() {
        const { key, ref, isElsewhere } = this.chosen;
        if (isElsewhere && this.app.device.pins.allows(PARTNER)) {
            this.state.isBusy = true;
            // Who the customer is can be looked up without network from now on. Where that fails it is said: Odoo has them.
            await attempt(this.app, () => pin(this.app, PARTNER, ref));
        }
        this.props.close(ref === undefined ? { customer: key } : { customer: "existing", partner: ref });
    }
}
