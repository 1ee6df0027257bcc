/** The small parts that screens are made of. Each has its template in `kit.xml` and its look in `kit.scss`. */
import { Component, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { useApp } from "../model/hooks";

/** A picture of Font Awesome that says nothing by itself: the words beside it do. */
export class Icon extends Component {
    static template = "offline_base.Icon";
    static props = { name: String, spin: { type: Boolean, optional: true } };
}

/**
 * A screen: a bar with Back, title and actions, then its content.
 *
 * Slots: `default`, `actions` (at the end of the bar), `below` (stays under the bar, such as a search box), `foot`
 * (stays at the bottom, such as Save).
 */
export class Screen extends Component {
    static template = "offline_base.Screen";
    static components = { Icon };
    static props = {
        title: String,
        subtitle: { type: String, optional: true },
        back: { type: Boolean, optional: true },
        wide: { type: Boolean, optional: true },
        slots: Object,
    };

    setup() {
        this.app = useApp();
        this.title = useRef("title");
        // Who cannot see the screen hears where they are.
        useEffect(
            () => {
                document.title = this.props.title;
                this.title.el?.focus({ preventScroll: true });
            },
            () => [this.props.title],
        );
    }
}

/** A group of rows or words on a raised ground. */
export class Card extends Component {
    static template = "offline_base.Card";
    static props = { label: { type: String, optional: true }, slots: Object };
}

/**
 * A row of a list that leads somewhere: `onPick` is called on a tap or Enter.
 *
 * Slots: `default` in place of title and subtitle, `end` at its end.
 */
export class Row extends Component {
    static template = "offline_base.Row";
    static components = { Icon };
    static props = {
        title: { type: String, optional: true },
        subtitle: { type: String, optional: true },
        icon: { type: String, optional: true },
        tone: { type: String, optional: true },
        onPick: { type: Function, optional: true },
        slots: { type: Object, optional: true },
    };
}

/** A word or number that stands out. Tones: quiet, info, good, warning, danger. */
export class Badge extends Component {
    static template = "offline_base.Badge";
    static props = { tone: { type: String, optional: true }, slots: Object };
}

/** What counts, in large: `[{label, value, tone?}]`. */
export class Numbers extends Component {
    static template = "offline_base.Numbers";
    static props = { numbers: Array };
}

/** What stands where there is nothing to show: why, and what to do. */
export class Empty extends Component {
    static template = "offline_base.Empty";
    static components = { Icon };
    static props = { icon: String, title: String, text: { type: String, optional: true }, slots: { type: Object, optional: true } };
}

/** A box to search in; `onSearch` gets the words at each keystroke. */
export class SearchBox extends Component {
    static template = "offline_base.SearchBox";
    static components = { Icon };
    static props = { value: String, label: String, onSearch: Function };
}

/** Choices side by side of which one counts: `[{name, label, count?}]`. */
export class Chips extends Component {
    static template = "offline_base.Chips";
    static components = { Badge };
    static props = { choices: Array, chosen: String, label: String, onChoose: Function };
}

/** A sheet over the screen: from below on a phone, in the middle of a desk. Slots: `default`, `foot`. */
export class Sheet extends Component {
    static template = "offline_base.Sheet";
    static components = { Icon };
    static props = { title: String, close: Function, slots: Object };

    setup() {
        this.sheet = useRef("sheet");
        useEffect(
            (sheet) => {
                const before = document.activeElement;
                (sheet.querySelector("[autofocus]") ?? sheet).focus();
                return () => before?.focus?.();
            },
            () => [this.sheet.el],
        );
        useExternalListener(window, "keydown", (event) => {
            const shown = [...document.querySelectorAll(".o_sheet")].filter((sheet) => !sheet.closest("[hidden]"));
            if (this.sheet.el !== shown.at(-1)) {
                return; // another sheet lies over this one, or the app is locked
            }
            if (event.key === "Escape") {
                this.props.close();
            } else if (event.key === "Tab") {
                this.keepInside(event);
            }
        });
    }

    /** Tab goes round in the sheet: what lies under it cannot be reached. */
    keepInside(event) {
        const reachable = [...this.sheet.el.querySelectorAll("a, button, input, select, textarea, [tabindex='0']")].filter(
            (one) => !one.disabled && one.offsetParent !== null,
        );
        const [first, last] = [reachable[0], reachable.at(-1)];
        const now = document.activeElement;
        if (first && (event.shiftKey ? now === first || now === this.sheet.el : now === last)) {
            event.preventDefault();
            (event.shiftKey ? last : first).focus();
        }
    }
}

/**
 * Ask something before it is done: `messages.open(Ask, {title, text, confirm, danger?, input?})`.
 *
 * Closes with true; with `input` (`{label, value?, required?, rows?}`) with what was written.
 */
export class Ask extends Component {
    static template = "offline_base.Ask";
    static components = { Sheet };
    static props = {
        title: String,
        text: { type: String, optional: true },
        confirm: String,
        danger: { type: Boolean, optional: true },
        input: { type: Object, optional: true },
        close: Function,
    };

    setup() {
        this.state = useState({ written: this.props.input?.value ?? "" });
    }

    get isReady() {
        return !this.props.input?.required || this.state.written.trim() !== "";
    }

    confirm() {
        this.props.close(this.props.input ? this.state.written.trim() : true);
    }
}
