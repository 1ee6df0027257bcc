/** What a device receives: whole cuts, once, whatever is lost on the way. Proves I5, I6, I9 on the device's side. */
import { assert, describe, test } from "./harness.js";
import { entity, field, PARTNER, problem, TAG } from "./fake_server.js";
import { Home } from "./home.js";
import { AnswerInvalid, Offline } from "../../addons/offline_base/static/src/app/engine/errors.js";

async function names(device) {
    return Object.fromEntries((await device.search(PARTNER)).map(({ id, values }) => [id, values.name]));
}

/** A home with so many contacts on the server, and a device that has received them. */
async function synced(count, options) {
    const home = new Home();
    for (let id = 1; id <= count; id++) {
        home.server.put(PARTNER, id, { name: `Partner ${id}` });
    }
    const device = await home.enrolled(options);
    await device.sync();
    return { home, server: home.server, device };
}

async function kinds(device) {
    return (await device.status()).incidents.map(({ kind }) => kind);
}

/** Change a stored row behind the engine's back. */
async function tamper(device, store, key, change) {
    const { store: own } = device.parts;
    const row = await own.get(store, key);
    await own.transaction(store, "readwrite", (transaction) => {
        const there = transaction.objectStore(store);
        if (change) {
            there.put(change(row));
        } else {
            there.delete(key);
        }
    });
}

describe("pulling", () => {
    test("after a sync the device holds what the server has", async () => {
        const { device } = await synced(3);
        assert.deepEqual(await names(device), { 1: "Partner 1", 2: "Partner 2", 3: "Partner 3" });
        assert.deepEqual((await device.status()).held, { [PARTNER]: 3 });
    });

    test("changes and removes of the office arrive, also in what is searched already", async () => {
        const { device, server } = await synced(3);
        assert.equal(await device.count(PARTNER), 3);
        server.put(PARTNER, 1, { name: "Renamed" });
        server.remove(PARTNER, 2);
        const result = await device.sync();
        assert.deepEqual(await names(device), { 1: "Renamed", 3: "Partner 3" });
        assert.deepEqual([result.upserts, result.removes, result.healed], [1, 1, []]);
        assert.equal((await device.search(PARTNER, "partner 1")).length, 0);
    });

    test("nothing of a cut is seen before its closing page", async () => {
        const home = new Home();
        for (let id = 1; id <= 5; id++) {
            home.server.put(PARTNER, id, { name: `Partner ${id}` });
        }
        const seen = {};
        let found = () => 0;
        const checkpoint = async (step) => {
            seen[step] = await found();
        };
        const device = await home.enrolled({ page: 2, checkpoint });
        await device.search(PARTNER);
        found = async () => [await device.count(PARTNER), await device.parts.store.count("record")].join();
        await device.sync();
        assert.deepEqual([seen["pull.answered"], seen["pull.staged"], seen["pull.applying"]], ["0,0", "0,0", "0,0"]);
        assert.deepEqual([seen["pull.committing"], seen["pull.applied"]], ["0,0", "5,5"]);
    });

    test("an edit during a cut is not disturbed by its pages", async () => {
        const { home, server } = await synced(5);
        for (let id = 1; id <= 5; id++) {
            server.put(PARTNER, id, { city: "Namur" });
        }
        assert.ok(await home.diesAt("pull.staged", (device) => device.sync(), { page: 2 }));
        const device = await home.open();
        await device.update(PARTNER, 1, { phone: "1" });
        assert.equal((await device.get(PARTNER, 1)).values.city, undefined);
        await device.sync();
        assert.deepEqual(server.content()[1], { name: "Partner 1", city: "Namur", phone: "1" });
    });

    for (const step of ["pull.sending", "pull.answered", "pull.staged", "pull.applying", "pull.committing"]) {
        test(`a first pull that dies at ${step} goes on from the last stored page`, async () => {
            const home = new Home();
            for (let id = 1; id <= 7; id++) {
                home.server.put(PARTNER, id, { name: `Partner ${id}` });
            }
            await home.enrolled();
            assert.ok(await home.diesAt(step, (device) => device.sync(), { page: 2 }));
            const device = await home.open({ page: 2 });
            assert.equal(await device.count(PARTNER), 0);
            const stored = device.settings.cut;
            home.server.requests.length = 0;
            await device.sync();
            assert.equal(home.server.sent("pull")[0].cursor, stored?.cursor ?? null);
            assert.equal(await device.count(PARTNER), 7);
        });
    }

    test("a death after the cut was applied repeats nothing", async () => {
        const { home, server } = await synced(3);
        server.put(PARTNER, 1, { name: "Renamed" });
        assert.ok(await home.diesAt("pull.applied", (device) => device.sync()));
        const device = await home.open();
        assert.equal((await names(device))[1], "Renamed");
        assert.equal((await device.sync()).upserts, 0);
    });

    test("a lost answer is asked for again with the same cursor", async () => {
        const { device, server } = await synced(2);
        server.put(PARTNER, 1, { name: "Renamed" });
        server.lost = ["pull"];
        await assert.rejects(device.sync(), Offline);
        await device.sync();
        const [first, again] = server.sent("pull").slice(-2);
        assert.equal(first.cursor, again.cursor);
        assert.equal((await names(device))[1], "Renamed");
    });

    test("what changes between pages is received in the same cut", async () => {
        const home = new Home();
        for (let id = 1; id <= 4; id++) {
            home.server.put(PARTNER, id, { name: `Partner ${id}` });
        }
        const device = await home.enrolled({
            page: 2,
            checkpoint: (step) => {
                if (step === "pull.staged" && !home.server.content()[9]) {
                    home.server.put(PARTNER, 1, { name: "Renamed meanwhile" });
                    home.server.put(PARTNER, 9, { name: "New meanwhile" });
                    home.server.remove(PARTNER, 2);
                }
            },
        });
        await device.sync();
        assert.deepEqual(await names(device), {
            1: "Renamed meanwhile",
            3: "Partner 3",
            4: "Partner 4",
            9: "New meanwhile",
        });
    });

    test("an idle sync sends one pull and keeps the cursor", async () => {
        const { device, server } = await synced(1);
        const { cursor } = device.settings;
        server.requests.length = 0;
        await device.sync();
        assert.deepEqual(
            server.requests.map(([route]) => route),
            ["pull"],
        );
        assert.equal(device.settings.cursor, cursor);
    });

    test("the schema versions of the profile and the device's own view travel with each pull", async () => {
        const { server } = await synced(0);
        assert.deepEqual(server.sent("pull")[0].schema, { [PARTNER]: 1, [TAG]: 1 });
        assert.deepEqual(Object.keys(server.sent("pull")[0].state).sort(), [
            "app_version",
            "clock",
            "highest_seq",
            "oldest_seq",
            "outbox",
            "storage_bytes",
            "unresolved",
        ]);
    });

    test("names of records that values point to are kept, also without any record", async () => {
        const { device, server } = await synced(1);
        server.onPage = (page) => ({ ...page, refs: { [TAG]: { 12: "Azure" } } });
        server.put(PARTNER, 1, { city: "Namur" });
        await device.sync();
        assert.equal(await device.nameOf(TAG, 12), "Azure");
        assert.equal(await device.nameOf(PARTNER, 1), "Partner 1");
        server.onPage = (page) => ({ ...page, refs: { [TAG]: { 12: "Azure Interior" } } });
        await device.sync();
        assert.equal(await device.nameOf(TAG, 12), "Azure Interior");
        assert.equal(await device.nameOf(TAG, 13), null);
    });
});

describe("starting again", () => {
    test("a reset keeps unsent work and fetches only differences", async () => {
        const { device, server } = await synced(5);
        server.life.cursors = {};
        server.put(PARTNER, 2, { name: "Renamed" });
        server.verdicts[1] = ["rejected", "validation_failed"];
        await device.update(PARTNER, 1, { phone: "1" });
        const result = await device.sync();
        assert.deepEqual([result.resets, result.upserts], [1, 1]);
        assert.equal(server.sent("pull").at(-1).held[PARTNER].length, 5);
        assert.deepEqual(
            (await device.unresolved()).map(({ state }) => state),
            ["rejected"],
        );
    });

    test("a refused cursor starts again once with what is held", async () => {
        const { device, server } = await synced(2);
        server.refuse.pull = problem("cursor_invalid");
        assert.equal((await device.sync()).upserts, 0);
        assert.deepEqual(await kinds(device), ["cursor_invalid"]);
    });

    test("a server that resets for ever is a fault, not a loop", async () => {
        const { device, server } = await synced(2);
        server.onPage = (page) => {
            server.life.cursors = {};
            return { ...page, complete: false };
        };
        await assert.rejects(
            device.sync(),
            (error) => error instanceof AnswerInvalid && /again and again/.test(error.message),
        );
    });

    test("a differing digest is noted and healed by reading everything again", async () => {
        const { device, server } = await synced(3);
        server.put(PARTNER, 1, { name: "Renamed" });
        server.wrongDigest = 1n;
        const result = await device.sync();
        assert.deepEqual([result.healed, result.unhealed], [[PARTNER, TAG], []]);
        assert.equal(server.sent("pull").at(-1).cursor, null);
        assert.equal((await device.status()).heals, 1);
        assert.deepEqual(new Set(await kinds(device)), new Set(["digest_mismatch"]));
        assert.notEqual(device.settings.cursor, null);
    });

    test("a digest that differs for ever is told, not healed for ever", async () => {
        const { device, server } = await synced(2);
        server.onPage = (page) => ({ ...page, digests: { [PARTNER]: { count: 9, sum: "0".repeat(16) } } });
        server.put(PARTNER, 1, { name: "Renamed" });
        const result = await device.sync();
        assert.deepEqual([result.healed, result.unhealed, result.pages], [[PARTNER], [PARTNER], 2]);
        assert.equal((await names(device))[1], "Renamed");
    });

    test("a lost row is found by the digest and comes back", async () => {
        const { device, server } = await synced(3);
        await tamper(device, "record", [PARTNER, 2]);
        await tamper(device, "digest", PARTNER, (row) => ({ ...row, count: 2 }));
        server.put(PARTNER, 1, { name: "Renamed" });
        assert.deepEqual((await device.sync()).healed, [PARTNER]);
        assert.equal(Object.keys(await names(device)).length, 3);
    });

    test("a digest that was wrong itself is counted anew, however many pages that takes", async () => {
        const { device, server } = await synced(5, { page: 2 });
        await tamper(device, "digest", PARTNER, (row) => ({ ...row, count: 9 }));
        for (const id of [1, 2, 3]) {
            server.put(PARTNER, id, { name: "Renamed" });
        }
        // Nothing is left to claim: all of it comes again, page by page.
        await device.parts.store.change((change) => change.clear("record"));
        const result = await device.sync();
        assert.deepEqual([result.healed, result.unhealed], [[PARTNER], []]);
        assert.deepEqual((await device.status()).held, { [PARTNER]: 5 });
    });

    test("a rotten row is reported, not claimed, and fetched again", async () => {
        const { device, server } = await synced(3);
        await tamper(device, "record", [PARTNER, 2], (row) => ({
            ...row,
            content: { ...row.content, values: { name: "Rot" } },
        }));
        assert.deepEqual(await device.check(), [[PARTNER, 2]]);
        await device.sync();
        assert.deepEqual(
            server
                .sent("pull")
                .at(-1)
                .held[PARTNER].map(([id]) => id),
            [1, 3],
        );
        assert.equal((await names(device))[2], "Partner 2");
        assert.ok((await kinds(device)).includes("row_rotten"));
    });

    test("every sync checks some rows for rot", async () => {
        const { device } = await synced(3);
        await tamper(device, "record", [PARTNER, 3], (row) => ({ ...row, v: "0000000000000001" }));
        await device.sync(); // finds it
        await device.sync(); // fetches it
        assert.deepEqual(await device.check(), []);
        assert.notEqual(device.settings.cursor, null);
    });

    test("a rotten row that left the scope does not stay", async () => {
        const { device, server } = await synced(2);
        await tamper(device, "record", [PARTNER, 2], (row) => ({ ...row, born: "x" }));
        await device.check();
        server.remove(PARTNER, 2);
        await device.sync();
        assert.deepEqual(await names(device), { 1: "Partner 1" });
    });

    test("claims too large for one request are left out and everything comes again", async () => {
        const { device, server } = await synced(40);
        const limits = { body_bytes: 1000, operations: 50, page: 1000 };
        server.profile_data = { ...server.profile_data, profile_version: 2, limits };
        await device.sync();
        server.life.cursors = {};
        server.remove(PARTNER, 7);
        await device.sync();
        assert.equal(server.sent("pull").at(-1).held, null);
        const found = await names(device);
        assert.deepEqual([Object.keys(found).length, 7 in found], [39, false]);
    });

    test("verify finds what differs, and the next sync repairs it in one cut", async () => {
        const { device, server } = await synced(5);
        assert.equal((await device.status()).verified, null);
        assert.deepEqual((await device.verify()).differ, {});
        const { at, rotten, differ } = (await device.status()).verified;
        assert.deepEqual([typeof at, rotten, differ], ["string", 0, 0]);
        await tamper(device, "record", [PARTNER, 4]);
        await tamper(device, "digest", PARTNER, (row) => ({ ...row, count: 4 }));
        assert.deepEqual((await device.verify()).differ, { [PARTNER]: [4] });
        assert.deepEqual(server.sent("pull").at(-1).repair, { [PARTNER]: [4] });
        assert.equal((await names(device))[4], "Partner 4");
        assert.equal(device.settings.repair, null);
        assert.ok((await kinds(device)).includes("verify_differs"));
        assert.equal((await device.status()).verified.differ, 1);
    });

    test("a shard that is repaired loses what the server does not send again", async () => {
        const { device, server } = await synced(3);
        server.onPage = (page) => ({
            ...page,
            changes: page.changes.map((part) => ({ ...part, upserts: part.upserts.filter(({ id }) => id !== 2) })),
            digests: {},
        });
        await device.parts.store.change((change) => device.settings.put(change, { repair: { [PARTNER]: [2] } }));
        await device.sync();
        assert.deepEqual(await names(device), { 1: "Partner 1", 3: "Partner 3" });
        assert.equal((await device.status()).held[PARTNER], 2);
    });
});

describe("a new profile", () => {
    test("is fetched, and what it no longer has is dropped", async () => {
        const { device, server } = await synced(1);
        server.put(TAG, 5, { name: "Gold" });
        await device.sync();
        assert.deepEqual((await device.status()).held, { [PARTNER]: 1, [TAG]: 1 });
        server.profile_data = {
            ...server.profile_data,
            profile_version: 2,
            entities: server.profile_data.entities.slice(0, 1),
        };
        // Whether the server says so or not.
        server.onPage = (page) => ({ ...page, changes: page.changes.filter((part) => part.entity !== TAG) });
        await device.sync();
        const status = await device.status();
        assert.deepEqual([status.held, status.profile_version], [{ [PARTNER]: 1 }, 2]);
        assert.equal(await device.count(TAG), 0);
    });

    test("is what own work is searched by from then on", async () => {
        const { device, server } = await synced(1);
        await device.update(PARTNER, 1, { type: "contact" });
        assert.deepEqual([await device.count(PARTNER, "contact"), await device.count(PARTNER, "kontakt")], [1, 0]);
        const { fields } = server.profile_data.entities[0];
        fields.find(({ name }) => name === "type").selection = [["contact", "Kontakt"]];
        server.profile_data.profile_version = 2;
        server.verdicts[1] = ["deferred", null];
        await device.sync();
        assert.deepEqual([await device.count(PARTNER, "contact"), await device.count(PARTNER, "kontakt")], [0, 1]);
    });

    test("does not take unsent work of an entity that it no longer has", async () => {
        const { device, server } = await synced(1);
        server.verdicts[1] = ["rejected", "entity_unknown"];
        const entry = await device.update(PARTNER, 1, { phone: "1" });
        server.profile_data = { ...server.profile_data, profile_version: 2, entities: [entity(TAG, [field("name")])] };
        await device.sync();
        assert.equal(await device.count(PARTNER), 0);
        assert.deepEqual(
            (await device.unresolved()).map(({ op, state }) => [op, state]),
            [[entry.op, "rejected"]],
        );
    });
});
