/**
 * What stands on which day, from every source that the registry knows.
 *
 * An item: `{entity, ref, day, until?, at?, ends?, title, subtitle?, icon?, isTask?}`. `day` and `until` are the first
 * and the last day; `at` and `ends` are moments, null for a whole day; a task that is late moves to today.
 */
import { agenda } from "../registries";
import { dayOf } from "./days";
import { entityOf } from "./entities";

/** All items, those of a day in order: whole days first. */
export async function readAgenda(app) {
    const found = await Promise.all(
        agenda
            .getEntries()
            .filter(([entity]) => app.entity(entity))
            .map(([, source]) => source.read(app)),
    );
    const order = ({ day, at, title }) => `${day} ${at ?? ""} ${title}`;
    return found.flat().sort((one, other) => (order(one) < order(other) ? -1 : 1));
}

/** The items of a day. */
export function itemsOn(items, day) {
    return items.filter((item) => item.day <= day && day <= (item.until ?? item.day));
}

/** Tasks that should have been done before this day. */
export function lateOn(items, today) {
    return items.filter((item) => item.isTask && item.day < today);
}

const all = (app, entity) => app.device.search(entity, "", {}, { limit: Infinity });

agenda.add("calendar.event", {
    async read(app) {
        const { icon } = entityOf(app.entity("calendar.event"));
        return (await all(app, "calendar.event"))
            .filter(({ values }) => (values.allday ? values.start_date : values.start))
            .map(({ entity, ref, values }) => ({
                entity,
                ref,
                icon,
                title: values.name ?? "",
                subtitle: values.location ?? "",
                day: values.allday ? values.start_date : dayOf(values.start),
                until: values.allday ? values.stop_date : dayOf(values.stop ?? values.start),
                at: values.allday ? null : values.start,
                ends: values.allday ? null : values.stop,
            }));
    },
});

agenda.add("mail.activity", {
    async read(app) {
        const shown = (await all(app, "mail.activity")).filter(({ values }) => values.date_deadline);
        const { icon } = entityOf(app.entity("mail.activity"));
        return Promise.all(
            shown.map(async ({ entity, ref, values }) => ({
                entity,
                ref,
                icon,
                isTask: true,
                title:
                    values.summary ||
                    (values.activity_type_id && (await app.device.nameOf("mail.activity.type", values.activity_type_id))) ||
                    values.res_name ||
                    "",
                subtitle: values.res_name ?? "",
                day: values.date_deadline,
                at: null,
            })),
        );
    },
});
