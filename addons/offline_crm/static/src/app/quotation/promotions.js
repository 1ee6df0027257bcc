/** The promotions of a quotation: what may be taken, what was asked for and does not count, codes. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Ask, Badge, Card, Icon, Row } from "@offline_base/app/ui/kit/kit";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp } from "@offline_base/app/ui/model/hooks";
import { choicesOf } from "../prices/rewards";
import { VariantSheet } from "./line";
import { refusalText } from "./reasons";
import { amountText, nameOfVariant } from "./words";

/** Take a reward off a quotation, with the codes that gave it. */
export function dropReward(quote, book, { id, program_id }) {
    quote.rewards = quote.rewards.filter(({ reward_id }) => reward_id !== id);
    const rules = book.with("loyalty.rule", "program_id", program_id);
    quote.codes = quote.codes.filter((code) => !rules.some((rule) => rule.code === code));
}

/** A card with a row for each; what is taken is written into the quotation. */
export class Promotions extends Component {
    static template = "offline_crm.Promotions";
    static components = { Badge, Card, Icon, Row };
    static props = { quote: Object, live: Object, priced: Object };

    setup() {
        this.app = useApp();
    }

    /** Promotions that are worth a word: those that can be taken, and those that lack something. */
    get offers() {
        const { live, priced } = this.props;
        return priced.promotions.flatMap((promotion) => {
            const { name } = live.book.get("loyalty.program", promotion.program_id);
            if (promotion.state === "available") {
                return promotion.rewards.map((id) => ({ key: `r${id}`, id, title: live.book.get("loyalty.reward", id).description, subtitle: name }));
            }
            const { amount, quantity } = promotion.missing ?? {};
            if (promotion.state !== "missing" || (amount === undefined && quantity === undefined)) {
                return [];
            }
            const lacks = amount === undefined ? _t("%s more pieces", formatNumber(quantity)) : _t("%s more", amountText(amount, priced.currency));
            return [{ key: `p${promotion.program_id}`, id: null, title: name, subtitle: lacks }];
        });
    }

    /** What was asked for and does not count here, each to be taken off. */
    get refusals() {
        const { live, priced } = this.props;
        return priced.refused.map(({ code, reward_id, reason, index }) => ({
            key: index,
            title: code ?? live.book.get("loyalty.reward", reward_id)?.description ?? String(_t("Reward")),
            text: refusalText(reason),
            off: () => this.takeOff({ code, reward_id }),
        }));
    }

    async enterCode() {
        const { quote } = this.props;
        const code = await this.app.messages.open(Ask, {
            title: _t("Enter a code"),
            confirm: _t("Use it"),
            input: { label: _t("Code"), required: true },
        });
        if (code && !quote.codes.includes(code)) {
            quote.codes.push(code);
        }
    }

    /** Take a reward; where it is one of several products, the one that the customer wants. */
    async take({ id, title }) {
        const { book, stock } = this.props.live;
        const choices = choicesOf(book, id).map((product) => ({ id: product, name: nameOfVariant(book, product), more: stock.textOfProduct(product) }));
        const chosen = choices.length > 1 ? await this.app.messages.open(VariantSheet, { title, choices }) : null;
        if (chosen !== undefined) {
            this.props.quote.rewards.push({ reward_id: id, ...(chosen && { product_id: chosen.id }) });
        }
    }

    takeOff({ code, reward_id }) {
        const { quote } = this.props;
        quote.codes = quote.codes.filter((one) => one !== code);
        quote.rewards = quote.rewards.filter((one) => one.reward_id !== reward_id);
    }
}
