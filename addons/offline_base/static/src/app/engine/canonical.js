/**
 * Values, JSON and versions in their one form: what is equal looks equal on both sides.
 *
 * The twin of `core/fields.py` and `core/digest.py`. A field is as the profile has it:
 * `{name, type, digits, selection, relation, readonly, required}`.
 */
import { formatInstant, parseInstant } from "./clock.js";

/** PostgreSQL's integer: ids and integer fields beyond it cannot be stored. */
export const INTEGER_MAX = 2 ** 31 - 1;
/** Versions and digests count modulo this. */
export const MODULUS = 1n << 64n;

const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
/** The last moment that can be written with a year of four digits. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A value does not fit its field; the text says what would. */
export class ValueInvalid extends Error {
    name = "ValueInvalid";
}

// --- JSON ------------------------------------------------------------------------------------------------------------

/**
 * Canonical JSON (RFC 8785): short, keys in order, equal for equal content. Members that are undefined are left out, as
 * `JSON.stringify` does.
 *
 * @param {any} value
 * @returns {string}
 */
export function dump(value) {
    if (Array.isArray(value)) {
        return `[${value.map((item) => dump(item ?? null)).join(",")}]`;
    }
    if (value !== null && typeof value === "object") {
        // `sort` compares UTF-16 code units, which is the order that the RFC wants.
        const names = Object.keys(value)
            .filter((name) => value[name] !== undefined)
            .sort();
        return `{${names.map((name) => `${JSON.stringify(name)}:${dump(value[name])}`).join(",")}}`;
    }
    return JSON.stringify(value);
}

/** Whether two canonical values are the same. */
export function same(one, other) {
    return one === other || dump(one ?? null) === dump(other ?? null);
}

/** How many bytes a text takes on the wire. */
export function bytes(text) {
    return new TextEncoder().encode(text).length;
}

// --- versions and digests --------------------------------------------------------------------------------------------

/** The wire form of a version or a sum: 16 hex digits. */
export function toHex(number) {
    return BigInt.asUintN(64, number).toString(16).padStart(16, "0");
}

/** Read the wire form back. */
export function fromHex(text) {
    if (!/^[0-9a-f]{16}$/i.test(text)) {
        throw new RangeError(`a version has 16 hex digits: ${text}`);
    }
    return BigInt(`0x${text}`);
}

/** The sum of versions modulo 2^64, in any order. */
export function digest(versions) {
    let sum = 0n;
    for (const version of versions) {
        sum += version;
    }
    return sum % MODULUS;
}

// --- values ----------------------------------------------------------------------------------------------------------

/** Whether a value is a UUID in its canonical text form. */
export function isUid(value) {
    return typeof value === "string" && UID.test(value);
}

/**
 * The one form in which a value of this field travels and is compared, or throws `ValueInvalid`.
 *
 * Empty is null; texts are not blank; floats are rounded to the field's digits; times are RFC 3339 in UTC to the
 * second; references are ids or `{uid}`; lists of references are sorted and without repeats.
 */
export function canonical(field, value) {
    if (!Object.hasOwn(READERS, field.type)) {
        throw new ValueInvalid(`fields of type ${field.type} do not travel`);
    }
    return READERS[field.type](field, value);
}

/**
 * Round half away from zero, as people and Odoo's currencies do, on the 15 digits that a float can be trusted for.
 *
 * Every double has a finite decimal expansion; BigInt counts in it, so nothing is lost on the way.
 */
export function roundDigits(value, digits = null) {
    if (value === 0) {
        return 0;
    }
    // Forty digits tell a tie from what only looks like one: Python and PostgreSQL round to fifteen half to even.
    const [mantissa, exponent] = Math.abs(value).toExponential(39).split("e");
    let scale = 39 - Number(exponent); // the number is `whole` divided by ten to the power of `scale`
    let whole = BigInt(mantissa.replace(".", ""));
    whole = divide(whole, 10n ** 25n, (half, even) => half > 0 || (half === 0 && !even));
    scale -= 25;
    if (digits !== null && scale > digits) {
        whole = divide(whole, 10n ** BigInt(scale - digits), (half) => half >= 0);
        scale = digits;
    }
    const rounded = Number(`${whole}e${-scale}`);
    return value < 0 && rounded !== 0 ? -rounded : rounded;
}

/**
 * Divide; `up(half, even)` says whether to round up: how the rest compares to a half, and whether the result is even.
 */
function divide(whole, by, up) {
    const result = whole / by;
    const twice = (whole % by) * 2n;
    const half = twice > by ? 1 : twice === by ? 0 : -1;
    return up(half, result % 2n === 0n) ? result + 1n : result;
}

function isDay(text) {
    const found = DATE.exec(text);
    if (!found || found[1] === "0000") {
        return false;
    }
    const moment = new Date(`${text}T00:00:00Z`);
    // The engine may count the 30th of February into March.
    return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

function text(_field, value) {
    if (value === null || value === "") {
        return null;
    }
    if (typeof value !== "string") {
        throw new ValueInvalid("must be a text");
    }
    if (value.includes("\0") || !value.isWellFormed()) {
        throw new ValueInvalid("contains a character that cannot be stored");
    }
    return value;
}

function selection(field, value) {
    const key = text(field, value);
    const keys = field.selection?.map(([known]) => known);
    if (key !== null && keys && !keys.includes(key)) {
        throw new ValueInvalid(`must be one of ${keys.join(", ")}`);
    }
    return key;
}

function integer(_field, value) {
    if (value === null) {
        return null;
    }
    if (!Number.isInteger(value)) {
        throw new ValueInvalid("must be a whole number");
    }
    if (value < -INTEGER_MAX - 1 || value > INTEGER_MAX) {
        throw new ValueInvalid("is out of range");
    }
    return value + 0; // no negative zero
}

function float(field, value) {
    if (value === null) {
        return null;
    }
    if (typeof value !== "number") {
        throw new ValueInvalid("must be a number");
    }
    if (!Number.isFinite(value) || Math.abs(value) > 1e15) {
        throw new ValueInvalid("is out of range");
    }
    return roundDigits(value, field.digits ?? null);
}

function boolean(_field, value) {
    if (typeof value !== "boolean") {
        throw new ValueInvalid("must be true or false");
    }
    return value;
}

function date(_field, value) {
    if (value !== null && !isDay(value)) {
        throw new ValueInvalid("must be a date such as 2026-11-21");
    }
    return value;
}

function datetime(_field, value) {
    if (value === null) {
        return null;
    }
    const moment = parseInstant(value);
    if (Number.isNaN(moment)) {
        throw new ValueInvalid("must be a time with its zone such as 2026-11-21T10:00:00Z");
    }
    if (moment > LATEST || formatInstant(moment) < "0001") {
        throw new ValueInvalid("is out of range");
    }
    return formatInstant(moment);
}

function reference(_field, value) {
    if (value === null || (Number.isInteger(value) && value > 0 && value <= INTEGER_MAX)) {
        return value;
    }
    if (isObject(value) && Object.keys(value).join() === "uid" && isUid(value.uid)) {
        return { uid: value.uid };
    }
    throw new ValueInvalid('must be an id or {"uid": "…"}');
}

function references(field, value) {
    if (!Array.isArray(value) || value.includes(null)) {
        throw new ValueInvalid("must be a list of references");
    }
    const found = new Map(value.map((item) => [dump(item), reference(field, item)]));
    return [...found.values()].sort(byReference);
}

/** The order of references: ids by number, then uids by text. */
export function byReference(one, other) {
    if (typeof one === "number" && typeof other === "number") {
        return one - other;
    }
    if (typeof one !== typeof other) {
        return typeof one === "number" ? -1 : 1;
    }
    return one.uid < other.uid ? -1 : Number(one.uid > other.uid);
}

/** What is in a file or picture, by the hash of its bytes; a device that writes one need only name the hash. */
function blob(_field, value) {
    if (value === null) {
        return null;
    }
    if (!isObject(value) || Object.keys(value).some((name) => !["sha256", "size", "type"].includes(name))) {
        throw new ValueInvalid('must be {"sha256": "…"}');
    }
    const { sha256, size = 0, type = "" } = value;
    if (typeof sha256 !== "string" || !SHA256.test(sha256)) {
        throw new ValueInvalid("must name a SHA-256 of 64 hex digits in lower case");
    }
    if (!Number.isInteger(size) || size < 0 || typeof type !== "string") {
        throw new ValueInvalid("must have a size in bytes and a type, or neither");
    }
    return { ...value };
}

function isObject(value) {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

const READERS = {
    char: text,
    text,
    html: text,
    selection,
    integer,
    float,
    monetary: float,
    boolean,
    date,
    datetime,
    many2one: reference,
    many2one_reference: reference,
    many2many: references,
    binary: blob,
    image: blob,
};
/** The field types that travel in this version. */
export const TYPES = Object.keys(READERS);
