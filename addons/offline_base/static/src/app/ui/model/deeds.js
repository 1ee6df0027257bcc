/** What a person does about work that waits: send again, correct, give up. Each says how it went. */
import { _t } from "@web/core/l10n/translation";
import { argumentsOf } from "../forms/arguments";
import { FormSheet } from "../forms/sheet";
import { sayDone } from "../forms/undo";
import { Ask } from "../kit/kit";
import { canDecideUnseen, decisionFor, MINE } from "./decision";
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

/**
 * Take one side of several conflicts, after one question that says how many and which fields. What has to be looked at
 * by itself is left out, and said. Answers whether it was done.
 */
export async function decideAll(app, pieces, side) {
    const fitting = pieces.filter(canDecideUnseen);
    const left = pieces.length - fitting.length;
    const isMine = side === MINE;
    const sure = await app.messages.open(Ask, {
        title: isMine ? _t("Keep mine: %s", fitting.length) : _t("Keep the office's: %s", fitting.length),
        text: [
            isMine
                ? _t("Your values take the place of the office's in these fields: %s.", fieldsInQuestion(fitting))
                : _t("The office's values stay in these fields, yours are given up: %s.", fieldsInQuestion(fitting)),
            left ? _t("Left out, as each needs a look by itself: %s.", left) : "",
        ]
            .filter(Boolean)
            .join(" "),
        confirm: isMine ? _t("Keep mine") : _t("Keep the office's"),
        danger: !isMine,
    });
    if (!sure) {
        return false;
    }
    return attempt(app, async () => {
        const decided = [];
        for (const piece of fitting) {
            const { by, values } = decisionFor(piece, side);
            decided.push(await app.device.resolve(piece.op, by, values));
        }
        const [first, last] = [decided[0].seq, decided.at(-1).seq];
        sayDone(app, _t("Decided: %s. The office gets it with the next sync.", decided.length), { seq: first, to: last });
    });
}

/** "City (2), Phone": each field with how many conflicts it stands in, where it is more than one. */
function fieldsInQuestion(pieces) {
    const counts = new Map();
    for (const { entry, entity } of pieces) {
        for (const name of Object.keys(entry.receipt.conflict.fields)) {
            const label = entity.profile.fields.find((field) => field.name === name)?.label ?? name;
            counts.set(label, (counts.get(label) ?? 0) + 1);
        }
    }
    return [...counts].map(([label, count]) => (count > 1 ? `${label} (${count})` : label)).join(", ");
}

/**
 * Correct work, and send it again: in the form, on the field that is wrong; a named operation on the screen that its
 * entity has for it, else in a sheet of its arguments.
 */
export async function correct(app, piece) {
    const { entry, body, entity, op, ref, verb } = piece;
    if (AS_VALUES.includes(verb)) {
        const field = fieldToCorrect(entry, body) ?? undefined;
        app.router.go("form", { entity: entity.name, ref: refText(ref), op, field });
        return;
    }
    if (entity.operations[verb]?.correct) {
        await entity.operations[verb].correct(app, piece);
        return;
    }
    const operation = operationOf(piece);
    const given = body.args ?? {};
    const sent = await app.messages.open(FormSheet, {
        entity: argumentsOf(operation, entity.operations[verb]),
        title: operation.label,
        confirm: _t("Send again"),
        changed: given,
        save: async (changed) => {
            const kept = Object.fromEntries(Object.entries(changed).filter(([name, value]) => value !== null || name in given));
            return app.device.amend(op, null, (await entity.operations[verb]?.prepare?.(app, kept)) ?? kept);
        },
    });
    if (sent) {
        sayCorrected(app);
    }
}

/** Send a named operation again with these arguments alone: what they do not name is as if it had never been said. */
export async function correctWith(app, piece, args) {
    const { properties = {} } = operationOf(piece).args;
    const dropped = Object.keys(piece.body.args ?? {}).filter((name) => !Object.hasOwn(args, name));
    const empty = Object.fromEntries(dropped.map((name) => [name, properties[name]?.default ?? null]));
    await app.device.amend(piece.op, null, { ...empty, ...args });
    sayCorrected(app);
}

function sayCorrected({ messages }) {
    messages.say(_t("Corrected. It is sent again with the next sync."), { kind: "good" });
}

/** Whether there is a form in which this can be corrected. */
export function canCorrect(piece) {
    const { ways, ref, verb, isThere, entity } = piece;
    if (!ways.includes("edit")) {
        return false;
    }
    if (AS_VALUES.includes(verb)) {
        return ref !== null && isThere;
    }
    const operation = operationOf(piece);
    if (operation && entity.operations[verb]?.correct) {
        return isThere;
    }
    const form = operation ? argumentsOf(operation, entity.operations[verb]) : null;
    return form !== null && form.profile.fields.length > 0;
}

function operationOf({ entity, verb }) {
    return entity.profile.operations.find(({ name }) => name === verb) ?? null;
}
