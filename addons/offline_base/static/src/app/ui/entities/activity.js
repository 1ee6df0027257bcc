/** Activities: what is due, and what is done about it. */
import { _t } from "@web/core/l10n/translation";
import { formatDate } from "../model/format";
import { dayOf } from "../model/days";
import { entities } from "../registries";

/** When it is due, as a section of the list. */
function due({ date_deadline: day }) {
    const today = dayOf(Date.now());
    if (!day) {
        return { key: "9", label: _t("No day") };
    }
    if (day < today) {
        return { key: "0", label: _t("Overdue"), tone: "danger" };
    }
    return day === today ? { key: "1", label: _t("Today"), tone: "warning" } : { key: "2", label: _t("Later") };
}

/** One that was marked done here is over, whether it was sent or not. */
function isOver({ active }) {
    return active === false;
}

entities.add("mail.activity", {
    icon: "clock-o",
    label: _t("Activity"),
    plural: _t("Activities"),
    title: ({ summary, res_name }, { activity_type_id = "" } = {}) => summary || activity_type_id || res_name || _t("Activity"),
    subtitle: ({ res_name, date_deadline, summary }, { activity_type_id = "" } = {}) =>
        [summary ? activity_type_id : null, res_name, date_deadline && formatDate(date_deadline)].filter(Boolean).join(" · "),
    named: ["activity_type_id"],
    sections: [
        { label: "", fields: ["activity_type_id", "summary", "date_deadline", "res_id", "user_id"] },
        { label: _t("Note"), fields: ["note"] },
    ],
    shows: { res_id: ({ res_model }) => Boolean(res_model) },
    labels: { res_id: _t("About") },
    needs: ["activity_type_id", "date_deadline"],
    defaults: (app) => ({ date_deadline: dayOf(Date.now()), user_id: app.device.settings.user.id }),
    picks: { activity_type_id: ({ res_model }, values) => !res_model || res_model === values.res_model },
    group: { label: _t("Due"), of: due },
    sorts: [{ name: "due", label: _t("By day"), of: ({ date_deadline }) => date_deadline ?? "9" }],
    filters: [
        { name: "late", label: _t("Overdue"), keep: (values) => due(values).key === "0" },
        { name: "today", label: _t("Today"), keep: (values) => due(values).key === "1" },
    ],
    operations: {
        complete: {
            icon: "check",
            main: true,
            isOnce: true,
            labels: { feedback: _t("How did it go?") },
            hidden: isOver,
            said: _t("Marked done on this device."),
            after: (app) => app.router.back(),
        },
        postpone: {
            icon: "calendar-plus-o",
            labels: { date_deadline: _t("New day") },
            hidden: isOver,
            defaults: ({ date_deadline }) => ({ date_deadline }),
            said: _t("Postponed on this device."),
        },
    },
    files: true,
});

entities.add("mail.activity.type", { icon: "clock-o", isHome: false });
