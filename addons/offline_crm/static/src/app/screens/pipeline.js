/** My pipeline: opportunities in the columns of their stages, to be moved by hand, by thumb and by keys. */
import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Badge, Chips, Empty, Icon, Row, Screen, SearchBox } from "@offline_base/app/ui/kit/kit";
import { entityOf, may } from "@offline_base/app/ui/model/entities";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { counted, ordered } from "@offline_base/app/ui/model/listing";
import { destinations, screens, tiles } from "@offline_base/app/ui/registries";
import { all, move, teamsOf } from "../model/deeds";
import { byId, columnsOf, dueOf, isLead, LEAD, outcomeOf, STAGE, stagesFor, sumOf } from "../model/pipeline";
import { MoveSheet } from "../parts/move";

/** Those of the filters of the list that the pipeline offers. */
const FILTERS = ["mine", "team", "due", "unsent"];

/** Cards of a column that are drawn at once. */
const PAGE = 40;

/** How the person looked at it last, for as long as the page lives. */
const left = { text: "", whose: "mine" };

export class Pipeline extends Component {
    static template = "offline_crm.Pipeline";
    static components = { Badge, Chips, Empty, Icon, Row, Screen, SearchBox };
    static props = {};

    setup() {
        this.app = useApp();
        const profile = this.app.entity(LEAD);
        this.entity = profile && entityOf(profile);
        this.state = useState({ ...left, limits: {}, dragged: null, over: null });
        this.board = useRef("board");
        this.live = useLive(
            async () => (this.entity ? this.read() : {}),
            () => [this.state.text, this.state.whose, JSON.stringify(this.state.limits)],
        );
    }

    async read() {
        const { app, entity } = this;
        const [found, known, parked] = await Promise.all([
            app.device.search(LEAD, this.state.text, {}, { limit: Infinity }),
            entity.known(app),
            app.device.unresolved(),
        ]);
        const { stages, due, today } = known;
        const deals = found.filter(({ values }) => !isLead(values));
        const filters = entity.filters.filter(({ name }) => FILTERS.includes(name));
        const chips = [...counted(filters, deals, app, known), { name: "all", label: String(_t("All")), count: deals.length }];
        const shown = ordered(deals, { filter: filters.find(({ name }) => name === this.state.whose), app, known });
        const order = stagesFor([...stages.values()], teamsOf(deals));
        const there = shown.filter(({ values }) => outcomeOf(values, stages) !== "lost");
        const numbers = new Set(parked.map(({ seq }) => seq));
        const columns = columnsOf(there, order);
        await Promise.all(columns.map(async (column) => {
            column.cards = await Promise.all(column.records.slice(0, this.state.limits[column.stage.id] ?? PAGE).map((record) => this.card(record, dueOf(record, due), today, numbers)));
        }));
        const open = there.filter(({ values }) => outcomeOf(values, stages) === "open");
        return { columns, order, chips, lost: shown.length - there.length, open: open.length, revenue: sumOf(open) };
    }

    async card(record, due, today, parked) {
        const { values, pending } = record;
        const customer = values.partner_id === null ? values.partner_name : await this.app.device.nameOf("res.partner", values.partner_id);
        return {
            record,
            title: values.name || _t("Without a name"),
            moveLabel: _t("Move %s", values.name ?? ""),
            customer: customer || values.contact_name || "",
            revenue: values.expected_revenue ? formatNumber(values.expected_revenue, 0) : "",
            stars: Number(values.priority ?? 0),
            due: due === null ? null : { isLate: due < today, isToday: due === today, label: due < today ? _t("Activity overdue") : due === today ? _t("Activity today") : _t("Activity planned") },
            isParked: pending.some((seq) => parked.has(seq)),
            isUnsent: pending.length > 0,
        };
    }

    // --- what is shown -----------------------------------------------------------------------------------------------

    get subtitle() {
        const { open, revenue } = this.live;
        return _t("%(count)s open, %(revenue)s expected", { count: formatNumber(open), revenue: formatNumber(revenue, 0) });
    }

    /** Where each column is reached with one tap, where they do not all fit side by side. */
    get stops() {
        return this.live.columns.map(({ stage, count }) => ({ name: String(stage.id), label: stage.values.name, count }));
    }

    sum(column) {
        return formatNumber(column.revenue, 0);
    }

    get lostText() {
        return this.live.lost === 1 ? _t("One is lost") : _t("%s are lost", formatNumber(this.live.lost));
    }

    look(how) {
        Object.assign(this.state, how);
        Object.assign(left, { text: this.state.text, whose: this.state.whose });
    }

    more(column) {
        const { id } = column.stage;
        this.state.limits[id] = (this.state.limits[id] ?? PAGE) + PAGE;
    }

    stop(id) {
        const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
        this.board.el.querySelector(`[data-stage="${id}"]`).scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "nearest", inline: "start" });
    }

    // --- moving ------------------------------------------------------------------------------------------------------

    async ask({ record, title }) {
        const stage = await this.app.messages.open(MoveSheet, { title: _t("Move “%s”", title), stages: this.live.order, present: record.values.stage_id });
        if (stage) {
            await move(this.app, record, stage);
        }
    }

    drag(event, { record }) {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", String(record.ref));
        this.state.dragged = record;
    }

    over(event, column) {
        if (this.state.dragged) {
            event.preventDefault();
            this.state.over = column.stage.id;
        }
    }

    end() {
        Object.assign(this.state, { dragged: null, over: null });
    }

    async drop(column) {
        const { dragged } = this.state;
        this.end();
        if (dragged) {
            await move(this.app, dragged, column.stage);
        }
    }

    // --- where it leads ----------------------------------------------------------------------------------------------

    get mayCreate() {
        return this.entity !== null && may(this.entity, "create");
    }

    create(stage = null) {
        const preset = stage && !stage.values.is_won ? JSON.stringify({ stage_id: stage.id }) : undefined;
        this.app.router.go("form", { entity: LEAD, ref: "new", preset });
    }

    open({ ref }) {
        this.app.router.go("record", { entity: LEAD, ref });
    }

    list(filter) {
        this.app.router.go("list", { entity: LEAD, filter });
    }
}

/** The way to the pipeline from the home screen, with what it is about. */
export class PipelineTile extends Component {
    static template = "offline_crm.PipelineTile";
    static components = { Icon };
    static props = {};

    setup() {
        this.app = useApp();
        this.live = useLive(async () => {
            const me = this.app.device.settings.user.id;
            const [records, stages] = await Promise.all([all(this.app, LEAD, { user_id: me }), all(this.app, STAGE)]);
            const known = byId(stages);
            const open = records.filter(({ values }) => outcomeOf(values, known) === "open");
            const leads = open.filter(({ values }) => isLead(values)).length;
            return { deals: open.length - leads, leads };
        });
    }

    get isThere() {
        return isThere(this.app);
    }

    get hasLeads() {
        return this.live.leads > 0;
    }
}

function isThere(app) {
    return app.device !== null && app.entity(LEAD) !== null;
}

screens.add("pipeline", { path: "/pipeline", component: Pipeline });
destinations.add("pipeline", { label: _t("Pipeline"), icon: "handshake-o", screen: "pipeline", isThere }, { sequence: 15 });
tiles.add("pipeline", { component: PipelineTile }, { sequence: 10 });
