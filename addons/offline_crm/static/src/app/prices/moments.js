/** Moments and days: canonical texts of UTC, and days of a time zone. */

/** The day of a moment in UTC. */
export function dayOf(moment) {
    return moment.slice(0, 10);
}

/** The day of a moment where a clock shows the time of a zone. */
export function dayIn(moment, zone) {
    const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone || "UTC", dateStyle: "short" });
    return parts.format(new Date(moment));
}

/** A moment without parts of a second, as Odoo keeps moments. */
export function wholeSecond(moment) {
    return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}
