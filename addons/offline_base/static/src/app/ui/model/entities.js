/**
 * What people see of an entity: what the registry says, and sensible guesses from the profile for the rest.
 *
 * An entry of the registry has any of these. `values` are those of a record, as the person sees it.
 *
 * | member | what it says |
 * |---|---|
 * | `label`, `plural`, `icon` | one record, several, and their sign (Font Awesome, without `fa-`) |
 * | `title(values, names)`, `subtitle(values, names)` | how a record is called; `names` of the references in `named` |
 * | `called(values)`, `image` | the sign of one record; the field of its picture |
 * | `sections` | `[{label, fields: [name]}]` of record and form |
 * | `above` | fields that a component over the record shows: they stand in the form alone |
 * | `labels`, `widgets` | `{field: text}` in place of Odoo's label; `{field: name}` in the registry of fields |
 * | `shows` | `{field: (values) => boolean}`: where a field has a meaning |
 * | `hidden` | fields that nobody sees, where there are no `sections` |
 * | `needs` | fields to fill in that only a rule of Odoo asks for |
 * | `defaults(app, values, {day})` | of a new record for which `values` are given |
 * | `follow(name, values)` | what other fields become when one has changed |
 * | `picks` | `{field: (candidate, values) => boolean}`: which records a reference offers |
 * | `makes` | `{field: values}` of a record that is made where a reference asks for one |
 * | `alike` | fields by which Odoo finds what a new record may be a duplicate of, where there is a network |
 * | `verbs` | what the adapter takes of create, update and delete, where it is not all; the profile does not say |
 * | `known(app)` | what filters, sorts and groups of the list know besides: read once for all records |
 * | `filters` | `[{name, label, where?, keep?(values, app, record, known)}]` of the list |
 * | `sorts` | `[{name, label, of(values, known), down?}]`, the first is usual |
 * | `group` | `{label, of(values, known)}`: `of` answers `{key, label, tone?}` of the heading in the usual order |
 * | `isScanned` | a code finds a record in the list |
 * | `operations` | `{name: {icon, main, place, isOnce, text, confirm, said, labels, hidden(values), defaults(values, {app, record}), effect(app, record, args), fields, shows, unasked, run(app, record), after(app, record), kind, correct(app, piece)}}`; `fields` say what arguments are whose schema does not; `shows` as above; `unasked`: `{argument: (values) => value}` that nobody fills in; `place: "call"` logs a call; `effect`: the values that it is expected to leave; `told({args, values, device})` → `{what, rows()}`: such work in words, where it waits, and the rows of its own screen, `[{label, text, name}]`, `name` that of the argument, if it is one; `kind` as in `kinds`, where such work stands under another tab; `correct` opens a screen to correct refused work of it; `prepare(app, args)` → what is sent of what was filled in |
 * | `quick` | components over a record, with `entity` and `record` |
 * | `panels` | components under the fields of a record, with `entity` and `record` |
 * | `related` | `[{entity, field, label?, when?(values)}]`: records whose field points to this one are shown with it |
 * | `chatter`, `files` | notes, activities and events, or files, can be put on a record |
 * | `address(values)`, `guests(record)` | for a map; of an event about the record |
 * | `kinds` | `[{name, label, of(values)}]`: tabs of Unsynchronized data |
 * | `isHome` | a tile on the home screen |
 */
import { _t } from "@web/core/l10n/translation";
import { entities } from "../registries";

/** Fields that say nothing to a person. */
const TECHNICAL = new Set(["id", "display_name", "active", "company_id", "create_date", "write_date"]);

export function entityOf(profile) {
    const said = entities.get(profile.name, {});
    return {
        icon: "folder-o",
        plural: profile.label,
        title: (values) => values.display_name || values.name || values.subject || values.summary || "",
        subtitle: () => "",
        sections: null,
        filters: [],
        group: null,
        kinds: [{ name: profile.name, label: said.plural ?? profile.label, of: () => true }],
        quick: [],
        panels: [],
        known: async () => null,
        isHome: profile.direction !== "pull" && profile.parent === null,
        above: [],
        hidden: [],
        verbs: ["create", "update", "delete"],
        widgets: {},
        needs: [],
        defaults: () => ({}),
        named: [],
        sorts: [],
        picks: {},
        makes: {},
        alike: [],
        image: null,
        called: () => null,
        operations: {},
        shows: {},
        labels: {},
        related: [],
        chatter: false,
        files: false,
        isScanned: false,
        ...said,
        name: profile.name,
        label: said.label ?? profile.label,
        profile,
    };
}

/** The entities that have a tile on the home screen. */
export function homeEntities({ device }) {
    return device.settings.profile.entities.map(entityOf).filter(({ isHome }) => isHome);
}

/** The fields that a form shows when nobody said which: those that a person can read, the ones to fill in first. */
export function usualFields({ profile, hidden }) {
    return profile.fields.filter(({ name }) => !TECHNICAL.has(name) && !hidden.includes(name)).map(({ name }) => name);
}

/** Whether people of this device may create, update or delete records of the entity. */
export function may({ profile, verbs }, verb) {
    return profile.direction !== "pull" && verbs.includes(verb);
}

/** The sections with the fields that the profile has, as the profile describes them; empty ones are left out. */
export function sectionsOf(entity) {
    const { labels } = entity;
    const described = new Map(
        entity.profile.fields.map((field) => [field.name, { ...field, label: String(labels[field.name] ?? field.label) }]),
    );
    const said = entity.sections ?? [{ label: "", fields: usualFields(entity) }];
    const named = new Set(said.flatMap(({ fields }) => fields));
    // Fields that a manager added by clicking: no addon could name them.
    const own = usualFields(entity).filter((name) => name.startsWith("x_") && !named.has(name));
    return [...said, { label: _t("More"), fields: own }]
        .map(({ label = "", fields }) => ({
            label: String(label),
            fields: fields.map((name) => described.get(name)).filter(Boolean),
        }))
        .filter(({ fields }) => fields.length);
}

/** What a form has to have: the profile says so, or a rule of Odoo. */
export function isNeeded(entity, field) {
    return field.required || entity.needs.includes(field.name);
}

/** The entities whose records are lines of this one: `[{entity, field}]`, `field` leads from the line to it. */
export function linesOf(app, { name }) {
    return app.device.settings.profile.entities.flatMap((profile) => {
        const field = profile.parent && profile.fields.find((known) => known.name === profile.parent);
        return field?.relation === name ? [{ entity: entityOf(profile), field: field.name }] : [];
    });
}

/** Whether people put the lines of this kind in an order of their own. */
export function isSorted(profile) {
    return profile.fields.some(({ name, readonly }) => name === "sequence" && !readonly);
}

/** The number of the line at a place, as Odoo counts them. */
export function sequenceOf(place) {
    return (place + 1) * 10;
}

/** The kinds that are shown with a record of this one, though they stand for themselves: as `linesOf`. */
export function relatedOf(app, { related }) {
    return related.flatMap(({ entity, field, label = null, when = () => true }) => {
        const profile = app.entity(entity);
        const kind = profile && entityOf(profile);
        return kind ? [{ entity: { ...kind, plural: label ?? kind.plural }, field, when, isRelated: true }] : [];
    });
}

/** How a value names this record: by its uid, where it has one. */
export function refOf({ id, uid }) {
    return uid === null ? id : { uid };
}

/** What a value that points to a record calls it: `{uid}` → its uid, else its id. */
export function keyOf(ref) {
    return ref?.uid ?? ref;
}

/** Whether a value points to this record, by whatever name it knows it. */
export function pointsTo(ref, { id, uid }) {
    return ref !== null && [id, uid].includes(keyOf(ref));
}

/** A reference as it stands in the address of a screen: `7` and `{uid}` → text. */
export function refText(ref) {
    return String(keyOf(ref));
}

/** The other way round. */
export function refFrom(text) {
    return /^\d+$/.test(text) ? Number(text) : text;
}
