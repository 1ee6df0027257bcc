/** The editor of quotations: products, amounts, promotions and totals, reckoned on the device as Odoo will. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { newUid } from "@offline_base/app/engine/uid";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Ask, Badge, Card, Empty, Icon, Row, Screen } from "@offline_base/app/ui/kit/kit";
import { refFrom, refOf, refText } from "@offline_base/app/ui/model/entities";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { screens, tiles } from "@offline_base/app/ui/registries";
import { priceOrder } from "../prices/order";
import { addProducts, readBook } from "../prices/reading";
import { warningsOf } from "../prices/warnings";
import { argumentsOf, orderOf } from "./draft";
import { LineSheet, VariantSheet } from "./line";
import { reasonText, refusalText } from "./reasons";

const LEAD = "crm.lead";
const PRODUCT = "product.product";

export class Quotation extends Component {
    static template = "offline_crm.Quotation";
    static components = { Badge, Card, Empty, Icon, Row, Screen };
    static props = { lead: String };

    setup() {
        this.app = useApp();
        this.state = useState({ uid: newUid(), lines: [], codes: [], rewards: [], isSending: false });
        this.live = useLive(async () => this.read());
    }

    async read() {
        const { device } = this.app;
        const lead = await device.get(LEAD, refFrom(this.props.lead));
        const partner = lead && lead.values.partner_id !== null ? await device.get("res.partner", lead.values.partner_id) : null;
        const book = await readBook(
            device,
            this.state.lines.map(({ product_id }) => product_id),
        );
        const term = partner?.values.property_payment_term_id ?? null;
        const payment_term = term === null ? null : ((await device.get("account.payment.term", term))?.values ?? null);
        return { lead, partner, book, payment_term, company_id: lead?.values.company_id ?? null };
    }

    get order() {
        return orderOf(this.state, this.live);
    }

    /** Everything that the amounts say; null where not even the company is on this device. */
    get priced() {
        if (!this.live.book.all("res.company").length) {
            return null;
        }
        return priceOrder({ order: this.order, records: this.live.book, now: new Date().toISOString() });
    }

    get warnings() {
        const now = new Date().toISOString();
        return warningsOf({ order: this.order, priced: this.priced, records: this.live.book, now }).map(({ kind, key }) => {
            const name = this.state.lines.find((line) => line.key === key)?.name;
            return {
                product_archived: _t("%s is no longer sold.", name),
                price_ended: _t("The price of %s is over.", name),
                quotation_expired: _t("The quotation has expired."),
                credit_limit: _t("The customer goes beyond the limit of their credit."),
            }[kind];
        });
    }

    amount(value) {
        const { symbol, position, decimal_places } = this.priced.currency;
        const text = formatNumber(value, decimal_places);
        return position === "before" ? `${symbol}${text}` : `${text} ${symbol ?? ""}`.trim();
    }

    /** Lines as they are shown; those of rewards carry the reward's words. */
    get shown() {
        const { lines } = this.priced;
        return lines.map((line, index) => {
            const own = this.state.lines[index];
            const discount = line.discount && !line.reward ? ` − ${formatNumber(line.discount)} %` : "";
            return {
                key: own?.key ?? `reward${index}`,
                own,
                reward: line.reward,
                title: own?.name ?? line.reward.description ?? _t("Reward"),
                subtitle: `${formatNumber(line.product_uom_qty)} × ${this.amount(line.price_unit)}${discount}`,
                amount: this.amount(line.price_subtotal),
                reasons: line.confirmedOnSync.map(reasonText),
            };
        });
    }

    get taxes() {
        return this.priced.totals.subtotals.flatMap(({ tax_groups }) => tax_groups);
    }

    /** Promotions that are worth a word: those that can be taken, and those that lack something. */
    get offers() {
        const { book } = this.live;
        return this.priced.promotions.flatMap((promotion) => {
            const { name } = book.get("loyalty.program", promotion.program_id);
            if (promotion.state === "available") {
                return promotion.rewards.map((id) => ({ key: `r${id}`, id, title: book.get("loyalty.reward", id).description, subtitle: name }));
            }
            const { amount, quantity } = promotion.missing ?? {};
            if (promotion.state !== "missing" || (amount === undefined && quantity === undefined)) {
                return [];
            }
            const lacks = amount === undefined ? _t("%s more pieces", formatNumber(quantity)) : _t("%s more", this.amount(amount));
            return [{ key: `p${promotion.program_id}`, id: null, title: name, subtitle: lacks }];
        });
    }

    reasonOf(reason) {
        return reasonText(reason);
    }

    get refusals() {
        return this.priced.refused.map(({ code, reason }) => (code === undefined ? refusalText(reason) : `${code}: ${refusalText(reason)}`));
    }

    // --- what a person does -----------------------------------------------------------------------------------------

    async add() {
        const { device, messages } = this.app;
        const picked = await messages.open(Picker, {
            relation: "product.template",
            title: _t("Add a product"),
            keep: ({ sale_ok, active }) => sale_ok !== false && active !== false,
        });
        if (!picked) {
            return;
        }
        const variants = await device.search(PRODUCT, "", { product_tmpl_id: picked.ref }, { limit: Infinity });
        await addProducts(
            this.live.book,
            device,
            variants.map(({ id }) => id),
        );
        const choices = variants.map(({ id }) => ({ id, name: this.nameOf(picked.name, id) }));
        const chosen = choices.length > 1 ? await messages.open(VariantSheet, { title: picked.name, choices }) : choices[0];
        if (chosen) {
            this.put(chosen);
        } else if (!choices.length) {
            messages.say(_t("No variant of this product is on this device."), { kind: "warning" });
        }
    }

    /** What a variant is called: its product, and what sets it apart from the others. */
    nameOf(product, id) {
        const { product_template_variant_value_ids = [] } = this.live.book.get(PRODUCT, id);
        const values = this.live.book.some("product.template.attribute.value", product_template_variant_value_ids);
        return values.length ? `${product} (${values.map(({ name }) => name).join(", ")})` : product;
    }

    put({ id, name }) {
        const there = this.state.lines.find(({ product_id }) => product_id === id);
        if (there) {
            there.product_uom_qty += 1;
        } else {
            this.state.lines.push({ key: newUid(), product_id: id, name, product_uom_qty: 1 });
        }
    }

    async edit(line) {
        const priced = this.priced.lines[this.state.lines.indexOf(line)];
        const said = await this.app.messages.open(LineSheet, {
            title: line.name,
            quantity: line.product_uom_qty,
            price: priced.price_unit,
            discount: priced.discount,
        });
        if (!said) {
            return;
        }
        if (said.remove || said.quantity === 0) {
            this.state.lines = this.state.lines.filter((one) => one !== line);
            return;
        }
        line.product_uom_qty = said.quantity;
        // What was not touched goes on following the price list.
        if (said.price !== priced.price_unit) {
            line.price_unit = said.price;
        }
        if (said.discount !== priced.discount) {
            line.discount = said.discount;
        }
    }

    async enterCode() {
        const code = await this.app.messages.open(Ask, {
            title: _t("Enter a code"),
            confirm: _t("Use it"),
            input: { label: _t("Code"), required: true },
        });
        if (code && !this.state.codes.includes(code)) {
            this.state.codes.push(code);
        }
    }

    take({ id }) {
        this.state.rewards.push({ reward_id: id });
    }

    drop({ reward }) {
        this.state.rewards = this.state.rewards.filter(({ reward_id }) => reward_id !== reward.id);
        const rules = this.live.book.with("loyalty.rule", "program_id", reward.program_id);
        this.state.codes = this.state.codes.filter((code) => !rules.some((rule) => rule.code === code));
    }

    async send() {
        this.state.isSending = true;
        try {
            const args = argumentsOf(this.state, this.live, this.priced);
            await this.app.device.call(LEAD, refFrom(this.props.lead), "quote", args);
            this.app.messages.say(_t("The quotation is made on this device. Odoo learns of it with the next sync."), { kind: "good" });
            this.app.router.back("record", { entity: LEAD, ref: this.props.lead });
        } finally {
            this.state.isSending = false;
        }
    }
}

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
            keep: ({ type, won_status, active }) => type !== "lead" && won_status !== "lost" && active !== false,
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

/** The same as an operation of the opportunity. */
export function quote(app, record) {
    quoteFor(app, refOf(record));
}

screens.add("quotation", { path: "/quotation/:lead", component: Quotation });
tiles.add("new_quotation", { component: NewQuotation }, { sequence: 30 });
