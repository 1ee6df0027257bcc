/**
 * Fields: how a value is shown and edited, by the type of the field. Domain addons add kinds of their own to the registry
 * `fields`, and name them in `widgets` of an entity.
 *
 * An entry is `{Show, Edit}`. Values are canonical (see `engine/canonical.js`): empty is null, times are UTC.
 *
 * | prop | Show | Edit | |
 * |---|---|---|---|
 * | `entity` | x | x | what people see of the entity, see `model/entities.js` |
 * | `field` | x | x | as the profile describes it |
 * | `value` | x | x | canonical; `Show` is not used for null |
 * | `values` | x | x | of the whole record |
 * | `id` | | x | of the box to type in; its label has the id `${id}_label` |
 * | `needed` | | x | it must not stay empty |
 * | `problem` | | x | whether there is one; its words have the id `${id}_problem` |
 * | `onChange` | | x | called with a canonical value |
 * | `onProblem` | | x | called with a sentence when what is written cannot be read; with null when it can |
 * | `hold` | | x | called with a promise of what ends in `onChange`: nothing is saved before |
 *
 * `Edit.labelsItself` is true where the editor shows the label; `Show.isWide` where it wants a line of its own.
 */
import { Component } from "@odoo/owl";
import { isNeeded } from "../model/entities";
import { fields } from "../registries";

export const showProps = { entity: Object, field: Object, value: true, values: Object };
export const editProps = {
    ...showProps,
    id: String,
    needed: Boolean,
    problem: Boolean,
    onChange: Function,
    onProblem: Function,
    hold: Function,
};

const GUESSES = [
    [/(^|_)e?mail($|_)/, "email"],
    [/phone|mobile/, "phone"],
    [/website|(^|_)url($|_)/, "url"],
    [/barcode/, "barcode"],
    [/signature/, "signature"],
];

/** The parts of the registry that show and edit this field. */
export function partsOf(entity, field) {
    const named = entity.widgets[field.name];
    if (named) {
        return fields.get(named);
    }
    const fits = field.type === "char" || field.type === "binary" || field.type === "image";
    const guess = fits && GUESSES.find(([words]) => words.test(field.name))?.[1];
    if (guess && fields.contains(guess) && (guess === "signature") === (field.type !== "char")) {
        return fields.get(guess);
    }
    return fields.get(field.type, fields.get("char"));
}

/** A field of a record with its label; nothing where it is empty. */
export class FieldShow extends Component {
    static template = "offline_base.FieldShow";
    static props = { entity: Object, field: Object, values: Object, mark: { type: String, optional: true } };

    get value() {
        return this.props.values[this.props.field.name] ?? null;
    }

    get isShown() {
        return this.value !== null && this.value !== false && !(Array.isArray(this.value) && !this.value.length);
    }

    get Show() {
        return partsOf(this.props.entity, this.props.field).Show;
    }

    get passed() {
        const { entity, field, values } = this.props;
        return { entity, field, values, value: this.value };
    }
}

/** A field to fill in, with its label and what is wrong with it. */
export class FieldEdit extends Component {
    static template = "offline_base.FieldEdit";
    static props = {
        entity: Object,
        field: Object,
        values: Object,
        problem: { type: String, optional: true },
        hint: { type: String, optional: true },
        onChange: Function,
        onProblem: Function,
        hold: Function,
    };

    setup() {
        this.id = `field_${FieldEdit.next++}`;
    }

    get Edit() {
        return partsOf(this.props.entity, this.props.field).Edit;
    }

    get needed() {
        return isNeeded(this.props.entity, this.props.field);
    }

    get passed() {
        const { entity, field, values, problem, onChange, onProblem, hold } = this.props;
        return {
            entity,
            field,
            values,
            value: values[field.name] ?? null,
            id: this.id,
            needed: this.needed,
            problem: Boolean(problem),
            onChange: (value) => onChange(field.name, value),
            onProblem: (text) => onProblem(field.name, text),
            hold,
        };
    }
}
FieldEdit.next = 1;
