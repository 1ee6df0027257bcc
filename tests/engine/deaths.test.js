/**
 * A device that dies at any of its own steps, at each of them in turn, comes back with all work, done once.
 *
 * Each life is a fresh device on the same store. The app dies before and after every change of the store and every call;
 * each death is tried alone, and with a second one while it recovers.
 */
import { assert, describe, test } from "./harness.js";
import { PARTNER } from "./fake_server.js";
import { Home } from "./home.js";

/** No device does more between two looks of a test. */
const MOST_STEPS = 400;

class World {
    home = new Home();
    ops = [];

    async begin() {
        for (const id of [1, 2, 3, 4]) {
            this.server.put(PARTNER, id, { name: `Contact ${id}`, phone: null });
        }
        const device = await this.home.enrolled({ page: 2 });
        await device.sync();
        return device;
    }

    get server() {
        return this.home.server;
    }

    live() {
        return this.home.open({ page: 2 });
    }

    /** On both sides, some of it on the same record. */
    async work(device) {
        this.ops.push((await device.call(PARTNER, 1, "visit", { note: "delivered" })).op);
        this.ops.push((await device.update(PARTNER, 2, { phone: "1" })).op);
        const born = await device.create(PARTNER, { name: "Born here" });
        this.ops.push(...(await device.outbox()).filter((entry) => entry.target_uid === born.uid).map(({ op }) => op));
        this.server.put(PARTNER, 3, { name: "Renamed", phone: "3" });
        this.server.put(PARTNER, 4, { name: "Renamed, too", phone: "4" });
    }

    /** All work counts once, and the device shows what the server holds. */
    async checkDone(device) {
        const { effects } = this.server.life;
        assert.deepEqual(
            this.ops.map((op) => effects[op]),
            this.ops.map(() => 1),
        );
        assert.deepEqual(
            Object.values(effects).filter((times) => times !== 1),
            [],
        );
        assert.deepEqual(await device.outbox(), []);
        const shown = await device.search(PARTNER, "", {}, { limit: 100 });
        assert.deepEqual(Object.fromEntries(shown.map(({ id, values }) => [id, values])), this.server.content());
        assert.ok(shown.every(({ pending }) => !pending.length));
        assert.deepEqual(await device.check(), []);
        assert.deepEqual((await device.verify()).differ, {});
        assert.equal((await device.status()).receiving, false);
    }
}

/** Act in a world for each death; `act` is also what the person does again afterwards. Answers how many there were. */
async function dieAtEveryStep(begin, act, check) {
    for (let deaths = 0; deaths < MOST_STEPS; deaths++) {
        const once = live(begin, act, check, deaths);
        // A second death at the same distance from the restart: at every third one, which comes by all kinds of steps.
        const twice = deaths % 3 === 0 && live(begin, act, check, deaths, deaths);
        const [died] = await Promise.all([once, twice]);
        if (!died) {
            return deaths;
        }
    }
    throw new Error("there is no end of steps");
}

/** A world in which the app dies after so many steps, and again, and does all in the end; whether it died. */
async function live(begin, act, check, ...deaths) {
    const world = new World();
    await begin(world, await world.begin());
    let died = false;
    try {
        for (const steps of deaths) {
            died = await dies(world, steps, act);
        }
        const device = await world.live();
        await act(device, world);
        await check(world, device);
    } catch (error) {
        error.message += `\n(died after ${deaths.join(", then ")} steps: ${world.home.steps.slice(-40).join(", ")})`;
        throw error;
    } finally {
        world.home.close();
    }
    return died;
}

async function dies(world, steps, act) {
    const device = await world.live();
    world.home.dieAfter(steps);
    return world.home.dies((one) => act(one, world), device);
}

const sync = (device) => device.sync();
const syncTwice = async (device) => {
    await device.sync();
    await device.sync();
};
const checkDone = (world, device) => world.checkDone(device);

describe("a device that dies at every step", () => {
    test("of a sync. Proves I2, I3, I5, I6, I8", async () => {
        const deaths = await dieAtEveryStep((world, device) => world.work(device), sync, checkDone);
        assert.ok(deaths > 15, `${deaths} deaths`);
    });

    test("of a replay after a restore. Proves I2, I9", async () => {
        const begin = async (world, device) => {
            const backup = world.server.backup();
            await world.work(device);
            await device.sync();
            world.server.restore(backup);
            world.ops.push((await device.call(PARTNER, 2, "visit", { note: "after" })).op);
        };
        const deaths = await dieAtEveryStep(begin, syncTwice, checkDone);
        assert.ok(deaths > 20, `${deaths} deaths`);
    });

    test("of a reset. Proves I2, I5, I6", async () => {
        const begin = async (world, device) => {
            await world.work(device);
            world.server.life.cursors = {};
        };
        assert.ok((await dieAtEveryStep(begin, sync, checkDone)) > 15);
    });

    test("of healing what differs. Proves I6", async () => {
        const begin = async (world, device) => {
            await world.work(device);
            const { store } = device.parts;
            await store.transaction(
                "record",
                "readwrite",
                (transaction) => transaction.objectStore("record").delete([PARTNER, 3]) && 0,
            );
            const row = await store.get("digest", PARTNER);
            await store.transaction("digest", "readwrite", (transaction) => {
                transaction.objectStore("digest").put({ ...row, count: row.count - 1 });
            });
        };
        assert.ok((await dieAtEveryStep(begin, sync, checkDone)) > 20);
    });

    test("of verify and repair. Proves I6", async () => {
        const begin = async (world, device) => {
            const { store } = device.parts;
            await store.transaction("record", "readwrite", (transaction) => {
                transaction.objectStore("record").delete([PARTNER, 3]);
            });
        };
        const act = async (device) => {
            await device.verify();
            await device.sync();
        };
        assert.ok((await dieAtEveryStep(begin, act, checkDone)) > 10);
    });

    test("of a decision about parked work. Proves I2, I8", async () => {
        const begin = async (world, device) => {
            world.server.verdicts[1] = ["rejected", "validation_failed"];
            const { op } = await device.update(PARTNER, 1, { phone: "wrong" });
            await device.sync();
            await device.amend(op, { phone: "right" });
            world.ops.push(op);
        };
        const check = async (world, device) => {
            await world.checkDone(device);
            assert.equal(world.server.content()[1].phone, "right");
            assert.deepEqual(
                (await device.journal()).map(({ state }) => state),
                ["applied", "amended"],
            );
        };
        assert.ok((await dieAtEveryStep(begin, sync, check)) > 10);
    });

    test("of an edit and of a unit: all of it is recorded, or nothing. Proves I8", async () => {
        const act = async (device) => {
            const found = await device.count(PARTNER, "born here");
            const bodies = (await device.outbox()).map(({ verb, unit }) => [verb, unit !== null]);
            assert.deepEqual(
                bodies,
                found
                    ? [
                          ["create", true],
                          ["update", true],
                      ]
                    : [],
            );
            if (!found) {
                await device.unit(async (unit) => {
                    const made = await unit.create(PARTNER, { name: "Born here" });
                    await unit.update(PARTNER, made.ref, { phone: "1" });
                });
            }
        };
        const check = async (world, device) => {
            const entries = await device.outbox();
            assert.deepEqual(
                entries.map(({ seq }) => seq),
                [1, 2],
            );
            world.ops = entries.map(({ op }) => op);
            await device.sync();
            await world.checkDone(device);
        };
        await dieAtEveryStep(() => {}, act, check);
    });
});
