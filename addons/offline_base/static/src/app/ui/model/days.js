/** Days as people live them: "2026-11-22" is a day where the person is. */
import { language } from "./format.js";

const DAY_MS = 86_400_000;

/** The day of a moment, in the zone of the person. @param {Date | number | string} moment */
export function dayOf(moment) {
    const date = new Date(moment);
    const two = (number) => String(number).padStart(2, "0");
    return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Noon of a day: no change of the clocks moves it to another. */
function noon(day) {
    const [year, month, date] = day.split("-").map(Number);
    return new Date(year, month - 1, date, 12);
}

/** The day so many days later. */
export function addDays(day, count) {
    return dayOf(noon(day).getTime() + count * DAY_MS);
}

/** The days from one to another, both included, at most `most`. */
export function daysBetween(from, to, most = 62) {
    const days = [];
    for (let day = from; day <= to && days.length < most; day = addDays(day, 1)) {
        days.push(day);
    }
    return days;
}

/** 1 is Monday: the day on which a week begins where this language is spoken. */
export function firstWeekday(language) {
    const locale = new Intl.Locale(language);
    return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

/** The seven days of the week that a day is in. */
export function weekOf(day, spoken = language()) {
    const back = (noon(day).getDay() - (firstWeekday(spoken) % 7) + 7) % 7;
    const first = addDays(day, -back);
    return daysBetween(first, addDays(first, 6));
}

/** "Sunday 22 November"; with `short`, "Sun". */
export function formatDay(day, options = { weekday: "long", day: "numeric", month: "long" }) {
    return new Intl.DateTimeFormat(language(), options).format(noon(day));
}
