/**
 * A decision about a conflict as it is being made: which side counts, field by field, and what becomes of the record.
 *
 * Pure: values are canonical, nothing is stored.
 */
import { same } from "../../engine/canonical.js";
import { mergeRecord } from "../../engine/merge.js";
import { DECIDE } from "./work.js";

export const MINE = "mine";
export const THEIRS = "theirs";
export const OWN = "own";

/** The value of a field after the decision, or undefined while nothing is chosen. */
export function outcomeOf({ mine, theirs }, choice, own) {
    return { [MINE]: mine, [THEIRS]: theirs, [OWN]: own }[choice];
}

/**
 * What the office is asked for: `{by, values}` of a `resolve`, or null while a field is undecided.
 *
 * All mine is `device`. All theirs is `server`, which gives the whole work up: where it changes other fields as well, an
 * empty set of values keeps those.
 *
 * @param {Record<string, {base: any, mine: any, theirs: any}>} fields in question
 * @param {Record<string, string>} choices @param {Record<string, any>} own values written for the purpose
 * @param {string[]} changed all fields that the work changes
 */
export function decisionOf(fields, choices, own, changed) {
    const names = Object.keys(fields);
    if (names.some((name) => choices[name] === undefined)) {
        return null;
    }
    if (names.every((name) => choices[name] === MINE)) {
        return { by: "device", values: null };
    }
    const isPart = changed.some((name) => !(name in fields));
    if (names.every((name) => choices[name] === THEIRS) && !isPart) {
        return { by: "server", values: null };
    }
    const given = names.filter((name) => choices[name] !== THEIRS);
    return { by: "values", values: Object.fromEntries(given.map((name) => [name, outcomeOf(fields[name], choices[name], own[name])])) };
}

/** Whether one side can be taken without a look: a record that is gone, or no longer as it was seen, asks for one. */
export function canDecideUnseen({ state, entry }) {
    return state === DECIDE && entry.receipt.conflict.kind === "fields";
}

/** The decision that takes one side of all that is in question. @param {string} side `MINE` or `THEIRS` */
export function decisionFor({ entry, body }, side) {
    const { fields } = entry.receipt.conflict;
    const choices = Object.fromEntries(Object.keys(fields).map((name) => [name, side]));
    return decisionOf(fields, choices, {}, Object.keys(body.values ?? {}));
}

/**
 * What becomes of the fields that are not in question: `[{name, value, isMerged}]`, those that stay as they are left out.
 *
 * @param {{base?: object, values?: object}} body of the work @param {Record<string, any> | null} held by this device
 */
export function othersOf(body, fields, held, policies) {
    const mine = Object.fromEntries(Object.entries(body.values ?? {}).filter(([name]) => !(name in fields)));
    if (held === null) {
        return [];
    }
    const { write, merged } = mergeRecord(body.base ?? {}, mine, held, policies);
    return Object.entries(write)
        .filter(([name, value]) => !same(value, held[name] ?? null))
        .map(([name, value]) => ({ name, value, isMerged: merged.has(name) }));
}
