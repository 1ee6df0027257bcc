/** The quotation as the customer sees it, and signs it. */
import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInstant } from "@offline_base/app/engine/clock";
import { HomeFull } from "@offline_base/app/engine/errors";
import { SignatureSheet } from "@offline_base/app/ui/fields/signature";
import { Badge, Icon, Sheet } from "@offline_base/app/ui/kit/kit";
import { dayOf } from "@offline_base/app/ui/model/days";
import { formatDate, formatDateTime, formatNumber } from "@offline_base/app/ui/model/format";
import { useApp } from "@offline_base/app/ui/model/hooks";
import { Picture } from "@offline_base/app/ui/screens/record/picture";
import { evidenceOf } from "./document";
import { amountText } from "./words";

/** Where the customer signs; closes with `{name, picture}`. */
export class SigningSheet extends SignatureSheet {
    static template = "offline_crm.SigningSheet";
    static components = { Sheet };
    static props = { title: String, text: String, name: String, close: Function };

    setup() {
        super.setup();
        this.state.name = this.props.name;
    }

    get isReady() {
        return !this.state.isEmpty && this.state.name.trim() !== "";
    }

    clear() {
        const { name } = this.state;
        super.clear();
        this.state.name = name;
    }

    /** For who cannot draw: the name is the signature. */
    writeName() {
        this.type({ target: { value: this.state.name } });
    }

    done() {
        const name = this.state.name.trim();
        this.canvas.el.toBlob((picture) => this.props.close({ name, picture }), "image/png");
    }
}

/**
 * The document, with what the customer signed on it; closes with "make" when it is to be sent.
 *
 * `order` is how the device names the quotation, `document` what `documentOf` gave, `kinds` the `display_type` of each line
 * or null, `taxes` `[{name, amount}]`, `from`
 * the lines of the letterhead, `signer` who probably signs, `signature` what is there already, `makes` whether the
 * quotation is made from here. `onSign(signature)` is told of a new one.
 */
export class Paper extends Component {
    static template = "offline_crm.Paper";
    static components = { Badge, Icon, Picture, Sheet };
    static props = {
        order: { type: [String, Number] },
        title: String,
        from: Array,
        document: Object,
        kinds: Array,
        currency: Object,
        taxes: Array,
        signer: String,
        signature: { optional: true },
        confirm: String,
        onSign: Function,
        close: Function,
    };

    setup() {
        this.app = useApp();
        this.state = useState({ signature: this.props.signature ?? null, said: "", isKeeping: false });
        this.signed = useRef("signed");
        useEffect(
            () => {
                this.signed.el?.scrollIntoView({ block: "end" });
            },
            () => [this.state.signature],
        );
        this.today = formatDate(dayOf(new Date()));
    }

    amount(value) {
        return amountText(value, this.props.currency);
    }

    get lines() {
        return this.props.document.lines.map((line, index) => {
            const [title, ...more] = line.name.split("\n");
            const { quantity, price_unit, discount, price_total, product } = line;
            const off = discount ? ` − ${formatNumber(discount)} %` : "";
            return {
                key: index,
                isText: product === null,
                isNote: this.props.kinds[index] === "line_note",
                title,
                more: more.join("\n"),
                subtitle: product === null ? "" : `${formatNumber(quantity)} × ${this.amount(price_unit)}${off}`,
                amount: price_total === null ? null : this.amount(price_total),
            };
        });
    }

    get paragraphs() {
        return this.props.document.terms.split("\n").filter((text) => text.trim());
    }

    /** Whether something on it is for the office to say. */
    get isOpen() {
        return this.props.document.lines.some(({ product, price_total }) => product !== null && price_total === null);
    }

    get signedText() {
        return signedText(this.state.signature);
    }

    async sign() {
        const { order, document, signer, onSign } = this.props;
        const said = await this.app.messages.open(SigningSheet, {
            title: _t("Customer's signature"),
            text: _t("I agree to this quotation: %s.", this.amount(document.amount_total)),
            name: this.state.signature?.name ?? signer,
        });
        if (!said) {
            return;
        }
        this.state.isKeeping = true;
        try {
            const { sha256: image } = await this.app.device.keepFile(said.picture, "signature.png");
            const at = formatInstant(Date.now());
            this.state.signature = await evidenceOf(this.app.device, order, { document, image, name: said.name, at });
            onSign(this.state.signature);
            this.state.said = "";
        } catch (error) {
            if (!(error instanceof HomeFull)) {
                throw error;
            }
            this.state.said = _t("There is no room left on this device for this file.");
        } finally {
            this.state.isKeeping = false;
        }
    }
}

/** Who signed, and when, in words. */
export function signedText({ name, at }) {
    return _t("Signed by %(name)s, %(at)s", { name, at: formatDateTime(at) });
}
