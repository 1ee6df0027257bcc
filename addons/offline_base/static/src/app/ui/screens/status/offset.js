/** How far this device's clock is from the office's, in words. */
import { _t } from "@web/core/l10n/translation";

/** Less is the time that a call takes on a slow network. */
const RIGHT_S = 30;
const WRONG_S = 300;

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
        tone: away > WRONG_S ? "danger" : "warning",
        value: offset_s > 0 ? _t("%s ahead", length) : _t("%s behind", length),
        more: _t("The office counts with corrected times. Set the time of this device to automatic all the same."),
    };
}

function lengthOf(seconds) {
    const [unit, size] = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]].find(([, size]) => seconds >= size);
    const style = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 };
    return new Intl.NumberFormat(document.documentElement.lang || "en", style).format(seconds / size);
}
