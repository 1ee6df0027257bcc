/** The editor of quotations: products, amounts, promotions and totals, reckoned on the device as Odoo will. */
import { Component, markRaw, onMounted, onWillDestroy, onWillRender, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { same } from "@offline_base/app/engine/canonical";
import { HomeFull } from "@offline_base/app/engine/errors";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Ask, Card, Empty, Icon, Screen } from "@offline_base/app/ui/kit/kit";
import { mayAsk } from "@offline_base/app/ui/model/asking";
import { attempt, correctWith } from "@offline_base/app/ui/model/deeds";
import { refFrom } from "@offline_base/app/ui/model/entities";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { describe } from "@offline_base/app/ui/model/pieces";
import { screens } from "@offline_base/app/ui/registries";
import { Leaving } from "@offline_base/app/ui/screens/form/form";
import { PARTNER } from "../model/family";
import { LEAD } from "../model/pipeline";
import { Stock } from "../model/stock";
import { warningsOf } from "../prices/warnings";
import { giveCustomer, orderIn, priced, readAround, reopened, settle, standing, termOf } from "./around";
import { changesOf, customerText, lineText, termText, totalText } from "./changes";
import { documentOf } from "./document";
import { argumentsOf, emptyQuote, isEmpty, linesOf } from "./draft";
import { Kept, plain, waitingPiece } from "./kept";
import { Lines } from "./lines";
import { Paper, signedText } from "./paper";
import { Promotions } from "./promotions";
import { Credit, creditText, isAnswered, readCredit } from "./credit";
import { reasonText } from "./reasons";
import { Terms } from "./terms";
import { amountText, letterhead, lineName, nameOfVariant, priceText, rewardName, termsText, unitsOf } from "./words";

const now = () => new Date().toISOString();

export class Quotation extends Component {
    static template = "offline_crm.Quotation";
    static components = { Card, Empty, Icon, Lines, Promotions, Screen, Terms };
    /** `op`: the quotation that Odoo refused, to be corrected. */
    static props = { lead: String, op: { type: String, optional: true } };

    setup() {
        this.app = useApp();
        this.kept = new Kept(this.app.device, this.props.lead, this.props.op);
        this.credit = new Credit(this.app.device);
        this.state = useState({ quote: emptyQuote(), isDraft: false, isFull: false, isSending: false });
        this.live = useLive(async () => this.read());
        /** What changes the quotation in a moment: it is not sent or shown before. */
        this.held = Promise.resolve();
        onWillRender(() => this.reckon());
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

    /** Once for all that is shown and sent of it. */
    reckon() {
        this.priced = this.live.lead && !this.isNobodys ? this.price(this.quote) : null;
        this.lines = this.priced && linesOf(this.quote, this.priced);
    }

    hold(work) {
        this.held = Promise.allSettled([this.held, work]);
    }

    /** Whether it can be made, once all that was asked for has come to it. */
    async isWhole() {
        await this.held;
        this.reckon();
        return this.isReady;
    }

    // --- what is here ----------------------------------------------------------------------------------------------

    async open() {
        const quote = await this.kept.find();
        if (quote) {
            Object.assign(this.state, { quote: { ...emptyQuote(), ...quote }, isDraft: true });
        } else {
            this.state.quote = await this.begun();
        }
    }

    /** With what it begins where no draft is kept: nothing, or what was refused. */
    async begun() {
        const piece = this.props.op ? await waitingPiece(this.app.device, this.props.op) : null;
        if (!piece) {
            return emptyQuote();
        }
        const { args } = await this.app.device.wanted(piece.entry);
        const quote = await reopened(this.app, this.props.lead, args, now());
        this.untouched = JSON.stringify(quote);
        return quote;
    }

    /** Whether there is nothing that a person would miss. */
    get isUntouched() {
        return isEmpty(this.quote) || JSON.stringify(this.quote) === this.untouched;
    }

    async read() {
        await (this.opened ??= this.open());
        const { device } = this.app;
        const around = await readAround(this.app, this.props.lead, () => this.quote);
        await settle(device, this.quote, around, now());
        const { partner, company_id } = around;
        const company = this.companyOf(company_id);
        const piece = this.props.op ? await waitingPiece(device, this.props.op) : null;
        return {
            ...around,
            piece: piece && markRaw(await describe(this.app, piece)),
            credit: partner && (await readCredit(device, { customer: partner.id, company })),
            stock: markRaw(await Stock.read(device, company)),
        };
    }

    /** Whether there is neither a customer nor anything that could be lost. */
    get isNobodys() {
        return !this.live.customer && isEmpty(this.quote);
    }

    /** Give the opportunity another customer, whose prices and terms it gets. */
    async chooseCustomer() {
        const picked = await this.app.messages.open(Picker, { relation: PARTNER, title: _t("Customer") });
        if (picked) {
            await giveCustomer(this.app, this.props.lead, this.quote, picked.ref, now());
        }
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

    get term() {
        return termOf(this.quote, this.live);
    }

    get template() {
        return this.live.templates.find(({ id }) => id === this.quote.template_id) ?? null;
    }

    price(quote) {
        return priced(quote, this.live, now());
    }

    amount(value) {
        return amountText(value, this.priced.currency);
    }

    // --- what is shown ---------------------------------------------------------------------------------------------

    get title() {
        return this.props.op ? _t("Correct the quotation") : _t("New quotation");
    }

    get makeLabel() {
        return this.props.op ? _t("Send again") : _t("Make the quotation");
    }

    /** Whether it was corrected, or given up, meanwhile: on another tab, or with a page that died. */
    get isOver() {
        return this.props.op !== undefined && !this.live.piece && !this.isDone;
    }

    get warnings() {
        const { quote, priced, live } = this;
        const changes = changesOf(quote, live, priced, now());
        const found = warningsOf({ order: orderIn(quote, live), priced, records: live.book, now: now() }).map(({ kind, key }) => {
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
        return [...changes, ...found, ...(quote.signature && !this.isSigned ? [this.changedText] : [])];
    }

    get changedText() {
        return _t("It changed since %s signed it. Show it again and have it signed, or make it without a signature.", this.quote.signature.name);
    }

    get taxes() {
        return this.priced.totals.subtotals.flatMap(({ tax_groups }) => tax_groups);
    }

    get hasProducts() {
        return this.quote.lines.some(({ product_id }) => product_id);
    }

    /** Whether there is something to make, and somebody to make it for. */
    get isReady() {
        return this.priced !== null && this.hasProducts && this.live.customer !== null;
    }

    /** What is to be said of the customer, where prices are not simply theirs. */
    get customerText() {
        return customerText(this.live);
    }

    get termText() {
        return termText(this.quote, this.live);
    }

    /** What it came to before it was opened again, where that is another amount now. */
    get totalBefore() {
        return totalText(this.quote, this.priced, this.live.book);
    }

    reasonOf(reason) {
        return reasonText(reason);
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
        if (!(await this.isWhole())) {
            return;
        }
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
            confirm: this.makeLabel,
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

    // --- keeping and sending ---------------------------------------------------------------------------------------

    async keep() {
        if (!this.isDone) {
            this.state.isFull = !(await (this.isUntouched ? this.kept.drop() : this.kept.put(this.quote)));
        }
    }

    /** Begin anew, without the draft. */
    async forget() {
        const question = {
            title: _t("Start over"),
            text: _t("What you had begun is thrown away."),
            confirm: _t("Throw away"),
            danger: true,
        };
        if (!(await this.app.messages.open(Ask, question))) {
            return;
        }
        await this.kept.drop();
        Object.assign(this.state, { quote: await this.begun(), isDraft: false });
    }

    /** Asked when the person goes elsewhere. */
    async mayLeave() {
        await this.held;
        if (this.isDone || this.isUntouched) {
            return true;
        }
        if (this.isOver) {
            await this.kept.drop();
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
            if (!(await this.isWhole())) {
                return;
            }
            const quote = { ...this.quote, signature: this.isSigned ? this.quote.signature : null };
            const args = plain(argumentsOf(standing(quote, this.live), this.live, this.priced));
            if (!(await (this.props.op ? this.correct(args) : this.make(args)))) {
                return;
            }
            this.isDone = true;
            await this.kept.drop();
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

    async make(args) {
        await this.app.device.call(LEAD, refFrom(this.props.lead), "quote", args);
        this.app.messages.say(_t("The quotation is made on this device. Odoo learns of it with the next sync."), { kind: "good" });
        return true;
    }

    correct(args) {
        return attempt(this.app, () => correctWith(this.app, this.live.piece, args));
    }
}

screens.add("quotation", { path: "/quotation/:lead", component: Quotation });
