/** Leads that Odoo found to be like one that became an opportunity: its own dialog offers to merge them, here they are told. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Icon, Row } from "@offline_base/app/ui/kit/kit";
import { entityOf } from "@offline_base/app/ui/model/entities";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { LEAD } from "../model/pipeline";

/** What Odoo told when it converted the record last: work is told newest first, and one that was corrected by its amendment. */
async function toldIn(device, ref) {
    for (const entry of await device.history(LEAD, ref)) {
        const told = entry.receipt?.result?.duplicates;
        if (told && (await device.wanted(entry)).verb === "convert") {
            return told;
        }
    }
    return [];
}

export class Similar extends Component {
    static template = "offline_crm.Similar";
    static components = { Icon, Row };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(async () => this.read(), () => [this.props.record.ref]);
    }

    async read() {
        const { device } = this.app;
        const ids = await toldIn(device, this.props.record.ref);
        const held = (await Promise.all(ids.map((id) => device.get(LEAD, id)))).filter((one) => one?.present);
        return { rows: held.map((record) => this.row(record)), elsewhere: ids.length - held.length };
    }

    row({ ref, values }) {
        const kind = entityOf(this.app.entity(LEAD));
        return {
            key: ref,
            icon: kind.called(values),
            title: kind.title(values, {}),
            subtitle: kind.subtitle(values, {}),
            open: () => this.app.router.go("record", { entity: LEAD, ref }),
        };
    }

    get elsewhereText() {
        return _t("In Odoo, not on this device: %s", formatNumber(this.live.elsewhere));
    }
}
