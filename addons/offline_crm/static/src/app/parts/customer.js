/** All round a customer: opportunities, what is planned about them, visits; those of its people included. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { dayOfEvent } from "@offline_base/app/ui/entities/event";
import { Badge, Icon, Numbers, Row } from "@offline_base/app/ui/kit/kit";
import { dayOf } from "@offline_base/app/ui/model/days";
import { entityOf, may, refOf } from "@offline_base/app/ui/model/entities";
import { formatDate, formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { pointingTo } from "@offline_base/app/ui/screens/record/lines";
import { all } from "../model/deeds";
import { byId, isLead, LEAD, outcomeOf, STAGE, sumOf } from "../model/pipeline";

const PARTNER = "res.partner";
const SHOWN = 5;

const keyOf = (ref) => ref?.uid ?? ref;

/** All names of records. */
const namesOf = (records) => new Set(records.flatMap(({ id, uid }) => [id, uid]).filter((one) => one !== null));

/** What this device holds about a customer: `{deals, stages, activities, events}`. */
async function around(app, customer) {
    const names = namesOf([customer, ...(await pointingTo(app.device, PARTNER, "parent_id", customer))]);
    const isNamed = (ref) => ref !== null && names.has(keyOf(ref));
    const [leads, stages, activities, events] = await Promise.all([all(app, LEAD), all(app, STAGE), all(app, "mail.activity"), all(app, "calendar.event")]);
    const deals = leads.filter(({ values }) => isNamed(values.partner_id));
    const ours = namesOf(deals);
    return {
        deals,
        stages: byId(stages),
        activities: activities.filter(({ values }) => values.active !== false && ((values.res_model === LEAD && ours.has(keyOf(values.res_id))) || (values.res_model === PARTNER && isNamed(values.res_id)))),
        events: events.filter(({ values }) => (values.partner_ids ?? []).some(isNamed)),
    };
}

const dayOfVisit = ({ values }) => dayOfEvent(values) ?? "";

export class CustomerNumbers extends Component {
    static template = "offline_crm.CustomerNumbers";
    static components = { Numbers };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(async () => ({ numbers: this.app.entity(LEAD) === null ? [] : await this.read() }), () => [this.props.record.ref]);
    }

    async read() {
        const { deals, stages, activities, events } = await around(this.app, this.props.record);
        const today = dayOf(Date.now());
        const open = deals.filter(({ values }) => outcomeOf(values, stages) === "open");
        const won = deals.filter(({ values }) => outcomeOf(values, stages) === "won");
        const due = activities.map(({ values }) => values.date_deadline).filter(Boolean).sort()[0];
        const days = events.map(dayOfVisit).sort();
        const [last, next] = [days.findLast((day) => day && day < today), days.find((day) => day >= today)];
        return [
            ...(deals.length ? [{ label: _t("Open opportunities"), value: formatNumber(open.length) }, { label: _t("Expected revenue"), value: formatNumber(sumOf(open), 0) }] : []),
            ...(won.length ? [{ label: _t("Won"), value: formatNumber(sumOf(won), 0), tone: "good" }] : []),
            ...(due ? [{ label: _t("Next activity"), value: formatDate(due), tone: due < today ? "danger" : undefined }] : []),
            ...(next ? [{ label: _t("Next visit"), value: formatDate(next) }] : last ? [{ label: _t("Last visit"), value: formatDate(last) }] : []),
        ].map(({ label, ...one }) => ({ ...one, label: String(label) }));
    }
}

export class Customer extends Component {
    static template = "offline_crm.Customer";
    static components = { Badge, Icon, Row };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(async () => (this.app.entity(LEAD) === null ? { deals: [], tasks: [], visits: [] } : this.read()), () => [this.props.record.ref]);
    }

    async read() {
        const { deals, stages, activities, events } = await around(this.app, this.props.record);
        const today = dayOf(Date.now());
        const rank = { open: 0, won: 1, lost: 2 };
        const kind = entityOf(this.app.entity(LEAD));
        const shown = deals.map((record) => ({ record, outcome: outcomeOf(record.values, stages) })).sort((one, other) => rank[one.outcome] - rank[other.outcome]);
        const tasks = activities.filter(({ values }) => values.res_model === LEAD).sort((one, other) => ((one.values.date_deadline ?? "9") < (other.values.date_deadline ?? "9") ? -1 : 1));
        // What comes next first, then what was last.
        const coming = events.filter((event) => dayOfVisit(event) >= today).sort((one, other) => (dayOfVisit(one) < dayOfVisit(other) ? -1 : 1));
        const past = events.filter((event) => dayOfVisit(event) < today).sort((one, other) => (dayOfVisit(one) < dayOfVisit(other) ? 1 : -1));
        return {
            deals: shown.map(({ record, outcome }) => this.deal(kind, record, outcome, stages)),
            tasks: tasks.slice(0, SHOWN).map((record) => this.task(record, today)),
            visits: [...coming, ...past].slice(0, SHOWN).map((record) => this.visit(record)),
        };
    }

    deal(kind, { ref, values, pending }, outcome, stages) {
        const stage = stages.get(values.stage_id)?.values.name ?? "";
        const words = { open: isLead(values) ? _t("Lead") : stage, won: _t("Won"), lost: _t("Lost") };
        return {
            key: ref,
            icon: kind.called(values),
            title: values.name ?? "",
            text: values.expected_revenue ? formatNumber(values.expected_revenue, 0) : "",
            badge: String(words[outcome]),
            tone: { open: "quiet", won: "good", lost: "danger" }[outcome],
            isUnsent: pending.length > 0,
            open: () => this.app.router.go("record", { entity: LEAD, ref }),
        };
    }

    task({ ref, values }, today) {
        const isLate = values.date_deadline !== null && values.date_deadline < today;
        const kind = entityOf(this.app.entity("mail.activity"));
        return {
            key: ref,
            title: kind.title(values),
            text: kind.subtitle(values),
            tone: isLate ? "danger" : "quiet",
            isLate,
            open: () => this.app.router.go("record", { entity: "mail.activity", ref }),
        };
    }

    visit({ ref, values }) {
        return {
            key: ref,
            title: values.name ?? "",
            text: entityOf(this.app.entity("calendar.event")).subtitle(values),
            open: () => this.app.router.go("record", { entity: "calendar.event", ref }),
        };
    }

    get mayAdd() {
        const profile = this.app.entity(LEAD);
        return this.props.record.present && profile !== null && may(entityOf(profile), "create");
    }

    add() {
        this.app.router.go("form", { entity: LEAD, ref: "new", preset: JSON.stringify({ partner_id: refOf(this.props.record) }) });
    }
}
