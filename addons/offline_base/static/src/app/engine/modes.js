/**
 * When to sync: the modes that a person may choose, and the pause after a failure.
 *
 * Pure: time and chance come from outside. A sync that a person asks for is always possible.
 *
 * @typedef {{failures: number, at: number}} Plan When the next sync may run by itself, after how many failures in a
 *     row.
 */

/** Works with or without a network, and syncs by itself whenever it can. */
export const AUTOMATIC = "automatic";
/** Every change reaches the server at once, or is not taken. */
export const ALWAYS_ONLINE = "always_online";
/** Syncs only when a person asks for it. */
export const ALWAYS_OFFLINE = "always_offline";
export const MODES = [AUTOMATIC, ALWAYS_ONLINE, ALWAYS_OFFLINE];

const FIRST_PAUSE_S = 2;
const LONGEST_PAUSE_S = 900;

/** The mode in force: the chosen one while the profile offers it, else the profile's first. */
export function chosen(mode, allowed) {
    return allowed.includes(mode) ? mode : (allowed[0] ?? AUTOMATIC);
}

/**
 * How long to wait after this many failures in a row; `chance` (0 to 1) spreads a fleet out.
 *
 * Doubles up to a quarter of an hour, of which at least half is kept, and is never shorter than what the server asked
 * for.
 */
export function pauseS(failures, chance, retry_after_s = null) {
    const full = Math.min(FIRST_PAUSE_S * 2 ** Math.min(failures - 1, 30), LONGEST_PAUSE_S);
    if (retry_after_s !== null && retry_after_s >= full / 2) {
        return retry_after_s * (1 + chance / 2);
    }
    return (full * (1 + chance)) / 2;
}

/** The next sync comes when the server asked to be polled (it has spread the fleet already). @returns {Plan} */
export function afterSuccess(now, pollAfterS) {
    return { failures: 0, at: now + pollAfterS * 1000 };
}

/** The next sync comes after a pause that grows with each failure. @returns {Plan} */
export function afterFailure(now, failures, chance, retry_after_s) {
    return { failures: failures + 1, at: now + pauseS(failures + 1, chance(), retry_after_s) * 1000 };
}

/** The minute of the day where the user lives; in UTC where the zone is unknown. @param {string | null} zone */
export function minuteOfDay(now, zone) {
    let clock;
    try {
        clock = dayClock(zone ?? "UTC");
    } catch {
        clock = dayClock("UTC");
    }
    const [hour, minute] = clock.format(now).split(":").map(Number);
    return hour * 60 + minute;
}

function dayClock(timeZone) {
    return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Whether a minute of the day lies in the hours of syncing; they may go over midnight. */
export function inHours(minute, { from_minute: from, to_minute: to }) {
    return from <= to ? from <= minute && minute < to : minute >= from || minute < to;
}

/**
 * Whether a sync should run by itself now. New work does not wait for the poll, but for the pause.
 *
 * Outside of the hours that the profile gives nothing runs by itself, but the first sync.
 *
 * @param {string} mode @param {number} now @param {Plan | null} plan @param {number} unsent
 * @param {boolean} [isInHours]
 */
export function due(mode, now, plan, unsent, isInHours = true) {
    if (mode === ALWAYS_OFFLINE) {
        return false;
    }
    if (plan === null) {
        return true;
    }
    if (!isInHours) {
        return false;
    }
    if (now >= plan.at) {
        return true;
    }
    return unsent > 0 && plan.failures === 0;
}
