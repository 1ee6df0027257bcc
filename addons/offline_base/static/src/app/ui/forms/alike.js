/** Before a record is made a second time: what Odoo says that the new one may be a duplicate of, where there is a network. */
import { useState } from "@odoo/owl";
import { Badge, Icon, Row, Sheet } from "../kit/kit";
import { mayAsk, unlessBorne } from "../model/asking";
import { FetchingSheet } from "../screens/pins/fetching";
import { foundIn } from "../screens/pins/pins";

/** Nobody waits longer for an answer that only helps. */
const PATIENCE_MS = 4000;

/**
 * `[{id, name, isHere}]` of what a new record with these values may be a duplicate of. Nothing without a network, or when
 * the office does not answer soon: then it is compared when it is sent, and what the profile says of duplicates is done.
 *
 * @param {import("../model/app").OfflineApp} app @param {{name: string, alike: string[]}} entity
 */
export async function alikeInOdoo(app, { name, alike }, values) {
    const { device } = app;
    const like = Object.fromEntries(alike.map((field) => [field, values[field] ?? null]).filter(([, value]) => value !== null));
    if (!mayAsk(app) || !Object.keys(like).length) {
        return [];
    }
    // Without an answer it is as without a network.
    const answer = await Promise.race([unlessBorne(() => device.find(name, { like })), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    return foundIn(device, name, answer?.records ?? []);
}

/**
 * Asks the person, before a new record with these values is made, whether it is one of those that Odoo has.
 *
 * `{chosen, distinctFrom}`: `chosen` is the id of the one that it is, which is on this device then; null where it is none of
 * them, the ids of which are `distinctFrom`; undefined where they look at what they wrote again, or left it (`isLeft`).
 *
 * @param {() => any} isLeft whether what they wrote is not on the screen any more, or will not be
 */
export async function askAlike(app, entity, values, isLeft) {
    const found = await alikeInOdoo(app, entity, values);
    if (await isLeft()) {
        return { chosen: undefined, distinctFrom: [] }; // What is asked or made now would stand on another screen.
    }
    const chosen = found.length ? await app.messages.open(AlikeSheet, { entity, found }) : null;
    return { chosen: (await isLeft()) ? undefined : chosen, distinctFrom: found.map(({ id }) => id) };
}

/** Asks which of these it is; closes with its id, with null where it is none of them, or with nothing. */
export class AlikeSheet extends FetchingSheet {
    static template = "offline_base.AlikeSheet";
    static components = { Badge, Icon, Row, Sheet };
    static props = { entity: Object, found: Array, close: Function };

    setup() {
        super.setup();
        this.state = useState({ fetching: null, said: null });
    }
}
