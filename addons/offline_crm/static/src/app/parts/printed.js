/** The PDF of a quotation or order, as Odoo prints it: made by the office on the spot, so only while there is a network. */
import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { fromBase64 } from "@offline_base/app/engine/base64";
import { DeviceError } from "@offline_base/app/engine/errors";
import { Icon, Sheet } from "@offline_base/app/ui/kit/kit";
import { useApp } from "@offline_base/app/ui/model/hooks";
import { wordsOfError } from "@offline_base/app/ui/model/words";

const ORDER = "sale.order";
const DOCUMENT = "document";
const PDF = "application/pdf";

/** The button on the order's screen. */
export class Printed extends Component {
    static template = "offline_crm.Printed";
    static components = { Icon };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
    }

    get isThere() {
        const { record } = this.props;
        return record.present && record.id !== null && !this.app.isOffline && this.app.device.asks(ORDER, DOCUMENT);
    }

    open() {
        const { id, values } = this.props.record;
        this.app.messages.open(PrintedSheet, { id, name: values.name || _t("Quotation") });
    }
}

/** Fetches it; then it can be opened or saved. The page keeps it no longer than the sheet is open. */
export class PrintedSheet extends Component {
    static template = "offline_crm.PrintedSheet";
    static components = { Icon, Sheet };
    static props = { id: Number, name: String, close: Function };

    setup() {
        this.app = useApp();
        this.state = useState({ url: null, file: "", refusal: "" });
        this.isOver = false;
        // The sheet is there before the answer is.
        onWillStart(() => void this.fetch());
        onWillDestroy(() => this.end());
    }

    async fetch() {
        const { pdf, ...made } = await this.made();
        if (!this.isOver) {
            // No sooner: nobody would give back the memory that it takes.
            Object.assign(this.state, made, pdf && { url: URL.createObjectURL(pdf) });
        }
    }

    end() {
        this.isOver = true;
        URL.revokeObjectURL(this.state.url);
    }

    async made() {
        try {
            const { answer } = await this.app.device.ask(ORDER, DOCUMENT, { targets: [{ id: this.props.id }] });
            if (answer.type !== PDF) {
                return { refusal: String(_t("Odoo made no PDF of it. Ask your office.")) };
            }
            return { pdf: new Blob([fromBase64(answer.content)], { type: PDF }), file: answer.name };
        } catch (error) {
            if (!(error instanceof DeviceError)) {
                throw error;
            }
            const { what, todo } = wordsOfError(error);
            // Odoo's own sentence knows more than the code.
            return { refusal: `${error.problem?.detail ?? what} ${todo}` };
        }
    }
}
