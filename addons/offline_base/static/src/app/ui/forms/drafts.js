/** The name of the draft of a form: one for each record, and one for new ones of an entity and what they are about. */
export function draftName({ entity, ref, preset = "", op = "" }) {
    return `form/${entity}/${ref}${preset}${op}`;
}
