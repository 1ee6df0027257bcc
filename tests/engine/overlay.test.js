/** What the person sees: the server's content with their own work on it. Proves I8 and the overlay rule. */
import { assert, describe, test } from "./harness.js";
import { PARTNER } from "./fake_server.js";
import { Home } from "./home.js";
import { Entry } from "../../addons/offline_base/static/src/app/engine/operations.js";
import { layOver } from "../../addons/offline_base/static/src/app/engine/overlay.js";

async function synced(options) {
    const home = new Home();
    home.server.put(PARTNER, 1, { name: "Azure", phone: null, city: null });
    home.server.put(PARTNER, 2, { name: "Blue Café", phone: null, city: null });
    const device = await home.enrolled(options);
    await device.sync();
    return { home, server: home.server, device };
}

const shown = async (device, ref) => (await device.get(PARTNER, ref)).values;
const ids = (records) => records.map(({ id }) => id);

/** A device whose steps are watched, once `watch` has been called. */
async function watched() {
    let look = () => {};
    const world = await synced({ checkpoint: (step) => look(step) });
    return { ...world, watch: (fn) => (look = fn) };
}

describe("an edit", () => {
    test("is seen at once and marked, also in what is searched already", async () => {
        const { device } = await synced();
        assert.equal(await device.count(PARTNER, "", { phone: "1" }), 0);
        const entry = await device.update(PARTNER, 1, { phone: "1" });
        const record = await device.get(PARTNER, 1);
        assert.deepEqual([record.values.phone, record.pending], ["1", [entry.seq]]);
        assert.deepEqual(await device.search(PARTNER, "", { phone: "1" }), [record]);
    });

    test("has what the person saw as its base", async () => {
        const { device } = await synced();
        await device.update(PARTNER, 1, { phone: "1" });
        const { body } = await device.update(PARTNER, 1, { phone: "2", city: "Namur" });
        assert.deepEqual(body.base, { phone: "1", city: null });
    });

    test("names record, birth and version as received", async () => {
        const { device } = await synced();
        const { body } = await device.update(PARTNER, 1, { phone: "1" });
        const { born, v } = await device.parts.records.get(PARTNER, { id: 1, uid: null });
        assert.deepEqual([body.target, body.base_v], [{ id: 1, born }, v]);
    });

    test("by a named operation shows what it is expected to leave, until the office says what it left", async () => {
        const { device, server } = await synced();
        const { seq, body } = await device.call(PARTNER, 1, "visit", { note: "x" }, { effect: { city: "Namur" } });
        const record = await device.get(PARTNER, 1);
        assert.deepEqual([record.values.city, record.pending], ["Namur", [seq]]);
        assert.deepEqual(ids(await device.search(PARTNER, "", { city: "Namur" })), [1]);
        assert.equal(Object.hasOwn(body, "effect"), false);
        await device.sync();
        assert.equal((await shown(device, 1)).city, server.content()[1].city);
        assert.equal((await shown(device, 1)).city, null);
    });

    test("is covered until a cut contains it", async () => {
        const { device, watch } = await watched();
        await device.update(PARTNER, 1, { phone: "1" });
        const seen = [];
        watch(async (step) =>
            seen.push([step, (await shown(device, 1)).phone, await device.count(PARTNER, "", { phone: "1" })]),
        );
        await device.sync();
        assert.ok(seen.some(([step]) => step === "push.stored"));
        assert.deepEqual(new Set(seen.map(([, phone, found]) => `${phone} ${found}`)), new Set(["1 1"]));
        assert.deepEqual((await device.get(PARTNER, 1)).pending, []);
    });

    test("shows what the server made of it after the cut", async () => {
        const { device, server, watch } = await watched();
        await device.update(PARTNER, 1, { phone: " 1 " });
        watch((step) => step === "push.stored" && server.put(PARTNER, 1, { phone: "+1" }));
        await device.sync();
        assert.equal((await shown(device, 1)).phone, "+1");
    });

    test("that is parked stays visible over newer content, also after a restart", async () => {
        const { home, device, server } = await synced();
        server.verdicts[1] = ["conflict", null];
        await device.update(PARTNER, 1, { phone: "mine" });
        await device.sync();
        assert.equal(await device.count(PARTNER, "", { phone: "mine" }), 1);
        server.put(PARTNER, 1, { phone: "theirs", city: "Namur" });
        await device.sync();
        const mine = ({ values: { phone, city } }) => [phone, city];
        assert.deepEqual(mine((await device.search(PARTNER, "azure"))[0]), ["mine", "Namur"]);
        const again = await home.open();
        assert.deepEqual(mine(await again.get(PARTNER, 1)), ["mine", "Namur"]);
        assert.deepEqual(mine((await again.search(PARTNER, "azure"))[0]), ["mine", "Namur"]);
    });
});

describe("a new record", () => {
    test("is seen, found and edited before the server knows it", async () => {
        const { device } = await synced();
        const made = await device.create(PARTNER, { name: "Née ici" });
        assert.deepEqual([made.id, made.held, made.present, made.values.category_id], [null, false, true, null]);
        await device.update(PARTNER, made.ref, { phone: "1" });
        assert.deepEqual(
            (await device.search(PARTNER, "nee")).map(({ uid }) => uid),
            [made.uid],
        );
        const { body } = (await device.outbox())[1];
        assert.deepEqual([body.target, "base_v" in body], [{ uid: made.uid }, false]);
        assert.equal(await device.nameOf(PARTNER, { uid: made.uid }), "Née ici");
    });

    test("gets its id and keeps its uid", async () => {
        const { device } = await synced();
        const made = await device.create(PARTNER, { name: "Born here" });
        assert.equal(await device.count(PARTNER, "born"), 1);
        await device.sync();
        const [byUid, byId] = [await device.get(PARTNER, made.uid), await device.get(PARTNER, 100)];
        assert.deepEqual(byUid, byId);
        assert.deepEqual([byUid.id, byUid.uid, byUid.held, byUid.pending], [100, made.uid, true, []]);
        assert.deepEqual((await device.update(PARTNER, 100, { phone: "1" })).body.target, { uid: made.uid });
        assert.equal(await device.count(PARTNER, "born"), 1);
    });

    test("is shown once between push and pull", async () => {
        const { device, watch } = await watched();
        const made = await device.create(PARTNER, { name: "Born here" });
        const seen = new Set();
        watch(async () => seen.add((await device.search(PARTNER, "born")).map(({ uid }) => uid).join()));
        await device.sync();
        assert.deepEqual(seen, new Set([made.uid]));
    });

    test("is referred to by uid wherever there is one", async () => {
        const { device, server } = await synced();
        const parent = await device.create(PARTNER, { name: "Parent" });
        await device.create(PARTNER, { name: "Child", parent_id: { uid: parent.uid } });
        await device.sync();
        assert.equal(server.content()[101].parent_id, 100);
        const { body } = await device.update(PARTNER, 1, { parent_id: 100 });
        assert.deepEqual(body.values, { parent_id: { uid: parent.uid } });
    });

    test("whose id was given out again after a restore is another one", async () => {
        const { device, server } = await synced();
        const made = await device.create(PARTNER, { name: "Born here" });
        await device.sync();
        await device.search(PARTNER);
        server.life.rows[PARTNER][100] = {
            values: { name: "Somebody else" },
            uid: null,
            born: "2026-11-22T00:00:00.000000Z",
        };
        await device.sync();
        const record = await device.get(PARTNER, 100);
        assert.deepEqual([record.uid, record.values.name], [null, "Somebody else"]);
        assert.equal(await device.get(PARTNER, made.uid), null);
        assert.deepEqual(ids(await device.search(PARTNER)), [1, 2, 100]);
    });
});

describe("a record that goes", () => {
    test("by a delete is hidden at once and still there to look at", async () => {
        const { device, server } = await synced();
        assert.equal((await device.search(PARTNER)).length, 2);
        await device.delete(PARTNER, 1);
        assert.deepEqual(ids(await device.search(PARTNER)), [2]);
        assert.equal((await device.get(PARTNER, 1)).present, false);
        await device.sync();
        assert.equal(await device.get(PARTNER, 1), null);
        assert.equal(1 in server.content(), false);
    });

    test("keeps the work on it, and it stays readable", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["conflict", null];
        await device.update(PARTNER, 1, { phone: "mine" });
        assert.equal((await device.search(PARTNER)).length, 2);
        server.remove(PARTNER, 1);
        await device.sync();
        const record = await device.get(PARTNER, 1);
        assert.deepEqual([record.present, record.values], [false, { phone: "mine" }]);
        assert.deepEqual(ids(await device.search(PARTNER)), [2]);
        assert.equal((await device.unresolved()).length, 1);
    });
});

describe("a decision", () => {
    test("to amend takes the place of what was rejected", async () => {
        const { device, server, watch } = await watched();
        Object.assign(server.verdicts, { 1: ["rejected", "validation_failed"], 2: ["deferred", null] });
        const entry = await device.update(PARTNER, 1, { phone: "wrong", city: "Namur" });
        const behind = await device.update(PARTNER, 1, { city: "Liège" });
        await device.sync();
        await device.amend(entry.op, { phone: "right" });
        const { phone, city } = await shown(device, 1);
        assert.deepEqual([phone, city], ["right", "Liège"]);
        let decided = false;
        watch((step) => {
            if (step === "push.stored" && !decided) {
                decided = true;
                server.decide(behind.op, "applied");
            }
        });
        await device.sync();
        assert.deepEqual(await device.outbox(), []);
        assert.deepEqual((await device.journal()).map(({ state }) => state).reverse(), [
            "amended",
            "applied",
            "applied",
        ]);
        assert.deepEqual(await shown(device, 1), { name: "Azure", phone: "right", city: "Liège" });
        assert.deepEqual(await shown(device, 1), server.content()[1]);
    });

    test("to amend leaves out what the profile no longer has", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["rejected", "field_unknown"];
        const entry = await device.update(PARTNER, 1, { phone: "1", city: "Namur" });
        const [partner] = server.profile_data.entities;
        partner.fields = partner.fields.filter(({ name }) => name !== "city");
        server.profile_data.profile_version += 1;
        await device.sync();
        assert.deepEqual((await device.amend(entry.op, { phone: "2" })).body.args.values, { phone: "2" });
    });

    test("to amend that is refused again still shows the work, and can be amended again", async () => {
        const { device, server } = await synced();
        server.verdicts = { 1: ["rejected", "validation_failed"], 2: ["rejected", "validation_failed"] };
        const entry = await device.update(PARTNER, 1, { phone: "wrong" });
        await device.sync();
        const second = await device.amend(entry.op, { phone: "still wrong" });
        server.life.outcomes.push({ ...server.life.receipts[entry.op], status: "amended", code: null });
        await device.sync();
        assert.deepEqual(
            (await device.outbox()).map(({ op, state }) => [op, state]),
            [[second.op, "rejected"]],
        );
        assert.equal((await shown(device, 1)).phone, "still wrong");
        const third = await device.amend(second.op, { city: "Liège" });
        assert.deepEqual(third.body.args.values, { phone: "still wrong", city: "Liège" });
        assert.deepEqual(third.body.base, { city: null });
        assert.equal((await shown(device, 1)).city, "Liège");
        assert.deepEqual((await device.wanted(third)).values, { phone: "still wrong", city: "Liège" });
    });

    test("to discard hides the work", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["rejected", "validation_failed"];
        const entry = await device.update(PARTNER, 1, { phone: "wrong" });
        await device.sync();
        await device.discard(entry.op, "a mistake");
        assert.equal((await shown(device, 1)).phone, null);
        await device.sync();
        assert.deepEqual(await device.outbox(), []);
    });

    test("of a conflict is taken on the device", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["conflict", null];
        const entry = await device.update(PARTNER, 1, { phone: "mine" });
        server.put(PARTNER, 1, { phone: "theirs" });
        await device.sync();
        assert.equal((await shown(device, 1)).phone, "mine");
        const { body } = await device.resolve(entry.op, "server");
        assert.deepEqual(body.args, { op: entry.op, by: "server" });
        assert.equal((await shown(device, 1)).phone, "theirs");
        await device.sync();
        assert.deepEqual(await device.outbox(), []);
    });

    test("of a conflict by a third value shows it", async () => {
        const { device, server } = await synced();
        server.verdicts[1] = ["conflict", null];
        const entry = await device.update(PARTNER, 1, { phone: "mine" });
        await device.sync();
        await device.resolve(entry.op, "values", { phone: "third" });
        assert.equal((await shown(device, 1)).phone, "third");
    });

    test("of a conflict by field leaves what nobody questioned as it was", () => {
        const body = { seq: 1, op: "a", entity: PARTNER, verb: "update", values: { phone: "mine", city: "mine", street: "mine" } };
        const fields = { phone: {}, city: {} };
        const work = Entry.pending("d", { id: 1, uid: null }, body).with({ state: "conflict", receipt: { conflict: { fields } } });
        const args = { op: "a", by: "values", values: { phone: "third" } };
        const decision = Entry.pending("d", work.key, { seq: 2, op: "b", verb: "resolve", args }, { entity: PARTNER, decides: "a" });
        const held = { phone: "theirs", city: "theirs", street: "before" };
        assert.deepEqual(layOver(held, [work, decision]).values, { phone: "third", city: "theirs", street: "mine" });
    });

    test("of a conflict for the office is not taken here, but the work can be given up", async () => {
        const { device, server } = await synced();
        server.decider = "office";
        server.verdicts[1] = ["conflict", null];
        const entry = await device.update(PARTNER, 1, { phone: "mine" });
        await device.sync();
        await assert.rejects(device.resolve(entry.op, "device"), { code: "decision_for_office" });
        await device.discard(entry.op, "not so important");
        await device.sync();
        assert.deepEqual(await device.outbox(), []);
    });

    test("that the server refuses leaves the work parked", async () => {
        const { device, server } = await synced();
        Object.assign(server.verdicts, { 1: ["rejected", "validation_failed"], 2: ["rejected", "verb_unknown"] });
        const entry = await device.update(PARTNER, 1, { phone: "mine" });
        await device.sync();
        await device.discard(entry.op, "a mistake");
        await device.sync();
        assert.deepEqual(
            (await device.outbox()).map(({ seq, state }) => [seq, state]),
            [[1, "rejected"]],
        );
        assert.equal((await shown(device, 1)).phone, "mine");
        assert.deepEqual(
            (await device.journal()).map(({ verb, state }) => [verb, state]),
            [["discard", "rejected"]],
        );
    });
});
