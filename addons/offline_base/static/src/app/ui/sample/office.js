/**
 * An office in memory, to taste the app before a device is enrolled: a transport that answers as a server would.
 *
 * It takes everything, but one change: who edits phone or city of one company finds that the office has changed them
 * meanwhile, and decides. It checks no rights and is no model of the engine: nothing is proven with it.
 */
import { digest, fromHex, toHex } from "../../engine/canonical.js";
import { formatInstant } from "../../engine/clock.js";
import { rowHash } from "../../engine/records.js";
import { newUid } from "../../engine/uid.js";
import { CLASH, profile, rows, USER } from "./data.js";

const BORN = "2026-01-01T08:00:00Z";
const TOKEN = { token: "sample", token_expires_at: "9999-01-01T00:00:00Z" };
const copy = (value) => JSON.parse(JSON.stringify(value));

export class SampleOffice {
    #profile;
    /** entity → id → {values, uid, edition, gone} */
    #rows = new Map();
    #edition = 1;
    #receipts = new Map();
    #operations = new Map();
    #outcomes = [];
    #nextSeq = 1;
    #nextId = 1000;
    #clashed = false;

    /** @param {(english: string) => string} _t translates */
    constructor(_t = String) {
        this.#profile = profile(_t);
        for (const { name, fields } of this.#profile.entities) {
            const empty = Object.fromEntries(fields.map((one) => [one.name, one.type === "many2many" ? [] : null]));
            const known = Object.entries(rows(_t)[name] ?? {});
            this.#rows.set(
                name,
                new Map(known.map(([id, values]) => [Number(id), { values: { ...empty, ...values }, uid: null, edition: 1 }])),
            );
        }
    }

    // --- what the engine calls ---------------------------------------------------------------------------------------

    async send(_method, path, body) {
        const answers = {
            "/enroll": () => ({ ...this.#common(), ...TOKEN, device: newUid(), epoch: "sample", user: USER, profile: this.#profile }),
            "/profile": () => this.#profile,
            "/token": () => ({ ...this.#common(), ...TOKEN }),
            "/push": () => this.#push(body.operations),
            "/journal": () => this.#push(body.operations),
            "/pull": () => this.#pull(body.cursor),
            "/verify": () => ({ differ: [] }),
            "/find": () => ({ records: [], more: false }),
            "/escrow": () => ({ ...this.#common(), sha256: "" }),
            "/wipe": () => ({ ...this.#common(), state: "wiped" }),
        };
        return { body: copy(answers[path]()), retry_after_s: null };
    }

    /** Takes every file at once, and keeps none. */
    async exchange(_method, _path, content, headers) {
        const at = Number(headers["Upload-Offset"] ?? 0) + (content?.byteLength ?? content?.size ?? 0);
        return { headers: new Headers({ "upload-offset": String(at) }), content: new Uint8Array() };
    }

    #common() {
        return { server_time: formatInstant(Date.now()) };
    }

    // --- pull --------------------------------------------------------------------------------------------------------

    /** A cursor is the edition up to which a device has everything, and how many outcomes it was told. */
    #pull(cursor) {
        const [since, told] = cursor === null ? [0, 0] : cursor.split(" ").map(Number);
        const changes = [...this.#rows].map(([entity, known]) => this.#changesOf(entity, known, since));
        return {
            ...this.#common(),
            cursor: `${this.#edition} ${this.#outcomes.length}`,
            complete: true,
            reset: false,
            epoch: "sample",
            poll_after_s: 30,
            profile_version: 1,
            applied_seq: this.#nextSeq - 1,
            changes: changes.filter(({ upserts, removes }) => upserts.length || removes.length),
            refs: {},
            outcomes: this.#outcomes.slice(told),
            digests: Object.fromEntries([...this.#rows].map(([entity, known]) => [entity, this.#digest(entity, known)])),
        };
    }

    #changesOf(entity, known, since) {
        const changed = [...known].filter(([, row]) => row.edition > since);
        return {
            entity,
            upserts: changed
                .filter(([, row]) => !row.gone)
                .map(([id, row]) => ({ id, uid: row.uid, born: BORN, v: version(entity, id, row), values: row.values })),
            removes: changed.filter(([, row]) => row.gone).map(([id]) => ({ id, why: "deleted" })),
        };
    }

    #digest(entity, known) {
        const versions = [...known].filter(([, row]) => !row.gone).map(([id, row]) => fromHex(version(entity, id, row)));
        return { count: versions.length, sum: toHex(digest(versions)) };
    }

    // --- push --------------------------------------------------------------------------------------------------------

    #push(operations) {
        const receipts = operations.map((operation) => {
            const known = this.#receipts.get(operation.op);
            const receipt = known ?? this.#take(operation);
            this.#receipts.set(operation.op, receipt);
            this.#operations.set(operation.op, operation);
            this.#nextSeq = Math.max(this.#nextSeq, operation.seq + 1);
            return receipt;
        });
        return { ...this.#common(), receipts, next_seq: this.#nextSeq };
    }

    #take(operation) {
        const { seq, op, verb, args } = operation;
        const receipt = { seq, op, status: "applied", target: null, code: null, message: null };
        if (["amend", "discard", "resolve"].includes(verb)) {
            this.#decide(args);
            return receipt;
        }
        const clash = this.#clash(operation);
        if (clash) {
            const conflict = { kind: "fields", decider: "device", fields: clash };
            return { ...receipt, status: "conflict", code: "conflict_fields", conflict };
        }
        return { ...receipt, target: this.#apply(operation) };
    }

    /** The office was quicker, once. */
    #clash({ entity, verb, target, values, base }) {
        const touched = Object.keys(CLASH.values).filter((name) => values && name in values);
        if (this.#clashed || entity !== "res.partner" || verb !== "update" || target.id !== CLASH.id || !touched.length) {
            return null;
        }
        this.#clashed = true;
        this.#change("res.partner", CLASH.id, CLASH.values);
        const side = (name) => ({ base: base?.[name] ?? null, mine: values[name], theirs: CLASH.values[name] });
        return Object.fromEntries(touched.map((name) => [name, side(name)]));
    }

    #decide({ op, by, values }) {
        const about = this.#operations.get(op);
        if (about && by !== "server") {
            this.#apply({ ...about, values: values ?? about.values });
        }
        const status = by === "server" ? "resolved_server" : by ? "applied" : "discarded";
        const receipt = { ...this.#receipts.get(op), status, code: null, conflict: null };
        this.#receipts.set(op, receipt);
        this.#outcomes.push(receipt);
    }

    /** Do what an operation asks for; answers its target. */
    #apply({ entity, verb, target, values, args }) {
        if (verb === "create") {
            const id = this.#nextId++;
            this.#change(entity, id, values, target.uid);
            return { id, uid: target.uid, born: BORN };
        }
        const id = this.#idOf(entity, target);
        if (verb === "update") {
            this.#change(entity, id, values);
        } else if (verb === "postpone") {
            this.#change(entity, id, args);
        } else if (verb === "delete" || verb === "complete") {
            Object.assign(this.#rows.get(entity).get(id), { gone: true, edition: ++this.#edition });
        }
        return { id, uid: target.uid ?? null, born: BORN };
    }

    #change(entity, id, values, uid = null) {
        const known = this.#rows.get(entity);
        const { fields } = this.#profile.entities.find(({ name }) => name === entity);
        const empty = Object.fromEntries(fields.map((one) => [one.name, one.type === "many2many" ? [] : null]));
        const row = known.get(id) ?? { values: empty, uid };
        const relations = new Map(fields.map(({ name, relation }) => [name, relation]));
        const named = Object.entries(values)
            .filter(([name]) => name in empty)
            .map(([name, value]) => [name, this.#byId(relations.get(name), value)]);
        Object.assign(row, { values: { ...row.values, ...Object.fromEntries(named) }, edition: ++this.#edition });
        known.set(id, row);
    }

    /** References by uid become ids, as in Odoo. */
    #byId(relation, value) {
        if (Array.isArray(value)) {
            return value.map((one) => this.#byId(relation, one));
        }
        return relation && value?.uid ? this.#idOf(relation, value) : value;
    }

    #idOf(entity, { id, uid }) {
        return id ?? [...this.#rows.get(entity)].find(([, row]) => row.uid === uid)[0];
    }
}

function version(entity, id, { uid, values }) {
    return rowHash(entity, id, uid, BORN, "", values);
}
