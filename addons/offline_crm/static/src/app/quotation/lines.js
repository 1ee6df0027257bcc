/** The lines of a quotation as it is written: products with their amounts, sections and notes. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { newUid } from "@offline_base/app/engine/uid";
import { Picker } from "@offline_base/app/ui/forms/picker";
import { Badge, Card, Icon, Row } from "@offline_base/app/ui/kit/kit";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp } from "@offline_base/app/ui/model/hooks";
import { addProducts } from "../prices/reading";
import { lineText } from "./changes";
import { edited } from "./draft";
import { LineSheet, TextSheet, VariantSheet } from "./line";
import { dropReward } from "./promotions";
import { amountText, nameOfVariant, priceText, rewardName, unitsOf } from "./words";

const PRODUCT = "product.product";

/** A card with a row for each; what is said of one is written into the quotation. */
export class Lines extends Component {
    static template = "offline_crm.Lines";
    static components = { Badge, Card, Icon, Row };
    /**
     * `lines` as `linesOf` has them; `price(quote)` reckons another quotation of what is here; `hold(work)` keeps the
     * quotation from being sent before the work is done.
     */
    static props = { quote: Object, live: Object, priced: Object, lines: Array, price: Function, hold: Function };

    setup() {
        this.app = useApp();
    }

    /** Lines as they are shown; those of rewards carry the reward's words. */
    get shown() {
        const { live, priced, lines } = this.props;
        return lines.map(({ own, priced: line }, index) => {
            if (line === null) {
                return { key: own.key, own, isText: true, isNote: own.display_type === "line_note", title: own.name };
            }
            const unit = own && unitsOf(live.book, own.product_id).length > 1 ? ` ${live.book.get("uom.uom", line.product_uom_id)?.name ?? ""}` : "";
            return {
                key: own?.key ?? `reward${index}`,
                own,
                reward: line.reward,
                title: own?.name ?? rewardName(live.book, line),
                subtitle: `${formatNumber(line.product_uom_qty)}${unit} × ${priceText(line.reward ? { price_unit: line.price_unit } : line, priced.currency)}`,
                told: own ? lineText(own, line, { ...priced, ...live }, () => this.listed(own)) : "",
                amount: amountText(line.price_subtotal, priced.currency),
                stock: live.stock.textOfProduct(line.product_id),
                isShort: this.isShort(line.product_id),
                isOpen: priced.isOpen || line.confirmedOnSync.length > 0,
            };
        });
    }

    /** Whether the lines together take more of a product than was free. */
    isShort(product_id) {
        const { live, lines } = this.props;
        const taken = lines
            .filter(({ priced: line }) => line?.product_id === product_id)
            .map(({ priced: line }) => ({ quantity: line.product_uom_qty, uom: line.product_uom_id }));
        return live.stock.isShort(product_id, taken, (uom) => live.book.get("uom.uom", uom));
    }

    /** Give up the reward that a line carries. */
    drop({ reward }) {
        dropReward(this.props.quote, this.props.live.book, reward);
    }

    async add() {
        const { device, messages } = this.app;
        const { book, stock } = this.props.live;
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
        await addProducts(book, device, ids);
        const choices = ids.map((id) => ({ id, name: nameOfVariant(book, id), more: stock.textOfProduct(id) }));
        const chosen = choices.length > 1 ? await messages.open(VariantSheet, { title: picked.name, choices }) : choices[0];
        if (chosen) {
            this.put(chosen);
        } else if (!choices.length) {
            messages.say(_t("No variant of this product is on this device."), { kind: "warning" });
        }
    }

    put({ id, name }) {
        const { lines } = this.props.quote;
        const there = lines.find(({ product_id }) => product_id === id);
        if (there) {
            there.product_uom_qty += 1;
        } else {
            lines.push({ key: newUid(), product_id: id, name, product_uom_qty: 1 });
        }
    }

    async addText(display_type) {
        const said = await this.askText(display_type, "", true);
        if (said?.text) {
            this.props.quote.lines.push({ key: newUid(), display_type, name: said.text });
        }
    }

    askText(display_type, text, isNew, isFirst = true) {
        const isNote = display_type === "line_note";
        const [title, label] = isNote ? [_t("Note"), _t("Text")] : [_t("Section"), _t("Heading")];
        return this.app.messages.open(TextSheet, { title, label, text, rows: isNote ? 3 : 1, isNew, isFirst });
    }

    async edit(line) {
        const isFirst = this.props.quote.lines[0].key === line.key;
        const { currency } = this.props.priced;
        const said = line.display_type ? await this.askText(line.display_type, line.name, false, isFirst) : await this.askLine(line, isFirst);
        if (!said) {
            return;
        }
        const { lines } = this.props.quote;
        const at = lines.findIndex(({ key }) => key === line.key);
        if (said.remove || said.quantity === 0 || said.text === "") {
            lines.splice(at, 1);
        } else if (said.up) {
            lines.splice(at - 1, 0, ...lines.splice(at, 1));
        } else if (line.display_type) {
            lines[at].name = said.text;
        } else {
            this.write(at, said, currency.name);
        }
    }

    /** What was said of a line while prices were in this currency. */
    write(at, said, before) {
        const { quote, live, price } = this.props;
        const name = price(quote)?.currency.name;
        const own = unitsOf(live.book, quote.lines[at].product_id)[0]?.id;
        const isForeign = name !== before;
        quote.lines[at] = edited(quote.lines[at], said, { own, isForeign });
        if (said.price !== undefined && isForeign) {
            this.app.messages.say(_t("Prices are in another currency by now: the one that you wrote is left out."), { kind: "warning" });
        } else if (said.price !== undefined) {
            quote.currency = name;
        }
    }

    askLine(line, isFirst) {
        const units = unitsOf(this.props.live.book, line.product_id);
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
        const { price_unit, discount: off, price_subtotal } = this.alone(other);
        return { price: price_unit, discount: off, amount: amountText(price_subtotal, this.props.priced.currency) };
    }

    /** A line as the price list has it. */
    listed({ price_unit, discount, ...line }) {
        return this.alone(line);
    }

    /** A line by itself, reckoned. */
    alone(line) {
        return this.props.price({ ...this.props.quote, lines: [line], codes: [], rewards: [] }).lines[0];
    }
}
