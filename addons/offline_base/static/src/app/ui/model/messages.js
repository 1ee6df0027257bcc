/** What the app says to the person: short notes that go by themselves, and sheets that wait for an answer. */
import { reactive } from "@odoo/owl";

const SHOWN_MS = 5000;
/** With something to press, such as Undo, there is time to do so. */
const SHOWN_WITH_ACTION_MS = 9000;

export class Messages {
    /** `{id, text, kind, action}`; kind is info, good, warning or danger. */
    notes = [];
    /** `{id, component, props, close, covered}`, the last on top. */
    sheets = [];
    _next = 1;

    static make() {
        return reactive(new Messages());
    }

    /**
     * Say something; it goes by itself, and one of danger stays until it is closed.
     *
     * @param {string} text @param {{kind?: string, action?: {label: string, run: () => any}}} [options]
     */
    say(text, { kind = "info", action = null } = {}) {
        const id = this._next++;
        // What only tells that something went well makes room for what is newer.
        this.notes = this.notes.filter((note) => ["warning", "danger"].includes(note.kind));
        this.notes.push({ id, text, kind, action });
        if (kind !== "danger") {
            setTimeout(() => this.hide(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
        }
        return id;
    }

    hide(id) {
        const at = this.notes.findIndex((note) => note.id === id);
        if (at >= 0) {
            this.notes.splice(at, 1);
        }
    }

    /**
     * Open a sheet over the screen, and answer what it closes with; undefined when the person turned it away.
     *
     * @param {any} component gets `props` and `close(answer)`
     */
    open(component, props = {}) {
        const id = this._next++;
        return new Promise((resolve) => {
            const close = (answer) => {
                const at = this.sheets.findIndex((sheet) => sheet.id === id);
                if (at >= 0) {
                    this.sheets.splice(at, 1);
                    resolve(answer);
                }
            };
            this.sheets.push({ id, component, props, close, covered: false });
        });
    }

    /** Nobody may see what is open; what was written in it is kept. */
    cover() {
        this.notes = [];
        this.sheets.forEach((sheet) => {
            sheet.covered = true;
        });
    }

    /** Show again what was covered. */
    uncover() {
        this.sheets.forEach((sheet) => {
            sheet.covered = false;
        });
    }

    /** Close the topmost sheet, as Escape and Back do. */
    turnAway() {
        this.sheets.at(-1)?.close(undefined);
    }
}
