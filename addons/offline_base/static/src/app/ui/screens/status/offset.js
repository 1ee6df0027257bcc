/** How far this device's clock is from the office's, in words. */
import { _t } from "@web/core/l10n/translation";
import { formatUnit } from "../../model/format";

/** Less is the time that a call takes on a slow network. */
const RIGHT_S = 30;
const WRONG_S = 300;

/** Whether somebody should set the clock. @param {number | null} offset_s how much this clock is ahead */
export function isWrong(offset_s) {
    return Math.abs(offset_s ?? 0) > WRONG_S;
}

/** `{tone, value, more}`. @param {number | null} offset_s how much this clock is ahead */
export function wordsOfOffset(offset_s) {
    if (offset_s === null) {
        return { tone: "quiet", value: _t("Not known yet"), more: "" };
    }
    const away = Math.abs(offset_s);
    if (away <= RIGHT_S) {
        return { tone: "good", value: _t("Right"), more: "" };
    }
    const length = lengthOf(away);
    return {
        tone: isWrong(offset_s) ? "danger" : "warning",
        value: offset_s > 0 ? _t("%s ahead", length) : _t("%s behind", length),
        more: _t("The office counts with corrected times. Set the time of this device to automatic all the same."),
    };
}

function lengthOf(seconds) {
    const [unit, size] = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]].find(([, size]) => seconds >= size);
    return formatUnit(seconds / size, unit);
}
