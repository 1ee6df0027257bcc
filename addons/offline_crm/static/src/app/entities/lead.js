/** Leads and opportunities, and the small kinds that they need. */
import { _t } from "@web/core/l10n/translation";
import { agenda, entities } from "@offline_base/app/ui/registries";
import { address, isStateOf } from "@offline_base/app/ui/entities/partner";
import { dayOf } from "@offline_base/app/ui/model/days";
import { entityOf } from "@offline_base/app/ui/model/entities";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { all, convert, lost, restored, teamsOf, won } from "../model/deeds";
import { CHECK_IN } from "../model/check_in";
import { ORDERS } from "../model/kinds";
import { byId, dueDays, dueOf, isLead, LEAD, outcomeOf, STAGE, stagesFor } from "../model/pipeline";
import { Deal } from "../parts/deal";
import { Made } from "../parts/made";
import { Similar } from "../parts/similar";
import { correctQuote, quote } from "../quotation/begin";
import { toldQuote } from "../quotation/telling";

/** What `convert` takes for the customer. */
const CUSTOMERS = [
    ["new", _t("A new customer")],
    ["existing", _t("A customer who is there")],
    ["none", _t("No customer yet")],
];

function isClosed({ active, won_status }) {
    return active === false || won_status !== "pending";
}

/** What lists of leads know besides: stages by id, and what is due on which. */
async function known(app) {
    const [records, stages, activities] = await Promise.all([all(app, LEAD), all(app, STAGE), all(app, "mail.activity", { res_model: LEAD })]);
    return {
        stages: byId(stages),
        order: stagesFor(stages, teamsOf(records)).map(({ id }) => id),
        due: dueDays(activities),
        today: dayOf(Date.now()),
    };
}

/** The heading that a record stands under. */
function stageOf(values, { stages }) {
    if (isLead(values)) {
        return { key: "lead", label: _t("Leads") };
    }
    if (outcomeOf(values, stages) === "lost") {
        return { key: "lost", label: _t("Lost"), tone: "danger" };
    }
    return { key: values.stage_id, label: stages.get(values.stage_id)?.values.name ?? _t("No stage") };
}

/** Leads first, then by stage, what is lost last. */
function rank(values, { stages, order }) {
    if (isLead(values)) {
        return -1;
    }
    return outcomeOf(values, stages) === "lost" ? order.length + 1 : order.indexOf(values.stage_id);
}

entities.add(LEAD, {
    icon: "handshake-o",
    label: _t("Opportunity"),
    plural: _t("Leads and opportunities"),
    subtitle: ({ partner_name, contact_name, city, expected_revenue }, { partner_id = "" } = {}) =>
        [partner_id || partner_name || contact_name, city, expected_revenue ? formatNumber(expected_revenue, 0) : null].filter(Boolean).join(" · "),
    called: (values) => (isLead(values) ? "magnet" : isClosed(values) ? (values.won_status === "won" ? "trophy" : "thumbs-o-down") : "handshake-o"),
    named: ["partner_id"],
    sections: [
        { label: "", fields: ["name", "type", "partner_id", "expected_revenue", "probability", "date_deadline", "stage_id", "priority", "tag_ids"] },
        { label: _t("Contact"), fields: ["partner_name", "contact_name", "function", "email_from", "phone", "website"] },
        { label: _t("Address"), fields: ["street", "street2", "zip", "city", "country_id", "state_id"] },
        { label: _t("Notes"), fields: ["description"] },
        { label: _t("More"), fields: ["user_id", "team_id", "campaign_id", "source_id", "medium_id", "referred", "lost_reason_id"] },
    ],
    above: ["name", "type", "expected_revenue", "probability", "date_deadline", "stage_id", "priority", "lost_reason_id"],
    shows: {
        stage_id: (values) => !isLead(values),
        probability: (values) => !isLead(values),
        lost_reason_id: ({ active }) => active === false,
    },
    needs: ["name"],
    picks: {
        state_id: isStateOf,
        stage_id: ({ team_ids, is_won }, values) => !is_won && (!team_ids?.length || team_ids.includes(values.team_id)),
    },
    async defaults(app, values) {
        const team = teamsOf(await all(app, LEAD, { user_id: app.device.settings.user.id }))[0] ?? null;
        const [first] = stagesFor(await all(app, STAGE), [team]);
        return {
            ...{ type: "opportunity", user_id: app.device.settings.user.id, priority: "0" },
            ...(first && values.stage_id === undefined && { stage_id: first.id }),
        };
    },
    verbs: ["create", "update"],
    known,
    filters: [
        { name: "mine", label: _t("Mine"), keep: ({ user_id }, app) => user_id === app.device.settings.user.id },
        { name: "team", label: _t("My team's"), keep: ({ user_id }, app) => user_id !== app.device.settings.user.id },
        { name: "leads", label: _t("Leads"), keep: (values) => isLead(values) && !isClosed(values) },
        { name: "due", label: _t("Activity due"), keep: (values, app, record, { due, today }) => (dueOf(record, due) ?? "9") <= today },
        { name: "unsent", label: _t("Not synced"), keep: (values, app, { pending }) => pending.length > 0 },
        { name: "won", label: _t("Won"), keep: (values, app, record, { stages }) => !isLead(values) && outcomeOf(values, stages) === "won" },
        { name: "lost", label: _t("Lost"), keep: (values, app, record, { stages }) => outcomeOf(values, stages) === "lost" },
    ],
    sorts: [
        { name: "stage", label: _t("By stage"), of: rank },
        { name: "name", label: _t("By name"), of: ({ name }) => name },
        { name: "revenue", label: _t("By revenue"), of: ({ expected_revenue }) => expected_revenue, down: true },
        { name: "closing", label: _t("By closing day"), of: ({ date_deadline }) => date_deadline },
    ],
    group: { label: _t("Stage"), of: stageOf },
    kinds: [
        { name: "deals", label: _t("Deals"), of: (values) => !isLead(values) },
        { name: "leads", label: _t("Leads"), of: isLead },
    ],
    operations: {
        convert: {
            ...{ icon: "handshake-o", main: true, isOnce: true, hidden: (values) => !isLead(values) || isClosed(values), run: convert },
            fields: { customer: { type: "selection", selection: CUSTOMERS }, partner: { type: "many2one", relation: "res.partner", selection: null } },
            labels: { customer: _t("Customer"), partner: _t("Who it is") },
            shows: { partner: ({ customer }) => customer === "existing" },
        },
        mark_won: { icon: "trophy", main: true, isOnce: true, hidden: (values) => isLead(values) || isClosed(values), effect: won, said: _t("Won! Odoo learns of it with the next sync.") },
        mark_lost: {
            icon: "thumbs-o-down",
            isOnce: true,
            hidden: isClosed,
            fields: { reason: { type: "many2one", relation: "crm.lost.reason", selection: null } },
            labels: { reason: _t("Why was it lost?"), feedback: _t("Closing note") },
            effect: lost,
            said: _t("Lost on this device. It can be restored."),
        },
        restore: { icon: "undo", main: true, isOnce: true, hidden: ({ active, won_status }) => active !== false && won_status !== "lost", effect: restored, said: _t("Restored on this device.") },
        log_call: {
            place: "call",
            fields: { summary: { type: "char", selection: null } },
            labels: { minutes: _t("Minutes"), summary: _t("Subject"), note: _t("What was said"), at: _t("When") },
            defaults: () => ({ at: `${new Date().toISOString().slice(0, 19)}Z` }),
            said: _t("The call is logged on this device."),
        },
        // The bar of stages moves it; notes, activities and events are made as on any other record, and seen at once.
        check_in: CHECK_IN,
        // A quotation has lines: it is made on a screen of its own.
        quote: { icon: "file-text-o", hidden: (values) => isLead(values) || values.active === false, run: quote, correct: correctQuote, told: toldQuote, kind: ORDERS },
        set_stage: { hidden: () => true },
        next_stage: { hidden: () => true },
        schedule_activity: { hidden: () => true },
        post_note: { hidden: () => true },
        plan_meeting: { hidden: () => true },
    },
    quick: [Deal, Made, Similar],
    related: [{ entity: "sale.order", field: "opportunity_id", label: _t("Quotations and orders") }],
    address,
    guests: ({ values }) => (values.partner_id === null ? [] : [values.partner_id]),
    chatter: true,
    files: true,
    isHome: false,
});

entities.add(STAGE, { icon: "columns" });
entities.add("crm.team", { icon: "users" });
entities.add("crm.tag", { icon: "tags", isHome: false });
entities.add("crm.lost.reason", { icon: "thumbs-o-down" });

/** The days on which opportunities of this person are expected to close. */
agenda.add(LEAD, {
    async read(app) {
        const { icon } = entityOf(app.entity(LEAD));
        const mine = await all(app, LEAD, { user_id: app.device.settings.user.id });
        return mine
            .filter(({ values }) => values.date_deadline && !isLead(values) && !isClosed(values))
            .map(({ entity, ref, values }) => ({ entity, ref, icon, title: values.name ?? "", subtitle: String(_t("Expected closing")), day: values.date_deadline, at: null }));
    },
});
