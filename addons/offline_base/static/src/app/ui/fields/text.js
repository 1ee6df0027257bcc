/** Texts: a line, paragraphs, rich text as plain paragraphs; addresses that lead somewhere. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Icon } from "../kit/kit";
import { htmlToText, isFormatted, telephone, textToHtml, webAddress } from "../model/texts";
import { fields } from "../registries";
import { editProps, showProps } from "./field";

/** A value in a word or a line; `text` says it. */
export class ShowText extends Component {
    static template = "offline_base.ShowText";
    static props = showProps;

    get text() {
        return String(this.props.value);
    }
}

class ShowLines extends ShowText {
    static template = "offline_base.ShowLines";
    static isWide = true;
}

class ShowHtml extends ShowLines {
    get text() {
        return htmlToText(this.props.value);
    }
}

/** A value that leads to another program: `href`, null where it cannot be followed. */
class ShowAddress extends ShowText {
    static template = "offline_base.ShowAddress";
    static components = { Icon };
    isOutside = false;
}

class ShowEmail extends ShowAddress {
    icon = "envelope-o";

    get href() {
        return `mailto:${encodeURIComponent(this.text).replaceAll("%40", "@")}`;
    }
}

class ShowPhone extends ShowAddress {
    icon = "phone";

    get href() {
        return telephone(this.text);
    }
}

class ShowUrl extends ShowAddress {
    icon = "external-link";
    isOutside = true;

    get href() {
        return webAddress(this.text);
    }
}

/** One line. */
export class EditText extends Component {
    static template = "offline_base.EditText";
    static props = editProps;
    type = "text";
    mode = undefined;

    onInput(event) {
        this.props.onChange(event.target.value === "" ? null : event.target.value);
    }

    /** What stands round a text was not meant. */
    onLeave(event) {
        const text = event.target.value.trim();
        if (text !== event.target.value) {
            this.props.onChange(text === "" ? null : text);
        }
    }
}

class EditEmail extends EditText {
    type = "email";
    mode = "email";
}

class EditPhone extends EditText {
    type = "tel";
    mode = "tel";
}

class EditUrl extends EditText {
    mode = "url";
}

class EditLines extends EditText {
    static template = "offline_base.EditLines";

    get text() {
        return this.props.value ?? "";
    }
}

class EditHtml extends EditLines {
    setup() {
        this.state = useState({ text: htmlToText(this.props.value ?? "") });
        this.loses = isFormatted(this.props.value ?? "");
    }

    get text() {
        return this.state.text;
    }

    get warning() {
        return this.loses ? _t("This text has formatting. It is lost when you change the text here.") : null;
    }

    onInput(event) {
        this.state.text = event.target.value;
        this.props.onChange(textToHtml(event.target.value));
    }

    onLeave() {}
}

fields.add("char", { Show: ShowText, Edit: EditText });
fields.add("text", { Show: ShowLines, Edit: EditLines });
fields.add("html", { Show: ShowHtml, Edit: EditHtml });
fields.add("email", { Show: ShowEmail, Edit: EditEmail });
fields.add("phone", { Show: ShowPhone, Edit: EditPhone });
fields.add("url", { Show: ShowUrl, Edit: EditUrl });
