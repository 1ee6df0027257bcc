/** How this device's clock stands to the server's. Times are `Date`s, or milliseconds since 1970. */

/** By how many seconds this device's clock is ahead of the server's. */
export function clockOffsetS(serverTime, here) {
    return (Number(here) - Number(serverTime)) / 1000;
}

/** The server's time when this device's clock says `here`, as far as the last answer told. @returns {Date} */
export function serverTime(here, offset_s) {
    return new Date(Number(here) - (offset_s ?? 0) * 1000);
}
