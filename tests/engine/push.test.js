/** What a device delivers: every operation once, in order, none skipped. Proves I2, I3, I8 on the device's side. */
import { assert, describe, test } from "./harness.js";
import { PARTNER, problem } from "./fake_server.js";
import { phones, synced, visit } from "./home.js";
import { AnswerInvalid, Offline, Refused } from "../../addons/offline_base/static/src/app/engine/errors.js";

const states = async (device) => (await device.outbox()).map(({ seq, state }) => [seq, state]);
const delivered = async (device) => (await device.journal()).map(({ seq, state }) => [seq, state]).reverse();
const kinds = async (device) => (await device.status()).incidents.map(({ kind }) => kind);
const sizes = (server) => server.sent("push").map(({ operations }) => operations.length);

describe("pushing", () => {
    test("delivered work moves to the journal", async () => {
        const { device, server } = await synced();
        await phones(device, "1");
        await device.sync();
        assert.equal(server.content()[1].phone, "1");
        assert.deepEqual(await device.outbox(), []);
        assert.deepEqual(await delivered(device), [[1, "applied"]]);
    });

    test("numbers are consecutive and bodies never change", async () => {
        const { device, server } = await synced();
        await phones(device, "1", "2", "3");
        server.lost = ["push"];
        await assert.rejects(device.sync(), Offline);
        await device.sync();
        const [first, again] = server.sent("push");
        assert.deepEqual(
            first.operations.map(({ seq }) => seq),
            [1, 2, 3],
        );
        assert.deepEqual(first.operations, again.operations);
    });

    test("a lost answer has one effect", async () => {
        const { device, server } = await synced();
        await visit(device);
        server.lost = ["push"];
        await assert.rejects(device.sync(), Offline);
        assert.deepEqual(await states(device), [[1, "pending"]]);
        await device.sync();
        assert.equal(server.content()[1].visits, 1);
        assert.deepEqual(await device.outbox(), []);
    });

    test("edits at the same moment get different numbers", async () => {
        const { device } = await synced();
        await Promise.all(["1", "2", "3"].map((phone) => phones(device, phone)));
        assert.deepEqual(
            (await device.outbox()).map(({ seq }) => seq),
            [1, 2, 3],
        );
        assert.deepEqual(
            (await device.outbox()).map(({ body }) => body.base.phone),
            [null, "1", "2"],
        );
    });

    test("syncs that are asked for at the same moment go one after the other", async () => {
        const { device, server } = await synced();
        await visit(device);
        const both = [device.sync(), device.sync()];
        await Promise.all(both);
        assert.deepEqual([server.content()[1].visits, sizes(server)], [1, [1]]);
    });

    test("a prefix is gone on with", async () => {
        const { device, server } = await synced();
        await phones(device, "1", "2", "3", "4", "5");
        server.atMost = 2;
        assert.deepEqual((await device.sync()).receipts, { applied: 5 });
        assert.deepEqual(sizes(server), [5, 3, 1]);
    });

    test("operations travel in batches, and each stays below the server's limit of bytes", async () => {
        const { device, server } = await synced({ batch: 2 });
        await phones(device, "1", "2", "3");
        await device.sync();
        assert.deepEqual(sizes(server), [2, 1]);
        server.requests.length = 0;
        for (const id of [1, 2, 3]) {
            await device.update(PARTNER, id, { city: "5".repeat(55_000) });
        }
        await device.sync();
        assert.deepEqual(sizes(server), [1, 1, 1]);
    });

    test("a push that is too large all the same is cut in half", async () => {
        const { device, server } = await synced();
        await phones(device, "1", "2", "3", "4");
        server.refuse.push = problem("body_too_large", { status: 413 });
        await device.sync();
        assert.deepEqual(sizes(server), [2, 2]);
    });

    test("retry ends the push and takes no number", async () => {
        const { device, server } = await synced();
        await phones(device, "1", "2", "3");
        server.retryAt = 2;
        const result = await device.sync();
        assert.deepEqual([result.receipts, result.retry_after_s], [{ applied: 1, retry: 1 }, 7]);
        assert.deepEqual(await states(device), [
            [2, "pending"],
            [3, "pending"],
        ]);
        assert.equal((await device.status()).failures, 1);
        await device.sync();
        assert.equal(server.content()[1].phone, "3");
    });

    for (const status of ["conflict", "rejected", "deferred", "unknown"]) {
        test(`${status} work is kept and holds up nothing`, async () => {
            const { device, server } = await synced();
            server.verdicts[1] = [status, null];
            await phones(device, "1");
            await device.update(PARTNER, 2, { phone: "2" });
            await device.sync();
            assert.deepEqual(
                (await device.unresolved()).map(({ seq, state }) => [seq, state]),
                [[1, status]],
            );
            assert.equal(server.content()[2].phone, "2");
            server.requests.length = 0;
            await device.sync();
            assert.deepEqual(server.sent("push"), []);
        });
    }

    for (const status of ["merged", "amended", "discarded", "resolved_server"]) {
        test(`${status} work moves to the journal`, async () => {
            const { device, server } = await synced();
            server.verdicts[1] = [status, null];
            await phones(device, "1");
            await device.sync();
            assert.deepEqual(await device.outbox(), []);
            assert.deepEqual(await delivered(device), [[1, status]]);
        });
    }

    test("what was given up is no longer shown, also before the next cut; what was merged is", async () => {
        let look = () => {};
        const { device, server } = await synced({ checkpoint: (step) => look(step) });
        const shown = {};
        look = async (step) => {
            if (step === "push.stored") {
                shown[(await device.journal())[0].state] = (await device.get(PARTNER, 1)).values.phone;
            }
        };
        server.verdicts = { 1: ["resolved_server", null], 2: ["merged", null] };
        for (const phone of ["1", "2"]) {
            await phones(device, phone);
            await device.sync();
        }
        assert.deepEqual(shown, { resolved_server: null, merged: "2" });
    });

    for (const status of ["applied", "merged", "amended", "discarded", "resolved_server"]) {
        test(`the decision of the office for ${status} arrives with a pull`, async () => {
            const { device, server } = await synced();
            server.verdicts[1] = ["rejected", "validation_failed"];
            const entry = await device.update(PARTNER, 1, { phone: "1" });
            await device.sync();
            server.decide(entry.op, status);
            server.lost = ["pull"];
            await assert.rejects(device.sync(), Offline);
            await device.sync();
            assert.deepEqual([await device.outbox(), await delivered(device)], [[], [[1, status]]]);
            assert.equal((await device.get(PARTNER, 1)).values.phone, status === "applied" ? "1" : null);
        });
    }

    test("work counts as given once it is kept, so that none is taken for received that is not", async () => {
        let look = () => {};
        const { device } = await synced({ checkpoint: (step) => look(step) });
        const said = {};
        look = async (step) => {
            const { given, unsent } = await device.status();
            said[step] = [given, unsent];
        };
        await phones(device, "1");
        assert.deepEqual(said, { "store.committing": [0, 0], "store.committed": [1, 1], "edit.stored": [1, 1] });
    });

    test("the device's own view travels with each call", async () => {
        const { device, server } = await synced();
        await phones(device, "1");
        await device.sync();
        const { state } = server.sent("push")[0];
        assert.deepEqual([state.outbox, state.oldest_seq, state.highest_seq, state.unresolved], [1, 1, 1, 0]);
        assert.equal(state.clock, "2026-11-21T10:00:00Z");
    });
});

describe("an answer", () => {
    test("without a receipt for one operation is asked for again", async () => {
        const { device, server } = await synced();
        await phones(device, "1", "2");
        const { push } = server;
        server.push = async (...args) => {
            server.push = push;
            const found = await push.apply(server, args);
            return { ...found, answer: { ...found.answer, receipts: found.answer.receipts.slice(0, 1) } };
        };
        await device.sync();
        assert.deepEqual(
            server.sent("push").map(({ operations }) => operations.map(({ seq }) => seq)),
            [[1, 2], [2]],
        );
        assert.deepEqual(await device.outbox(), []);
    });

    test("without any receipt is a fault, not a loop", async () => {
        const { device, server } = await synced();
        await phones(device, "1");
        server.push = async () => ({ answer: { receipts: [], next_seq: 2, server_time: "2026-11-21T10:00:00Z" } });
        await assert.rejects(device.sync(), AnswerInvalid);
        assert.deepEqual(await states(device), [[1, "pending"]]);
    });

    test("that knows higher numbers keeps them from being used again", async () => {
        const { device, server } = await synced();
        await phones(device, "1");
        const { push } = server;
        server.push = async (...args) => {
            server.push = push;
            const found = await push.apply(server, args);
            server.life.next_seq = 9;
            return { ...found, answer: { ...found.answer, next_seq: 9 } };
        };
        await device.sync();
        assert.equal((await device.update(PARTNER, 1, { phone: "2" })).seq, 9);
        await device.sync();
        assert.equal(server.content()[1].phone, "2");
        assert.ok((await kinds(device)).includes("numbers_unknown"));
    });

    test("with a receipt for nothing of ours is noted and changes nothing", async () => {
        const { device, server } = await synced();
        server.life.outcomes.push({
            seq: 5,
            op: server.epoch,
            status: "applied",
            target: null,
            code: null,
            fields: {},
        });
        await device.sync();
        assert.deepEqual(await kinds(device), ["receipt_unknown"]);
    });

    test("that a number was reused stops the push and loses nothing", async () => {
        const { device, server } = await synced();
        await phones(device, "1");
        server.life.next_seq = 5;
        await assert.rejects(device.sync(), Refused);
        assert.deepEqual(await states(device), [[1, "pending"]]);
        const status = await device.status();
        assert.deepEqual(
            [status.last_error.code, status.locked_out],
            ["seq_reused", { code: "seq_reused", wipe: false }],
        );
        server.life.next_seq = 1;
        await device.sync();
        const { last_error, locked_out, failures } = await device.status();
        assert.deepEqual([last_error, locked_out, failures], [null, null, 0]);
    });
});
