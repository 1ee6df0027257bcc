/**
 * Ready to leave: what is on this device, what is missing, and one button that fetches it.
 *
 * Checks come from the registry `readiness`, each answering `[{state, label, text, fix?}]`: `state` is good, warning
 * (one can work, with less) or danger (do not leave like this); `fix` is `{label, run}`.
 */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { persist, room } from "../../../engine/quota";
import { Card, Icon, Row, Screen } from "../../kit/kit";
import { itemsOn, readAgenda } from "../../model/agenda";
import { addDays, dayOf, daysBetween } from "../../model/days";
import { entityOf } from "../../model/entities";
import { formatAgo, formatBytes, formatNumber } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { readiness, screens } from "../../registries";
import { isWrong } from "../status/offset";

/** Fresh enough to leave with. */
const FRESH_MS = 15 * 60_000;
/** The agenda of today and the days to come that is looked at. */
const AHEAD_DAYS = 2;
const ICONS = { good: "check", warning: "exclamation", danger: "times" };

export class Ready extends Component {
    static template = "offline_base.Ready";
    static components = { Card, Icon, Row, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.icons = ICONS;
        this.state = useState({ busy: false });
        this.live = useLive(async () => ({ checks: await this.check(), held: this.held }));
    }

    async check() {
        return (await Promise.all(readiness.getAll().map(({ check }) => check(this.app)))).flat();
    }

    get held() {
        const { held } = this.app.status;
        const { entities } = this.app.device.settings.profile;
        return entities.map((profile) => ({ ...entityOf(profile), count: formatNumber(held[profile.name] ?? 0) }));
    }

    get worst() {
        const states = this.live.checks.map(({ state }) => state);
        return ["danger", "warning"].find((state) => states.includes(state)) ?? "good";
    }

    get verdict() {
        return {
            good: _t("You are ready to leave"),
            warning: _t("You can leave, with a little less"),
            danger: _t("Not ready yet"),
        }[this.worst];
    }

    /** Everything that can be fetched now, in one go. */
    async prepare() {
        this.state.busy = true;
        try {
            await this.app.sync();
            await fetchFiles(this.app);
        } finally {
            this.state.busy = false;
            Object.assign(this.live, { checks: await this.check() });
        }
    }
}

/** The records of the next days, and those that they point to. */
async function ahead(app) {
    const today = dayOf(Date.now());
    const items = await readAgenda(app);
    const days = daysBetween(today, addDays(today, AHEAD_DAYS));
    const due = [...new Set(days.flatMap((day) => itemsOn(items, day)))];
    return (await Promise.all(due.map(({ entity, ref }) => app.device.get(entity, ref)))).filter(Boolean);
}

/** `{entity, ref}` of what a record points to. */
function pointsTo(app, record) {
    const found = [];
    const { fields } = app.entity(record.entity);
    for (const { name, type, relation } of fields) {
        if (relation && app.entity(relation) && (type === "many2one" || type === "many2many")) {
            found.push(...[record.values[name]].flat().filter((one) => one !== null).map((ref) => ({ entity: relation, ref })));
        }
    }
    if (record.values.res_model && record.values.res_id && app.entity(record.values.res_model)) {
        found.push({ entity: record.values.res_model, ref: record.values.res_id });
    }
    return found.map(({ entity, ref }) => ({ entity, ref: ref.uid ?? ref }));
}

/** The files on these records, and on what they point to, that are not here yet. */
async function missingFiles(app, records) {
    if (!app.entity("ir.attachment")) {
        return [];
    }
    const places = records.flatMap((record) => [record, ...pointsTo(app, record)]);
    const named = [];
    for (const { entity, ref } of places) {
        const id = typeof ref === "number" ? ref : (await app.device.get(entity, ref))?.id;
        const found = id ? await app.device.search("ir.attachment", "", { res_model: entity, res_id: id }) : [];
        named.push(...found.map(({ values }) => values.raw).filter((raw) => raw?.sha256));
    }
    const files = new Map(named.map((raw) => [raw.sha256, raw]));
    const lacking = await app.device.parts.files.lacking([...files.keys()]);
    return lacking.map((sha256) => files.get(sha256));
}

/** Fetch them one after another; what does not come stays missing, and the check says so. */
async function fetchFiles(app) {
    for (const { sha256 } of await missingFiles(app, await ahead(app))) {
        try {
            await app.device.fetch(sha256);
        } catch {
            return;
        }
    }
}

readiness.add("sync", {
    async check(app) {
        const { status } = app;
        const label = _t("Work of the office");
        if (status.receiving || !status.last_sync_at) {
            return [{ state: "danger", label, text: _t("Not everything has been received. Sync before you leave.") }];
        }
        const age = Date.now() - Date.parse(status.last_sync_at);
        return [
            {
                state: age < FRESH_MS ? "good" : "warning",
                label,
                text: _t("All received, %s.", formatAgo(status.last_sync_at)),
            },
        ];
    },
});

readiness.add("agenda", {
    async check(app) {
        const records = await ahead(app);
        const missing = new Map();
        for (const record of records) {
            for (const { entity, ref } of pointsTo(app, record)) {
                if (!(await app.device.get(entity, ref))?.present) {
                    missing.set(`${entity} ${ref}`, (await app.device.nameOf(entity, ref)) ?? entityOf(app.entity(entity)).label);
                }
            }
        }
        const label = _t("Agenda of today and the next two days");
        const files = filesCheck(await missingFiles(app, records));
        if (!missing.size) {
            return [{ state: "good", label, text: _t("%s entries, with everything that they point to.", records.length) }, files];
        }
        const names = [...missing.values()].slice(0, 3).join(", ");
        return [{ state: "warning", label, text: _t("Not on this device: %s. Ask the office to add it to your profile.", names) }, files];
    },
});

function filesCheck(missing) {
    const label = _t("Files of these days");
    if (!missing.length) {
        return { state: "good", label, text: _t("All of them are on this device.") };
    }
    const size = formatBytes(missing.reduce((sum, one) => sum + one.size, 0));
    return { state: "warning", label, text: _t("%(count)s files (%(size)s) still have to be fetched.", { count: missing.length, size }) };
}

readiness.add("room", {
    async check(app) {
        const found = [];
        const space = await room();
        if (space) {
            found.push({
                state: space.low ? "danger" : "good",
                label: _t("Room on this device"),
                text: _t("%s free for your work.", formatBytes(space.free)),
            });
        }
        const kept = await persist();
        if (kept === "refused") {
            found.push({
                state: "warning",
                label: _t("Kept by the browser"),
                text: _t("The browser may erase what is stored when room gets short. Install the app on the home screen to prevent that."),
            });
        }
        const offset = app.status.clock_offset_s;
        if (isWrong(offset)) {
            found.push({
                state: "warning",
                label: _t("Clock"),
                text: _t("The clock of this device is %s minutes off. Times are corrected, but set it right.", Math.round(Math.abs(offset) / 60)),
            });
        }
        return found;
    },
});

screens.add("ready", { path: "/ready", component: Ready });
