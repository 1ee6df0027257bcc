/** The agenda: a day or a week of all that has a time, with what is late. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Card, Chips, Empty, Icon, Row, Screen } from "../../kit/kit";
import { itemsOn, lateOn, readAgenda } from "../../model/agenda";
import { addDays, dayOf, formatDay, weekOf } from "../../model/days";
import { formatDate, formatTime } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { destinations, screens } from "../../registries";

export class Agenda extends Component {
    static template = "offline_base.Agenda";
    static components = { Card, Chips, Empty, Icon, Row, Screen };
    static props = { day: { type: String, optional: true }, view: { type: String, optional: true } };

    setup() {
        this.app = useApp();
        this.today = dayOf(Date.now());
        this.state = useState({ day: this.props.day ?? this.today, view: this.props.view ?? "day" });
        this.live = useLive(async () => ({ items: await readAgenda(this.app) }));
    }

    get views() {
        return [
            { name: "day", label: _t("Day") },
            { name: "week", label: _t("Week") },
        ];
    }

    /** The week around the day, for the strip and for the view of a week. */
    get week() {
        return weekOf(this.state.day).map((day) => ({
            day,
            items: itemsOn(this.live.items, day),
            name: formatDay(day, { weekday: "short" }),
            number: formatDay(day, { day: "numeric" }),
            label: formatDay(day),
            isToday: day === this.today,
        }));
    }

    get title() {
        return formatDay(this.state.day, { month: "long", year: "numeric" });
    }

    get dayLabel() {
        return this.state.day === this.today ? _t("Today") : formatDay(this.state.day);
    }

    get items() {
        return itemsOn(this.live.items, this.state.day);
    }

    get late() {
        return this.state.day === this.today ? lateOn(this.live.items, this.today) : [];
    }

    go(days) {
        this.state.day = addDays(this.state.day, days);
    }

    when({ at, ends, subtitle, isTask }) {
        const time = at ? [formatTime(at), ends && formatTime(ends)].filter(Boolean).join("–") : isTask ? "" : _t("All day");
        return [time, subtitle].filter(Boolean).join(" · ");
    }

    due({ day, subtitle }) {
        return [_t("Due %s", formatDate(day)), subtitle].filter(Boolean).join(" · ");
    }

    open({ entity, ref }) {
        this.app.router.go("record", { entity, ref });
    }

    /** Entities of which the person can make one here: those of the agenda that may be written. */
    get canPlan() {
        return this.app.entity("calendar.event")?.direction === "both";
    }
}

screens.add("agenda", { path: "/agenda", component: Agenda });
destinations.add("agenda", { label: _t("Agenda"), icon: "calendar", screen: "agenda" }, { sequence: 20 });
