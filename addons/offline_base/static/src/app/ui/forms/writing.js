/**
 * What a person writes into a form, before it is an operation: values, what is wrong with them, what is missing.
 *
 * `seen` is what was there when the form was opened; it becomes the base of the change.
 */
import { reactive } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { same } from "../../engine/canonical";
import { isNeeded, sectionsOf } from "../model/entities";

export class Writing {
    changed = {};
    /** What is wrong, in a sentence, by field. */
    problems = {};
    seen = {};
    isNew = true;
    /** Fields that no section names, and that something is said about: they stand below the others. */
    named = [];
    /** Resolves when all that was begun is written, such as a photo that is made smaller. */
    held = Promise.resolve();
    _entity = null;

    /** @param {object} entity see `model/entities.js` @param {{seen?: object, changed?: object, isNew?: boolean, named?: string[]}} [from] */
    static make(entity, { seen = {}, changed = {}, isNew = true, named = [] } = {}) {
        const writing = reactive(new Writing());
        Object.assign(writing, { _entity: entity, seen, changed, isNew, named });
        return writing;
    }

    get values() {
        return { ...this.seen, ...this.changed };
    }

    get isDirty() {
        return Object.keys(this.changed).length > 0;
    }

    /** The sections to fill in: fields that can be written, and that belong to these values. */
    get sections() {
        const { values } = this;
        const { shows } = this._entity;
        const usual = sectionsOf(this._entity)
            .map(({ label, fields }) => ({
                label,
                fields: fields.filter(({ name, readonly }) => !readonly && (shows[name]?.(values) ?? true)),
            }))
            .filter(({ fields }) => fields.length);
        const there = new Set(usual.flatMap(({ fields }) => fields.map(({ name }) => name)));
        const more = this._entity.profile.fields.filter(({ name, readonly }) => this.named.includes(name) && !readonly && !there.has(name));
        return more.length ? [...usual, { label: String(_t("More fields")), fields: more }] : usual;
    }

    get fields() {
        return this.sections.flatMap(({ fields }) => fields);
    }

    /** A field has another value now; others may follow it. */
    change(name, value) {
        this._set(name, value);
        const follow = this._entity.follow?.(name, this.values) ?? {};
        for (const [other, then] of Object.entries(follow)) {
            this._set(other, then);
        }
    }

    /** What is written in a field cannot be read; null: it can. */
    problem(name, text) {
        if (text === null) {
            delete this.problems[name];
        } else {
            this.problems[name] = text;
        }
    }

    /** What is under way belongs to it: who saves or leaves waits for `held`. */
    hold(work) {
        this.held = Promise.allSettled([this.held, work]);
    }

    /** Whether it can be saved; if not, `problems` say why not. */
    check() {
        for (const field of this.fields) {
            const value = this.values[field.name] ?? null;
            const isEmpty = value === null || (Array.isArray(value) && !value.length);
            if (isNeeded(this._entity, field) && isEmpty) {
                this.problems[field.name] ??= _t("Fill this in.");
            }
        }
        const shown = new Set(this.fields.map(({ name }) => name));
        Object.keys(this.problems).forEach((name) => shown.has(name) || delete this.problems[name]);
        return Object.keys(this.problems).length === 0;
    }

    /** The first field with a problem, from above. */
    get first() {
        return this.fields.find(({ name }) => this.problems[name])?.name ?? null;
    }

    /** What the engine refused: beside the fields, or as a sentence that is answered. */
    take(refusal) {
        const words = {
            required_missing: _t("Fill this in."),
            field_read_only: _t("This cannot be changed."),
            value_invalid: _t("This does not fit here."),
            field_unknown: _t("Your profile does not have this field any more."),
        };
        this.named = [...new Set([...this.named, ...Object.keys(refusal.fields)])];
        const shown = new Set(this.fields.map(({ name }) => name));
        const named = Object.entries(refusal.fields).filter(([name]) => shown.has(name));
        for (const [name, sentence] of named) {
            this.problems[name] = words[refusal.code] ?? sentence;
        }
        if (named.length) {
            return null;
        }
        return refusal.code === "reference_unknown"
            ? _t("This record, or one that you chose, is not on this device any more. What you wrote is kept as a draft.")
            : refusal.message;
    }

    _set(name, value) {
        delete this.problems[name];
        if (!this.isNew && same(value, this.seen[name] ?? null)) {
            delete this.changed[name];
        } else {
            this.changed[name] = value;
        }
    }
}
