/** A half-written form outlives the tab, and goes when it is saved, given up, or when another person comes. */
import { assert, describe, test } from "./harness.js";
import { EdgeHome } from "./fake_office.js";
import { synced } from "./home.js";
import { DRAFT, KEPT, WAITING } from "../../addons/offline_base/static/src/app/engine/files.js";

const FORM = "form/res.partner/1";
const photo = (text) => new Blob([text], { type: "image/png" });
const stateOf = async ({ store }, { sha256 }) => (await store.get("blob", sha256))?.state;

describe("a draft", () => {
    test("is there after a restart, the last writing of it", async () => {
        const { home, device } = await synced();
        await Promise.all(["a", "ab", "abc"].map((name) => device.drafts.put(FORM, { changed: { name } })));
        const again = await home.open();
        assert.deepEqual(await again.drafts.get(FORM), { changed: { name: "abc" } });
        assert.deepEqual((await again.drafts.all()).map(({ name }) => name), [FORM]);
    });

    test("is gone when it is dropped", async () => {
        const { device } = await synced();
        await device.drafts.put(FORM, { changed: {} });
        await device.drafts.drop(FORM);
        assert.equal(await device.drafts.get(FORM), null);
    });

    test("is sealed like all content", async () => {
        const { device } = await synced({ vault: { seal: (value) => JSON.stringify(value).length, open: () => "opened" } });
        await device.drafts.put(FORM, { changed: { name: "secret" } });
        const [row] = await device.parts.store.all("draft", { sealed: true });
        assert.equal(typeof row.content, "number");
        assert.equal(await device.drafts.get(FORM), "opened");
    });

    test("is no change that screens are told of", async () => {
        const { device } = await synced();
        let told = 0;
        device.parts.store.watch(() => void (told += 1));
        await device.drafts.put(FORM, { changed: {} });
        assert.equal(told, 0);
    });

    test("is kept with the work that is made of it, or neither is", async () => {
        const { home, device } = await synced();
        const work = (one) => one.create("res.partner", { name: "Written" }, { draft: ({ uid }) => ({ name: FORM, content: uid }) });
        assert.equal(await home.diesAt("store.committing", work), true);
        const again = await home.open();
        assert.deepEqual([await again.drafts.get(FORM), (await again.outbox()).length], [null, 0]);
        const { uid } = await work(again);
        assert.deepEqual([await again.drafts.get(FORM), (await again.outbox()).length], [uid, 1]);
        await again.update("res.partner", uid, { name: "Once more" });
        assert.equal(await again.drafts.get(FORM), uid);
        assert.equal(device.isOpen, false);
    });

    test("is not left to the next person", async () => {
        const { device } = await synced();
        await device.drafts.put(FORM, { changed: {} });
        await device.parts.store.change((change) => device.parts.records.forgetAll(change));
        assert.equal(await device.drafts.get(FORM), null);
    });
});

describe("a file of a form", () => {
    test("waits for the server from the saving on, and not before", async () => {
        const { store, files } = await new EdgeHome().enrolled();
        const value = await files.draft(photo("one"), "one.png");
        assert.deepEqual(value, { sha256: value.sha256, size: 3, type: "image/png" });
        assert.deepEqual(await files.waiting(), []);
        await store.change((change) => files.offer(change, { image_1920: value, name: "x", parent_id: null }));
        assert.deepEqual((await files.waiting()).map(({ name }) => name), ["one.png"]);
        await store.change((change) => files.holdBack(change, value.sha256));
        assert.equal(await stateOf({ store }, value), DRAFT);
    });

    test("stays when room is made, until nobody uses it", async () => {
        const { store, files } = await new EdgeHome().enrolled();
        const value = await files.draft(photo("one"), "one.png");
        const fetched = await files.keep(photo("two"));
        await files.add(fetched.sha256, fetched.content);
        assert.equal(await stateOf({ store }, fetched), KEPT);
        assert.equal(await files.prune(0), 1);
        assert.equal(await stateOf({ store }, value), DRAFT);
    });

    test("that waits already goes on waiting when it is chosen again", async () => {
        const { store, files } = await new EdgeHome().enrolled();
        const kept = await files.keep(photo("one"), "one.png");
        await store.change((change) => files.note(change, kept));
        await files.draft(photo("one"), "again.png");
        assert.equal(await stateOf({ store }, kept), WAITING);
    });
});
