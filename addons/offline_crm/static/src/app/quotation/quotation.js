/** The editor of quotations: products, amounts, promotions and totals, reckoned on the device as Odoo will. */
import { Component, markRaw, onMounted, onWillDestroy, onWillRender, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { same } from "@offline_base/app/engine/canonical";
import { HomeFull } from "@offline_base/app/engine/errors";
import { newUid } from "@offline_base/app/engine/uid";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Ask, Badge, Card, Empty, Icon, Row, Screen } from "@offline_base/app/ui/kit/kit";
import { mayAsk } from "@offline_base/app/ui/model/asking";
import { refFrom } from "@offline_base/app/ui/model/entities";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { screens } from "@offline_base/app/ui/registries";
import { Leaving } from "@offline_base/app/ui/screens/form/form";
import { all } from "../model/deeds";
import { bySequence, LEAD } from "../model/pipeline";
import { Stock } from "../model/stock";
import { priceOrder } from "../prices/order";
import { addProducts, readBook } from "../prices/reading";
import { warningsOf } from "../prices/warnings";
import { documentOf } from "./document";
import { argumentsOf, emptyQuote, isEmpty, linesOf, orderOf } from "./draft";
import { Kept } from "./kept";
import { LineSheet, TextSheet, VariantSheet } from "./line";
import { Paper, signedText } from "./paper";
import { Credit, creditText, isAnswered, readCredit } from "./credit";
import { reasonText, refusalText } from "./reasons";
import { Terms } from "./terms";
import { amountText, letterhead, lineName, nameOfVariant, termsText, unitsOf } from "./words";

const PRODUCT = "product.product";
const TERM = "account.payment.term";
const TEMPLATE = "sale.order.template";

const now = () => new Date().toISOString();

export class Quotation extends Component {
    static template = "offline_crm.Quotation";
    static components = { Badge, Card, Empty, Icon, Row, Screen, Terms };
    static props = { lead: String };

    setup() {
        this.app = useApp();
        this.kept = new Kept(this.app.device, this.props.lead);
        this.credit = new Credit(this.app.device);
        this.state = useState({ quote: emptyQuote(), isDraft: false, isFull: false, isSending: false });
        this.live = useLive(async () => this.read());
        // Once for all that the screen shows of it.
        onWillRender(() => {
            this.priced = this.live.lead?.values.partner_id ? this.price(this.quote) : null;
            this.lines = this.priced && linesOf(this.quote, this.priced);
        });
        let isFirst = true;
        useEffect(
            () => {
                if (!isFirst) {
                    this.keep();
                }
                isFirst = false;
            },
            () => [JSON.stringify(this.quote)],
        );
        useEffect(
            () => this.askCredit(),
            () => [mayAsk(this.app), this.company, this.live.partner?.id, this.priced?.totals.amount_total, this.priced?.currency.name],
        );
        let free = () => {};
        onMounted(() => {
            free = this.app.router.guard(() => this.mayLeave());
        });
        onWillDestroy(() => free());
    }

    get quote() {
        return this.state.quote;
    }

    // --- what is here ----------------------------------------------------------------------------------------------

    async open() {
        const quote = await this.kept.find();
        if (quote) {
            Object.assign(this.state, { quote: { ...emptyQuote(), ...quote }, isDraft: true });
        }
    }

    async read() {
        await (this.opened ??= this.open());
        const { device } = this.app;
        const lead = await device.get(LEAD, refFrom(this.props.lead));
        const partner = lead && lead.values.partner_id !== null ? await device.get("res.partner", lead.values.partner_id) : null;
        const [terms, templates] = await Promise.all([all(this.app, TERM), all(this.app, TEMPLATE)]);
        // Nothing on the screen waits for what is in it: it is read anew as a whole.
        const book = markRaw(await readBook(device));
        // Last: lines may have come meanwhile.
        await addProducts(
            book,
            device,
            this.quote.lines.map(({ product_id }) => product_id).filter(Boolean),
        );
        const company_id = lead?.values.company_id ?? null;
        const company = this.companyOf(company_id);
        return {
            lead,
            partner,
            book,
            terms: terms.toSorted(bySequence),
            templates: templates.toSorted(bySequence),
            company_id,
            credit: partner && (await readCredit(device, { customer: partner.id, company })),
            stock: markRaw(await Stock.read(device, company)),
        };
    }

    /** The company that sells: that of the opportunity, or the one that Odoo takes for this person. */
    companyOf(company_id) {
        return company_id ?? this.app.device.settings.user.company;
    }

    get company() {
        return this.companyOf(this.live.company_id);
    }

    /** Have Odoo look at the customer's credit, now that there is a total; what it says shows when it comes. */
    askCredit() {
        const { app, live, priced } = this;
        // A customer who is new here is not known at the office.
        const isThere = live.partner?.id && priced && this.hasProducts;
        if (isThere && mayAsk(app) && isAnswered(app.device)) {
            const { totals, currency } = priced;
            this.credit.ask({ customer: live.partner.id, total: totals.amount_total, currency: currency.name, company: this.company });
        }
    }

    /** The terms of payment in force: those that were chosen, else those of the customer. */
    get term() {
        const id = this.quote.payment_term_id ?? this.live.partner?.values.property_payment_term_id ?? null;
        return this.live.terms.find((term) => term.id === id) ?? null;
    }

    get template() {
        return this.live.templates.find(({ id }) => id === this.quote.template_id) ?? null;
    }

    order(quote) {
        return orderOf(quote, { ...this.live, payment_term: this.term?.values ?? null });
    }

    /** Everything that the amounts say; null where not even the company is on this device. */
    price(quote) {
        const { book } = this.live;
        return book.all("res.company").length ? priceOrder({ order: this.order(quote), records: book, now: now() }) : null;
    }

    amount(value) {
        return amountText(value, this.priced.currency);
    }

    // --- what is shown ---------------------------------------------------------------------------------------------

    get warnings() {
        const { quote, priced, live } = this;
        const found = warningsOf({ order: this.order(quote), priced, records: live.book, now: now() }).map(({ kind, key }) => {
            const name = quote.lines.find((line) => line.key === key)?.name;
            return {
                product_archived: _t("%s is no longer sold.", name),
                price_ended: _t("The price of %s is over.", name),
                quotation_expired: _t("The quotation has expired."),
            }[kind];
        });
        if (live.credit && this.hasProducts) {
            const { totals, currency } = priced;
            const shown = { total: totals.amount_total, currency: currency.name, isAsked: mayAsk(this.app) };
            found.push(creditText(this.app.device, live.credit, shown));
        }
        return quote.signature && !this.isSigned ? [...found, this.changedText] : found;
    }

    get changedText() {
        return _t("It changed since %s signed it. Show it again and have it signed, or make it without a signature.", this.quote.signature.name);
    }

    /** Lines as they are shown; those of rewards carry the reward's words. */
    get shown() {
        return this.lines.map(({ own, priced: line }, index) => {
            if (line === null) {
                return { key: own.key, own, isText: true, isNote: own.display_type === "line_note", title: own.name };
            }
            const discount = line.discount && !line.reward ? ` − ${formatNumber(line.discount)} %` : "";
            const unit = own && unitsOf(this.live.book, own.product_id).length > 1 ? ` ${this.live.book.get("uom.uom", line.product_uom_id)?.name ?? ""}` : "";
            return {
                key: own?.key ?? `reward${index}`,
                own,
                reward: line.reward,
                title: own?.name ?? line.reward.description ?? _t("Reward"),
                subtitle: `${formatNumber(line.product_uom_qty)}${unit} × ${this.amount(line.price_unit)}${discount}`,
                amount: this.amount(line.price_subtotal),
                stock: this.live.stock.textOfProduct(line.product_id),
                isShort: this.isShort(line.product_id),
                reasons: line.confirmedOnSync.map(reasonText),
            };
        });
    }

    /** Whether the lines together take more of a product than was free. */
    isShort(product_id) {
        const { stock, book } = this.live;
        const taken = this.lines
            .filter(({ priced: line }) => line?.product_id === product_id)
            .map(({ priced: line }) => ({ quantity: line.product_uom_qty, uom: line.product_uom_id }));
        return stock.isShort(product_id, taken, (uom) => book.get("uom.uom", uom));
    }

    get taxes() {
        return this.priced.totals.subtotals.flatMap(({ tax_groups }) => tax_groups);
    }

    get hasProducts() {
        return this.quote.lines.some(({ product_id }) => product_id);
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

    // --- the document ----------------------------------------------------------------------------------------------

    get document() {
        const { partner, book } = this.live;
        return documentOf(this.quote, this.priced, {
            customer: partner?.values.display_name ?? partner?.values.name ?? "",
            payment_term: this.term?.values.name ?? "",
            terms: termsText(this.quote, this.template?.values, this.priced),
            nameOf: (line) => lineName(book, line),
        });
    }

    /** Whether the customer signed what it is now. */
    get isSigned() {
        return this.quote.signature !== null && same(this.quote.signature.document, this.document);
    }

    get signedText() {
        return signedText(this.quote.signature);
    }

    async show() {
        const { partner, lead } = this.live;
        const said = await this.app.messages.open(Paper, {
            order: this.quote.uid,
            title: _t("Quotation"),
            from: letterhead(this.priced.company),
            document: this.document,
            kinds: this.lines.map(({ own }) => own?.display_type ?? null),
            currency: this.priced.currency,
            taxes: this.taxes.map(({ group_name, tax_amount_currency }) => ({ name: group_name, amount: tax_amount_currency })),
            signer: (partner?.values.is_company ? lead.values.contact_name : partner?.values.name) ?? "",
            signature: this.isSigned ? this.quote.signature : null,
            confirm: _t("Make the quotation"),
            onSign: (signature) => {
                this.quote.signature = signature;
            },
        });
        if (said !== "make") {
            return;
        }
        // From the paper nothing is made that it did not show: a sync may have brought other prices meanwhile.
        if (this.isSigned) {
            await this.send();
        } else {
            this.app.messages.say(this.changedText, { kind: "warning" });
        }
    }

    // --- lines -----------------------------------------------------------------------------------------------------

    async add() {
        const { device, messages } = this.app;
        const { stock } = this.live;
        const picked = await messages.open(Picker, {
            relation: "product.template",
            title: _t("Add a product"),
            keep: ({ sale_ok, active }) => sale_ok !== false && active !== false,
            more: ({ id }) => stock.textOfTemplate(id),
        });
        if (!picked) {
            return;
        }
        const variants = await device.search(PRODUCT, "", { product_tmpl_id: picked.ref }, { limit: Infinity });
        const ids = variants.map(({ id }) => id);
        await addProducts(this.live.book, device, ids);
        const choices = ids.map((id) => ({ id, name: nameOfVariant(this.live.book, id), more: stock.textOfProduct(id) }));
        const chosen = choices.length > 1 ? await messages.open(VariantSheet, { title: picked.name, choices }) : choices[0];
        if (chosen) {
            this.put(chosen);
        } else if (!choices.length) {
            messages.say(_t("No variant of this product is on this device."), { kind: "warning" });
        }
    }

    put({ id, name }) {
        const there = this.quote.lines.find(({ product_id }) => product_id === id);
        if (there) {
            there.product_uom_qty += 1;
        } else {
            this.quote.lines.push({ key: newUid(), product_id: id, name, product_uom_qty: 1 });
        }
    }

    async addText(display_type) {
        const said = await this.askText(display_type, "", true);
        if (said?.text) {
            this.quote.lines.push({ key: newUid(), display_type, name: said.text });
        }
    }

    askText(display_type, text, isNew, isFirst = true) {
        const isNote = display_type === "line_note";
        const [title, label] = isNote ? [_t("Note"), _t("Text")] : [_t("Section"), _t("Heading")];
        return this.app.messages.open(TextSheet, { title, label, text, rows: isNote ? 3 : 1, isNew, isFirst });
    }

    async edit(line) {
        const isFirst = this.quote.lines[0].key === line.key;
        const said = line.display_type ? await this.askText(line.display_type, line.name, false, isFirst) : await this.askLine(line, isFirst);
        if (!said) {
            return;
        }
        const { lines } = this.quote;
        const at = lines.findIndex(({ key }) => key === line.key);
        if (said.remove || said.quantity === 0 || said.text === "") {
            lines.splice(at, 1);
        } else if (said.up) {
            lines.splice(at - 1, 0, ...lines.splice(at, 1));
        } else if (line.display_type) {
            lines[at].name = said.text;
        } else {
            // What nobody wrote goes on following the price list.
            const { quantity: product_uom_qty, unit: product_uom_id, price: price_unit, discount } = said;
            lines[at] = { ...lines[at], product_uom_qty, product_uom_id, price_unit, discount };
        }
    }

    askLine(line, isFirst) {
        const units = unitsOf(this.live.book, line.product_id);
        return this.app.messages.open(LineSheet, {
            title: line.name,
            line,
            units,
            isFirst,
            reckon: (given) => this.reckon(line, given),
        });
    }

    /** What a line would come to with another quantity, unit, price or discount. */
    reckon(line, { quantity, unit, price, discount }) {
        const other = { ...line, product_uom_qty: quantity, product_uom_id: unit, price_unit: price ?? undefined, discount: discount ?? undefined };
        const { lines, currency } = this.price({ ...this.quote, lines: [other], codes: [], rewards: [] });
        const { price_unit, discount: off, price_subtotal } = lines[0];
        return { price: price_unit, discount: off, amount: amountText(price_subtotal, currency) };
    }

    // --- promotions ------------------------------------------------------------------------------------------------

    async enterCode() {
        const code = await this.app.messages.open(Ask, {
            title: _t("Enter a code"),
            confirm: _t("Use it"),
            input: { label: _t("Code"), required: true },
        });
        if (code && !this.quote.codes.includes(code)) {
            this.quote.codes.push(code);
        }
    }

    take({ id }) {
        this.quote.rewards.push({ reward_id: id });
    }

    drop({ reward }) {
        this.quote.rewards = this.quote.rewards.filter(({ reward_id }) => reward_id !== reward.id);
        const rules = this.live.book.with("loyalty.rule", "program_id", reward.program_id);
        this.quote.codes = this.quote.codes.filter((code) => !rules.some((rule) => rule.code === code));
    }

    // --- keeping and sending ---------------------------------------------------------------------------------------

    async keep() {
        if (!this.isDone) {
            this.state.isFull = !(await this.kept.put(this.quote));
        }
    }

    /** Begin anew, without the draft. */
    async forget() {
        await this.kept.drop();
        Object.assign(this.state, { quote: emptyQuote(), isDraft: false });
    }

    /** Asked when the person goes elsewhere. */
    async mayLeave() {
        if (this.isDone || isEmpty(this.quote)) {
            return true;
        }
        if (this.state.isSending) {
            return false; // In a moment it leads on by itself.
        }
        const how = await this.app.messages.open(Leaving);
        if (how === "drop") {
            this.isDone = true;
            await this.kept.drop();
        }
        return how !== undefined;
    }

    async send() {
        if (this.state.isSending || this.isDone) {
            return;
        }
        this.state.isSending = true;
        try {
            const quote = { ...this.quote, signature: this.isSigned ? this.quote.signature : null };
            const args = JSON.parse(JSON.stringify(argumentsOf(quote, this.live, this.priced)));
            await this.app.device.call(LEAD, refFrom(this.props.lead), "quote", args);
            this.isDone = true;
            await this.kept.drop();
            this.app.messages.say(_t("The quotation is made on this device. Odoo learns of it with the next sync."), { kind: "good" });
            this.app.router.back("record", { entity: LEAD, ref: this.props.lead });
        } catch (error) {
            if (!(error instanceof HomeFull)) {
                throw error;
            }
            this.app.messages.say(_t("There is no room left on this device: nothing was saved. Make room and save again."), { kind: "danger" });
        } finally {
            this.state.isSending = false;
        }
    }
}

screens.add("quotation", { path: "/quotation/:lead", component: Quotation });
