/** A quotation that waits, in words: for whom, what of it, on what terms. */
import { _t } from "@web/core/l10n/translation";
import { formatDate, formatNumber } from "@offline_base/app/ui/model/format";
import { Book } from "../prices/book";
import { addProducts } from "../prices/reading";
import { signedText } from "./paper";
import { amountText, nameOfVariant } from "./words";

/** The currency of a code: as it is written, where this device holds it. */
async function currencyOf(device, code) {
    const held = code ? await device.search("res.currency", "", { name: code }, { limit: 1 }) : [];
    return held[0]?.values ?? { symbol: code ?? "", decimal_places: 2 };
}

/** What the customer was told it comes to; nothing where only Odoo can say it. */
export async function totalText(device, { amount_total = null, currency = null }) {
    return amount_total === null ? "" : amountText(amount_total, await currencyOf(device, currency));
}

async function lineRows(device, { lines = [], currency = null }) {
    const book = new Book();
    await addProducts(book, device, lines.map(({ product }) => product).filter(Boolean));
    const money = await currencyOf(device, currency);
    const labels = { line_section: _t("Section"), line_subsection: _t("Section"), line_note: _t("Note") };
    return Promise.all(
        lines.map(async ({ display_type, product, name, quantity = 1, uom, price_unit, discount }, at) => {
            const unit = uom ? ((await device.nameOf("uom.uom", uom)) ?? "") : "";
            const price = typeof price_unit === "number" ? ` × ${amountText(price_unit, money)}` : "";
            const off = discount ? ` − ${formatNumber(discount)} %` : "";
            const label = labels[display_type] ?? nameOfVariant(book, product) ?? _t("A product that is not on this device");
            return { name: `lines.${at}`, label, text: display_type ? name : `${formatNumber(quantity)} ${unit}`.trim() + price + off };
        }),
    );
}

/** As `told` of an operation. */
export async function toldQuote({ args, device }) {
    const total = await totalText(device, args);
    return { what: String(total ? _t("Quotation: %s", total) : _t("Quotation")), rows: () => rowsOf(device, args, total) };
}

async function rowsOf(device, args, total) {
    const { partner = null, template = null, pricelist = null, payment_term = null, codes = [], rewards = [], validity_date, signature } = args;
    const nameOf = async (entity, ref) => (ref === null ? "" : ((await device.nameOf(entity, ref)) ?? String(_t("Not on this device"))));
    const taken = await Promise.all(rewards.map(async ({ reward }) => (await device.get("loyalty.reward", reward))?.values.description ?? _t("Reward")));
    const rows = [
        { name: "partner", label: _t("Customer"), text: await nameOf("res.partner", partner) },
        ...(await lineRows(device, args)),
        { name: "codes", label: _t("Codes"), text: codes.join(", ") },
        { name: "rewards", label: _t("Promotions"), text: taken.join(", ") },
        { name: "amount_total", label: _t("Total"), text: total },
        { name: "template", label: _t("Template"), text: await nameOf("sale.order.template", template) },
        { name: "pricelist", label: _t("Price list"), text: await nameOf("product.pricelist", pricelist) },
        { name: "payment_term", label: _t("Payment terms"), text: await nameOf("account.payment.term", payment_term) },
        { name: "client_order_ref", label: _t("The customer's reference"), text: args.client_order_ref ?? "" },
        { name: "validity_date", label: _t("Valid until"), text: validity_date ? formatDate(validity_date) : "" },
        { name: "note", label: _t("Notes and conditions"), text: args.note ?? "" },
        { name: "signature", label: _t("Signature"), text: signature ? signedText(signature) : "" },
    ];
    return rows.filter(({ text }) => text).map((one) => ({ ...one, label: String(one.label), text: String(one.text) }));
}
