/** Quotations that were made on this device, as its outbox tells of them. Pure. */
import { REFUSED } from "@offline_base/app/ui/model/work";

export const SALE = "sale.order";

/** The uids of those that were confirmed here. */
export function confirmedIn(outbox) {
    return new Set(outbox.filter(({ entity, verb }) => entity === SALE && verb === "confirm").map(({ target_uid }) => target_uid));
}

/** Those among pieces of work with their bodies. What Odoo refused is no order, whatever was said of it before. */
export function quotationsIn(pieces, outbox) {
    const confirmed = confirmedIn(outbox);
    return pieces
        .filter(({ body }) => body.verb === "quote")
        .map(({ entry, state, body: { args } }) => ({
            op: entry.op,
            uid: args.uid,
            args,
            state,
            isConfirmed: state !== REFUSED && confirmed.has(args.uid),
        }));
}
