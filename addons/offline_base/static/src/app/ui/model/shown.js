/** Values of fields as words, for lists and comparisons: what a person reads where nothing can be changed. */
import { _t } from "@web/core/l10n/translation";
import { formatBytes, formatDate, formatDateTime, formatNumber } from "./format";
import { htmlToText } from "./texts";

/**
 * The value in words; "" for an empty one.
 *
 * @param {import("../../engine/device").Device} device
 * @param {{type: string, selection?: string[][] | null, relation?: string | null, digits?: number | null}} field
 * @param {any} value in canonical form
 */
export async function textOf(device, field, value) {
    if (field.type === "boolean") {
        return String(value ? _t("Yes") : _t("No"));
    }
    if (value === null || value === undefined || value === "") {
        return "";
    }
    if (field.relation) {
        const items = Array.isArray(value) ? value : [value];
        const names = await Promise.all(items.map((item) => nameOf(device, field.relation, item)));
        return names.join(", ");
    }
    const write = WRITERS[field.type];
    return write ? write(value, field) : plain(value);
}

async function nameOf(device, entity, ref) {
    return (await device.nameOf(entity, ref)) ?? String(_t("A record that is not on this device"));
}

function plain(value) {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const file = ({ size, name }) => [name, formatBytes(size ?? 0)].filter(Boolean).join(", ");
const number = (value, { digits }) => formatNumber(value, Array.isArray(digits) ? digits[1] : (digits ?? null));

const WRITERS = {
    date: formatDate,
    datetime: formatDateTime,
    integer: (value) => formatNumber(value),
    float: number,
    monetary: number,
    html: htmlToText,
    binary: file,
    image: file,
    selection: (value, { selection }) => String(selection?.find(([key]) => key === value)?.[1] ?? value),
};
