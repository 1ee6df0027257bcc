/**
 * The shapes of the server's answers: what the engine relies on is there and of its type, defaults are filled in, and
 * members that this version does not know are left out. The twin of the answers in `core/wire`.
 *
 * A shape is a function of (value, place) that gives the value as it is kept, or throws `AnswerInvalid` with the place.
 */
import { parseInstant } from "./clock.js";
import { AnswerInvalid } from "./errors.js";

const REQUIRED = Symbol("required");

function is(what, test) {
    return (value, place) => {
        if (!test(value)) {
            throw new AnswerInvalid(`the answer has a wrong ${place || "body"}: it should be ${what}`);
        }
        return value;
    };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const anything = (value) => value;
const text = is("a text", (value) => typeof value === "string");
const bool = is("true or false", (value) => typeof value === "boolean");
const whole = is("a whole number", Number.isSafeInteger);
const count = is("a number from 0 on", (value) => Number.isSafeInteger(value) && value >= 0);
const positive = is("a number from 1 on", (value) => Number.isSafeInteger(value) && value >= 1);
const instant = is("a time", (value) => !Number.isNaN(parseInstant(value)));
const uid = is("a UUID", (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value));
const version = is("16 hex digits", (value) => typeof value === "string" && /^[0-9a-f]{16}$/.test(value));
const map = is("an object", isObject);
const list = is("a list", Array.isArray);

const oneOf = (...words) => is(`one of ${words.join(", ")}`, (value) => words.includes(value));
const orNull = (shape) => (value, place) => (value === null ? null : shape(value, place));
const each = (shape) => (value, place) => list(value, place).map((item, at) => shape(item, `${place}.${at}`));
const mapOf = (shape) => (value, place) =>
    Object.fromEntries(
        Object.entries(map(value, place)).map(([name, item]) => [name, shape(item, `${place}.${name}`)]),
    );

/** A member that may be missing: then it is this. */
function may(shape, missing = null) {
    return Object.assign((value, place) => shape(value, place), { missing });
}

function object(members) {
    return (value, place) => {
        map(value, place);
        const kept = {};
        for (const [name, shape] of Object.entries(members)) {
            const { missing = REQUIRED } = shape;
            const at = place ? `${place}.${name}` : name;
            if (value[name] !== undefined) {
                kept[name] = shape(value[name], at);
            } else if (missing === REQUIRED) {
                throw new AnswerInvalid(`the answer has no ${at}`);
            } else {
                kept[name] = structuredClone(missing);
            }
        }
        return kept;
    };
}

const FIELD = object({
    name: text,
    type: text,
    label: text,
    required: bool,
    readonly: bool,
    selection: may(orNull(each(each(text)))),
    relation: may(orNull(text)),
    digits: may(orNull(whole)),
});
const ENTITY = object({
    name: text,
    label: text,
    schema: whole,
    fields: each(FIELD),
    operations: each(object({ name: text, label: text, args: map })),
    questions: may(each(object({ name: text, args: map })), []),
    parent: orNull(text),
    direction: oneOf("pull", "push", "both"),
    policies: mapOf(text),
    delete_policy: may(oneOf("review", "ask", "device", "server"), "review"),
    window: may(orNull(object({ field: text, past_days: count, future_days: orNull(count) }))),
    options: may(map, {}),
});
const EVERY_DAY = { poll_interval_s: 30, from_minute: 0, to_minute: 1440 };
const MINUTE = is("a minute of the day", (value) => Number.isInteger(value) && value >= 0 && value <= 1440);

export const Profile = object({
    profile_version: whole,
    name: text,
    entities: each(ENTITY),
    modes: each(oneOf("automatic", "always_online", "always_offline")),
    schedule: object({
        poll_interval_s: may(positive, EVERY_DAY.poll_interval_s),
        from_minute: may(MINUTE, EVERY_DAY.from_minute),
        to_minute: may(MINUTE, EVERY_DAY.to_minute),
    }),
    limits: object({
        body_bytes: whole,
        operations: whole,
        page: whole,
        blob_bytes: may(orNull(whole)),
        records: may(orNull(whole)),
    }),
    wifi_only_blobs: may(bool, false),
    minimum_app_version: orNull(text),
    escrow_key: may(orNull(object({ kty: text, crv: text, x: text, y: text, kid: text }))),
});

export const EnrolAnswer = object({
    device: uid,
    token: text,
    token_expires_at: instant,
    epoch: text,
    user: object({
        id: positive,
        name: text,
        lang: orNull(text),
        tz: orNull(text),
        company: positive,
        companies: each(positive),
    }),
    profile: Profile,
    server_time: instant,
});
export const TokenAnswer = object({ token: text, token_expires_at: instant, server_time: instant });
export const EscrowAnswer = object({ sha256: text, server_time: instant });
export const WipeAnswer = object({ state: oneOf("wiped"), server_time: instant });
export const FindAnswer = object({ records: each(object({ id: positive, name: text })), more: bool });
export const AskAnswer = object({ answer: anything, answered_at: instant });
export const VerifyAnswer = object({ differ: each(whole) });

const STATUSES = ["applied", "merged", "conflict", "rejected", "deferred", "unknown", "retry", "amended", "discarded"];
const RECEIPT = object({
    seq: positive,
    op: uid,
    status: oneOf(...STATUSES, "resolved_server"),
    target: orNull(object({ id: orNull(positive), uid: orNull(uid), born: orNull(instant) })),
    result: may(anything),
    code: orNull(text),
    message: orNull(text),
    fields: may(mapOf(text), {}),
    conflict: may(
        orNull(
            object({
                kind: oneOf("fields", "deleted", "scope", "expect"),
                decider: may(oneOf("device", "office"), "office"),
                fields: may(mapOf(object({ base: anything, mine: anything, theirs: anything })), {}),
            }),
        ),
    ),
    blocked_by: may(each(positive), []),
});
const UPSERT = object({ id: positive, uid: orNull(uid), born: instant, v: version, values: map });

export const PushAnswer = object({
    receipts: each(RECEIPT),
    next_seq: positive,
    server_time: instant,
    dry_run: may(bool, false),
});
export const PullAnswer = object({
    cursor: orNull(text),
    complete: bool,
    reset: bool,
    epoch: text,
    server_time: instant,
    poll_after_s: count,
    profile_version: whole,
    applied_seq: count,
    replay_from_seq: may(orNull(positive)),
    changes: each(
        object({
            entity: text,
            upserts: each(UPSERT),
            removes: each(object({ id: positive, why: oneOf("deleted", "scope") })),
        }),
    ),
    refs: mapOf(mapOf(text)),
    outcomes: each(RECEIPT),
    digests: mapOf(object({ count, sum: version })),
});
