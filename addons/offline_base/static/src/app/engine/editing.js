/**
 * What a person does becomes a numbered operation: checked, with what they saw, ready to be sent.
 *
 * Each method records exactly one operation in the change that it is given, or throws `Refusal` and the change is off.
 */
import { formatInstant } from "./clock.js";
import { Refusal } from "./errors.js";
import { Entry } from "./operations.js";
import { checkArgs, checkValues, references } from "./values.js";

/** What a person can decide about, by verb. */
const DECIDABLE = {
    amend: ["rejected", "deferred"],
    resolve: ["conflict"],
    discard: ["rejected", "deferred", "conflict"],
};

/** @typedef {import("./change.js").Change} Change */
/** @typedef {import("./records.js").Ref} Ref */

export class Editing {
    #settings;
    #records;
    #outbox;
    #view;
    #clock;
    #newUid;
    #files;

    constructor(settings, records, outbox, view, clock, newUid, files) {
        this.#files = files;
        this.#settings = settings;
        this.#records = records;
        this.#outbox = outbox;
        this.#view = view;
        this.#clock = clock;
        this.#newUid = newUid;
    }

    /**
     * A record with a new uid; answers it as the person sees it. `distinctFrom`: ids of records that they were shown as
     * possible duplicates, and said that it is none of them.
     */
    async create(change, entity, values, { after, distinctFrom = [] } = {}) {
        const checked = await this.#checked(change, this.#writable(entity), values);
        const uid = this.#newUid();
        await this.#records.learnIdentity(change, entity, uid, null, null);
        const members = { after, target: { uid }, values: checked, ...(distinctFrom.length && { distinct_from: distinctFrom }) };
        this.#record(change, { id: null, uid }, entity, "create", members);
        return this.#view.get(entity, uid, change);
    }

    /**
     * New values for fields, with the values that the person saw as their base: those of the present, or `base` where a
     * form was opened before and something came since.
     */
    async update(change, entity, ref, values, { after, base = {} } = {}) {
        const profile = this.#writable(entity);
        if (!Object.keys(values).length) {
            throw new Refusal("operation_invalid", "an update changes at least one field");
        }
        const checked = await this.#checked(change, profile, values);
        const shown = await this.#shown(change, entity, ref);
        const seen = { values: { ...shown.values, ...base } };
        return this.#on(change, shown, "update", { after, values: checked, base: baseOf(seen, Object.keys(checked)) });
    }

    /** A file on a record; `kept` is what `Files.keep` gave. */
    async attach(change, entity, ref, { content, ...kept }) {
        const record = await this.#view.get(entity, ref, change);
        if (!record) {
            throw new Refusal("reference_unknown", `this device shows no ${entity} ${JSON.stringify(ref)}`);
        }
        this.#files.note(change, { ...kept, content });
        const { sha256, size, type } = kept;
        const res_id = record.uid ? { uid: record.uid } : record.id;
        const values = { name: kept.name, res_model: entity, res_id, raw: { sha256, size, type } };
        return this.create(change, "ir.attachment", values);
    }

    /** The end of a record. */
    async delete(change, entity, ref, { after } = {}) {
        this.#writable(entity);
        return this.#on(change, await this.#shown(change, entity, ref), "delete", { after });
    }

    /**
     * A named operation of the entity, on a record or on none (`ref` null). `effect` are the values that it is expected
     * to leave: the person sees them until the office has answered. They are not sent.
     *
     * A record that another operation makes, which named it by its argument `uid`, need not be here yet; `called` is
     * what people know it by.
     */
    async call(change, entity, ref, name, args, { expect = {}, after, effect = null, called = null } = {}) {
        const { operations } = this.#writable(entity);
        const operation = operations.find((known) => known.name === name);
        if (!operation) {
            const known = operations.map((found) => found.name).join(", ") || "none";
            throw new Refusal("verb_unknown", `${entity} has no operation ${name}; it has: ${known}`);
        }
        checkArgs(operation, args);
        await this.#files?.offer(change, args);
        const members = { args, after, ...(Object.keys(expect).length && { expect }) };
        if (ref === null) {
            return this.#record(change, { id: null, uid: null }, entity, name, members);
        }
        if (typeof ref === "string" && !(await this.#view.get(entity, ref, change))?.present && (await this.#isMade(change, ref))) {
            // The office will make it before it comes to this: a quotation is confirmed in front of the customer.
            return this.#record(change, { id: null, uid: ref }, entity, name, { ...members, target: { uid: ref } }, { effect, called });
        }
        return this.#on(change, await this.#shown(change, entity, ref), name, members, { effect });
    }

    /** The edits of a unit, and what they see, as parts of this change. */
    within(change) {
        return {
            create: (entity, values, options) => this.create(change, entity, values, options),
            update: (entity, ref, values, options) => this.update(change, entity, ref, values, options),
            delete: (entity, ref, options) => this.delete(change, entity, ref, options),
            call: (entity, ref, operation, args = {}, options = {}) =>
                this.call(change, entity, ref, operation, args, options),
            get: (entity, ref) => this.#view.get(entity, ref, change),
        };
    }

    /**
     * Other values, or arguments, for a rejected operation; what is not named stays as it was.
     *
     * Fields that the profile no longer has are left out: with them it would be refused again.
     */
    async amend(change, op, values, args) {
        const entry = await this.#decidable(change, op, "amend");
        const body = await this.#outbox.effective(entry, change);
        if (args) {
            await this.#files?.offer(change, args);
            return this.#decide(change, entry, "amend", { args: { ...body.args, ...args } });
        }
        const profile = this.#writable(entry.entity);
        const checked = await this.#checked(change, profile, values ?? {});
        const there = new Set(profile.fields.map(({ name }) => name));
        const kept = Object.entries(body.values ?? {}).filter(([name]) => there.has(name));
        let base = {};
        const added = Object.keys(checked).filter((name) => !Object.hasOwn(body.base ?? {}, name));
        if (body.verb === "update" && added.length) {
            const shown = await this.#shown(change, entry.entity, entry.target_uid ?? entry.target_id);
            base = baseOf(shown, added);
        }
        return this.#decide(change, entry, "amend", { values: { ...Object.fromEntries(kept), ...checked } }, base);
    }

    /** The person gives a parked operation up. */
    async discard(change, op, reason) {
        return this.#decide(change, await this.#decidable(change, op, "discard"), "discard", { reason });
    }

    /**
     * The person decides a conflict: `by` server keeps theirs, device keeps mine, values keeps these. `sameAs`: by server,
     * the id of the record that a new one is, of those that its receipt names.
     */
    async resolve(change, op, by, values = null, sameAs = null) {
        if (sameAs !== null && by !== "server") {
            throw new Refusal("operation_invalid", "a new record is one that is there by the side of the server");
        }
        if (!["server", "device", "values"].includes(by) || (by === "values") !== (values !== null)) {
            throw new Refusal("operation_invalid", "by is server or device, or values with the values to keep");
        }
        const entry = await this.#decidable(change, op, "resolve");
        if (entry.receipt?.conflict?.decider !== "device") {
            throw new Refusal("decision_for_office", `the office decides about operation #${entry.seq}`);
        }
        const checked = values && (await this.#checked(change, this.#writable(entry.entity), values));
        return this.#decide(change, entry, "resolve", { by, ...(checked && { values: checked }), ...(sameAs !== null && { same_as: sameAs }) });
    }

    // --- inside ------------------------------------------------------------------------------------------------------

    #writable(entity) {
        const profile = this.#settings.entity(entity);
        if (!profile) {
            throw new Refusal("entity_unknown", `${entity} is not in the profile of this device`);
        }
        if (profile.direction === "pull") {
            throw new Refusal("entity_read_only", `${profile.label} cannot be changed on a device`);
        }
        return profile;
    }

    async #checked(change, profile, values) {
        const uidOf = async (model, id) => (await this.#records.key(model, id, change)).uid;
        const checked = await checkValues(profile, values, uidOf);
        for (const [model, uid] of references(profile, checked)) {
            if (!(await this.#records.knowsUid(model, uid, change))) {
                throw new Refusal("reference_unknown", `this device knows no ${model} with the uid ${uid}`);
            }
        }
        await this.#files?.offer(change, checked);
        return checked;
    }

    /** Whether a function whose effect is not here yet gives this uid, its argument, to what it makes. */
    async #isMade(change, uid) {
        const rows = await Promise.all([change.all("outbox"), change.all("journal", { index: "unsettled" })]);
        const there = rows.flat().map(Entry.read).filter(({ state }) => state !== "discarded");
        const said = await Promise.all(there.map((entry) => this.#outbox.effective(entry, change)));
        return said.some(({ args }) => args?.uid === uid);
    }

    async #shown(change, entity, ref) {
        const record = await this.#view.get(entity, ref, change);
        if (!record?.present) {
            throw new Refusal("reference_unknown", `this device shows no ${entity} ${JSON.stringify(ref)}`);
        }
        return record;
    }

    async #on(change, shown, verb, members, more = {}) {
        const { entity, id, uid } = shown;
        const held = await this.#records.get(entity, { id, uid }, change);
        const target = uid === null ? { id: held.id, born: held.born } : { uid };
        const called = [shown.values.display_name, shown.values.name].find((name) => typeof name === "string") ?? null;
        const said = { ...members, target, ...(held && { base_v: held.v }) };
        return this.#record(change, { id, uid }, entity, verb, said, { ...more, called });
    }

    #record(change, key, entity, verb, { after, ...members }, more = {}) {
        const said = {
            entity,
            verb,
            at: formatInstant(this.#clock()),
            company: this.#settings.user.company,
            ...(after?.length && { after }),
            ...members,
        };
        return this.#outbox.record(change, key, said, more);
    }

    async #decidable(change, op, verb) {
        const entry = await this.#outbox.find(op, change);
        if (!entry) {
            throw new Refusal("operation_invalid", `this device knows no operation ${op}`);
        }
        if (!DECIDABLE[verb].includes(entry.state)) {
            throw new Refusal(
                "operation_invalid",
                `operation #${entry.seq} is ${entry.state}: there is nothing to ${verb}`,
            );
        }
        const undelivered = await this.#outbox.deciding(op, change);
        if (undelivered !== null) {
            throw new Refusal("operation_invalid", `#${undelivered} decides about operation #${entry.seq} already`);
        }
        return entry;
    }

    #decide(change, entry, verb, args, base = {}) {
        const members = { args: { op: entry.op, ...args }, ...(Object.keys(base).length && { base }) };
        const more = { decides: entry.op, called: entry.called };
        return this.#record(change, entry.key, entry.entity, verb, members, more);
    }
}

function baseOf(shown, names) {
    return Object.fromEntries(names.map((name) => [name, shown.values[name] ?? null]));
}
