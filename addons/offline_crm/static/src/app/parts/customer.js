/** All round a customer: opportunities, quotations, orders, what is planned, check-ins and events; of the whole company. */
import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { dayOfEvent } from "@offline_base/app/ui/entities/event";
import { Badge, Icon, Numbers, Row } from "@offline_base/app/ui/kit/kit";
import { dayOf } from "@offline_base/app/ui/model/days";
import { entityOf, keyOf, may, pointsTo, refOf } from "@offline_base/app/ui/model/entities";
import { formatDate, formatDateTime, formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { all } from "../model/deeds";
import { familyOf, PARTNER } from "../model/family";
import { SALE } from "../model/made";
import { isQuotation } from "../model/orders";
import { byId, isLead, LEAD, outcomeOf, STAGE, sumOf } from "../model/pipeline";
import { amountText } from "../quotation/words";

const VISIT = "offline.visit";
/** How many of a kind are shown until somebody asks for all. */
const SHOWN = 5;

/** All names of records. */
const namesOf = (records) => new Set(records.flatMap(({ id, uid }) => [id, uid]).filter((one) => one !== null));

/** What this device holds about a customer: `{deals, stages, quotations, orders, cancelled, activities, events, visits, made}`. */
async function around(app, customer) {
    const names = namesOf(await familyOf(app.device, customer));
    const isNamed = (ref) => ref !== null && names.has(keyOf(ref));
    const [leads, stages, orders, activities, events, visits, outbox] = await Promise.all([
        ...[LEAD, STAGE, SALE, "mail.activity", "calendar.event", VISIT].map((entity) => all(app, entity)),
        app.device.outbox(),
    ]);
    const deals = leads.filter(({ values }) => isNamed(values.partner_id));
    const ours = namesOf(deals);
    const isOurs = ({ entity, target_id, target_uid }) => ({ [PARTNER]: names, [LEAD]: ours })[entity]?.has(target_uid ?? target_id);
    const theirs = orders.filter(({ values }) => isNamed(values.partner_id)).sort((one, other) => (moment(one) < moment(other) ? 1 : -1));
    return {
        deals,
        stages: byId(stages),
        quotations: theirs.filter(({ values }) => isQuotation(values)),
        orders: theirs.filter(({ values }) => values.state === "sale"),
        cancelled: theirs.filter(({ values }) => values.state === "cancel"),
        activities: activities.filter(({ values }) => values.active !== false && ((values.res_model === LEAD && ours.has(keyOf(values.res_id))) || (values.res_model === PARTNER && isNamed(values.res_id)))),
        events: events.filter(({ values }) => (values.partner_ids ?? []).some(isNamed)),
        visits: visits.filter(({ values }) => isNamed(values.partner_id)).sort((one, other) => (one.values.arrived_at < other.values.arrived_at ? 1 : -1)),
        // The office has not answered to these: they are no records yet.
        made: outbox.filter((entry) => entry.verb === "check_in" && isOurs(entry)).reverse(),
    };
}

const moment = ({ values }) => values.date_order ?? "";

/** What orders come to together, in each of their currencies. */
async function totalOf(app, orders) {
    const sums = new Map();
    for (const { values } of orders) {
        sums.set(values.currency_id, (sums.get(values.currency_id) ?? 0) + (values.amount_total ?? 0));
    }
    const texts = await Promise.all([...sums].map(async ([currency, sum]) => amountIn(app, sum, currency)));
    return texts.join(" + ");
}

async function amountIn(app, amount, currency) {
    const held = currency === null ? null : await app.device.get("res.currency", currency);
    return held ? amountText(amount, held.values) : formatNumber(amount, 2);
}

const dayOfOne = ({ values }) => dayOfEvent(values) ?? "";

export class CustomerNumbers extends Component {
    static template = "offline_crm.CustomerNumbers";
    static components = { Numbers };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(async () => ({ numbers: await this.read() }), () => [this.props.record.ref]);
    }

    async read() {
        const { deals, stages, quotations, orders, activities, events, visits } = await around(this.app, this.props.record);
        const today = dayOf(Date.now());
        const open = deals.filter(({ values }) => outcomeOf(values, stages) === "open");
        const won = deals.filter(({ values }) => outcomeOf(values, stages) === "won");
        const due = activities.map(({ values }) => values.date_deadline).filter(Boolean).sort()[0];
        const days = events.map(dayOfOne).sort();
        const next = days.find((day) => day >= today);
        const [last] = visits;
        return [
            ...(deals.length ? [{ label: _t("Open opportunities"), value: formatNumber(open.length) }, { label: _t("Expected revenue"), value: formatNumber(sumOf(open), 0) }] : []),
            ...(won.length ? [{ label: _t("Won"), value: formatNumber(sumOf(won), 0), tone: "good" }] : []),
            ...(quotations.length ? [{ label: _t("Open quotations"), value: await totalOf(this.app, quotations) }] : []),
            ...(orders.length ? [{ label: _t("Ordered"), value: await totalOf(this.app, orders), tone: "good" }] : []),
            ...(due ? [{ label: _t("Next activity"), value: formatDate(due), tone: due < today ? "danger" : undefined }] : []),
            ...(next ? [{ label: _t("Next event"), value: formatDate(next) }] : []),
            ...(last ? [{ label: _t("Last check-in"), value: formatDate(dayOf(last.values.arrived_at)) }] : []),
        ].map(({ label, ...one }) => ({ ...one, label: String(label) }));
    }
}

export class Customer extends Component {
    static template = "offline_crm.Customer";
    static components = { Badge, Icon, Row };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.state = useState({ isWhole: {} });
        this.live = useLive(async () => this.read(), () => [this.props.record.ref]);
        // The button that was pressed is gone: the focus goes on to what it brought.
        this.grown = null;
        useEffect(
            () => {
                this.grown?.querySelectorAll(".o_row")[SHOWN]?.focus();
                this.grown = null;
            },
            () => [Object.keys(this.state.isWhole).length],
        );
    }

    async read() {
        const { deals, stages, quotations, orders, cancelled, activities, events, visits, made } = await around(this.app, this.props.record);
        const today = dayOf(Date.now());
        const rank = { open: 0, won: 1, lost: 2 };
        const lead = this.app.entity(LEAD);
        const kind = lead && entityOf(lead);
        const shown = deals.map((record) => ({ record, outcome: outcomeOf(record.values, stages) })).sort((one, other) => rank[one.outcome] - rank[other.outcome]);
        const tasks = activities.filter(({ values }) => values.res_model === LEAD).sort((one, other) => ((one.values.date_deadline ?? "9") < (other.values.date_deadline ?? "9") ? -1 : 1));
        // What comes next first, then what was last.
        const coming = events.filter((event) => dayOfOne(event) >= today).sort((one, other) => (dayOfOne(one) < dayOfOne(other) ? -1 : 1));
        const past = events.filter((event) => dayOfOne(event) < today).sort((one, other) => (dayOfOne(one) < dayOfOne(other) ? 1 : -1));
        const groups = [
            { name: "quotations", label: _t("Open quotations"), sum: await totalOf(this.app, quotations), rows: await Promise.all(quotations.map((record) => this.order(record))) },
            { name: "orders", label: _t("Orders"), sum: await totalOf(this.app, orders), rows: await Promise.all(orders.map((record) => this.order(record))) },
            { name: "cancelled", label: _t("Cancelled"), rows: await Promise.all(cancelled.map((record) => this.order(record))) },
            { name: "tasks", label: _t("Planned for the opportunities"), rows: tasks.map((record) => this.task(record, today)) },
            { name: "visits", label: _t("Check-ins"), rows: [...made.map((entry) => this.madeVisit(entry)), ...visits.map((record) => this.visit(record))] },
            { name: "events", label: _t("Events"), rows: [...coming, ...past].map((record) => this.event(record)) },
        ];
        return {
            deals: shown.map(({ record, outcome }) => this.deal(kind, record, outcome, stages)),
            groups: groups.filter(({ rows }) => rows.length).map((group) => ({ ...group, label: String(group.label) })),
        };
    }

    /** The rows of a group, the first ones until somebody asks for all. */
    rowsOf({ name, rows }) {
        return this.state.isWhole[name] ? rows : rows.slice(0, SHOWN);
    }

    isCut({ name, rows }) {
        return rows.length > SHOWN && !this.state.isWhole[name];
    }

    /** @param {object} group @param {Event} event of the button in its card */
    showAll({ name }, { currentTarget }) {
        this.grown = currentTarget.parentElement;
        this.state.isWhole[name] = true;
    }

    allText({ rows }) {
        return _t("Show all (%s)", formatNumber(rows.length));
    }

    /** Of which kind: several may have as many. */
    allLabel(group) {
        return _t("Show all (%(count)s): %(what)s", { count: formatNumber(group.rows.length), what: group.label });
    }

    get addLabel() {
        return _t("Add: %s", _t("Opportunities"));
    }

    async order({ ref, id, uid, values, pending }) {
        const kind = entityOf(this.app.entity(SALE));
        const { record } = this.props;
        const who = pointsTo(values.partner_id, record) ? "" : ((await this.app.device.nameOf(PARTNER, keyOf(values.partner_id))) ?? "");
        return {
            key: ref,
            icon: kind.called(values),
            tone: values.state === "sale" ? "good" : "quiet",
            title: kind.title(values, {}),
            text: [values.date_order && formatDate(dayOf(values.date_order)), who].filter(Boolean).join(" · "),
            amount: await amountIn(this.app, values.amount_total ?? 0, values.currency_id),
            isUnsent: pending.length > 0,
            open: () => this.app.router.go("record", { entity: SALE, ref: id ?? uid }),
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
            icon: "clock-o",
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
            icon: "map-marker",
            title: formatDateTime(values.arrived_at),
            text: values.note ?? "",
            open: () => this.app.router.go("record", { entity: VISIT, ref }),
        };
    }

    /** One that the office has not taken yet. */
    madeVisit({ op, body }) {
        return {
            key: op,
            icon: "map-marker",
            title: formatDateTime(body.args?.at ?? body.at),
            text: body.args?.note ?? "",
            isUnsent: true,
            open: () => this.app.router.go("operation", { op }),
        };
    }

    event({ ref, values }) {
        return {
            key: ref,
            icon: "calendar",
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
