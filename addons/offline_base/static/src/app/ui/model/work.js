/**
 * Unsynchronized data as a person sees it: pieces of work, each with the state that says whose turn it is.
 *
 * Pure over the engine: no DOM, no texts. A decision that was taken here and not delivered yet is no piece of its own;
 * it shows on the piece that it decides about.
 */
import { DECISIONS, PENDING } from "../../engine/operations.js";

/** Waits for a network, or for the next sync. */
export const WAITS = "waits";
export const SENDING = "sending";
/** Somebody else changed the same, and this person is asked. */
export const DECIDE = "decide";
/** A conflict that the office decides. */
export const OFFICE = "office";
/** A rule of Odoo refused it: correct it, or give it up. */
export const REFUSED = "refused";
/** Waits for another piece of work. */
export const BEHIND = "behind";
/** Nobody knows whether it happened; the office finds out. */
export const UNKNOWN = "unknown";
/** Decided here; the decision is on its way. */
export const DECIDED = "decided";

/** All states of a piece in the order of attention: what the person has to finish comes first. */
export const ORDER = [DECIDE, REFUSED, OFFICE, UNKNOWN, BEHIND, DECIDED, SENDING, WAITS];
/** States in which nothing goes on without this person. */
export const MINE = [DECIDE, REFUSED];

/** The sections of the page, in order, by the states in them. */
export const SECTIONS = [
    { name: "mine", states: MINE },
    { name: "office", states: [OFFICE, UNKNOWN] },
    { name: "behind", states: [BEHIND] },
    { name: "going", states: [DECIDED, SENDING, WAITS] },
];

/**
 * @param {import("../../engine/operations.js").Entry} entry
 * @param {{decision?: object | null, isSending?: boolean}} [known] `decision`: about it, not delivered yet
 */
export function stateOf(entry, { decision = null, isSending = false } = {}) {
    if (decision) {
        return DECIDED;
    }
    if (entry.state === PENDING) {
        return isSending ? SENDING : WAITS;
    }
    const byState = { rejected: REFUSED, deferred: BEHIND, unknown: UNKNOWN };
    return byState[entry.state] ?? (entry.receipt?.conflict?.decider === "device" ? DECIDE : OFFICE);
}

/**
 * The pieces of work in an outbox, `{entry, state, decision}` each, the most urgent and then the newest first.
 *
 * @param {import("../../engine/operations.js").Entry[]} entries of the outbox
 */
export function piecesOf(entries, { isSending = false } = {}) {
    const there = new Set(entries.map(({ op }) => op));
    const isAboutAnother = ({ verb, state, decides }) => DECISIONS.includes(verb) && state === PENDING && there.has(decides);
    const decisions = new Map(entries.filter(isAboutAnother).map((entry) => [entry.decides, entry]));
    return entries
        .filter((entry) => !isAboutAnother(entry))
        .map((entry) => {
            const decision = decisions.get(entry.op) ?? null;
            return { entry, decision, state: stateOf(entry, { decision, isSending }) };
        })
        .sort(byAttention);
}

function byAttention(one, other) {
    return ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || other.entry.seq - one.entry.seq;
}

/**
 * Pieces of one unit, or of one record, stand together: `[{name, pieces}]` in the order of their first one; what was
 * done first comes first in a group.
 */
export function grouped(pieces) {
    const groups = new Map();
    for (const piece of pieces) {
        const { entity, key, unit } = piece.entry;
        const name = unit ?? `${entity} ${key.uid ?? key.id ?? piece.entry.op}`;
        groups.set(name, [...(groups.get(name) ?? []), piece]);
    }
    return [...groups].map(([name, found]) => ({ name, pieces: found.sort((one, other) => one.entry.seq - other.entry.seq) }));
}

/** What may be done with a piece. `verb` is what the work does, also where it stands as an amendment; of a record that is gone nothing can be decided. */
export function waysOut({ state, verb, kind = null }) {
    const edit = verb === "delete" ? [] : ["edit"];
    const ways = {
        [DECIDE]: ["deleted", "scope"].includes(kind) ? ["discard"] : ["decide", "discard"],
        [REFUSED]: [...edit, "retry", "discard"],
        [OFFICE]: ["discard"],
        [BEHIND]: [...edit, "discard"],
        [WAITS]: ["send"],
    };
    return ways[state] ?? [];
}

/** The field to correct first: the first that the server named and the work has, or null. */
export function fieldToCorrect(entry, body) {
    const named = Object.keys(entry.receipt?.fields ?? {});
    return named.find((name) => name in (body.values ?? {})) ?? named[0] ?? null;
}

/** When something happened by the office's clock: the device's time, less what it was ahead. */
export function correctedTime(at, offset_s) {
    return offset_s ? new Date(Date.parse(at) - offset_s * 1000).toISOString() : at;
}
