/** The records of an entity that this device holds, searched at each keystroke. */
import { Component, onMounted, onWillDestroy, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Badge, Chips, Empty, Icon, Row, Screen, SearchBox } from "../../kit/kit";
import { Scan } from "../../kit/scan";
import { entityOf, may } from "../../model/entities";
import { formatNumber } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { counted, headed, ordered } from "../../model/listing";
import { namesFor } from "../../model/names";
import { screens } from "../../registries";
import { FindSheet } from "../pins/find";

/** So many rows come at a time, while the person scrolls. */
const PAGE = 60;

/** Where the person was in each list, for as long as the page lives. @type {Map<string, object>} */
const left = new Map();

export class RecordList extends Component {
    static template = "offline_base.RecordList";
    static components = { Badge, Chips, Empty, Icon, Row, Screen, SearchBox };
    static props = { entity: String, filter: { type: String, optional: true } };

    setup() {
        this.app = useApp();
        const profile = this.app.entity(this.props.entity);
        this.entity = profile && entityOf(profile);
        const { filter = "" } = this.props;
        this.state = useState({ text: "", filter, sort: "", limit: PAGE, at: null, ...left.get(this.props.entity) });
        this.end = useRef("end");
        this.rows = useRef("rows");
        this.live = useLive(
            async () => (this.entity ? this.read() : {}),
            () => [this.state.text, this.state.filter, this.state.sort, this.state.limit],
        );
        this.watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.more(), {
            rootMargin: "800px",
        });
        useEffect(
            (end) => {
                if (end) {
                    this.watcher.observe(end);
                    return () => this.watcher.unobserve(end);
                }
            },
            () => [this.end.el, this.live.rows?.length],
        );
        onMounted(() => {
            const { at } = this.state;
            this.rows.el?.querySelector(`[data-ref="${CSS.escape(String(at))}"]`)?.scrollIntoView({ block: "center" });
        });
        onWillDestroy(() => this.watcher.disconnect());
    }

    async read() {
        const { app, entity } = this;
        const { text, limit } = this.state;
        const { device } = app;
        const [found, known] = await Promise.all([device.search(entity.name, text, {}, { limit: Infinity }), entity.known(app)]);
        const fitting = ordered(found, { filter: this.filter, sort: this.sort, app, known });
        const parked = new Set((await device.unresolved()).map(({ seq }) => seq));
        const shown = await Promise.all(
            headed(fitting.slice(0, limit), text || this.sort !== this.sorts[0] ? null : entity.group, known).map(async ({ record, heading }) => {
                const names = await namesFor(device, entity, record.values);
                return {
                    ref: record.ref,
                    heading,
                    title: entity.title(record.values, names) || _t("Without a name"),
                    subtitle: entity.subtitle(record.values, names),
                    icon: entity.called(record.values) ?? entity.icon,
                    isParked: record.pending.some((seq) => parked.has(seq)),
                    isUnsent: record.pending.length > 0,
                };
            }),
        );
        const all = text ? await device.count(entity.name) : found.length;
        const isGrouped = shown.some(({ heading }) => heading !== null);
        return { rows: shown, isGrouped, count: fitting.length, all, chips: this.chips(found, known) };
    }

    // --- how it is looked at -----------------------------------------------------------------------------------------

    get sorts() {
        return this.entity.sorts;
    }

    get sort() {
        return this.sorts.find(({ name }) => name === this.state.sort) ?? this.sorts[0] ?? null;
    }

    get filter() {
        return this.entity.filters.find(({ name }) => name === this.state.filter) ?? null;
    }

    chips(found, known) {
        const { filters } = this.entity;
        return filters.length ? [{ name: "", label: _t("All"), count: found.length }, ...counted(filters, found, this.app, known)] : [];
    }

    get subtitle() {
        const { count, all } = this.live;
        return count === all ? _t("%s on this device", formatNumber(all)) : _t("%s of %s on this device", formatNumber(count), formatNumber(all));
    }

    look(how) {
        Object.assign(this.state, { limit: PAGE, at: null, ...how });
        left.set(this.props.entity, { ...this.state });
    }

    more() {
        if (this.live.rows.length < this.live.count) {
            this.state.limit = this.live.rows.length + PAGE;
        }
    }

    async scan() {
        const text = await this.app.messages.open(Scan, { title: _t("Scan a barcode") });
        if (text) {
            this.look({ text });
        }
    }

    // --- where it leads ----------------------------------------------------------------------------------------------

    get mayCreate() {
        return this.entity !== null && may(this.entity, "create");
    }

    open(ref) {
        left.set(this.props.entity, { ...this.state, at: ref });
        this.app.router.go("record", { entity: this.props.entity, ref });
    }

    /** Whether Odoo can be asked for what is not here: by words, and of records that can be kept here. */
    get canFind() {
        const { app, state } = this;
        return Boolean(state.text.trim()) && app.network && app.device.pins.allows(this.props.entity);
    }

    async find() {
        const id = await this.app.messages.open(FindSheet, { entity: this.entity, text: this.state.text });
        if (id) {
            this.open(id);
        }
    }

    create() {
        this.app.router.go("form", { entity: this.props.entity, ref: "new" });
    }

    /** What stands in the place of rows: why there are none, and the way on. */
    get empty() {
        const { text, filter } = this.state;
        if (text) {
            return { title: _t("Nothing fits “%s”", text), text: _t("Only what is on this device is searched.") };
        }
        if (filter) {
            return { title: _t("Nothing here"), text: _t("Choose All to see the rest.") };
        }
        return this.app.status.last_sync_at
            ? { title: _t("Nothing on this device yet"), text: _t("What concerns you comes with the next sync.") }
            : { title: _t("Nothing on this device yet"), text: _t("Sync once while there is a network.") };
    }
}

screens.add("list", { path: "/list/:entity", component: RecordList });
