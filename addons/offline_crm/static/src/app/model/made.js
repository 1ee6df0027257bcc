/** Quotations that were made on this device, as its outbox tells of them. Pure. */
import { REFUSED } from "@offline_base/app/ui/model/work";

export const SALE = "sale.order";

/** The uids of those about which something was asked for here. */
export function askedIn(outbox, wanted) {
    return new Set(outbox.filter(({ entity, verb }) => entity === SALE && verb === wanted).map(({ target_uid }) => target_uid));
}

/** The uids of those that were confirmed here. */
export function confirmedIn(outbox) {
    return askedIn(outbox, "confirm");
}

/**
 * The numbers of a quotation and of all that was done since, `{from, to}`, where that is about this quotation alone and
 * waits; null where other work came after it, or somebody may have it already.
 */
export function rangeOf({ seq, op, uid }, outbox) {
    const since = outbox.filter((one) => one.seq >= seq);
    const isOurs = (one) => one.op === op || (one.entity === SALE && one.target_uid === uid);
    return since[0]?.op === op && since.every((one) => isOurs(one) && one.state === "pending") ? { from: seq, to: since.at(-1).seq } : null;
}

/** Those among pieces of work with their bodies. What Odoo refused is no order, whatever was said of it before. */
export function quotationsIn(pieces, outbox) {
    const confirmed = confirmedIn(outbox);
    const mailed = askedIn(outbox, "send_by_email");
    return pieces
        .filter(({ body }) => body.verb === "quote")
        .map(({ entry, decision = null, state, body: { args } }) => ({
            op: entry.op,
            seq: entry.seq,
            uid: args.uid,
            args,
            state,
            isGivenUp: decision?.verb === "discard",
            isConfirmed: state !== REFUSED && confirmed.has(args.uid),
            isMailed: state !== REFUSED && mailed.has(args.uid),
        }));
}
