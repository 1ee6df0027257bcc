/** Quotations and orders as lists and records show them. */
import { _t } from "@web/core/l10n/translation";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { entities } from "@offline_base/app/ui/registries";
import { ORDERS } from "../model/kinds";
import { agreedTotal, isQuotation } from "../model/orders";
import { Printed } from "../parts/printed";
import { signOrder } from "../quotation/signing";

const ICONS = { sale: "check-square-o", cancel: "ban" };

/** That the office cancels or opens nothing but what the person saw. */
const SEEN = { seen: ({ state }) => state };

/** What is in it stays as it is: it was confirmed or cancelled. */
const isClosed = (values) => !isQuotation(values);

entities.add("sale.order", {
    icon: "file-text-o",
    label: _t("Order"),
    plural: _t("Quotations and orders"),
    title: ({ name }) => name || _t("New quotation"),
    subtitle: ({ amount_total }, { partner_id = "", currency_id = "" } = {}) => [partner_id, amount_total ? `${formatNumber(amount_total, 2)} ${currency_id}`.trim() : null].filter(Boolean).join(" · "),
    called: ({ state }) => ICONS[state] ?? "file-text-o",
    named: ["partner_id", "currency_id"],
    verbs: ["update"],
    sections: [
        { label: "", fields: ["state", "partner_id", "opportunity_id", "amount_untaxed", "amount_tax", "amount_total"] },
        { label: _t("Terms"), fields: ["validity_date", "commitment_date", "pricelist_id", "payment_term_id", "client_order_ref", "note"] },
        { label: _t("More"), fields: ["user_id", "team_id", "date_order", "signed_by", "signed_on", "invoice_status"] },
    ],
    operations: {
        confirm: {
            ...{ icon: "check", main: true, isOnce: true, hidden: isClosed },
            fields: { amount_total: { type: "monetary", selection: null } },
            labels: { amount_total: _t("Total that the customer agreed to"), send_email: _t("Odoo tells the customer by e-mail") },
            defaults: agreedTotal,
        },
        cancel: {
            ...{ icon: "ban", isOnce: true, hidden: ({ state }) => state === "cancel" },
            labels: { reason: _t("Why is it cancelled?") },
            // Beside the button that only closes the sheet.
            confirm: _t("Cancel the order"),
            unasked: SEEN,
        },
        reset_to_draft: { icon: "undo", isOnce: true, hidden: ({ state }) => state !== "cancel", unasked: SEEN },
        apply_template: {
            hidden: isClosed,
            fields: { template: { type: "many2one", relation: "sale.order.template", selection: null } },
            labels: { template: _t("Template") },
        },
        apply_code: { icon: "ticket", hidden: isClosed, labels: { code: _t("Code"), reward: _t("Reward") } },
        update_promotions: { icon: "gift", hidden: isClosed },
        // What an order has earned only Odoo knows: rewards are chosen while the quotation is made.
        claim_reward: { hidden: () => true },
        // A document to show: it has a sheet of its own.
        sign: { icon: "pencil", isOnce: true, hidden: ({ state }, { pending }) => state === "cancel" || pending.length > 0, run: signOrder },
        send_by_email: { icon: "envelope-o", hidden: ({ state }) => state === "cancel" },
    },
    quick: [Printed],
    chatter: true,
    files: true,
    kinds: [ORDERS],
});

entities.add("sale.order.line", {
    icon: "list-ul",
    label: _t("Line"),
    plural: _t("Lines"),
    title: ({ name }) => (name ?? "").split("\n")[0],
    subtitle: ({ product_uom_qty, price_subtotal }) => [formatNumber(product_uom_qty ?? 0), price_subtotal ? formatNumber(price_subtotal, 2) : null].filter(Boolean).join(" · "),
    kinds: [ORDERS],
    isHome: false,
});
