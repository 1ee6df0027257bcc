/** Which of the positions that a device tells are worth keeping. Pure: metres, and milliseconds since 1970. */

/** A position that may be off by more says nothing of where somebody was. */
export const USABLE_M = 100;
/** As far from the last one as this, or as long after it, a position is worth keeping. */
export const FAR_M = 50;
export const LONG_MS = 5 * 60_000;
/** Not more often than this: at a car's speed 50 metres are two seconds. */
export const OFTEN_MS = 10_000;

const EARTH_M = 6_371_000;
const radians = (degrees) => (degrees * Math.PI) / 180;

/** The way over the ground between two places, as the crow flies. @param {{latitude: number, longitude: number}} one */
export function metresBetween(one, other) {
    const north = radians(other.latitude - one.latitude);
    const east = radians(other.longitude - one.longitude);
    const part = Math.sin(north / 2) ** 2 + Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(east / 2) ** 2;
    return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(part)));
}

/**
 * Whether a position is worth keeping after the last one that was (null: it is the first).
 *
 * Somebody who stands still seems to move by as much as the position may be off: that is no way.
 *
 * @param {{ms: number, latitude: number, longitude: number, accuracy_m: number} | null} last
 * @param {{ms: number, latitude: number, longitude: number, accuracy_m: number}} next
 */
export function isWorth(last, next) {
    if (![next.latitude, next.longitude, next.accuracy_m].every(Number.isFinite) || next.accuracy_m > USABLE_M) {
        return false;
    }
    if (last === null) {
        return true;
    }
    // However far a clock was set back, the duty goes on.
    const waited = Math.abs(next.ms - last.ms);
    return waited >= LONG_MS || (waited >= OFTEN_MS && metresBetween(last, next) >= Math.max(FAR_M, next.accuracy_m));
}
