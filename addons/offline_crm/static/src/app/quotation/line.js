/** What is asked about a line of a quotation. */
import { Component, useState } from "@odoo/owl";
import { Icon, Row, Sheet } from "@offline_base/app/ui/kit/kit";
import { language } from "@offline_base/app/ui/model/format";
import { numberText, parseNumber } from "@offline_base/app/ui/model/texts";

/** How many, at what price, with what discount; closes with what was said. */
export class LineSheet extends Component {
    static template = "offline_crm.LineSheet";
    static components = { Icon, Sheet };
    static props = { title: String, quantity: Number, price: Number, discount: Number, close: Function };

    setup() {
        const { quantity, price, discount } = this.props;
        const text = (number, digits) => numberText(number, language(), digits);
        // A price may have more digits than people look at; untouched it stays as it is.
        const isWhole = Math.abs(price - Number(price.toFixed(2))) < 1e-6;
        this.before = { quantity: text(quantity), price: text(price, isWhole ? 2 : 4), discount: text(discount) };
        this.state = useState({ ...this.before });
    }

    number(name) {
        return this.state[name] === this.before[name] ? this.props[name] : parseNumber(this.state[name], language());
    }

    get isReady() {
        const [quantity, price, discount] = ["quantity", "price", "discount"].map((name) => this.number(name));
        return quantity !== null && quantity >= 0 && price !== null && !Number.isNaN(price) && discount !== null && discount >= 0 && discount <= 100;
    }

    step(by) {
        const now = this.number("quantity") || 0;
        this.state.quantity = numberText(Math.max(0, now + by), language());
    }

    confirm() {
        this.props.close({ quantity: this.number("quantity"), price: this.number("price"), discount: this.number("discount") });
    }
}

/** Which variant of a product; closes with the choice. */
export class VariantSheet extends Component {
    static template = "offline_crm.VariantSheet";
    static components = { Row, Sheet };
    static props = { title: String, choices: Array, close: Function };
}
