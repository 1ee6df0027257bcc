/** Searches over what the person sees, and counts of it. */
import { assert, describe, test } from "./harness.js";
import { PARTNER } from "./fake_server.js";
import { Home } from "./home.js";

async function synced(options) {
    const home = new Home();
    home.server.put(PARTNER, 1, { name: "Azure", phone: null, city: null });
    home.server.put(PARTNER, 2, { name: "Blue Café", phone: null, city: null });
    const device = await home.enrolled(options);
    await device.sync();
    return { home, server: home.server, device };
}

const ids = (records) => records.map(({ id }) => id);

/** Numbered contacts from 3 on. */
function partners(server, most) {
    for (let id = 3; id <= most; id++) {
        server.put(PARTNER, id, { name: `Partner ${id}` });
    }
}

/** The device on a store from which 900 contents are read before somebody acts, and the rest after. */
async function halfway(home, act) {
    let opened = -Infinity;
    const open = async (value) => {
        opened += 1;
        if (opened === 900) {
            await act(device);
        }
        return value;
    };
    const device = await home.open({ vault: { seal: (value) => value, open } });
    opened = 0;
    return device;
}

describe("a search", () => {
    test("ignores case and accents and wants all words", async () => {
        const { device } = await synced();
        assert.deepEqual(ids(await device.search(PARTNER, "CAFE blue")), [2]);
        assert.deepEqual(await device.search(PARTNER, "cafe azure"), []);
        assert.equal(await device.count(PARTNER), 2);
    });

    test("gives pages that do not overlap", async () => {
        const { device } = await synced();
        await device.update(PARTNER, 2, { phone: "1" });
        const pages = [];
        for (const offset of [0, 1, 2]) {
            pages.push(ids(await device.search(PARTNER, "", {}, { limit: 1, offset })));
        }
        assert.deepEqual(pages, [[1], [2], []]);
    });

    test("during a change shows what was before, and does not wait for ever", async () => {
        const { device } = await synced();
        const [, found] = await Promise.all([device.update(PARTNER, 1, { phone: "1" }), device.search(PARTNER)]);
        assert.equal(found.length, 2);
        assert.equal(await device.count(PARTNER, "", { phone: "1" }), 1);
    });

    test("over ten thousand records is instant once it was made", async () => {
        const home = new Home();
        for (let id = 1; id <= 10_000; id++) {
            const name = `Contact ${id} of Café ${id % 7}`;
            home.server.put(PARTNER, id, { name, phone: String(id), city: "Liège" });
        }
        const device = await home.enrolled();
        await device.sync();
        assert.equal(
            await device.count(PARTNER, "café 3"),
            (await device.search(PARTNER, "cafe 3", {}, { limit: 1e5 })).length,
        );
        const began = performance.now();
        const [found] = await device.search(PARTNER, "cafe 9777", { city: "Liège" });
        const took = performance.now() - began;
        assert.equal(found.id, 9777);
        assert.ok(took < 1000, `${took} ms`);
    });
});

describe("an entity that nobody searched", () => {
    test("is counted without opening what is held, whatever work there is", async () => {
        const { home, device, server } = await synced();
        partners(server, 40);
        await device.sync();
        Object.assign(server.verdicts, { 5: ["conflict", null] });
        const made = await device.create(PARTNER, { name: "Born here" });
        await device.create(PARTNER, { name: "Born as well" });
        await device.create(PARTNER, { name: "Born and gone" }).then(({ uid }) => device.delete(PARTNER, uid));
        await device.delete(PARTNER, 1);
        await device.update(PARTNER, 2, { phone: "2" });
        await device.update(PARTNER, made.uid, { phone: "3" });
        for (const [what, act] of [
            ["unsent", () => {}],
            ["sent, one parked", () => home.server.remove(PARTNER, 3)],
            ["what it was on is gone", () => server.remove(PARTNER, 2)],
        ]) {
            act();
            let opened = 0;
            const open = (value) => {
                opened += 1;
                return value;
            };
            const again = await home.open({ vault: { seal: (value) => value, open } });
            if (what !== "unsent") {
                await again.sync();
            }
            opened = 0;
            const count = await again.count(PARTNER);
            assert.ok(opened < 25, `${what}: ${opened} were opened`);
            assert.equal(count, (await again.search(PARTNER)).length, what);
        }
    });

    test("shows what changes while it is read, and nobody waits for that", async () => {
        const { home, device, server } = await synced();
        partners(server, 1200);
        await device.sync();
        const again = await halfway(home, async (reading) => {
            await reading.update(PARTNER, 4, { phone: "early" });
            await reading.update(PARTNER, 1199, { phone: "late" });
            await reading.delete(PARTNER, 5);
            await reading.create(PARTNER, { name: "Born meanwhile" });
            server.put(PARTNER, 6, { name: "Renamed" });
            server.remove(PARTNER, 7);
            await reading.sync();
        });
        const found = await again.search(PARTNER, "", {}, { limit: Infinity });
        for (const records of [found, await again.search(PARTNER, "", {}, { limit: Infinity })]) {
            assert.equal(new Set(ids(records)).size, records.length);
        }
        const now = await again.search(PARTNER, "", {}, { limit: Infinity });
        const texts = now.map(({ values }) => values.phone ?? values.name);
        const changed = texts.filter((text) => /^(early|late|Re|Born)/.test(text));
        assert.deepEqual(changed.sort(), ["Born meanwhile", "Renamed", "early", "late"]);
        assert.equal(now.some(({ id }) => [5, 7].includes(id)), false);
        const fresh = await home.open();
        assert.deepEqual(ids(now), ids(await fresh.search(PARTNER, "", {}, { limit: Infinity })));
    });

    test("is read again when all of it is replaced while it is read", async () => {
        const { home, device, server } = await synced();
        partners(server, 1200);
        await device.sync();
        for (let id = 1; id <= 1200; id++) {
            server.put(PARTNER, id, { name: `New ${id}` });
        }
        const again = await halfway(home, (reading) => reading.sync());
        assert.equal((await again.search(PARTNER, "new", {}, { limit: Infinity })).length, 1200);
        assert.equal((await again.search(PARTNER, "new", {}, { limit: Infinity })).length, 1200);
        assert.equal(await again.count(PARTNER, "partner"), 0);
    });

    test("is read again when all of it is thrown away while it is read", async () => {
        const { home, device, server } = await synced();
        partners(server, 1200);
        await device.sync();
        const again = await halfway(home, ({ parts }) => parts.store.change((change) => parts.records.forgetAll(change)));
        assert.deepEqual(await again.search(PARTNER), []);
        assert.equal(await again.count(PARTNER), 0);
    });
});
