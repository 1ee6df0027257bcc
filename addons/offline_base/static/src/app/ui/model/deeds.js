/** What a person does about work that waits: send again, correct, give up. Each says how it went. */
import { _t } from "@web/core/l10n/translation";
import { Ask } from "../kit/kit";
import { screens } from "../registries";
import { refText } from "./entities";
import { fieldToCorrect } from "./work";
import { wordsOfError } from "./words";

const AS_VALUES = ["create", "update"];

/** Do something with the device; what goes wrong is said in words. Answers whether it went well. */
export async function attempt(app, fn) {
    try {
        await fn();
        return true;
    } catch (error) {
        const { what, todo } = wordsOfError(error);
        app.messages.say(`${what} ${todo}`, { kind: "danger" });
        return false;
    }
}

/** Send refused work again as it is: what was in its way may be gone. */
export function sendAgain(app, pieces) {
    return attempt(app, async () => {
        for (const { op, verb } of pieces) {
            await (AS_VALUES.includes(verb) ? app.device.amend(op, {}) : app.device.amend(op, null, {}));
        }
        app.messages.say(_t("It is sent again with the next sync."), { kind: "good" });
    });
}

/** Ask why, then give the work up. Answers whether it was. */
export async function discard(app, pieces) {
    const isMore = pieces.length > 1;
    const inUnit = pieces.some(({ unit }) => unit !== null);
    const reason = await app.messages.open(Ask, {
        title: isMore ? _t("Discard %s changes", pieces.length) : _t("Discard this change"),
        text: inUnit
            ? _t("What was done together with it is given up as well. The office keeps what you wrote, with your reason.")
            : _t("The office keeps what you wrote, with your reason."),
        confirm: _t("Discard"),
        danger: true,
        input: { label: _t("Reason"), required: true, rows: 2 },
    });
    if (reason === undefined) {
        return false;
    }
    return attempt(app, async () => {
        const units = new Set();
        for (const { op, unit } of pieces) {
            // With one member of a unit the office gives up all of it.
            if (unit === null || !units.has(unit)) {
                await app.device.discard(op, reason.slice(0, 1000));
            }
            units.add(unit);
        }
        app.messages.say(isMore ? _t("They were discarded.") : _t("It was discarded."));
    });
}

/** Open the form on the field to correct; what is saved there replaces the work. */
export function correct(app, { entry, body, entity, op, ref }) {
    const field = fieldToCorrect(entry, body) ?? undefined;
    app.router.go("form", { entity: entity.name, ref: refText(ref), op, field });
}

/** Whether a form can be opened to correct this. */
export function canCorrect({ ways, ref }) {
    return ways.includes("edit") && ref !== null && screens.contains("form");
}
