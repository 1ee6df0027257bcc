/** Values as people write them, in the language of the person. */

/** The language tag of the page: `fr-BE`. */
export function language() {
    return document.documentElement.lang || "en";
}

/** 1234.5 → "1,234.50" with two digits. */
export function formatNumber(value, digits = null) {
    const room = digits === null ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(language(), room).format(value);
}

/** 1500000 → "1.5 MB". */
export function formatBytes(bytes) {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
    const step = bytes > 0 ? Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1) : 0;
    return formatUnit(bytes / 1000 ** step, units[step], { unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 });
}

/** 5, "minute" → "5 minutes". @param {Intl.NumberFormatOptions} [more] */
export function formatUnit(value, unit, more = { unitDisplay: "long", maximumFractionDigits: 0 }) {
    return new Intl.NumberFormat(language(), { style: "unit", unit, ...more }).format(value);
}

/** "2026-11-22" → "22 Nov 2026": a day, the same everywhere. */
export function formatDate(text) {
    const [year, month, day] = text.split("-").map(Number);
    return new Intl.DateTimeFormat(language(), { dateStyle: "medium" }).format(new Date(year, month - 1, day));
}

/** "2026-11-22T10:00:00Z" → "22 Nov 2026, 11:00" where the person is. */
export function formatDateTime(text) {
    return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}

const STEPS = [
    ["second", 60],
    ["minute", 60],
    ["hour", 24],
    ["day", 30],
    ["month", 12],
    ["year", Infinity],
];

/** How long ago, or in how long: "5 minutes ago"; within a minute it is now. */
export function formatAgo(text, now = Date.now()) {
    let distance = (Date.parse(text) - now) / 1000;
    if (Math.abs(distance) < 60) {
        distance = 0;
    }
    for (const [unit, room] of STEPS) {
        if (Math.abs(distance) < room) {
            return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(Math.round(distance), unit);
        }
        distance /= room;
    }
    return formatDateTime(text);
}

/** "2026-11-22T10:00:00Z" → "11:00" where the person is. @param {string | Date} moment */
export function formatTime(moment) {
    return new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(new Date(moment));
}
