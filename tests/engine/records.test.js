/** Which record is which, and what proves that its content is whole. */
import { assert, describe, freshIndexedDB, test } from "./harness.js";
import { uid } from "./fake_server.js";
import { Records, rowHash, rowOf } from "../../addons/offline_base/static/src/app/engine/records.js";
import { Store } from "../../addons/offline_base/static/src/app/engine/store.js";
import { toHex } from "../../addons/offline_base/static/src/app/engine/canonical.js";

const [ONE, OTHER] = [uid(1), uid(2)];

async function opened() {
    const store = await Store.open({ indexedDB: freshIndexedDB(), now: () => "2026-11-21T10:00:00Z" });
    return { store, records: new Records(store) };
}

describe("the identity of a record", () => {
    test("once known is never forgotten for an unknown one", async () => {
        const { store, records } = await opened();
        await store.change((change) => records.learnIdentity(change, "a", ONE, null, null));
        assert.deepEqual(await records.key("a", ONE), { id: null, uid: ONE });
        await store.change((change) => records.learnIdentity(change, "a", ONE, 7, "born"));
        await store.change((change) => records.learnIdentity(change, "a", ONE, null, null));
        assert.deepEqual(await records.key("a", { uid: ONE }), { id: 7, uid: ONE });
        assert.deepEqual(await records.key("a", 7), { id: 7, uid: ONE });
        assert.deepEqual(await records.key("b", 7), { id: 7, uid: null });
    });

    test("is that of one record alone: an id has one uid", async () => {
        const { store, records } = await opened();
        await store.change(async (change) => {
            await records.learnIdentity(change, "a", ONE, 7, "born");
            await records.learnIdentity(change, "a", OTHER, 7, "later");
        });
        assert.deepEqual(await records.key("a", 7), { id: 7, uid: OTHER });
        assert.equal(await records.knowsUid("a", ONE), false);
    });

    test("is known by a linked name as well, which takes its own away neither at once nor later", async () => {
        const { store, records } = await opened();
        await store.change((change) => records.learnIdentity(change, "a", ONE, 7, "born"));
        await store.change((change) => records.learnIdentity(change, "a", OTHER, 7, "born", 7));
        for (let time = 0; time < 2; time++) {
            await store.change((change) => records.learnIdentity(change, "a", OTHER, 7, "born"));
            assert.deepEqual(await records.key("a", OTHER), { id: 7, uid: ONE });
            assert.deepEqual(await records.key("a", 7), { id: 7, uid: ONE });
        }
    });

    test("is kept by a receipt of work that was not done, which tells no birth", async () => {
        const { store, records } = await opened();
        await store.change((change) => records.learnIdentity(change, "a", ONE, 7, "born"));
        await store.change((change) => records.learnIdentity(change, "a", OTHER, 7, "born", 7));
        await store.change((change) => records.learnIdentity(change, "a", OTHER, 7, null));
        assert.deepEqual(await records.key("a", 7), { id: 7, uid: ONE });
        assert.deepEqual(await records.linkedWith("a", 7), [OTHER]);
    });

    test("is asked for in a form that can be read", async () => {
        const { records } = await opened();
        for (const ref of ["x", null, 1.5, {}, { uid: 7 }]) {
            await assert.rejects(records.key("a", ref), { code: "reference_unknown" });
        }
    });
});

describe("the content of a row", () => {
    test("has a hash that every single change changes", () => {
        const row = ["a", 1, null, "born", "0".repeat(16), { name: "Azure", tags: [1, 2] }];
        const hashes = new Set([rowHash(...row)]);
        const others = [["b"], [2], [ONE], ["born2"], ["1".padStart(16, "0")], [{ name: "Azurf", tags: [1, 2] }]];
        others.forEach(([other], at) => hashes.add(rowHash(...row.with(at, other))));
        assert.equal(hashes.size, 7);
        assert.equal(rowHash(...row.with(5, { tags: [1, 2], name: "Azure" })), rowHash(...row));
    });

    test("counts in its shard and in the digest", async () => {
        const { store, records } = await opened();
        await store.change(async (change) => {
            for (const id of [1, 65, 2]) {
                change.put("record", rowOf("a", { id, uid: null, born: "b", v: "f".repeat(16), values: {} }, ""));
            }
            await records.recount(change);
            await records.addToDigest(change, "a", -1, 2n);
        });
        const sums = await records.sums("a");
        assert.deepEqual([sums[0], sums[1], sums[2]], [toHex(0n), toHex(-2n), toHex(-1n)]);
        assert.deepEqual(await records.digests(), { a: { count: 2, sum: toHex(-1n) } });
    });

    test("is scanned in turn, round and round", async () => {
        const { store, records } = await opened();
        await store.change((change) => {
            for (const id of [1, 2, 3]) {
                change.put("record", rowOf("a", { id, uid: null, born: "b", v: "0".repeat(16), values: {} }, ""));
            }
            change.put("record", {
                ...rowOf("a", { id: 4, uid: null, born: "b", v: "0".repeat(16), values: {} }, ""),
                born: "c",
            });
            change.put("record", { entity: "b", id: 1, born: "b", v: "0".repeat(16) });
        });
        const found = [];
        let next = null;
        for (let times = 0; times < 3; times++) {
            const { next: on, rotten } = await records.scan(next, 2);
            found.push([on, rotten]);
            next = on;
        }
        assert.deepEqual(found, [
            [["a", 2], []],
            [["a", 4], [["a", 4]]],
            [null, [["b", 1]]],
        ]);
    });
});
