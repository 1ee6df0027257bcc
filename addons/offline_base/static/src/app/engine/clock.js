/** Times: RFC 3339 on the wire and in the store, milliseconds since 1970 (as `Date.now`) in between. */

const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** A time in UTC, to the second: what is less is cut off. `formatInstant(0)` is `1970-01-01T00:00:00Z`. */
export function formatInstant(ms) {
    return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The milliseconds of an RFC 3339 time; NaN for anything else, also for a day that there is not. */
export function parseInstant(text) {
    const found = typeof text === "string" ? INSTANT.exec(text) : null;
    if (!found) {
        return NaN;
    }
    const [, day, time, fraction = "", zone] = found;
    const local = Date.parse(`${day}T${time}Z`);
    // The 30th of February is the 2nd of March for some.
    if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== day) {
        return NaN;
    }
    const [hours, minutes] = /z/i.test(zone) ? [0, 0] : zone.slice(1).split(":").map(Number);
    if (hours > 23 || minutes > 59) {
        return NaN;
    }
    const ahead = (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
    return local + Math.floor(Number(`0${fraction || ".0"}`) * 1000) - ahead;
}

/** By how many seconds this device's clock is ahead of the server's. */
export function clockOffsetS(serverTime, here) {
    return (here - serverTime) / 1000;
}

/** The server's time when this device's clock says `here`, as far as the last answer told. */
export function serverTime(here, offsetS) {
    return here - (offsetS ?? 0) * 1000;
}
