/** What people do with an opportunity: each is seen at once on this device, and done by Odoo's own functions there. */
import { _t } from "@web/core/l10n/translation";
import { sayDone } from "@offline_base/app/ui/forms/undo";
import { ConvertSheet } from "../parts/convert";
import { LEAD, STAGE, stagesFor } from "./pipeline";

export const all = (app, entity, where = {}) =>
    app.entity(entity) === null ? Promise.resolve([]) : app.device.search(entity, "", where, { limit: Infinity });

/** The teams of which this device holds leads. */
export function teamsOf(records) {
    return [...new Set(records.map(({ values }) => values.team_id).filter((team) => team !== null))];
}

// --- what is expected of Odoo ------------------------------------------------------------------------------------------

/** Won: in the first stage of its team that says so. */
export async function won(app, { values }) {
    const [stage] = stagesFor(await all(app, STAGE, { is_won: true }), [values.team_id]);
    return { stage_id: stage?.id ?? values.stage_id, probability: 100, won_status: "won" };
}

export function lost(app, record, { reason = null }) {
    return { active: false, probability: 0, won_status: "lost", lost_reason_id: reason };
}

export function restored(app, { values }) {
    return { active: true, won_status: "pending", lost_reason_id: null, probability: values.automated_probability };
}

async function converted(app, { values }, { partner = null }) {
    const [first] = stagesFor(await all(app, STAGE), [values.team_id]);
    return {
        type: "opportunity",
        stage_id: values.stage_id ?? first?.id ?? null,
        ...(partner !== null && { partner_id: partner }),
    };
}

// --- doing it ----------------------------------------------------------------------------------------------------------

/** Move to a stage; to one of those that are won by winning. */
export async function move(app, record, stage) {
    const { device } = app;
    const before = record.values.stage_id;
    if (stage.id === before) {
        return;
    }
    if (stage.values.is_won) {
        const effect = { ...(await won(app, record)), stage_id: stage.id };
        const { seq } = await device.call(LEAD, record.ref, "mark_won", {}, { effect });
        sayDone(app, _t("Won! Odoo learns of it with the next sync."), { seq });
        return;
    }
    const { seq } = await device.update(LEAD, record.ref, { stage_id: stage.id });
    sayDone(app, _t("Moved to %s on this device.", stage.values.name), { seq, back: () => device.update(LEAD, record.ref, { stage_id: before }) });
}

/** Make a lead an opportunity, for a customer who is new or known. */
export async function convert(app, record) {
    const args = await app.messages.open(ConvertSheet, { record });
    if (args) {
        const { seq } = await app.device.call(LEAD, record.ref, "convert", args, { effect: await converted(app, record, args) });
        sayDone(app, _t("It is an opportunity on this device."), { seq });
    }
}

/** A change of one field, which can be taken back. */
export async function set(app, record, name, value) {
    const before = record.values[name] ?? null;
    const { seq } = await app.device.update(LEAD, record.ref, { [name]: value });
    sayDone(app, _t("Saved on this device."), { seq, back: () => app.device.update(LEAD, record.ref, { [name]: before }) });
}

