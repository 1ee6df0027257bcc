/** Events of the calendar. */
import { _t } from "@web/core/l10n/translation";
import { formatDate, formatDateTime } from "../model/format";
import { dayOf } from "../model/days";
import { instantOf } from "../model/texts";
import { entities } from "../registries";

const HOUR_MS = 3_600_000;

/** The day on which it begins, where the person is. */
export function dayOfEvent({ allday, start_date, start }) {
    return allday && start_date ? start_date : start && dayOf(start);
}

function plain(moment) {
    return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}

entities.add("calendar.event", {
    icon: "calendar",
    label: _t("Event"),
    plural: _t("Events"),
    subtitle: ({ allday, start_date, start, location }) =>
        [allday && start_date ? formatDate(start_date) : start && formatDateTime(start), location].filter(Boolean).join(" · "),
    sections: [
        { label: "", fields: ["name", "allday", "start", "stop", "start_date", "stop_date", "location", "videocall_location"] },
        { label: _t("People"), fields: ["partner_ids", "user_id", "res_id"] },
        { label: _t("More"), fields: ["description", "categ_ids", "alarm_ids", "show_as", "privacy"] },
    ],
    labels: { res_id: _t("About") },
    widgets: { videocall_location: "url" },
    shows: {
        start: ({ allday }) => !allday,
        stop: ({ allday }) => !allday,
        start_date: ({ allday }) => Boolean(allday),
        stop_date: ({ allday }) => Boolean(allday),
        res_id: ({ res_model }) => Boolean(res_model),
    },
    needs: ["name", "start", "stop", "start_date", "stop_date"],
    defaults: (app, values, { day = null } = {}) => {
        const coming = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
        const next = day && day !== dayOf(coming) ? Date.parse(instantOf(`${day}T09:00`)) : coming;
        return { allday: false, start: plain(next), stop: plain(next + HOUR_MS), user_id: app.device.settings.user.id, show_as: "busy" };
    },
    /** The end follows the beginning; whole days and hours follow each other. */
    follow(name, { allday, start, stop, start_date, stop_date }) {
        if (name === "start" && start && (!stop || stop <= start)) {
            return { stop: plain(Date.parse(start) + HOUR_MS) };
        }
        if (name === "start_date" && start_date && (!stop_date || stop_date < start_date)) {
            return { stop_date: start_date };
        }
        if (name === "allday" && allday && start) {
            return { start_date: start_date ?? dayOf(start), stop_date: stop_date ?? dayOf(stop ?? start) };
        }
        return {};
    },
    group: { label: _t("Day"), of: (values) => ({ key: dayOfEvent(values) || "9", label: dayOfEvent(values) ? formatDate(dayOfEvent(values)) : _t("No day") }) },
    sorts: [{ name: "day", label: _t("By day"), of: (values) => (values.allday ? values.start_date : values.start) ?? "9" }],
    filters: [
        { name: "coming", label: _t("Coming"), keep: (values) => (dayOfEvent(values) ?? "") >= dayOf(Date.now()) },
        { name: "past", label: _t("Past"), keep: (values) => (dayOfEvent(values) ?? "9") < dayOf(Date.now()) },
    ],
    operations: {
        accept: { icon: "check", main: true, said: _t("Accepted on this device.") },
        tentative: { icon: "question", said: _t("Left open on this device.") },
        decline: { icon: "times", said: _t("Declined on this device.") },
    },
    related: [{ entity: "calendar.attendee", field: "event_id", label: _t("Replies") }],
    address: ({ location }) => location,
    chatter: true,
    files: true,
});

const REPLIES = {
    accepted: ["check", _t("Accepted")],
    declined: ["times", _t("Declined")],
    tentative: ["question", _t("Maybe")],
    needsAction: ["clock-o", _t("No reply yet")],
};

entities.add("calendar.attendee", {
    icon: "user",
    label: _t("Attendee"),
    plural: _t("Attendees"),
    title: ({ common_name }, { partner_id = "" } = {}) => common_name || partner_id,
    subtitle: ({ state }) => String(REPLIES[state]?.[1] ?? ""),
    called: ({ state }) => REPLIES[state]?.[0] ?? "user",
    named: ["partner_id"],
    isHome: false,
});
