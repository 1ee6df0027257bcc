/** What a person did, as the device keeps it: a numbered operation and what the server said of it. */

/** Not yet answered by the server; every other state is a status of the protocol. */
export const PENDING = "pending";
/** Parked: kept in the outbox until a decision of a person, here or in the office. */
export const PARKED = ["conflict", "rejected", "deferred", "unknown"];
/** The effect, if any, stands: the operation belongs to the journal. */
export const FINAL = ["applied", "merged", "amended", "discarded", "resolved_server"];
/** Verbs that decide about another operation. */
export const DECISIONS = ["amend", "discard", "resolve"];
export const AMEND = "amend";
/** Why a decision was refused: it decided nothing. */
const NO_DECISION = ["already_decided", "decision_invalid", "decision_for_office"];
/** Fills a number whose content is lost. */
export const VOID = "void";

/**
 * Where an operation in this state belongs.
 *
 * A refused decision changes nothing, and a given-up number has nothing left to do: both are over. An amendment that
 * was refused as what it is, not as a decision, stands for what it replaced and waits for the next one.
 *
 * @returns {"outbox" | "journal"}
 */
export function place(state, verb, code = null) {
    const refused = ["discard", "resolve", VOID].includes(verb) || (verb === AMEND && NO_DECISION.includes(code));
    return FINAL.includes(state) || (state === "rejected" && refused) ? "journal" : "outbox";
}

/** One operation. `body` is its wire form; `decides` the operation that a decision is about. */
export class Entry {
    /**
     * @param {{device: string, seq: number, op: string, entity: string, verb: string, target_id: number | null,
     *     target_uid: string | null, decides: string | null, body: Record<string, any>, state: string,
     *     receipt: Record<string, any> | null, settled: boolean, called?: string | null,
     *     effect?: Record<string, any> | null}} members `called`: the name of the record as the person saw it, as it
     *     may be gone when the work is looked at again; `effect`: the values that a named operation is expected to
     *     leave, shown until the office says what it did
     */
    constructor({ called = null, effect = null, ...members }) {
        const { device, seq, op, entity, verb, target_id, target_uid, decides } = members;
        const { body, state, receipt, settled } = members;
        Object.assign(this, {
            device,
            seq,
            op,
            entity,
            verb,
            target_id,
            target_uid,
            decides,
            body,
            state,
            receipt,
            settled,
            called,
            effect,
        });
    }

    /** The entry of a row of the outbox or the journal. */
    static read({ content, ...row }) {
        return new Entry({ ...row, body: content.body, receipt: content.receipt, called: content.called, effect: content.effect });
    }

    /** An operation that has just been recorded. */
    static pending(device, { id, uid }, body, { entity = body.entity, decides = null, called = null, effect = null } = {}) {
        const { seq, op, verb } = body;
        const target = { target_id: id, target_uid: uid };
        const state = { state: PENDING, receipt: null, settled: false };
        return new Entry({ device, seq, op, entity, verb, ...target, decides, body, ...state, called, effect });
    }

    /** The row of it, with what it is found by while held records do not show it. */
    get row() {
        const { body, receipt, called, effect, ...row } = this;
        if (!this.settled) {
            row.unsettled = 1;
            if (this.target_id !== null) {
                row.by_id = [this.entity, this.target_id];
            }
            if (this.target_uid !== null) {
                row.by_uid = [this.entity, this.target_uid];
            }
        }
        return { ...row, content: { body, receipt, ...(called !== null && { called }), ...(effect !== null && { effect }) } };
    }

    /** The same with other members. */
    with(members) {
        return new Entry({ ...this, ...members });
    }

    /** The record that it is about, as far as it was known. @returns {import("./records.js").Key} */
    get key() {
        return { id: this.target_id, uid: this.target_uid };
    }

    /** Whether it is a decision that was refused: it decides nothing. */
    get isOver() {
        return this.state === "rejected" && place(this.state, this.verb, this.receipt?.code) === "journal";
    }

    /** The unit that it is part of, or null. */
    get unit() {
        return this.body.unit?.id ?? null;
    }

    /** Why it is parked, in the words of the server, or null. */
    get reason() {
        if (!this.receipt) {
            return null;
        }
        const { message, code, blocked_by = [] } = this.receipt;
        if (message || !blocked_by.length) {
            return message || code;
        }
        return `waits for ${blocked_by.map((seq) => `#${seq}`).join(", ")}`;
    }
}
