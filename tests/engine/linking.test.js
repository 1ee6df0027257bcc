/** A new record that turns out to be one that is there: one record on the device, by whichever name it is asked for. */
import { assert, describe, test } from "./harness.js";
import { PARTNER, uid } from "./fake_server.js";
import { Home } from "./home.js";

const OTHER = uid(7, 0xa);

/** A device that holds a customer of the office and has searched; whose steps are watched, once `watch` has been called. */
async function synced(options = {}) {
    let look = () => {};
    const home = new Home();
    home.server.put(PARTNER, 1, { name: "Azure Group", phone: "1", city: null });
    const device = await home.enrolled({ checkpoint: (step) => look(step), ...options });
    await device.sync();
    await device.search(PARTNER);
    return { home, server: home.server, device, watch: (fn) => (look = fn) };
}

const names = async (device) => (await device.search(PARTNER)).map(({ values }) => values.name).sort();

/** What the person sees is the same by each of these names, found and counted once. */
async function assertOne(device, refs, values) {
    const [first, ...others] = await Promise.all(refs.map((ref) => device.get(PARTNER, ref)));
    others.forEach((other) => assert.deepEqual(other, first));
    assert.deepEqual(Object.fromEntries(Object.keys(values).map((name) => [name, first.values[name]])), values);
    assert.deepEqual([(await device.search(PARTNER, values.name)).length, await device.count(PARTNER)], [1, (await device.search(PARTNER)).length]);
    return first;
}

describe("a new record that is one which is there", () => {
    test("is shown once from its receipt on, by both names, also after a restart", async () => {
        const { home, server, device, watch } = await synced();
        server.there[1] = 1;
        const made = await device.create(PARTNER, { name: "Azure", city: "Ghent" });
        assert.deepEqual(await names(device), ["Azure", "Azure Group"]);
        const seen = new Set();
        watch(async (step) => step === "push.stored" && seen.add((await device.search(PARTNER)).length));
        await device.sync();
        assert.deepEqual(seen, new Set([1]));
        await assertOne(device, [made.ref, 1], { name: "Azure Group", city: "Ghent" });
        assert.equal(await device.nameOf(PARTNER, { uid: made.uid }), "Azure Group");
        await assertOne(await home.open(), [made.ref, 1], { name: "Azure Group", city: "Ghent" });
    });

    test("is worked on by its uid, in work that waits and in work to come", async () => {
        const { server, device } = await synced();
        server.there[1] = 1;
        server.verdicts[2] = ["rejected", "validation_failed"];
        const made = await device.create(PARTNER, { name: "Azure" });
        await device.create(PARTNER, { name: "Ann", parent_id: { uid: made.uid } });
        await device.update(PARTNER, made.ref, { city: "Ghent" });
        await device.sync();
        delete server.verdicts[2];
        const [refused] = await device.unresolved();
        await device.amend(refused.op, { name: "Anna", parent_id: { uid: made.uid } });
        await device.update(PARTNER, made.ref, { phone: "2" });
        await device.sync();
        assert.deepEqual([await device.outbox(), server.content()[1].city, server.content()[1].phone], [[], "Ghent", "2"]);
        assert.deepEqual((await device.history(PARTNER, 1)).map(({ verb }) => verb), ["update", "update", "create"]);
        assert.deepEqual((await device.status()).incidents, []);
    });

    test("keeps the name that another device gave it, with the work that named it otherwise", async () => {
        const { server, device } = await synced();
        server.life.rows[PARTNER][1].uid = OTHER;
        server.put(PARTNER, 1, { city: "Namur" });
        await device.sync();
        server.there[1] = 1;
        server.verdicts[2] = ["conflict", null];
        const made = await device.create(PARTNER, { name: "Azure" });
        await device.update(PARTNER, made.ref, { phone: "2" });
        await device.sync();
        const record = await assertOne(device, [made.ref, OTHER, 1], { name: "Azure Group", phone: "2" });
        assert.deepEqual([record.uid, record.pending], [OTHER, [2]]);
        assert.deepEqual((await device.update(PARTNER, made.ref, { city: "Ghent" })).body.target, { uid: OTHER });
        assert.equal((await device.history(PARTNER, OTHER)).length, 3);
    });

    test("that is not here yet is told by its own name once it is", async () => {
        const { server, device } = await synced();
        server.put(PARTNER, 5, { name: "Blue Group", city: null });
        server.life.rows[PARTNER][5].uid = OTHER;
        server.there[1] = 5;
        const made = await device.create(PARTNER, { name: "Blue", city: "Ghent" });
        await device.sync();
        const record = await assertOne(device, [made.ref, OTHER, 5], { name: "Blue Group", city: "Ghent" });
        assert.equal(record.uid, OTHER);
        assert.deepEqual(await names(device), ["Azure Group", "Blue Group"]);
    });

    test("is one with another new one that is the same", async () => {
        const { server, device } = await synced();
        Object.assign(server.there, { 1: 1, 2: 1 });
        const made = [await device.create(PARTNER, { name: "Azure" }), await device.create(PARTNER, { name: "Azur" })];
        await device.sync();
        await assertOne(device, [...made.map(({ ref }) => ref), 1], { name: "Azure Group" });
    });

    test("is decided by the person, who names it", async () => {
        const { server, device } = await synced();
        server.verdicts[1] = ["conflict", null];
        const made = await device.create(PARTNER, { name: "Azure" });
        await device.sync();
        const [parked] = await device.unresolved();
        await assert.rejects(device.resolve(parked.op, "device", null, { sameAs: 1 }), { code: "operation_invalid" });
        const { body } = await device.resolve(parked.op, "server", null, { sameAs: 1 });
        assert.deepEqual(body.args, { op: parked.op, by: "server", same_as: 1 });
        assert.deepEqual(await names(device), ["Azure Group"]);
        await device.sync();
        assert.deepEqual(await device.outbox(), []);
        await assertOne(device, [made.ref, 1], { name: "Azure Group" });
    });

    test("is a record of its own where a restored server does not find them alike any more", async () => {
        const { server, device } = await synced();
        const backup = server.backup();
        server.there[1] = 1;
        const made = await device.create(PARTNER, { name: "Azure", city: "Ghent" });
        await device.sync();
        server.restore(backup);
        delete server.there[1];
        delete server.life.rows[PARTNER][1];
        await device.sync();
        const record = await device.get(PARTNER, made.ref);
        assert.deepEqual([record.id, record.uid, await names(device)], [100, made.uid, ["Azure"]]);
        assert.equal(await device.get(PARTNER, 1), null);
    });

    test("is not what has its id after that was given out again", async () => {
        const { server, device } = await synced();
        server.there[1] = 1;
        const made = await device.create(PARTNER, { name: "Azure" });
        await device.sync();
        delete server.life.rows[PARTNER][1];
        server.put(PARTNER, 1, { name: "Somebody else" });
        server.life.rows[PARTNER][1].born = "2026-11-22T08:00:00.000000Z";
        await device.sync();
        assert.equal(await device.get(PARTNER, made.ref), null);
        assert.deepEqual(await names(device), ["Somebody else"]);
    });
});
