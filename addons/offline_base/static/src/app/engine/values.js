/** An edit is checked where the person still sees the form: nothing that cannot fit enters the outbox. */
import { canonical, ValueInvalid } from "./canonical.js";
import { Refusal } from "./errors.js";

/**
 * The values in canonical form, references by uid where there is one; or `Refusal` naming every wrong field.
 *
 * @param {{fields: any[]}} entity its profile
 * @param {Record<string, any>} values
 * @param {(model: string, id: number) => Promise<string | null>} uidOf the uid of the same record when there is one
 */
export async function checkValues(entity, values, uidOf) {
    const fields = new Map(entity.fields.map((field) => [field.name, field]));
    const checked = {};
    const wrong = {};
    let code;
    const refuse = (name, why, sentence) => {
        wrong[name] = sentence;
        code ??= why;
    };
    for (const [name, value] of Object.entries(values)) {
        const field = fields.get(name);
        if (!field) {
            refuse(name, "field_unknown", "is not in the profile of this device");
        } else if (field.readonly) {
            refuse(name, "field_read_only", "cannot be changed");
        } else {
            try {
                checked[name] = await byUid(field, canonical(field, value), uidOf);
            } catch (error) {
                if (!(error instanceof ValueInvalid)) {
                    throw error;
                }
                refuse(name, "value_invalid", error.message);
                continue;
            }
            if (field.required && checked[name] === null) {
                refuse(name, "required_missing", "must not be empty");
            }
        }
    }
    if (code) {
        const said = Object.entries(wrong).map(([name, sentence]) => `${name}: ${sentence}`);
        throw new Refusal(code, said.join("; "), wrong);
    }
    return checked;
}

/** The Odoo models and uids that values refer to. @returns {[string, string][]} */
export function references(entity, values) {
    const found = [];
    for (const { name, relation } of entity.fields) {
        for (const item of relation ? [values[name]].flat() : []) {
            if (item?.uid) {
                found.push([relation, item.uid]);
            }
        }
    }
    return found;
}

/** Throw `Refusal` when an argument is missing or unknown; their types are judged by the server. */
export function checkArgs(operation, args) {
    const { required = [], additionalProperties = true, properties = {} } = operation.args;
    const wrong = {};
    for (const name of required.filter((known) => !Object.hasOwn(args, known))) {
        wrong[name] = "is missing";
    }
    for (const name of additionalProperties === false ? Object.keys(args) : []) {
        if (!Object.hasOwn(properties, name)) {
            wrong[name] = "is no argument of this operation";
        }
    }
    if (Object.keys(wrong).length) {
        const said = Object.entries(wrong).map(([name, sentence]) => `${name} ${sentence}`);
        throw new Refusal("operation_invalid", said.join("; "), wrong);
    }
}

async function byUid(field, value, uidOf) {
    if (!field.relation) {
        return value;
    }
    const one = async (item) => {
        const uid = typeof item === "number" ? await uidOf(field.relation, item) : null;
        return uid === null ? item : { uid };
    };
    return Array.isArray(value) ? canonical(field, await Promise.all(value.map(one))) : one(value);
}
