/** Numbers, written and read in the language of the person. */
import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { canonical, ValueInvalid } from "../../engine/canonical";
import { formatNumber, language } from "../model/format";
import { useApp, useLive } from "../model/hooks";
import { numberText, parseNumber } from "../model/texts";
import { fields } from "../registries";
import { EditText, ShowText } from "./text";

/** How many digits after the point a person sees of an amount, whatever travels. */
const MONEY_DIGITS = 2;

class ShowInteger extends ShowText {
    get text() {
        return formatNumber(this.props.value);
    }
}

class ShowFloat extends ShowText {
    get text() {
        return formatNumber(this.props.value, this.props.field.digits);
    }
}

/** An amount, in the currency of its record where that is known here. */
class ShowMonetary extends ShowText {
    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => ({ currency: this.currency === null ? null : await this.app.device.nameOf("res.currency", this.currency) }),
            () => [this.currency],
        );
    }

    get currency() {
        return this.props.values.currency_id ?? null;
    }

    get text() {
        const amount = formatNumber(this.props.value, MONEY_DIGITS);
        return this.live.currency ? `${amount} ${this.live.currency}` : amount;
    }
}

/** What is written stays as it was written; what it says is told. */
class EditNumber extends EditText {
    static template = "offline_base.EditNumber";
    mode = "decimal";

    setup() {
        const { value } = this.props;
        this.state = useState({ written: value === null ? "" : numberText(value, language()), value });
    }

    /** Another value than what was written stands for comes from elsewhere. */
    get written() {
        const { value } = this.props;
        if (value === this.state.value) {
            return this.state.written;
        }
        return value === null ? "" : numberText(value, language());
    }

    read(text) {
        return canonical(this.props.field, parseNumber(text, language()));
    }

    get wrong() {
        return _t("This is not a number. Write it like %s.", numberText(1234.5, language()));
    }

    onInput({ target }) {
        this.state.written = target.value;
        try {
            this.state.value = this.read(target.value);
        } catch (error) {
            if (!(error instanceof ValueInvalid)) {
                throw error;
            }
            this.props.onProblem(this.wrong);
            return;
        }
        this.props.onProblem(null);
        this.props.onChange(this.state.value);
    }

    onLeave() {}
}

class EditInteger extends EditNumber {
    mode = "numeric";

    get wrong() {
        return _t("This is not a whole number. Write it like %s.", numberText(12, language()));
    }
}

fields.add("integer", { Show: ShowInteger, Edit: EditInteger });
fields.add("float", { Show: ShowFloat, Edit: EditNumber });
fields.add("monetary", { Show: ShowMonetary, Edit: EditNumber });
