/** A quotation that the office has: shown to the customer as it stands on this device, and signed. */
import { _t } from "@web/core/l10n/translation";
import { attempt } from "@offline_base/app/ui/model/deeds";
import { refOf } from "@offline_base/app/ui/model/entities";
import { htmlToText } from "@offline_base/app/ui/model/texts";
import { linesOfOrder } from "../model/orders";
import { bySequence } from "../model/pipeline";
import { documentOfOrder } from "./document";
import { Paper } from "./paper";
import { letterhead } from "./words";

/** Show it, and hand in what the customer signed. */
export async function signOrder(app, record) {
    const { device, messages } = app;
    const { values } = record;
    const ref = refOf(record);
    const { lines, isChanged } = await linesOfOrder(app, record);
    const inOrder = lines.toSorted(bySequence);
    const [company, currency] = await Promise.all([
        device.get("res.company", values.company_id),
        device.get("res.currency", values.currency_id),
    ]);
    // What was changed here and not reckoned by Odoo has other amounts than the order's totals say.
    if (!company || !currency || isChanged) {
        messages.say(_t("Sync first: what belongs on the document is not on this device yet."), { kind: "warning" });
        return;
    }
    const nameOf = async (entity, id) => (id === null ? "" : ((await device.nameOf(entity, id)) ?? ""));
    const customer = await nameOf("res.partner", values.partner_id);
    let signature = null;
    const paper = {
        order: record.uid ?? record.id,
        title: values.name ?? _t("Quotation"),
        from: letterhead(company.values),
        document: documentOfOrder(values, inOrder, {
            customer,
            currency: currency.values.name,
            payment_term: await nameOf("account.payment.term", values.payment_term_id),
            terms: htmlToText(values.note ?? ""),
        }),
        kinds: inOrder.map((line) => line.values.display_type),
        currency: currency.values,
        taxes: [{ name: _t("Taxes"), amount: values.amount_tax }],
        signer: values.signed_by ?? "",
        confirm: _t("Hand in the signature"),
        onSign: (made) => {
            signature = made;
        },
    };
    const handIn = () =>
        device.call("sale.order", ref, "sign", signature, { effect: { signed_by: signature.name, signed_on: signature.at } });
    // Where it cannot be kept, the customer has not signed for nothing: it is still on the paper.
    while ((await messages.open(Paper, { ...paper, signature })) && signature) {
        if (await attempt(app, handIn)) {
            messages.say(_t("The signature is kept on this device. Odoo gets it with the next sync."), { kind: "good" });
            return;
        }
    }
}
