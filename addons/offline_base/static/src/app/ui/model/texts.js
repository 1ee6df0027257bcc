/** Texts that people write, and the canonical values that they stand for. Pure: no page is needed. */
import { dayOf } from "./days.js";

const LINE_ENDS = /<br\s*\/?>|<\/(?:p|div|li|h[1-6]|tr|blockquote|pre)>/gi;
const ITEMS = /<li\b[^>]*>/gi;
const UNSEEN = /<(style|script|head)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->/gi;
const TAG = /<[^>]*>/g;
const ENTITY = /&(#x[0-9a-f]+|#\d+|\w+);/gi;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
/** Markup that `textToHtml` makes itself, or that says nothing. */
const PLAIN_TAG = /<\/?(?:p|br|div|span)(?:\s+(?:data-[\w-]+|class)="[^"]*")*\s*\/?>/gi;

/** What a person reads of an HTML value: `<p>One</p><p>Two</p>` → "One\nTwo". */
export function htmlToText(html) {
    const lines = html
        .replace(UNSEEN, "")
        .replace(/\s+/g, " ")
        .replace(/<(?:p|div)\b[^>]*>\s*<br\s*\/?>\s*<\/(?:p|div)>/gi, "\n")
        .replace(ITEMS, "• ")
        .replace(LINE_ENDS, "\n")
        .replace(TAG, "");
    const decoded = lines.replace(ENTITY, (whole, name) => decode(name) ?? whole);
    return decoded
        .split("\n")
        .map((line) => line.trim())
        .join("\n")
        .trim();
}

function decode(name) {
    if (name.startsWith("#")) {
        const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null;
    }
    return ENTITIES[name.toLowerCase()] ?? null;
}

/** Lines of plain text as HTML; nothing of it is taken for markup. Empty text is null. */
export function textToHtml(text) {
    const lines = text.trim().split(/\r?\n/);
    const escaped = lines.map((line) =>
        line.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]),
    );
    return text.trim() === "" ? null : escaped.map((line) => `<p>${line || "<br>"}</p>`).join("");
}

/** Whether an HTML value says more than its plain text does: bold, links, tables. */
export function isFormatted(html) {
    return /<[a-z]/i.test(html.replace(PLAIN_TAG, ""));
}

/**
 * A number as people of a language write it, or NaN: "1.234,5" in German is 1234.5; so is "1234.5".
 *
 * A separator of thousands counts as one only where three digits follow; empty text is null.
 */
export function parseNumber(text, language) {
    const written = latin(text.trim(), language).replace(/[\s\u00a0\u202f\u200e\u200f\u061c'’]/g, "").replace("−", "-");
    if (written === "") {
        return null;
    }
    const parts = new Intl.NumberFormat(language, { useGrouping: true }).formatToParts(-12345678.5);
    const sign = (type) => parts.find((part) => part.type === type)?.value ?? "";
    const [decimal, group] = [sign("decimal"), sign("group")];
    const grouped = new RegExp(`^-?\\d{1,3}(?:${escape(group)}\\d{2,3})*${escape(group)}\\d{3}(?:${escape(decimal)}\\d*)?$`);
    const plain = group && grouped.test(written) ? written.replaceAll(group, "") : written;
    const number = plain.replace(decimal, ".");
    return /^-?(?:\d+\.?\d*|\.\d+)$/.test(number) ? Number(number) : NaN;
}

/** A number as it stands in a box to type in: no separators of thousands. */
export function numberText(value, language, digits = null) {
    const most = digits === null ? { maximumFractionDigits: 15 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(language, { useGrouping: false, ...most }).format(value);
}

function latin(text, language) {
    const zero = new Intl.NumberFormat(language, { useGrouping: false }).format(0).codePointAt(0);
    return text.replace(/\p{Nd}/gu, (digit) => {
        const at = digit.codePointAt(0) - zero;
        return at >= 0 && at <= 9 ? String(at) : digit;
    });
}

function escape(text) {
    return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** "2026-11-22T10:00:00Z" → "2026-11-22T11:00", where the person is: the value of a `datetime-local` box. */
export function localTime(instant) {
    const moment = new Date(instant);
    const two = (number) => String(number).padStart(2, "0");
    return `${dayOf(moment)}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The other way round; null where the box is empty or says no time. */
export function instantOf(local) {
    const moment = local ? new Date(local) : null;
    return moment === null || Number.isNaN(moment.getTime()) ? null : `${moment.toISOString().slice(0, 19)}Z`;
}

/** Where a telephone calls: digits and a leading plus. */
export function telephone(number) {
    return `tel:${number.replace(/[^\d+*#]/g, "")}`;
}

/** The address of a site; null where following it could run something. */
export function webAddress(text) {
    const full = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
    return /^https?:/i.test(full) ? full : null;
}
