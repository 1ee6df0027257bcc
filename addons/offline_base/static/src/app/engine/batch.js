/** What goes with the next call: as many operations as fit, in the order of their numbers, and units whole. */
import { bytes, dump } from "./canonical.js";
import { done } from "./idb.js";
import { Entry, PARKED, PENDING } from "./operations.js";

/** Room for what stands around the operations in a body. */
export const ENVELOPE_BYTES = 2048;

/**
 * What one call carries, in the order of the numbers.
 *
 * `again`: the server is behind this device, and everything from a number on goes once more. `delivered`: all of it was
 * answered before, so it goes the way of the journal.
 *
 * @typedef {{entries: Entry[], again: boolean, delivered: boolean}} Batch
 */

/**
 * The next operations to send: from `settings.resend_from` on, else from the first unanswered one.
 *
 * @returns {Promise<Batch | null>}
 */
export async function nextBatch(store, settings, journal, limit) {
    const device = settings.device ?? "";
    const from = settings.resend_from;
    const start = from ?? (await firstPending(store));
    if (start === null) {
        return null;
    }
    const answered = from === null ? 0 : await journal.answeredTo(device);
    const delivered = start <= answered;
    const { operations, body_bytes } = settings.profile.limits;
    const most = limit + operations;
    // Of each no more than could go: memory does not grow with outbox and journal.
    const rows = [
        ...(await store.all("outbox", { range: IDBKeyRange.lowerBound(start), limit: most })),
        ...(await store.all("journal", { range: IDBKeyRange.bound([device, start], [device, []]), limit: most })),
    ];
    rows.sort((one, other) => one.seq - other.seq);
    let entries = [];
    let room = body_bytes - ENVELOPE_BYTES;
    for (const entry of rows.slice(0, most).map(Entry.read)) {
        if (delivered && entry.seq > answered) {
            break;
        }
        room -= bytes(dump(entry.body)) + 2;
        const goesOn = entries.length > 0 && entry.unit !== null && entry.unit === entries.at(-1).unit;
        if (entries.length && (room < 0 || entries.length >= limit) && !goesOn) {
            break;
        }
        entries.push(entry);
        if (goesOn && (room < 0 || entries.length > limit) && entries[0].unit !== entry.unit) {
            // The unit does not fit beside what stands before it: it goes with the next push, as a whole.
            entries = entries.filter((one) => one.unit !== entry.unit);
            break;
        }
    }
    return entries.length ? { entries, again: from !== null, delivered } : null;
}

/** The number of the first operation without an answer, or null. */
export async function firstPending(store) {
    const pending = { index: "state", range: IDBKeyRange.only(PENDING), limit: 1, sealed: true };
    const [first] = await store.all("outbox", pending);
    return first?.seq ?? null;
}

/**
 * How many numbers were given to operations, and how many of these are in each state, at one and the same moment; states
 * without any are left out. A change under way counts for nothing before it is kept.
 *
 * @param {import("./store.js").Store} store @returns {Promise<{given: number, counts: Record<string, number>}>}
 */
export function reckoned(store) {
    const states = [PENDING, ...PARKED];
    return store.transaction(["outbox", "setting"], "readonly", async (transaction) => {
        const index = transaction.objectStore("outbox").index("state");
        const asked = [transaction.objectStore("setting").get("next_seq"), ...states.map((state) => index.count(state))];
        const [next, ...found] = await Promise.all(asked.map(done));
        const counts = Object.fromEntries(states.map((state, at) => [state, found[at]]).filter(([, count]) => count));
        return { given: (next?.value ?? 1) - 1, counts };
    });
}
