/** The arguments of a named operation as fields of a form, by their JSON schema. */
import { entityOf } from "../model/entities";

/** Longer texts get a box of several lines. */
const LINE_LENGTH = 200;

/**
 * An entity (see `model/entities.js`) whose fields are the arguments; null where one that is required has a shape that
 * nobody can type.
 *
 * @param {{name: string, label: string, args: object}} operation
 * @param {{labels?: object, fields?: object, shows?: object, unasked?: object}} [hints]
 */
export function argumentsOf(operation, hints = {}) {
    const { properties = {}, required = [] } = operation.args;
    const fields = [];
    for (const name of Object.keys(properties)) {
        const field = argumentOf(operation, name, hints);
        const isAsked = !Object.hasOwn(hints.unasked ?? {}, name);
        if (field && isAsked) {
            fields.push(field);
        } else if (isAsked && required.includes(name)) {
            return null;
        }
    }
    const profile = { name: `${operation.name}()`, label: operation.label, fields, operations: [], parent: null, direction: "both" };
    return { ...entityOf(profile), shows: hints.shows ?? {} };
}

/** One argument as a field; null where nobody can type it. */
export function argumentOf({ args }, name, { labels = {}, fields = {} } = {}) {
    const { properties = {}, required = [], $defs = {} } = args;
    const schema = properties[name] ?? {};
    const shape = fields[name] ?? shapeOf(schema, $defs);
    const label = String(labels[name] ?? schema.title ?? name);
    return shape && { name, label, required: required.includes(name), readonly: false, relation: null, digits: null, ...shape };
}

/** The arguments that nobody fills in, as the record says them; those that the office does not know yet are left out. */
export function unaskedOf({ args }, { unasked = {} }, values) {
    const known = Object.entries(unasked).filter(([name]) => Object.hasOwn(args.properties ?? {}, name));
    return Object.fromEntries(known.map(([name, of]) => [name, of(values) ?? null]));
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
