/**
 * Whatever is lost, killed, repeated or restored: in the end both sides hold the same, every operation once.
 *
 * Proves I2, I6, I8, I10 for the app's device. Each history is a list of steps made from a number; a failing one is
 * shortened before it is shown. All content is sealed on the way.
 */
import { assert, describe, test } from "./harness.js";
import { PARTNER } from "./fake_server.js";
import { Home } from "./home.js";
import { Offline } from "../../addons/offline_base/static/src/app/engine/errors.js";

const STEPS = [
    "push.sending",
    "push.answered",
    "push.stored",
    "push.rewound",
    "pull.sending",
    "pull.answered",
    "pull.staged",
    "pull.applying",
    "pull.committing",
    "pull.applied",
    "pull.reset",
    "store.committing",
    "store.committed",
];
const RECORDS = [1, 2, 3, 4, 5];
const HISTORIES = 60;
const LONGEST = 25;
const ROT = { v: "0000000000000001" };
/** As slow as WebCrypto: nothing that is sealed may be awaited within a transaction. */
const VAULT = {
    seal: async (value) => (await null, { sealed: JSON.stringify(value) }),
    open: async ({ sealed }) => (await null, JSON.parse(sealed)),
};
const OPTIONS = { page: 2, batch: 3, vault: VAULT };

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function chances(seed) {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

const ACTIONS = [
    "visit",
    "visit",
    "edit",
    "edit",
    "unit",
    "create",
    "change",
    "office",
    "sync",
    "sync",
    "death",
    "death",
    "lose",
    "retry",
    "prefix",
    "forget",
    "digest",
    "rot",
    "verify",
    "backup",
    "restore",
];

function historyOf(seed) {
    const chance = chances(seed);
    const length = 1 + Math.floor(chance() * LONGEST);
    return Array.from({ length }, () => [ACTIONS[Math.floor(chance() * ACTIONS.length)], Math.floor(chance() * 1000)]);
}

/** A device and a server, and what must come of them. */
class World {
    home = new Home();
    visits = Object.fromEntries(RECORDS.map((id) => [id, 0]));
    created = 0;
    ops = [];

    get server() {
        return this.home.server;
    }

    async begin() {
        for (const id of RECORDS) {
            this.server.put(PARTNER, id, { name: `Partner ${id}`, phone: null, city: null, visits: 0 });
        }
        this.device = await this.home.enrolled(OPTIONS);
        await this.device.sync();
        this.kept = this.server.backup();
    }

    async run(action, number) {
        const id = RECORDS[number % RECORDS.length];
        const { device, server } = this;
        if (action === "visit") {
            this.ops.push((await device.call(PARTNER, id, "visit", { note: "x" })).op);
            this.visits[id] += 1;
        } else if (action === "edit") {
            this.ops.push((await device.update(PARTNER, id, { phone: String(this.ops.length) })).op);
        } else if (action === "unit") {
            await device.unit(async (unit) => {
                this.ops.push((await unit.call(PARTNER, id, "visit", { note: "x" })).op);
                this.ops.push((await unit.update(PARTNER, id, { phone: String(this.ops.length) })).op);
            });
            this.visits[id] += 1;
        } else if (action === "create") {
            this.created += 1;
            this.last = (await device.create(PARTNER, { name: `Born here ${this.created}` })).ref;
        } else if (action === "change" && this.last) {
            this.ops.push((await device.update(PARTNER, this.last, { phone: String(this.ops.length) })).op);
        } else if (action === "office") {
            server.put(PARTNER, id, { city: String(server.requests.length) });
        } else if (action === "sync") {
            await this.sync();
        } else if (action === "death") {
            await this.home.diesAt(STEPS[number % STEPS.length], (one) => this.sync(one), OPTIONS);
            this.device = await this.home.open(OPTIONS);
        } else if (action === "lose") {
            server.lost.push(["push", "pull", "journal"][number % 3]);
        } else if (action === "retry") {
            server.retryAt = server.life.next_seq + 1;
        } else if (action === "prefix") {
            server.atMost = 1;
        } else if (action === "forget") {
            server.life.cursors = {};
        } else if (action === "digest") {
            server.wrongDigest = 1n;
        } else if (action === "rot") {
            await this.rot(id);
        } else if (action === "verify") {
            await this.device.verify().catch(bearsOffline);
        } else if (action === "backup") {
            this.kept = server.backup();
        } else if (action === "restore") {
            server.restore(this.kept);
        }
    }

    async rot(id) {
        const { store } = this.device.parts;
        const [row] = await store.many("record", [[PARTNER, id]]);
        if (row) {
            await store.transaction("record", "readwrite", (transaction) => {
                transaction.objectStore("record").put({ ...row, ...ROT });
            });
            await this.device.check();
        }
    }

    async sync(device = this.device) {
        await device.sync().catch(bearsOffline);
    }

    async settle() {
        Object.assign(this.server, { lost: [], atMost: null, retryAt: null });
        for (let times = 0; times < 4; times++) {
            await this.device.sync();
        }
    }

    async compare() {
        const content = this.server.content();
        const shown = await this.device.search(PARTNER, "", {}, { limit: 1000 });
        assert.deepEqual(Object.fromEntries(shown.map(({ id, values }) => [id, values])), content);
        for (const { entity, ref, values } of shown) {
            assert.deepEqual((await this.device.get(entity, ref)).values, values);
        }
        assert.deepEqual(Object.fromEntries(RECORDS.map((id) => [id, content[id].visits])), this.visits);
        const born = Object.entries(content)
            .filter(([id]) => !RECORDS.includes(Number(id)))
            .map(([, { name }]) => name);
        assert.deepEqual(born.sort(), Array.from({ length: this.created }, (_, at) => `Born here ${at + 1}`).sort());
        assert.deepEqual(await this.device.outbox(), []);
        const delivered = new Set((await this.device.journal(1000)).map(({ op }) => op));
        assert.deepEqual(
            this.ops.filter((op) => !delivered.has(op)),
            [],
        );
        assert.deepEqual(await this.device.check(), []);
        assert.ok(shown.every(({ pending }) => !pending.length));
    }
}

function bearsOffline(error) {
    if (!(error instanceof Offline)) {
        throw error;
    }
}

/** What went wrong in a history, or null. */
async function failureOf(history) {
    const world = new World();
    try {
        await world.begin();
        for (const [action, number] of history) {
            await world.run(action, number);
        }
        await world.settle();
        await world.compare();
        return null;
    } catch (error) {
        return error;
    } finally {
        world.home.close();
    }
}

/** The shortest history with a failure that comes by leaving single steps out. */
async function shortened(history) {
    for (let at = 0; at < history.length;) {
        const shorter = history.toSpliced(at, 1);
        if (await failureOf(shorter)) {
            history = shorter;
        } else {
            at += 1;
        }
    }
    return history;
}

describe("histories", () => {
    for (let part = 0; part < 4; part++) {
        test(`converge, and every operation counts once (${part + 1} of 4)`, async () => {
            for (let seed = part; seed < HISTORIES; seed += 4) {
                if (await failureOf(historyOf(seed))) {
                    const history = await shortened(historyOf(seed));
                    const error = await failureOf(history);
                    error.message += `\n(seed ${seed}: ${JSON.stringify(history)})`;
                    throw error;
                }
            }
        });
    }
});
