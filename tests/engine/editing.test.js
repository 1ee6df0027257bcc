/** What cannot be delivered is refused where the person still sees the form, and nothing is kept of it. */
import { assert, describe, test } from "./harness.js";
import { PARTNER, TAG, uid } from "./fake_server.js";
import { Home } from "./home.js";
import { NotEnrolled, Offline, Refusal } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { newUid } from "../../addons/offline_base/static/src/app/engine/uid.js";
import { isUid } from "../../addons/offline_base/static/src/app/engine/canonical.js";

async function synced(options) {
    const home = new Home();
    home.server.put(PARTNER, 1, { name: "Azure", phone: null });
    home.server.put(TAG, 5, { name: "Gold" });
    const device = await home.enrolled(options);
    await device.sync();
    return { home, server: home.server, device };
}

describe("an edit", () => {
    test("that makes a record says of which others the person said that it is none of them", async () => {
        const { device } = await synced();
        await device.create(PARTNER, { name: "Ida" }, { distinctFrom: [1] });
        await device.create(PARTNER, { name: "Ann" });
        const bodies = (await device.outbox()).map(({ body }) => body.distinct_from);
        assert.deepEqual(bodies, [[1], undefined]);
    });

    for (const [values, code] of [
        [{ colour: "red" }, "field_unknown"],
        [{ ref: "x" }, "field_read_only"],
        [{ visits: "three" }, "value_invalid"],
        [{ type: "friend" }, "value_invalid"],
        [{ parent_id: "one" }, "value_invalid"],
        [{ name: "" }, "required_missing"],
        [{ parent_id: { uid: uid(77) } }, "reference_unknown"],
        [{}, "operation_invalid"],
        [{ phone: "5".repeat(200_000) }, "operation_invalid"],
    ]) {
        test(`is refused with ${code} for ${JSON.stringify(values).slice(0, 40)}, and nothing of it is kept`, async () => {
            const { device } = await synced();
            await assert.rejects(
                device.update(PARTNER, 1, values),
                (error) => error instanceof Refusal && error.code === code,
            );
            assert.deepEqual(await device.outbox(), []);
            assert.deepEqual((await device.get(PARTNER, 1)).pending, []);
            assert.equal((await device.update(PARTNER, 1, { phone: "1" })).seq, 1);
        });
    }

    test("has every wrong field named", async () => {
        const { device } = await synced();
        await assert.rejects(device.create(PARTNER, { name: null, visits: 1.5, phone: "1" }), (refusal) => {
            assert.deepEqual(Object.keys(refusal.fields), ["name", "visits"]);
            return true;
        });
    });

    for (const [name, act, code] of [
        ["an unknown entity", (device) => device.update("res.users", 1, { name: "x" }), "entity_unknown"],
        ["a create of what is read only", (device) => device.create(TAG, { name: "x" }), "entity_read_only"],
        ["a delete of what is read only", (device) => device.delete(TAG, 5), "entity_read_only"],
        ["an unknown id", (device) => device.update(PARTNER, 99, { name: "x" }), "reference_unknown"],
        ["no id", (device) => device.update(PARTNER, "ninety-nine", { name: "x" }), "reference_unknown"],
        ["an unknown operation", (device) => device.call(PARTNER, 1, "explode"), "verb_unknown"],
        ["a missing argument", (device) => device.call(PARTNER, 1, "visit"), "operation_invalid"],
        [
            "an unknown argument",
            (device) => device.call(PARTNER, 1, "visit", { note: "x", mood: "y" }),
            "operation_invalid",
        ],
        ["an unknown work", (device) => device.discard(uid(9), "x"), "operation_invalid"],
        ["an unknown decision", (device) => device.resolve(uid(9), "nobody"), "operation_invalid"],
    ]) {
        test(`is refused with ${code} for ${name}`, async () => {
            const { device } = await synced();
            await assert.rejects(act(device), { name: "Refusal", code });
            assert.deepEqual(await device.outbox(), []);
        });
    }

    test("is kept in canonical form", async () => {
        const { device } = await synced();
        const { body } = await device.update(PARTNER, 1, { phone: "", category_id: [9, 5, 9] });
        assert.deepEqual(body.values, { phone: null, category_id: [5, 9] });
    });

    test("of a record that was deleted here is refused", async () => {
        const { device } = await synced();
        await device.delete(PARTNER, 1);
        await assert.rejects(device.update(PARTNER, 1, { phone: "1" }), Refusal);
    });

    test("has the shape of the wire", async () => {
        const { device } = await synced();
        const made = await device.create(PARTNER, { name: "x" });
        await device.update(PARTNER, made.ref, { phone: "1" }, { after: [1] });
        await device.call(PARTNER, 1, "visit", { note: "x" }, { expect: { phone: null } });
        await device.delete(PARTNER, 1);
        const bodies = (await device.outbox()).map(({ body }) => body);
        const always = ["at", "company", "entity", "op", "seq", "target", "verb"];
        assert.deepEqual(
            bodies.map((body) => Object.keys(body).filter((name) => !always.includes(name))),
            [["values"], ["after", "values", "base"], ["args", "expect", "base_v"], ["base_v"]],
        );
        assert.ok(bodies.every((body) => always.every((name) => name in body)));
        assert.deepEqual(
            bodies.map(({ verb }) => verb),
            ["create", "update", "visit", "delete"],
        );
        assert.deepEqual(
            bodies.map(({ seq }) => seq),
            [1, 2, 3, 4],
        );
        assert.equal(new Set(bodies.map(({ op }) => op)).size, 4);
        assert.ok(bodies.every(({ company, at }) => company === 1 && at === "2026-11-21T10:00:00Z"));
    });

    test("of a device that is not enrolled says so", async () => {
        const device = await new Home().open();
        await assert.rejects(device.create(PARTNER, { name: "x" }), NotEnrolled);
        await assert.rejects(device.sync(), NotEnrolled);
        assert.equal(await device.tick(), null);
        assert.equal((await device.status()).device, null);
    });
});

describe("parked work", () => {
    test("is decided once, and only as it can be", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["rejected", "validation_failed"];
        const entry = await device.update(PARTNER, 1, { phone: "1" });
        await assert.rejects(device.discard(entry.op, "too early"), /is pending/);
        await device.sync();
        await assert.rejects(device.resolve(entry.op, "server"), /nothing to resolve/);
        await device.discard(entry.op, "a mistake");
        await assert.rejects(device.amend(entry.op, { phone: "2" }), /#2 decides/);
    });

    test("of a named operation gets other arguments", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["rejected", "validation_failed"];
        const entry = await device.call(PARTNER, 1, "visit", { note: "x" });
        await device.sync();
        const { body } = await device.amend(entry.op, null, { note: "y" });
        assert.deepEqual(body.args, { op: entry.op, args: { note: "y" } });
    });

    test("reaches what another one makes before it is here, by the name that it gave", async () => {
        // Proves I3.
        const { device } = await synced();
        await device.call(PARTNER, 1, "visit", { note: "Ida", uid: uid(7) });
        const entry = await device.call(PARTNER, uid(7), "visit", { note: "coffee" }, { called: "Ida" });
        assert.deepEqual([entry.body.target, entry.body.base_v, entry.called], [{ uid: uid(7) }, undefined, "Ida"]);
        assert.equal(await device.count(PARTNER), 1);
        await assert.rejects(device.call(PARTNER, uid(8), "visit", { note: "tea" }), /shows no/);
        await device.sync();
        assert.deepEqual((await device.journal()).map(({ state }) => state), ["applied", "applied"]);
        assert.equal((await device.get(PARTNER, uid(7))).values.visits, 1);
    });

    test("reaches what a corrected one makes, and not what was given up", async () => {
        const { device, server } = await synced();
        Object.assign(server.verdicts, { 1: ["rejected", "validation_failed"], 2: ["rejected", "validation_failed"] });
        const [first, second] = [
            await device.call(PARTNER, 1, "visit", { note: "", uid: uid(7) }),
            await device.call(PARTNER, 1, "visit", { note: "", uid: uid(8) }),
        ];
        await device.sync();
        await device.amend(first.op, null, { note: "Ida" });
        assert.equal((await device.call(PARTNER, uid(7), "visit", { note: "coffee" })).seq, 4);
        await device.discard(second.op, "a mistake");
        await device.sync();
        await assert.rejects(device.call(PARTNER, uid(8), "visit", { note: "coffee" }), /shows no/);
    });

    test("keeps what its record was called, which may be gone when it is looked at", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["conflict", null];
        const entry = await device.update(PARTNER, 1, { phone: "1" });
        server.remove(PARTNER, 1);
        await device.sync();
        assert.equal(await device.nameOf(PARTNER, 1), null);
        assert.equal((await device.operation(entry.op)).called, "Azure");
        const { op } = await device.discard(entry.op, "gone");
        assert.equal((await device.operation(op)).called, "Azure");
    });

    test("tells which decisions were taken about it, in order", async () => {
        const { device, server } = await synced();
        Object.assign(server.verdicts, { 1: ["rejected", "validation_failed"], 2: ["rejected", "decision_invalid"] });
        const entry = await device.update(PARTNER, 1, { phone: "1" });
        await device.sync();
        assert.deepEqual(await device.parts.outbox.decisionsAbout(entry.op), []);
        await device.amend(entry.op, { phone: "2" });
        await device.sync();
        await device.discard(entry.op, "a mistake");
        const found = await device.parts.outbox.decisionsAbout(entry.op);
        assert.deepEqual(
            found.map(({ verb, state }) => [verb, state]),
            [
                ["amend", "rejected"],
                ["discard", "pending"],
            ],
        );
    });

    test("says why it waits", async () => {
        const { device, server } = await synced();
        Object.assign(server.verdicts, { 1: ["rejected", "validation_failed"], 2: ["deferred", null] });
        await device.update(PARTNER, 1, { phone: "1" });
        await device.update(PARTNER, 1, { phone: "2" });
        await device.sync();
        const [first, second] = await device.unresolved();
        second.receipt.blocked_by = [1];
        assert.deepEqual([first.reason, second.reason], ["validation_failed.", "waits for #1"]);
    });
});

describe("a unit", () => {
    /** The unit of each operation, push by push. */
    const units = (server) =>
        server.sent("push").map(({ operations }) => operations.map(({ unit }) => unit?.id ?? null));

    test("is said by what is recorded in it", async () => {
        const { device, server } = await synced();
        await device.update(PARTNER, 1, { city: "Alone" });
        const made = await device.unit(async (unit) => {
            const record = await unit.create(PARTNER, { name: "New" });
            assert.equal((await unit.get(PARTNER, record.ref)).values.name, "New");
            assert.equal(await device.get(PARTNER, record.ref), null);
            await unit.update(PARTNER, record.ref, { phone: "1" });
            return record;
        });
        assert.equal((await device.get(PARTNER, made.ref)).values.phone, "1");
        await device.sync();
        const [[alone, first, second]] = units(server);
        assert.deepEqual([alone, first === second && first !== null], [null, true]);
        assert.deepEqual(
            server.sent("push")[0].operations.map(({ unit }) => unit?.size ?? null),
            [null, 2, 2],
        );
    });

    test("leaves nothing after an error inside", async () => {
        const { device } = await synced();
        await assert.rejects(
            device.unit(async (unit) => {
                await unit.create(PARTNER, { name: "New" });
                await unit.update(PARTNER, 1, { colour: "red" });
            }),
            Refusal,
        );
        assert.deepEqual([await device.outbox(), await device.count(PARTNER)], [[], 1]);
        assert.equal((await device.update(PARTNER, 1, { phone: "1" })).seq, 1);
    });

    test("is never split over two pushes", async () => {
        const { device, server } = await synced();
        for (let number = 0; number < 48; number++) {
            await device.update(PARTNER, 1, { phone: String(number) });
        }
        await device.unit(async (unit) => {
            for (let number = 0; number < 5; number++) {
                await unit.update(PARTNER, 1, { city: String(number) });
            }
        });
        await device.sync();
        const [first, second] = units(server);
        assert.deepEqual([first.length, second.length, second.includes(null)], [48, 5, false]);
    });

    test("that no push could carry is refused", async () => {
        const { device } = await synced();
        const many = (count, values) =>
            device.unit(async (unit) => {
                for (let number = 0; number < count; number++) {
                    await unit.update(PARTNER, 1, values(number));
                }
            });
        await assert.rejects(
            many(51, (number) => ({ phone: String(number) })),
            /at most 50/,
        );
        await assert.rejects(
            many(3, () => ({ phone: "5".repeat(40_000) })),
            /larger/,
        );
        assert.deepEqual(await device.outbox(), []);
    });
});

describe("the mode", () => {
    test("always online takes a change only when the server answers, and sends it at once", async () => {
        const { device, server } = await synced();
        await device.chooseMode("always_online");
        server.down = true;
        await assert.rejects(device.update(PARTNER, 1, { phone: "1" }), Offline);
        assert.deepEqual(await device.outbox(), []);
        server.down = false;
        await device.update(PARTNER, 1, { phone: "1" });
        assert.equal(server.content()[1].phone, "1");
        server.lost = ["pull"];
        await device.update(PARTNER, 1, { phone: "2" });
        assert.equal((await device.status()).last_error.code, "offline");
    });

    test("automatic syncs when it is due, waits after a failure and bears having no network", async () => {
        const { home, device, server } = await synced();
        assert.equal(await device.tick(), null);
        await device.update(PARTNER, 1, { phone: "1" });
        server.down = true;
        assert.equal(await device.tick(), null);
        assert.equal((await device.status()).failures, 1);
        server.down = false;
        assert.equal(await device.due(), false);
        home.now += 60_000;
        assert.deepEqual((await device.tick()).receipts, { applied: 1 });
        assert.equal((await device.status()).failures, 0);
        assert.equal((await device.status()).clock_offset_s, 60);
    });

    test("outside of the hours of the profile it syncs only when asked", async () => {
        const { home, device, server } = await synced();
        const now = new Date(home.now).getUTCHours() * 60;
        const schedule = { poll_interval_s: 30, from_minute: now, to_minute: now + 60 };
        Object.assign(server.profile_data, { profile_version: 2, schedule });
        await device.sync();
        home.now += 60_000;
        assert.equal(await device.due(), true);
        // The clock of the device is ahead by so much: what counts is the server's.
        const { clock_offset_s } = await device.status();
        home.now += 3_600_000 + clock_offset_s * 1000;
        await device.update(PARTNER, 1, { phone: "1" });
        assert.equal(await device.tick(), null);
        assert.deepEqual((await device.sync()).receipts, { applied: 1 });
    });

    test("always offline syncs when asked alone, and only what the profile offers can be chosen", async () => {
        const { home, device } = await synced();
        await device.chooseMode("always_offline");
        await device.update(PARTNER, 1, { phone: "1" });
        home.now += 3_600_000;
        assert.equal(await device.tick(), null);
        assert.deepEqual((await device.sync()).receipts, { applied: 1 });
        await assert.rejects(device.chooseMode("sometimes"), { name: "ModeRefused" });
    });
});

test("a uid is a UUID of version 7 that sorts by its time", () => {
    const [one, other] = [newUid(1), newUid(2 ** 41)];
    assert.ok(isUid(one) && one[14] === "7" && "89ab".includes(one[19]));
    assert.ok(one < other && one !== newUid(1));
});
