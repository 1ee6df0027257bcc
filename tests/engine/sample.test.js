/** The sample behaves as an office does, as far as somebody who tastes the app can see. */
import { openSample } from "../../addons/offline_base/static/src/app/ui/sample/sample.js";
import { assert, describe, freshIndexedDB, test } from "./harness.js";

const BAKERY = 11;
const sample = () => openSample({ indexedDB: freshIndexedDB() });

describe("the sample", () => {
    test("is a whole device: everything received, equal, with something for today", async () => {
        const device = await sample();
        const status = await device.status();
        assert.deepEqual([status.user, status.heals, status.last_error, status.incidents], ["Sam Sample", 0, null, []]);
        assert.equal(await device.count("res.partner"), 7);
        assert.equal((await device.get("mail.activity", 31)).values.res_name, "Corner Bakery");
    });

    test("takes what one does, once, and gives it back", async () => {
        const device = await sample();
        const born = await device.create("res.partner", { name: "Mine", parent_id: BAKERY });
        const child = await device.create("res.partner", { name: "Under mine", parent_id: { uid: born.uid } });
        await device.call("mail.activity", 31, "complete", { feedback: "Done" });
        await device.call("mail.activity", 32, "postpone", { date_deadline: "2030-01-01" });
        await device.delete("res.partner", 23);
        await device.sync();
        await device.sync();
        assert.deepEqual(await device.outbox(), []);
        const { id } = await device.get("res.partner", born.uid);
        assert.equal((await device.get("res.partner", child.uid)).values.parent_id, id);
        assert.equal(await device.get("mail.activity", 31), null);
        assert.equal((await device.get("mail.activity", 32)).values.date_deadline, "2030-01-01");
        assert.equal(await device.get("res.partner", 23), null);
        assert.equal((await device.status()).heals, 0);
    });

    test("has one conflict to try, and it can be decided either way", async () => {
        for (const [by, city] of [
            ["server", "Northtown"],
            ["device", "Hilltop"],
        ]) {
            const device = await sample();
            await device.update("res.partner", BAKERY, { city: "Hilltop", street: "5 Mill Lane" });
            await device.sync();
            const [parked] = await device.unresolved();
            assert.deepEqual(parked.receipt.conflict.fields, {
                city: { base: "Oldtown", mine: "Hilltop", theirs: "Northtown" },
            });
            await device.resolve(parked.op, by);
            await device.sync();
            await device.sync();
            assert.deepEqual(await device.unresolved(), []);
            assert.equal((await device.get("res.partner", BAKERY)).values.city, city);
            await device.update("res.partner", BAKERY, { city: "Elsewhere" });
            await device.sync();
            assert.deepEqual(await device.unresolved(), []);
        }
    });

    test("begins anew each time", async () => {
        const indexedDB = freshIndexedDB();
        const first = await openSample({ indexedDB });
        await first.update("res.partner", 12, { name: "Changed" });
        first.close();
        const again = await openSample({ indexedDB });
        assert.equal((await again.get("res.partner", 12)).values.name, "Harbour Coffee");
    });
});
