/** What the device says of itself, for a status line, a support call or a script. */
import { reckoned } from "./batch.js";
import { PARKED, PENDING } from "./operations.js";

/**
 * Read it all together from the store.
 *
 * `unsent` operations wait for a network, `parked` ones (by state) for a person. `receiving`: a cut is open, what was
 * received is not shown yet. `locked_out`: the server no longer takes this device. `heals`: how often content had to be
 * read again because it differed from the server's; `verified` is what the last comparison found. `given`: how many
 * numbers this device has given to operations. Of the files that wait, `files_held` wait for a network without a
 * meter.
 */
export async function statusOf({ store, settings, records, journal, files, blobs }, mode) {
    const profile = settings.profile_data;
    const [{ counts, given }, waiting, delivered, held, incidents, storage_bytes, bytes_cached] = await Promise.all([
        reckoned(store),
        files ? files.waiting() : [],
        journal.count(),
        records.counts(),
        store.incidents(),
        store.sizeBytes(),
        files ? files.cachedBytes() : 0,
    ]);
    return {
        device: settings.device,
        server: settings.server,
        user: settings.user_data?.name ?? null,
        profile: profile?.name ?? null,
        profile_version: profile?.profile_version ?? null,
        mode,
        last_sync_at: settings.last_sync_at,
        next_sync_at: settings.next_sync_at,
        failures: settings.failures,
        last_error: settings.last_error,
        locked_out: settings.locked_out,
        unsent: counts[PENDING] ?? 0,
        parked: Object.fromEntries(PARKED.filter((state) => counts[state]).map((state) => [state, counts[state]])),
        delivered,
        held,
        receiving: settings.cut !== null,
        applied_seq: settings.applied_seq,
        clock_offset_s: settings.clock_offset_s,
        heals: settings.heals,
        verified: settings.verified,
        given,
        incidents,
        storage_bytes,
        metered: settings.metered,
        files_waiting: waiting.length,
        files_held: profile && blobs ? waiting.filter((one) => blobs.isHeld(one)).length : 0,
        bytes_waiting: waiting.reduce((sum, { size }) => sum + size, 0),
        bytes_cached,
    };
}
