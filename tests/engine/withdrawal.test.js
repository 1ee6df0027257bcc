/** What was done last can be taken back, for as long as nobody can have seen it. */
import { assert, describe, test } from "./harness.js";
import { PARTNER } from "./fake_server.js";
import { phones, synced } from "./home.js";
import { Refusal } from "../../addons/offline_base/static/src/app/engine/errors.js";

const refused = (error) => error instanceof Refusal && error.code === "operation_invalid";
const numbers = async (device) => (await device.outbox()).map(({ seq }) => seq);

describe("an operation that was never offered", () => {
    test("is taken back without a trace, and its number is given again", async () => {
        const { device, server } = await synced();
        const before = await device.get(PARTNER, 1);
        await device.search(PARTNER);
        await phones(device, "1", "2");
        assert.ok(device.canWithdraw(2));
        await device.withdraw(2);
        assert.equal((await device.get(PARTNER, 1)).values.phone, "1");
        assert.equal(await device.count(PARTNER, "", { phone: "1" }), 1);
        await device.withdraw(1);
        assert.deepEqual(await device.get(PARTNER, 1), before);
        assert.equal(await device.count(PARTNER, "", { phone: null }), 3);
        await phones(device, "3");
        assert.deepEqual(await numbers(device), [1]);
        await device.sync();
        assert.equal(server.content()[1].phone, "3");
    });

    test("takes the record with it that it made", async () => {
        const { device } = await synced();
        const made = await device.create(PARTNER, { name: "Born here" });
        assert.equal(await device.count(PARTNER, "born"), 1);
        await device.withdraw(made.pending[0]);
        assert.equal(await device.count(PARTNER, "born"), 0);
        assert.equal(await device.get(PARTNER, made.uid), null);
        await assert.rejects(device.create(PARTNER, { name: "Child", parent_id: { uid: made.uid } }), Refusal);
    });

    test("leaves a draft in its place, or stays where it was", async () => {
        const { device } = await synced();
        await phones(device, "1");
        await device.withdraw(1, 1, { draft: () => ({ name: "phone", content: { phone: "1" } }) });
        assert.deepEqual([await numbers(device), await device.drafts.get("phone")], [[], { phone: "1" }]);
        await phones(device, "2");
        const broken = () => {
            throw new Error("no draft");
        };
        await assert.rejects(device.withdraw(1, 1, { draft: broken }), { message: "no draft" });
        assert.deepEqual(await numbers(device), [1]);
        assert.equal((await device.get(PARTNER, 1)).values.phone, "2");
    });

    test("goes with the others of its unit, all or none", async () => {
        const { device } = await synced();
        await device.unit(async (unit) => {
            await unit.update(PARTNER, 1, { phone: "1" });
            await unit.update(PARTNER, 2, { phone: "2" });
        });
        assert.equal(device.canWithdraw(1), false);
        await device.withdraw(1, 2);
        assert.deepEqual(await numbers(device), []);
    });

    test("stays where more was done since", async () => {
        const { device } = await synced();
        await phones(device, "1", "2");
        await assert.rejects(device.withdraw(1), refused);
        assert.deepEqual(await numbers(device), [1, 2]);
    });
});

describe("an operation that left the device", () => {
    test("is not taken back, whether its answer came or not", async () => {
        const { home, device, server } = await synced();
        await phones(device, "1");
        await device.sync();
        await assert.rejects(device.withdraw(1), refused);
        await phones(device, "2");
        assert.ok(await home.diesAt("push: answered", (one) => one.sync()));
        const again = await home.open();
        await assert.rejects(again.withdraw(2), refused);
        await again.sync();
        assert.equal(server.content()[1].phone, "2");
    });

    test("is not sent when it was taken back between reading and sending", async () => {
        let taken = false;
        const { device, server } = await synced({
            checkpoint: async (step) => {
                if (step === "push.sending" && !taken) {
                    taken = true;
                    await device.withdraw(2);
                }
            },
        });
        await phones(device, "1", "2");
        await device.sync();
        assert.ok(taken);
        assert.equal(server.content()[1].phone, "1");
        assert.deepEqual(await numbers(device), []);
        await phones(device, "3");
        await device.sync();
        assert.equal(server.content()[1].phone, "3");
    });

    test("under another device is not taken back by this one", async () => {
        const { device } = await synced();
        await phones(device, "1");
        await device.parts.store.change((change) => device.parts.outbox.renumber(change, "another"));
        await assert.rejects(device.withdraw(1), refused);
    });
});

describe("an update", () => {
    test("has as its base what the person saw when the form was opened", async () => {
        const { device, server } = await synced();
        server.put(PARTNER, 1, { phone: "theirs" });
        await device.sync();
        const { body } = await device.update(PARTNER, 1, { phone: "mine", city: "Namur" }, { base: { phone: null } });
        assert.deepEqual(body.base, { phone: null, city: null });
    });
});

describe("the history of a record", () => {
    test("has own work, sent and unsent, and no work on others", async () => {
        const { home, device } = await synced();
        await phones(device, "1");
        await device.sync();
        home.now += 60_000;
        await phones(device, "2");
        await device.update(PARTNER, 2, { phone: "other" });
        assert.deepEqual(
            (await device.history(PARTNER, 1)).map(({ seq, state }) => [seq, state]),
            [
                [2, "pending"],
                [1, "applied"],
            ],
        );
    });
});
