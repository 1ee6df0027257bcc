/** What the app asks Odoo by itself after a sync, while nobody waits: screens show the answers with their age. */
import { serverTime } from "../../engine/clock";
import { DeviceError } from "../../engine/errors";
import { ALWAYS_OFFLINE } from "../../engine/modes";
import { questions } from "../registries";
import { formatAgo } from "./format";

let running = null;

/** Ask everything that addons want to know; one round at a time. @param {import("../../engine/device").Device} device */
export function askAround(device) {
    running ??= all(device).finally(() => {
        running = null;
    });
    return running;
}

async function all(device) {
    for (const { ask } of questions.getAll()) {
        await unlessBorne(() => ask(device));
    }
}

/**
 * Whether a screen may ask Odoo by itself: there is a network, and the person did not choose to do without.
 *
 * @param {Pick<import("./app").OfflineApp, "isOffline" | "device">} app
 */
export function mayAsk({ isOffline, device }) {
    return !isOffline && device.mode !== ALWAYS_OFFLINE;
}

/** What `ask` gives, or undefined where there is no answer now: the last one stays, and nobody is told. */
export async function unlessBorne(ask) {
    try {
        return await ask();
    } catch (error) {
        if (!(error instanceof DeviceError)) {
            throw error;
        }
        return undefined;
    }
}

/** How long ago Odoo said something: "2 hours ago". @param {string} at by the clock of the server */
export function agoOf(device, at) {
    return formatAgo(at, nowOf(device));
}

/** The server's time now, as far as this device knows it, in milliseconds. */
export function nowOf(device) {
    return serverTime(Date.now(), device.settings.clock_offset_s);
}
