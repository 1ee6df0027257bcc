/** What can be read of a device, without a network and without changing anything. */
import { Answers } from "./answers.js";
import { Cut } from "./cut.js";
import { Drafts } from "./drafts.js";
import { Journal } from "./journal.js";
import { signatureOf } from "./keys.js";
import { AUTOMATIC, chosen } from "./modes.js";
import { PARKED } from "./operations.js";
import { Outbox } from "./outbox.js";
import { Overlay } from "./overlay.js";
import { Pins } from "./pins.js";
import { Records } from "./records.js";
import { Search } from "./search.js";
import { statusOf } from "./status.js";
import { View } from "./view.js";

/** The parts of a device over its store. */
export function partsOf(store, settings, { newUid, checkpoint }) {
    const records = new Records(store);
    const journal = new Journal(store);
    const outbox = new Outbox(store, settings, records, journal, newUid);
    const answers = new Answers(store);
    const cut = new Cut(store, settings, records, outbox, answers, checkpoint);
    const overlay = new Overlay(store, settings, records, journal);
    const view = new View(store, records, overlay, new Search(store, settings, overlay));
    return { store, settings, records, journal, outbox, cut, view, drafts: new Drafts(store), pins: new Pins(store, settings), answers };
}

/** Reads the parts of a device. */
export class Reader {
    /** @param {ReturnType<typeof partsOf>} parts */
    constructor(parts) {
        /** For those who look after the device, and for what calls the server. */
        this.parts = parts;
    }

    /** See `Settings`. */
    get settings() {
        return this.parts.settings;
    }

    /** Whether the home can be read and written: nobody let it go, and nobody took it away. */
    get isOpen() {
        return this.parts.store.isOpen;
    }

    /** The mode in force. */
    get mode() {
        return chosen(this.settings.mode, this.settings.profile.modes);
    }

    /** What an operation is to do: its body, or for an amendment that of what it replaces, amended. */
    wanted(entry) {
        return this.parts.outbox.effective(entry);
    }

    /** The record as the person sees it, own unsettled work included; null when it is not known here. */
    get(entity, ref) {
        return this.parts.view.get(entity, ref);
    }

    /** Records that contain all words and have these values, own unsettled work included. */
    search(entity, text, where, options) {
        return this.parts.view.search(entity, text, where, options);
    }

    /** How many records `search` finds in all. */
    count(entity, text, where) {
        return this.parts.view.count(entity, text, where);
    }

    /** What to call a record that a value points to, or null. */
    nameOf(entity, ref) {
        return this.parts.view.nameOf(entity, ref);
    }

    /** The names that the server told of records of an entity that is not held: `{id: name}`. */
    namesOf(entity) {
        return this.parts.records.refNames(entity);
    }

    /** Records that the person pinned, see `Pins`. */
    get pins() {
        return this.parts.pins;
    }

    /** What Odoo answered to questions, kept with its time, see `Answers`. */
    get answers() {
        return this.parts.answers;
    }

    /** Whether the profile says that Odoo answers this question. */
    asks(entity, question) {
        // A profile that an older app stored names none.
        return this.settings.entity(entity)?.questions?.some(({ name }) => name === question) ?? false;
    }

    /** Half-written forms. */
    get drafts() {
        return this.parts.drafts;
    }

    /** This device's signature over a content (see `keys.js`), or null where it has no key, or that cannot be signed. */
    sign(content) {
        return signatureOf(this.settings.key, content);
    }

    /** Own operations on a record, newest first, whether they are sent or not. */
    async history(entity, ref) {
        const { records, journal } = this.parts;
        const key = await records.fullKey(entity, await records.key(entity, ref));
        return journal.about(entity, key, await records.linkedWith(entity, key.id));
    }

    /** Everything that has no final state yet, in order. */
    outbox() {
        return this.parts.outbox.entries();
    }

    /** What waits for a decision, of this person or of the office. */
    unresolved() {
        return this.parts.outbox.entries({ states: PARKED });
    }

    /** What was delivered and decided, newest first. */
    journal(limit = 100) {
        return this.parts.journal.entries({ limit });
    }

    /** An operation by its id, wherever it is, or null. */
    operation(op) {
        return this.parts.outbox.find(op);
    }

    /** Everything that a status line or an administrator asks for. */
    status() {
        return statusOf(this.parts, this.settings.profile_data === null ? AUTOMATIC : this.mode);
    }
}
