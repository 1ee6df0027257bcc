/** Days and moments: shown where the person is, kept as they travel. */
import { _t } from "@web/core/l10n/translation";
import { formatDate, formatDateTime } from "../model/format";
import { instantOf, localTime } from "../model/texts";
import { fields } from "../registries";
import { EditText, ShowText } from "./text";

class ShowDate extends ShowText {
    get text() {
        return formatDate(this.props.value);
    }
}

class ShowDateTime extends ShowText {
    get text() {
        return formatDateTime(this.props.value);
    }
}

/** The browser's own box; half a date is told apart from none. */
class EditDate extends EditText {
    static template = "offline_base.EditTime";
    type = "date";

    get written() {
        return this.props.value ?? "";
    }

    read(written) {
        return written || null;
    }

    onInput({ target }) {
        if (target.validity.badInput) {
            this.props.onProblem(_t("This date is not complete."));
            return;
        }
        this.props.onProblem(null);
        this.props.onChange(this.read(target.value));
    }
}

class EditDateTime extends EditDate {
    type = "datetime-local";

    get written() {
        return this.props.value === null ? "" : localTime(this.props.value);
    }

    read(written) {
        return instantOf(written);
    }
}

fields.add("date", { Show: ShowDate, Edit: EditDate });
fields.add("datetime", { Show: ShowDateTime, Edit: EditDateTime });
