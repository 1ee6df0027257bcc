/** What is asked about a line of a quotation. */
import { Component, onWillRender, useState } from "@odoo/owl";
import { Icon, Row, Sheet } from "@offline_base/app/ui/kit/kit";
import { language } from "@offline_base/app/ui/model/format";
import { numberText, parseNumber } from "@offline_base/app/ui/model/texts";

const BOXES = ["quantity", "price", "discount"];

function written(name, number) {
    if (name !== "price") {
        return numberText(number, language());
    }
    // A price may have more digits than people look at; untouched it stays as it is.
    const isWhole = Math.abs(number - Number(number.toFixed(2))) < 1e-6;
    return numberText(number, language(), isWhole ? 2 : 4);
}

/**
 * How many of which unit, at what price, with what discount; closes with `{quantity, unit, price?, discount?}`, `up` or
 * `remove`. A price or discount that nobody wrote is left out: it follows the price list.
 *
 * `reckon({quantity, unit, price?, discount?})` answers `{price, discount, amount}`: what it comes to so far.
 */
export class LineSheet extends Component {
    static template = "offline_crm.LineSheet";
    static components = { Icon, Sheet };
    static props = { title: String, line: Object, units: Array, isFirst: Boolean, reckon: Function, close: Function };

    setup() {
        const { product_uom_qty: quantity, product_uom_id: unit, price_unit: price, discount } = this.props.line;
        /** What was written by a person; the rest is reckoned. */
        this.given = useState({ quantity, unit: unit ?? this.props.units[0]?.id, price, discount });
        this.text = useState({ quantity: written("quantity", quantity), price: null, discount: null });
        onWillRender(() => {
            this.reckoned = this.props.reckon({ ...this.given, quantity: this.given.quantity ?? 0 });
        });
        if (price !== undefined) {
            this.text.price = written("price", price);
        }
        if (discount !== undefined) {
            this.text.discount = written("discount", discount);
        }
    }

    /** What stands in a box: as it was written, or as it is reckoned. */
    shown(name) {
        return this.text[name] ?? this.listed(name);
    }

    listed(name) {
        return written(name, this.reckoned[name]);
    }

    write(name, text) {
        this.text[name] = text;
        const number = parseNumber(text, language());
        // Without a price or discount of one's own the price list says it.
        const isTakenBack = number === null && name !== "quantity";
        this.given[name] = isTakenBack ? undefined : Number.isNaN(number) ? null : number;
    }

    /** A price was said for one unit, and not for another. */
    choose(unit) {
        Object.assign(this.given, { unit: Number(unit), price: undefined });
        this.text.price = null;
    }

    get isReady() {
        const { quantity, price, discount } = this.given;
        const isNumber = (number) => number === undefined || number !== null;
        return BOXES.every((name) => isNumber(this.given[name])) && quantity >= 0 && !(price < 0) && !(discount < 0 || discount > 100);
    }

    step(by) {
        this.write("quantity", numberText(Math.max(0, (this.given.quantity ?? 0) + by), language()));
    }

    confirm() {
        this.props.close({ ...this.given });
    }
}

/** The words of a section or note; closes with them, or with `up` or `remove`. */
export class TextSheet extends Component {
    static template = "offline_crm.TextSheet";
    static components = { Icon, Sheet };
    static props = { title: String, label: String, text: String, rows: Number, isNew: Boolean, isFirst: Boolean, close: Function };

    setup() {
        this.state = useState({ text: this.props.text });
    }
}

/** Which variant of a product; closes with the choice. */
export class VariantSheet extends Component {
    static template = "offline_crm.VariantSheet";
    static components = { Row, Sheet };
    static props = { title: String, choices: Array, close: Function };
}
