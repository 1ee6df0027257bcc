/** What the fake server begins with, and what it keeps. */
import { Refused } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { rowHash } from "../../addons/offline_base/static/src/app/engine/records.js";

export const NOW = "2026-11-21T10:00:00Z";
export const BORN = "2026-11-01T08:00:00.000000Z";
export const [PARTNER, TAG] = ["res.partner", "res.partner.category"];
const STATUS = {
    seq_gap: 409,
    seq_reused: 409,
    device_revoked: 403,
    token_expired: 401,
    body_too_large: 413,
    busy: 503,
};

/** A UUIDv7 that a person can tell from another. */
export function uid(number, kind = 0) {
    return `01900000-0000-7000-8${kind.toString(16).padStart(3, "0")}-${number.toString(16).padStart(12, "0")}`;
}

/** A source of uids, one after the other. */
export function uids(kind = 1) {
    let number = 0;
    return () => uid(++number, kind);
}

/** The refusal that the transport makes of a problem document. */
export function problem(code, more = {}) {
    const status = STATUS[code] ?? 400;
    return new Refused(code, status, { type: `urn:${code}`, title: `${code}.`, remedy: "Do.", status, code, ...more });
}

export const field = (name, type = "char", more = {}) => ({
    name,
    type,
    label: name,
    required: false,
    readonly: false,
    selection: null,
    relation: null,
    digits: null,
    ...more,
});

export const entity = (name, fields, more = {}) => ({
    name,
    label: name,
    schema: 1,
    fields,
    operations: [],
    parent: null,
    direction: "both",
    policies: {},
    ...more,
});

export function defaultProfile() {
    const args = { properties: { note: {}, uid: {} }, required: ["note"], additionalProperties: false };
    return {
        profile_version: 1,
        name: "Sales",
        entities: [
            entity(
                PARTNER,
                [
                    field("name", "char", { required: true }),
                    field("phone"),
                    field("city"),
                    field("visits", "integer"),
                    field("parent_id", "many2one", { relation: PARTNER }),
                    field("category_id", "many2many", { relation: TAG }),
                    field("type", "selection", {
                        selection: [
                            ["contact", "Contact"],
                            ["other", "Other"],
                        ],
                    }),
                    field("ref", "char", { readonly: true }),
                ],
                { operations: [{ name: "visit", label: "Visit", args }] },
            ),
            entity(TAG, [field("name")], { direction: "pull" }),
        ],
        modes: ["automatic", "always_online", "always_offline"],
        schedule: { poll_interval_s: 30, from_minute: 0, to_minute: 1440 },
        limits: { body_bytes: 100_000, operations: 50, page: 1000 },
        minimum_app_version: null,
    };
}

/** Everything that a restore of the database takes back. */
export const newLife = () => ({
    rows: { [PARTNER]: {}, [TAG]: {} }, // entity → id → {values, uid, born}
    receipts: {},
    operations: {},
    next_seq: 1,
    cursors: {}, // handle → {held: {"entity id": v}, outcomes: number}
    outcomes: [],
    next_id: 100,
    effects: {},
    links: {}, // uid → id of the record that it turned out to be
});

/** The server's hash is its own affair; any will do. */
export function versionOf(name, id, row) {
    return rowHash(name, Number(id), row.uid, row.born, "", row.values);
}
