/** Pieces of work in words: what was done to which record, what was there before, why it waits and what to do. */
import { _t } from "@web/core/l10n/translation";
import { same } from "../../engine/canonical";
import { DECISIONS } from "../../engine/operations";
import { argumentOf } from "../forms/arguments";
import { entityOf } from "./entities";
import { textOf } from "./shown";
import { htmlToText } from "./texts";
import { waysOut } from "./work";
import { wordsOfReceipt } from "./words";

/** The look and the name of a state: `{tone, icon, label}`. */
export function wordsOfState(state) {
    const states = {
        waits: () => ({ tone: "info", icon: "cloud-upload", label: _t("Waits for network") }),
        sending: () => ({ tone: "info", icon: "refresh", label: _t("Being sent") }),
        decide: () => ({ tone: "warning", icon: "question-circle", label: _t("For you to decide") }),
        office: () => ({ tone: "quiet", icon: "building-o", label: _t("For the office") }),
        refused: () => ({ tone: "danger", icon: "exclamation-circle", label: _t("Refused by Odoo") }),
        behind: () => ({ tone: "quiet", icon: "clock-o", label: _t("Waits for other work") }),
        unknown: () => ({ tone: "quiet", icon: "search", label: _t("The office looks into it") }),
        decided: () => ({ tone: "info", icon: "cloud-upload", label: _t("Your decision waits to be sent") }),
        applied: () => ({ tone: "good", icon: "check", label: _t("In Odoo") }),
        merged: () => ({ tone: "good", icon: "check", label: _t("In Odoo, merged with another change") }),
        amended: () => ({ tone: "quiet", icon: "pencil", label: _t("Replaced by a correction") }),
        discarded: () => ({ tone: "quiet", icon: "trash-o", label: _t("Given up") }),
        resolved_server: () => ({ tone: "quiet", icon: "building-o", label: _t("The office's values were kept") }),
        rejected: () => ({ tone: "quiet", icon: "ban", label: _t("Decided nothing") }),
    };
    const found = (states[state] ?? states.waits)();
    return { ...found, label: String(found.label) };
}

/** That a record is gone says more than that there is something to decide. */
function lookOf({ receipt }, state) {
    const look = wordsOfState(state);
    if (receipt?.result?.linked_to && ["applied", "merged"].includes(state)) {
        return { ...look, icon: "link", label: String(_t("In Odoo, which had this one already")) };
    }
    const gone = { deleted: _t("Deleted by somebody else"), scope: _t("No longer yours to see") }[receipt?.conflict?.kind];
    return gone && ["decide", "office"].includes(state) ? { ...look, icon: "trash-o", label: String(gone) } : look;
}

/** What people see of an entity, also of one that the profile no longer has. */
export function entityNamed(app, name) {
    const profile = app.entity(name) ?? {
        name,
        label: name || String(_t("Other work")),
        fields: [],
        operations: [],
        parent: null,
        direction: "pull",
        policies: {},
    };
    return entityOf(profile);
}

/** What the entity itself tells of a piece of work, or undefined. */
async function toldOf({ device }, entity, { verb, args = {}, values = {} }) {
    return entity.operations[verb]?.told?.({ args, values, device });
}

/** What was done, in a few words. @param {{verb: string, names: string[], entity: any}} work */
export function wordsOfVerb({ verb, names, entity }) {
    const listed = names.join(", ");
    const verbs = {
        create: () => _t("Created"),
        update: () => _t("Changed: %s", listed),
        delete: () => _t("Deleted"),
        amend: () => _t("Correction"),
        discard: () => _t("Given up"),
        resolve: () => _t("Decision about a conflict"),
        void: () => _t("A number without content"),
    };
    const operation = entity.profile.operations.find(({ name }) => name === verb);
    return String(verbs[verb]?.() ?? operation?.label ?? verb);
}

/**
 * A piece as screens show it: `{op, seq, entity, verb, state, look, title, what, at, unit, ref, why, todo, ways, kind}`.
 *
 * @param {import("./app").OfflineApp} app @param {{entry: any, state: string, decision: any}} piece
 * @param {object | null} [known] the record, where it was read already; null: there is none
 */
export async function describe(app, { entry, state, decision = null }, known = undefined) {
    const { device } = app;
    const entity = entityNamed(app, entry.entity);
    const body = await device.wanted(entry);
    const ref = entry.target_uid ?? entry.target_id;
    const record = known === undefined && ref !== null ? await device.get(entry.entity, ref) : (known ?? null);
    const values = { ...body.base, ...body.values, ...record?.values };
    const label = (name) => entity.profile.fields.find((field) => field.name === name)?.label ?? name;
    const { what: why, todo } = entry.receipt ? wordsOfReceipt(entry.receipt, body.verb) : { what: "", todo: "" };
    const verb = body.verb;
    return {
        ...{ entry, body, decision, op: entry.op, seq: entry.seq, entity, verb, state, look: lookOf(entry, state), ref, why, todo },
        ...{ at: entry.body.at, unit: entry.unit, isThere: Boolean(record?.present) },
        title: await titleOf(app, entry, entity, values, record),
        what: (await toldOf(app, entity, body))?.what ?? wordsOfVerb({ verb, names: Object.keys(body.values ?? {}).map(label), entity }),
        ways: waysOut({ state, verb, kind: entry.receipt?.conflict?.kind }),
        kind: entity.operations[verb]?.kind ?? entity.kinds.find(({ of }) => of(values)) ?? entity.kinds[0],
    };
}

async function titleOf(app, entry, entity, values, record) {
    const own = entity.title(values, {}) || entry.called;
    if (own) {
        return own;
    }
    const name = record?.id ? await app.device.nameOf(entity.name, record.id) : null;
    const text = values.body ? htmlToText(String(values.body)).split("\n")[0] : "";
    return name || text || _t("%s without a name", entity.label);
}

/**
 * Field by field what was there and what was made of it, as words: `[{name, label, field, before, mine, problem}]`;
 * the arguments of a named operation likewise.
 */
export async function fieldsOf(app, { entry, body, entity, verb }) {
    const { device } = app;
    const said = entry.receipt?.fields ?? {};
    const told = await toldOf(app, entity, body);
    if (told) {
        const problemOf = (name) => Object.entries(said).find(([one]) => one === name || one.startsWith(`${name}.`))?.[1] ?? null;
        return (await told.rows()).map(({ label, text, name }, at) => ({ name: name ?? String(at), label, problem: problemOf(name), before: null, mine: text }));
    }
    const known = (name) => entity.profile.fields.find((field) => field.name === name) ?? { name, label: name, type: "char" };
    const row = async (field, value, before) => ({
        ...{ name: field.name, label: field.label, field, problem: said[field.name] ?? null },
        before: before === undefined ? null : await textOf(device, field, before),
        mine: await textOf(device, field, value),
    });
    if (verb === "create" || verb === "update") {
        const changed = Object.entries(body.values ?? {}).filter(([name, value]) => verb === "create" || !same(value, body.base?.[name] ?? null));
        const shown = changed.filter(([name, value]) => verb === "update" || value !== null || name in said);
        const rows = shown.map(([name, value]) => row(known(name), value, verb === "update" ? body.base?.[name] ?? null : undefined));
        if (body.values?.res_model && body.values.res_id) {
            return [await aboutRow(device, body.values), ...(await Promise.all(rows)).filter(({ name }) => !["res_model", "res_id"].includes(name))];
        }
        const missing = Object.keys(said).filter((name) => !(name in (body.values ?? {})) && name in fieldsByName(entity));
        return Promise.all([...rows, ...missing.map((name) => row(known(name), null, undefined))]);
    }
    return Promise.all(argumentRows(entity, verb, body.args ?? {}).map(({ field, value }) => row(field, value, undefined)));
}

/** The arguments that a person gave, with the fields that they are: `[{field, value}]`. */
function argumentRows(entity, verb, args) {
    const plain = (name, label) => ({ name, label: String(label), type: "char" });
    if (DECISIONS.includes(verb)) {
        return Object.hasOwn(args, "reason") ? [{ field: plain("reason", _t("Reason")), value: args.reason }] : [];
    }
    const operation = entity.profile.operations.find(({ name }) => name === verb);
    const hints = entity.operations[verb] ?? {};
    const given = Object.entries(args).filter(([name]) => !Object.hasOwn(hints.unasked ?? {}, name));
    return given.map(([name, value]) => ({ field: (operation && argumentOf(operation, name, hints)) ?? plain(name, hints.labels?.[name] ?? name), value }));
}

/** What a note, a file or an activity is about, in one line. */
async function aboutRow(device, { res_model, res_id }) {
    const name = (await device.nameOf(res_model, res_id)) ?? String(_t("A record that is not on this device"));
    return { name: "res_id", label: String(_t("About")), field: { name: "res_id" }, problem: null, before: null, mine: name };
}

function fieldsByName(entity) {
    return Object.fromEntries(entity.profile.fields.map((field) => [field.name, field]));
}

/**
 * What many pieces of work are about, read at once: `(entry) => {values, present}` for `describe`. Held values under
 * what the pieces themselves change; one by one each would take several transactions.
 *
 * @param {import("./app").OfflineApp} app @param {{entry: any}[]} pieces
 */
export async function recordsOf({ device }, pieces) {
    const { store } = device.parts;
    const nameOf = ({ entity, target_uid, target_id }) => `${entity} ${target_uid ?? target_id}`;
    const entries = pieces.map(({ entry }) => entry).sort((one, other) => one.seq - other.seq);
    const about = [...new Map(entries.filter(({ target_id }) => target_id !== null).map((entry) => [nameOf(entry), entry])).values()];
    const rows = await store.many("record", about.map(({ entity, target_id }) => [entity, target_id]));
    const opened = await Promise.all(rows.map((row) => row && store.opened(row)));
    const found = new Map(about.map((entry, at) => [nameOf(entry), { values: { ...opened[at]?.content.values }, present: Boolean(opened[at]) }]));
    for (const entry of entries) {
        const known = found.get(nameOf(entry)) ?? { values: {}, present: false };
        Object.assign(known.values, entry.body.values);
        found.set(nameOf(entry), { ...known, present: known.present || entry.verb === "create" });
    }
    return (entry) => found.get(nameOf(entry));
}
