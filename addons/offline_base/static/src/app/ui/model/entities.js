/**
 * What people see of an entity: what the registry says, and sensible guesses from the profile for the rest.
 *
 * An entry of the registry has any of: `icon` (Font Awesome, without `fa-`), `plural`, `title(values)`,
 * `subtitle(values, names)`, `sections` (`[{label, fields: [name]}]` of the form), `line` (fields shown in lists),
 * `filters` (`[{name, label, where?, keep?}]`), `group` (`{label, of(values)}`), `kinds` (`[{name, label, of(values)}]`:
 * tabs of Unsynchronized data), `quick` (components over a record), `order`, `isHome` (a tile on the home screen),
 * `hidden` fields.
 */
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
        line: [],
        filters: [],
        group: null,
        kinds: [{ name: profile.name, label: said.plural ?? profile.label, of: () => true }],
        quick: [],
        isHome: profile.direction !== "pull" && profile.parent === null,
        hidden: [],
        ...said,
        name: profile.name,
        label: said.label ?? profile.label,
        profile,
    };
}

/** The fields that a form shows when nobody said which: those that a person can read, the ones to fill in first. */
export function usualFields({ profile, hidden }) {
    return profile.fields.filter(({ name }) => !TECHNICAL.has(name) && !hidden.includes(name)).map(({ name }) => name);
}
