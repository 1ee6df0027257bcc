/**
 * Three-way merge, field by field: a pure function of base, mine, theirs and the policy.
 *
 * The server decides; here it shows beforehand what would become of an edit. *base* is what the person saw, *mine* what
 * they made of it, *theirs* what the server holds now, all canonical. The twin of `core/merge.py`.
 */
import { byReference, same } from "./canonical.js";

export const SERVER = "server";
export const DEVICE = "device";
export const NEWEST = "newest";
export const SUM = "sum";
export const MAX = "max";
export const UNION = "union";
export const APPEND = "append";
export const ASK = "ask";
export const REVIEW = "review";

/** All policies, in the order in which screens offer them. */
export const POLICIES = [SERVER, DEVICE, NEWEST, SUM, MAX, UNION, APPEND, ASK, REVIEW];

/**
 * The policies, with review for fields whose base is of before they got another type: it stands as text.
 *
 * @param {Record<string, string>} policies
 * @param {Record<string, any>} base
 */
export function countable(policies, base) {
    const found = { ...policies };
    for (const [name, seen] of Object.entries(base)) {
        if (typeof seen === "string" && [SUM, UNION].includes(policies[name])) {
            found[name] = REVIEW;
        }
    }
    return found;
}

/**
 * Merge every field of `mine`; a field without a policy is for review. `newer`: fields that mine changed last.
 *
 * `write` is what to write, `merged` the names of fields that a policy merged, `conflicts` those that need a person.
 *
 * @returns {{write: Record<string, any>, merged: Set<string>,
 *            conflicts: Record<string, {base: any, mine: any, theirs: any}>}}
 */
export function mergeRecord(base, mine, theirs, policies, newer = []) {
    const result = { write: {}, merged: new Set(), conflicts: {} };
    for (const [name, value] of Object.entries(mine)) {
        const policy = policies[name] ?? REVIEW;
        mergeField(result, name, base[name], value, theirs[name], policy, newer.includes(name));
    }
    return result;
}

/**
 * Merge one field into `result`. Unchanged on one side: the other wins. Equal: nothing, unless both are differences
 * that count. Else the policy.
 */
export function mergeField(result, name, base, mine, theirs, policy, mineIsNewer = false) {
    if (same(mine, base) || (same(mine, theirs) && policy !== SUM)) {
        return;
    }
    if (same(theirs, base)) {
        result.write[name] = mine;
        return;
    }
    if (policy === ASK || policy === REVIEW) {
        result.conflicts[name] = { base, mine, theirs };
        return;
    }
    const value = RESOLVERS[policy](base, mine, theirs, mineIsNewer);
    result.merged.add(name);
    if (!same(value, theirs)) {
        result.write[name] = value;
    }
}

function max(_base, mine, theirs) {
    if (mine === null || theirs === null) {
        return mine ?? theirs;
    }
    return mine > theirs ? mine : theirs;
}

function union(base, mine, theirs) {
    const within = (list) => {
        const known = new Set((list ?? []).map(nameOf));
        return (item) => known.has(nameOf(item));
    };
    const [inBase, inMine] = [within(base), within(mine)];
    const kept = (theirs ?? []).filter((item) => inMine(item) || !inBase(item));
    const inKept = within(kept);
    const added = (mine ?? []).filter((item) => !inBase(item) && !inKept(item));
    return [...kept, ...added].sort(byReference);
}

function nameOf(reference) {
    return reference.uid ?? reference;
}

function append(base, mine, theirs) {
    const [before, here, there] = [base ?? "", mine ?? "", theirs ?? ""];
    const added = (here.startsWith(before) ? here.slice(before.length) : here).replace(/^\n+|\n+$/g, "");
    // Whole lines only: "ok" is not there already because somebody wrote "book".
    if (!added || `\n${there}\n`.includes(`\n${added}\n`)) {
        return there || null;
    }
    return there ? `${there}\n${added}` : added;
}

const RESOLVERS = {
    [SERVER]: (_base, _mine, theirs) => theirs,
    [DEVICE]: (_base, mine) => mine,
    [NEWEST]: (_base, mine, theirs, mineIsNewer) => (mineIsNewer ? mine : theirs),
    [SUM]: (base, mine, theirs) => (theirs ?? 0) + ((mine ?? 0) - (base ?? 0)),
    [MAX]: max,
    [UNION]: union,
    [APPEND]: append,
};
