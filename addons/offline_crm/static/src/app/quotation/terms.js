/** The terms of a quotation: template, price list, terms of payment, reference, validity and words. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Ask, Card, Icon, Row, Sheet } from "@offline_base/app/ui/kit/kit";
import { formatDate } from "@offline_base/app/ui/model/format";
import { useApp } from "@offline_base/app/ui/model/hooks";
import { all } from "../model/deeds";
import { addProducts } from "../prices/reading";
import { goBy } from "./around";
import { listText } from "./changes";
import { linesOfTemplate } from "./words";

const TEMPLATE_LINE = "sale.order.template.line";

/** One of several: `choices` are `[{id, name, more?}]`, `chosen` an id; closes with the choice. */
export class ChoiceSheet extends Component {
    static template = "offline_crm.ChoiceSheet";
    static components = { Icon, Row, Sheet };
    static props = { title: String, choices: Array, chosen: { optional: true }, close: Function };
}

/** The customer's reference, until when it is valid, and words of one's own; closes with them. */
export class WordsSheet extends Component {
    static template = "offline_crm.WordsSheet";
    static components = { Sheet };
    static props = { reference: String, validity_date: { optional: true }, note: String, close: Function };

    setup() {
        const { reference, validity_date, note } = this.props;
        this.state = useState({ reference, validity_date: validity_date ?? "", note });
    }

    confirm() {
        const { reference, validity_date, note } = this.state;
        this.props.close({ reference, validity_date: validity_date || null, note });
    }
}

/** A card with a row for each; what is chosen is written into the quotation. */
export class Terms extends Component {
    static template = "offline_crm.Terms";
    static components = { Card, Row };
    /** `term` says the terms of payment in force, `template` is the one that is; `hold` as of `Lines`. */
    static props = { quote: Object, live: Object, priced: Object, term: { type: [String, Object] }, template: { optional: true }, hold: Function };

    setup() {
        this.app = useApp();
    }

    get priceLists() {
        const { priced, live } = this.props;
        const { id, offline_uses_price_lists } = priced.company;
        return live.book
            .all("product.pricelist")
            .filter(({ company_id }) => offline_uses_price_lists && (company_id === null || company_id === id))
            .sort((one, other) => one.sequence - other.sequence || one.id - other.id);
    }

    /** Each with what it is now, and what changes it. */
    get rows() {
        const { live, priced, term, template } = this.props;
        const none = _t("None");
        return [
            { key: "template", icon: "files-o", title: _t("Template"), value: template?.values.name ?? none, isThere: live.templates.length, pick: () => this.props.hold(this.chooseTemplate()) },
            { key: "prices", icon: "tags", title: _t("Price list"), value: listText(priced), isThere: this.priceLists.length > 1, pick: () => this.choosePriceList() },
            { key: "terms", icon: "calendar-check-o", title: _t("Payment terms"), value: term, isThere: live.terms.length, pick: () => this.chooseTerm() },
            { key: "words", icon: "pencil-square-o", title: _t("Reference, validity and notes"), value: this.words || none, isThere: true, pick: () => this.editWords() },
        ].filter(({ isThere }) => isThere);
    }

    get words() {
        const { reference, validity_date, note } = this.props.quote;
        const until = validity_date ? _t("valid until %s", formatDate(validity_date)) : "";
        return [reference.trim(), until, note.trim().split("\n")[0]].filter((text) => text !== "").join(" · ");
    }

    /** One of several, or what is usual: an id of null. */
    async choose(title, chosen, usual, choices) {
        return this.app.messages.open(ChoiceSheet, { title, chosen: chosen ?? null, choices: [{ id: null, name: usual }, ...choices] });
    }

    async choosePriceList() {
        const { quote, live } = this.props;
        const choices = this.priceLists.map(({ id, name, currency_id }) => ({ id, name, more: live.book.get("res.currency", currency_id)?.name ?? "" }));
        const said = await this.choose(_t("Price list"), quote.pricelist_id, _t("The customer's own"), choices);
        if (said) {
            goBy(quote, said.id ?? undefined, live, new Date().toISOString());
        }
    }

    async chooseTerm() {
        const { quote, live } = this.props;
        const choices = live.terms.map(({ id, values }) => ({ id, name: values.name }));
        const said = await this.choose(_t("Payment terms"), quote.payment_term_id, _t("The customer's own"), choices);
        if (said) {
            quote.payment_term_id = said.id ?? undefined;
        }
    }

    async chooseTemplate() {
        const { device, messages } = this.app;
        const { quote, live } = this.props;
        const choices = live.templates.map(({ id, values }) => ({ id, name: values.name }));
        const said = await this.choose(_t("Template"), quote.template_id, _t("None"), choices);
        if (!said || said.id === null) {
            quote.template_id = said ? undefined : quote.template_id;
            return;
        }
        const text = _t("The lines of the template take the place of those that are there.");
        if (quote.lines.length && !(await messages.open(Ask, { title: said.name, text, confirm: _t("Replace the lines") }))) {
            return;
        }
        const rows = await all(this.app, TEMPLATE_LINE, { sale_order_template_id: said.id });
        const products = rows.map(({ values }) => values.product_id).filter((id) => id !== null);
        await addProducts(live.book, device, products);
        quote.lines = linesOfTemplate(live.book, rows);
        quote.template_id = said.id;
    }

    async editWords() {
        const { quote } = this.props;
        const { reference, validity_date, note } = quote;
        Object.assign(quote, await this.app.messages.open(WordsSheet, { reference, validity_date, note }));
    }
}
