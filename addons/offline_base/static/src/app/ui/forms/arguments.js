/** The arguments of a named operation as fields of a form, by their JSON schema. */
import { entityOf } from "../model/entities";

/** Longer texts get a box of several lines. */
const LINE_LENGTH = 200;

/**
 * An entity (see `model/entities.js`) whose fields are the arguments; null where one that is required has a shape that
 * nobody can type.
 *
 * @param {{name: string, label: string, args: object}} operation
 * @param {{labels?: object, fields?: object, shows?: object}} [hints]
 */
export function argumentsOf(operation, { labels = {}, fields: said = {}, shows = {} } = {}) {
    const { properties = {}, required = [], $defs = {} } = operation.args;
    const fields = [];
    for (const [name, schema] of Object.entries(properties)) {
        const shape = said[name] ?? shapeOf(schema, $defs);
        if (shape) {
            const label = String(labels[name] ?? schema.title ?? name);
            fields.push({ name, label, required: required.includes(name), readonly: false, relation: null, digits: null, ...shape });
        } else if (required.includes(name)) {
            return null;
        }
    }
    const profile = { name: `${operation.name}()`, label: operation.label, fields, operations: [], parent: null, direction: "both" };
    return { ...entityOf(profile), shows };
}

/** What the schema gives to those that are not filled in. */
export function defaultsOf({ args }) {
    const given = Object.entries(args.properties ?? {}).filter(([, { default: value }]) => value !== undefined && value !== null);
    return Object.fromEntries(given.map(([name, schema]) => [name, schema.default === "" ? null : schema.default]));
}

/** What to send: arguments that were left empty are left out. */
export function filled(changed) {
    return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
}

function shapeOf(schema, defs) {
    if (schema.$ref) {
        return shapeOf(defs[schema.$ref.split("/").at(-1)] ?? {}, defs);
    }
    const some = schema.anyOf?.find(({ type }) => type !== "null") ?? schema.allOf?.[0];
    if (some) {
        return shapeOf(some, defs);
    }
    if (schema.enum) {
        return { type: "selection", selection: schema.enum.map((key) => [String(key), String(key)]) };
    }
    switch (schema.type) {
        case "string":
            return { type: textType(schema), selection: null };
        case "integer":
        case "boolean":
            return { type: schema.type, selection: null };
        case "number":
            return { type: "float", selection: null };
    }
    return null;
}

function textType({ format, maxLength = 0 }) {
    return { date: "date", "date-time": "datetime" }[format] ?? (maxLength > LINE_LENGTH ? "text" : "char");
}
