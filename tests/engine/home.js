/** A store on which a device is opened, dies, and is opened again; and the fake server that it talks to. */
import { freshIndexedDB } from "./harness.js";
import { FakeServer, NOW, PARTNER, uid, uids } from "./fake_server.js";
import { Device } from "../../addons/offline_base/static/src/app/engine/device.js";

/** The app died here; nothing in the engine may catch it. */
export class Died extends Error {
    name = "Died";
}

export class Home {
    server = new FakeServer();
    indexedDB = freshIndexedDB();
    newUid = uids();
    now = Date.parse(NOW);
    /** What the device did, in order. */
    steps = [];
    #left = null;
    #open = null;

    /** The device as a new start of the app finds it. */
    async open({ checkpoint = () => {}, ...options } = {}) {
        this.close();
        this.#left = null;
        const step = async (name) => {
            this.steps.push(name);
            if (this.#left !== null && this.#left-- === 0) {
                throw new Died(name);
            }
            await checkpoint(name);
        };
        this.#open = await Device.open({
            indexedDB: this.indexedDB,
            network: () => ({ api: watched(this.server, step), access: ACCESS }),
            clock: () => this.now,
            chance: () => 0.5,
            newUid: this.newUid,
            checkpoint: step,
            ...options,
        });
        return this.#open;
    }

    /** A device that is enrolled and has not synced. */
    async enrolled(options) {
        const device = await this.open(options);
        const user_data = { id: 2, name: "Mitchell", lang: null, tz: null, company: 1, companies: [1] };
        const enrolled = { device: uid(1, 0xd), token: "token", epoch: this.server.epoch, user_data };
        const profile_data = structuredClone(this.server.profile_data);
        await device.parts.store.change((change) => device.settings.put(change, { ...enrolled, profile_data }));
        return device;
    }

    /** Let the app die after so many further steps. */
    dieAfter(steps) {
        this.#left = steps;
    }

    /** Let the app die at the first such step while it acts; whether it came to that. */
    async diesAt(step, act, options = {}) {
        const checkpoint = (name) => {
            if (name === step) {
                throw new Died(name);
            }
        };
        return this.dies(act, await this.open({ ...options, checkpoint }));
    }

    /** Act; whether the app died over it. */
    async dies(act, device) {
        try {
            await act(device);
        } catch (error) {
            if (!(error instanceof Died)) {
                throw error;
            }
            return true;
        } finally {
            this.close();
        }
        return false;
    }

    close() {
        this.#open?.close();
        this.#open = null;
    }
}

/** Stays in, whatever comes. Getting in and out has tests of its own. */
const ACCESS = {
    rotateIfDue: async () => {},
    rotate: async () => {},
    comeBack: async () => {},
    finishLeaving: async () => true,
    wipe: async () => {},
};

/** A server whose calls are steps: before the request leaves, and when its answer is there. */
function watched(server, step) {
    const call =
        (name) =>
        async (...args) => {
            await step(`${name}: asking`);
            const answer = await server[name](...args);
            await step(`${name}: answered`);
            return answer;
        };
    return Object.fromEntries(["push", "journal", "pull", "verify", "ask", "profile"].map((name) => [name, call(name)]));
}

/** A device that has received three contacts. */
export async function synced(options) {
    const home = new Home();
    for (const id of [1, 2, 3]) {
        home.server.put(PARTNER, id, { name: `Partner ${id}`, phone: null, city: null });
    }
    const device = await home.enrolled(options);
    await device.sync();
    return { home, server: home.server, device };
}

/** A named operation on the first of them. */
export const visit = (device, note = "x") => device.call(PARTNER, 1, "visit", { note });

/** The first of them gets these numbers, one edit after the other. */
export async function phones(device, ...numbers) {
    for (const phone of numbers) {
        await device.update(PARTNER, 1, { phone });
    }
}
