/** Where quotations begin: on the home screen, and on an opportunity. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Icon } from "@offline_base/app/ui/kit/kit";
import { refOf, refText } from "@offline_base/app/ui/model/entities";
import { useApp } from "@offline_base/app/ui/model/hooks";
import { tiles } from "@offline_base/app/ui/registries";
import { isLead, LEAD } from "../model/pipeline";

/** Begin a quotation from the home screen: for which opportunity? */
export class NewQuotation extends Component {
    static template = "offline_crm.NewQuotation";
    static components = { Icon };
    static props = {};

    setup() {
        this.app = useApp();
    }

    get mayQuote() {
        return this.app.entity(LEAD)?.operations.some(({ name }) => name === "quote") ?? false;
    }

    async begin() {
        const picked = await this.app.messages.open(Picker, {
            relation: LEAD,
            title: _t("For which opportunity?"),
            keep: (values) => !isLead(values) && values.won_status !== "lost" && values.active !== false,
        });
        if (picked) {
            quoteFor(this.app, picked.ref);
        }
    }
}

/** Open the editor for an opportunity. */
export function quoteFor(app, ref) {
    app.router.go("quotation", { lead: refText(ref) });
}

/** Open it with a quotation that Odoo refused. */
export function correctQuote(app, { op, ref }) {
    app.router.go("quotation", { lead: refText(ref), op });
}

/** The same as an operation of the opportunity. */
export function quote(app, record) {
    quoteFor(app, refOf(record));
}

tiles.add("new_quotation", { component: NewQuotation }, { sequence: 30 });
