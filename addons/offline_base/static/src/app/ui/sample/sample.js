/** Taste the app with sample data: a home of its own that is gone with the page, and an office in memory. */
import { Device } from "../../engine/device.js";
import { done } from "../../engine/idb.js";
import { network } from "../../engine/network.js";
import { SampleOffice } from "./office.js";

const NAME = "offline.sample";

/**
 * A device that works with the sample office, enrolled and synced. Nothing of it leaves this page.
 *
 * @param {object} [options] of `Device.open` @param {(english: string) => string} [options._t] translates the data
 */
export async function openSample({ _t = String, indexedDB = globalThis.indexedDB, ...options } = {}) {
    await forgetSample(indexedDB);
    const office = new SampleOffice(_t);
    const device = await Device.open({ ...options, name: NAME, indexedDB, network: network({ connect: () => office }) });
    await device.enrol("https://sample.example", "SAMPLE");
    await device.sync();
    return device;
}

/** Leave nothing of a sample behind. */
export function forgetSample(indexedDB = globalThis.indexedDB) {
    return done(indexedDB.deleteDatabase(NAME));
}
