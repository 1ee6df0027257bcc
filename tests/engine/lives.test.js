/** What a device does when the server went back in time, or took it for another. Proves I2, I8, I9 for the device. */
import { assert, describe, test } from "./harness.js";
import { PARTNER, problem } from "./fake_server.js";
import { phones, synced, visit } from "./home.js";
import { Offline } from "../../addons/offline_base/static/src/app/engine/errors.js";

const delivered = async (device) => (await device.journal()).map(({ seq, state }) => [seq, state]).reverse();
const kinds = async (device) => (await device.status()).incidents.map(({ kind }) => kind);

describe("another life of the server", () => {
    test("lost work is delivered again, before what is new", async () => {
        const { device, server } = await synced();
        await visit(device, "kept");
        await device.sync();
        const backup = server.backup();
        await visit(device, "lost");
        const made = await device.create(PARTNER, { name: "Born here" });
        await device.sync();
        server.restore(backup);
        await device.update(PARTNER, made.ref, { city: "Namur" });
        await device.sync();
        assert.equal(server.content()[1].visits, 2);
        const born = Object.values(server.content()).filter(({ name }) => name === "Born here");
        assert.deepEqual(
            born.map(({ city }) => city),
            ["Namur"],
        );
        assert.deepEqual([await device.outbox(), device.settings.resend_from], [[], null]);
        // What was delivered goes the way of the journal, what is new that of a push, after it.
        const ways = server.requests
            .filter(([, body]) => body?.operations)
            .map(([route, body]) => [route, body.operations.map(({ seq }) => seq)]);
        assert.deepEqual(ways.slice(-3), [
            ["push", [4]],
            ["journal", [2, 3]],
            ["push", [4]],
        ]);
    });

    test("that takes nothing before a pull gets it after, in the same sync", async () => {
        const { device, server } = await synced();
        await phones(device, "1");
        server.refuse.push = problem("cursor_invalid");
        await device.sync();
        assert.equal(server.content()[1].phone, "1");
    });

    test("is told by its epoch to a device that has no cursor", async () => {
        const { device, server } = await synced();
        const backup = server.backup();
        await visit(device);
        await device.sync();
        server.restore(backup);
        const { store, cut } = device.parts;
        await store.change((change) => cut.startOver(change));
        await device.sync();
        assert.equal(server.content()[1].visits, 1);
        assert.equal(device.settings.epoch, server.epoch);
        assert.ok((await kinds(device)).includes("epoch_changed"));
    });

    test("a replay goes on where its answer ended", async () => {
        const { device, server } = await synced();
        const backup = server.backup();
        await phones(device, "1", "2", "3");
        await device.sync();
        server.restore(backup);
        server.atMost = 1;
        server.requests.length = 0;
        await device.sync();
        assert.deepEqual(
            server.sent("journal").map(({ operations }) => operations.map(({ seq }) => seq)),
            [[1, 2, 3], [2, 3], [3]],
        );
        assert.equal((await kinds(device)).includes("seq_gap"), false);
    });

    test("delivered work stays visible while a restored server lacks it", async () => {
        const seen = new Set();
        let look = () => {};
        const { device, server } = await synced({ checkpoint: () => look() });
        const backup = server.backup();
        await phones(device, "1");
        await device.sync();
        server.restore(backup);
        look = async () => seen.add((await device.get(PARTNER, 1)).values.phone);
        await device.sync();
        assert.deepEqual(seen, new Set(["1"]));
        assert.equal(server.content()[1].phone, "1");
    });

    test("a gap is filled from the journal", async () => {
        const { device, server } = await synced();
        await visit(device);
        await device.sync();
        server.life.next_seq = 1;
        server.life.receipts = {};
        server.life.rows[PARTNER][1].values.visits = 0;
        await visit(device);
        await device.sync();
        assert.equal(server.content()[1].visits, 2);
        assert.ok((await kinds(device)).includes("seq_gap"));
    });

    test("a number whose content is lost is filled with void", async () => {
        const { device, server } = await synced();
        await phones(device, "1", "2");
        await device.parts.store.transaction("outbox", "readwrite", (transaction) => {
            transaction.objectStore("outbox").delete(1);
        });
        await device.sync();
        assert.deepEqual(
            server
                .sent("push")
                .at(-1)
                .operations.map(({ verb }) => verb),
            ["void", "update"],
        );
        assert.deepEqual(await delivered(device), [
            [1, "discarded"],
            [2, "applied"],
        ]);
    });

    test("that begins while a replay is under way forgets nothing of it", async () => {
        const { device } = await synced();
        await phones(device, "1", "2", "3");
        await device.sync();
        const { store, outbox, settings } = device.parts;
        for (const [seq, from] of [
            [2, 2],
            [3, 2],
            [1, 1],
            [9, 1],
        ]) {
            await store.change((change) => outbox.sendAgain(change, seq));
            assert.equal(settings.resend_from, from);
        }
    });

    test("shows delivered work again, and not what was given up", async () => {
        const { device, server } = await synced();
        server.verdicts = { 1: ["resolved_server", null] };
        await phones(device, "mine");
        await device.update(PARTNER, 1, { city: "Namur" });
        await device.sync();
        const { store, outbox } = device.parts;
        await store.change((change) => outbox.sendAgain(change, 1));
        const { values, pending } = await device.get(PARTNER, 1);
        assert.deepEqual([values.phone, values.city, pending], [null, "Namur", [2]]);
    });

    test("files that were sent are offered again", async () => {
        const { device, server } = await synced();
        await device.parts.store.change((change) => {
            change.put("blob", { file: "a", state: "sent", content: new Blob(["x"]) });
            change.put("blob", { file: "b", state: "kept", content: new Blob(["y"]) });
        });
        server.restore(server.backup());
        await device.sync();
        const blobs = await device.parts.store.all("blob");
        assert.deepEqual(
            blobs.map(({ file, state }) => [file, state]),
            [
                ["a", "waiting"],
                ["b", "kept"],
            ],
        );
        assert.equal(await blobs[0].content.text(), "x");
    });
});

describe("a store that becomes another device", () => {
    test("no longer covers what it delivered as the former one", async () => {
        const { device, server } = await synced();
        await phones(device, "1");
        server.lost = ["pull"];
        await assert.rejects(device.sync(), Offline);
        assert.deepEqual((await device.get(PARTNER, 1)).pending, [1]);
        const { store, outbox } = device.parts;
        await store.change((change) => outbox.renumber(change, "other"));
        assert.deepEqual((await device.get(PARTNER, 1)).pending, []);
    });

    test("keeps what is not delivered under new numbers, and its op", async () => {
        const { device, server } = await synced();
        await visit(device);
        await device.sync();
        const first = await visit(device, "answer lost");
        server.lost = ["push"];
        await assert.rejects(device.sync(), Offline);
        const second = await device.update(PARTNER, 1, { phone: "1" }, { after: [2] });
        const { store, outbox, settings, cut } = device.parts;
        await store.change(async (change) => {
            await outbox.renumber(change, "other");
            cut.startOver(change);
            settings.put(change, { device: "other" });
        });
        assert.deepEqual(
            (await device.outbox()).map(({ seq, op }) => [seq, op]),
            [
                [1, first.op],
                [2, second.op],
            ],
        );
        assert.deepEqual((await device.outbox())[1].body.after, [1]);
        assert.equal((await device.get(PARTNER, 1)).values.phone, "1");
        server.life.next_seq = 1;
        server.life.cursors = {};
        await device.sync();
        assert.deepEqual(server.content()[1], { name: "Partner 1", phone: "1", city: null, visits: 2 });
        assert.deepEqual(
            (await device.parts.outbox.forEscrow(1e6)).map(({ op }) => op),
            [first.op, second.op],
        );
    });
});
