/** Says that something was done on this device, with a way to take it back. */
import { _t } from "@web/core/l10n/translation";
import { Refusal } from "../../engine/errors";

/** What was said last: only the newest work can be undone, so only that is offered. */
let said = null;

/**
 * @param {import("../model/app").OfflineApp} app @param {string} text
 * @param {object} did
 * @param {number} did.seq the number of the operation, the first of several @param {number} [did.to] the last of them
 * @param {() => Promise<any>} [did.back] does the opposite, where it was sent already
 * @param {() => any} [did.undone] called when it is undone
 */
export function sayDone(app, text, { seq, to = seq, back = null, undone = () => {} }) {
    const { device, messages } = app;
    const mayUndo = back !== null || device.canWithdraw(seq, to);
    const run = async () => {
        try {
            await takeBack(device, seq, to, back);
        } catch (error) {
            if (!(error instanceof Refusal)) {
                throw error;
            }
            messages.say(_t("It was sent already, so it cannot be undone here. Change it as you need it."), { kind: "warning" });
            return;
        }
        undone();
        messages.say(_t("Undone."));
    };
    messages.hide(said);
    said = messages.say(text, { kind: "good", action: mayUndo ? { label: _t("Undo"), run } : null });
}

async function takeBack(device, seq, to, back) {
    try {
        await device.withdraw(seq, to);
    } catch (error) {
        if (!(error instanceof Refusal) || back === null) {
            throw error;
        }
        await back();
    }
}
