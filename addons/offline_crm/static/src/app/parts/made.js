/** The quotations of an opportunity that were made on this device and are not in Odoo yet; to be confirmed by hand. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { sayDone } from "@offline_base/app/ui/forms/undo";
import { Ask, Badge, Icon, Row } from "@offline_base/app/ui/kit/kit";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { wordsOfState } from "@offline_base/app/ui/model/pieces";
import { piecesOf, REFUSED } from "@offline_base/app/ui/model/work";
import { all } from "../model/deeds";
import { confirmedIn, quotationsIn, SALE } from "../model/made";
import { LEAD } from "../model/pipeline";
import { amountText } from "../quotation/words";

/** What the customer was told; a name where only Odoo can say it. */
function amount({ amount_total = null, currency }, currencies) {
    if (amount_total === null) {
        return String(_t("New quotation"));
    }
    const known = currencies.find(({ values }) => values.name === currency);
    return amountText(amount_total, known?.values ?? { symbol: currency, decimal_places: 2 });
}

export class Made extends Component {
    static template = "offline_crm.Made";
    static components = { Badge, Icon, Row };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(async () => ({ quotations: await this.read() }), () => [this.props.record.ref]);
    }

    async read() {
        const { device } = this.app;
        const { id, uid } = this.props.record;
        const outbox = await device.outbox();
        const ours = piecesOf(outbox).filter(({ entry }) => entry.entity === LEAD && ((uid !== null && entry.target_uid === uid) || (id !== null && entry.target_id === id)));
        const pieces = await Promise.all(ours.map(async (piece) => ({ ...piece, body: await device.wanted(piece.entry) })));
        const quotations = quotationsIn(pieces, outbox);
        if (!quotations.length) {
            return [];
        }
        const currencies = await all(this.app, "res.currency");
        return quotations.map((one) => ({
            ...one,
            look: wordsOfState(one.state),
            title: amount(one.args, currencies),
            subtitle: one.args.lines?.length === 1 ? _t("One line") : _t("%s lines", formatNumber(one.args.lines?.length ?? 0)),
            mayConfirm: one.state !== REFUSED && this.mayConfirm,
        }));
    }

    get mayConfirm() {
        return this.app.entity(SALE)?.operations.some(({ name }) => name === "confirm") ?? false;
    }

    open({ op }) {
        this.app.router.go("operation", { op });
    }

    async confirm(quotation) {
        if (this.isConfirming) {
            return;
        }
        this.isConfirming = true;
        try {
            await this.ask(quotation);
        } finally {
            this.isConfirming = false;
        }
    }

    async ask({ uid, title, args: { amount_total } }) {
        const { device, messages } = this.app;
        const isSure = await messages.open(Ask, {
            title: _t("Confirm the order"),
            text: _t("The customer has agreed: %s. Odoo makes it an order with the next sync.", title),
            confirm: _t("Confirm"),
        });
        // The screen may not show yet that it was confirmed a moment ago.
        if (isSure && !confirmedIn(await device.outbox()).has(uid)) {
            const told = typeof amount_total === "number" ? { amount_total } : {};
            const { seq } = await device.call(SALE, uid, "confirm", told, { called: title });
            sayDone(this.app, _t("The order is confirmed on this device."), { seq });
        }
    }
}
