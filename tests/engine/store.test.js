/** A change is kept whole or not at all, sees itself, and nobody else sees it before. Proves I5 for the store. */
import { assert, describe, freshIndexedDB, test } from "./harness.js";
import { HomeClosed, HomeUnreadable, NotEnrolled } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { Drafts } from "../../addons/offline_base/static/src/app/engine/drafts.js";
import { beginning, done } from "../../addons/offline_base/static/src/app/engine/idb.js";
import { Journal } from "../../addons/offline_base/static/src/app/engine/journal.js";
import { UPGRADES, VERSION } from "../../addons/offline_base/static/src/app/engine/schema.js";
import { Settings } from "../../addons/offline_base/static/src/app/engine/settings.js";
import { Store } from "../../addons/offline_base/static/src/app/engine/store.js";

const now = () => "2026-11-21T10:00:00Z";

/** A vault that is as slow as WebCrypto, and whose content nobody mistakes for the plain one. */
const VAULT = {
    seal: async (value) => {
        await new Promise((resolve) => setTimeout(resolve));
        return { sealed: [...JSON.stringify(value)].reverse().join("") };
    },
    open: async ({ sealed }) => {
        await new Promise((resolve) => setTimeout(resolve));
        return JSON.parse([...sealed].reverse().join(""));
    },
};

const opened = (indexedDB, more = {}) => Store.open({ indexedDB, now, ...more });
const record = (id, content = { name: `Record ${id}` }) => ({ entity: "a", id, content });
const operation = (seq, more = {}) => ({ device: "d", seq, op: `op-${seq}`, state: "pending", content: {}, ...more });

describe("a change", () => {
    test("is kept as a whole, and found after a restart", async () => {
        const home = freshIndexedDB();
        const store = await opened(home);
        const result = await store.change((change) => {
            change.put("record", record(1));
            change.put("digest", { entity: "a", count: 1, sum: "0" });
            return "done";
        });
        assert.equal(result, "done");
        store.close();
        const again = await opened(home);
        assert.deepEqual(await again.get("record", ["a", 1]), record(1));
        assert.equal(await again.count("digest"), 1);
    });

    test("that fails leaves nothing, whether it throws or IndexedDB does", async () => {
        const store = await opened(freshIndexedDB());
        await assert.rejects(
            store.change((change) => {
                change.put("record", record(1));
                throw new Error("no");
            }),
            /no/,
        );
        await store.change((change) => change.put("outbox", operation(1)));
        await assert.rejects(
            store.change((change) => {
                change.put("record", record(1));
                change.put("outbox", operation(2, { op: "op-1" }));
            }),
            { name: "ConstraintError" },
        );
        assert.equal(await store.count("record"), 0);
        await store.change((change) => change.put("record", record(1)));
        assert.equal(await store.count("record"), 1);
    });

    test("dies before it is kept without a trace, and after it with all", async () => {
        const home = freshIndexedDB();
        for (const [step, kept] of [
            ["store.committing", 0],
            ["store.committed", 1],
        ]) {
            const checkpoint = (name) => {
                if (name === step) {
                    throw new Error(`died at ${name}`);
                }
            };
            const store = await opened(home, { checkpoint });
            await assert.rejects(
                store.change((change) => change.put("record", record(1))),
                /died/,
            );
            store.close();
            const again = await opened(home);
            assert.equal(await again.count("record"), kept);
            again.close();
        }
    });

    test("sees its own writes in every way of reading, and nobody else does", async () => {
        const store = await opened(freshIndexedDB());
        await store.change((change) => {
            [1, 2, 3].forEach((id) => change.put("record", record(id)));
            change.put("outbox", operation(1, { by_id: ["a", 1] }));
            change.put("outbox", operation(2, { by_id: ["a", 1] }));
        });
        await store.change(async (change) => {
            change.put("record", record(0));
            change.put("record", record(2, "new"));
            change.delete("record", ["a", 3]);
            change.delete("outbox", 1);
            change.put("outbox", operation(9, { by_id: ["a", 1], state: "rejected" }));
            change.put("outbox", operation(7, { by_uid: ["a", "u"] }));
            assert.deepEqual(
                (await change.all("record", { range: beginning("a") })).map((row) => row.id),
                [0, 1, 2],
            );
            assert.equal((await change.get("record", ["a", 2])).content, "new");
            assert.equal(await change.get("record", ["a", 3]), undefined);
            const found = await change.all("outbox", { index: "by_id", range: IDBKeyRange.only(["a", 1]) });
            assert.deepEqual(
                found.map((row) => row.seq),
                [2, 9],
            );
            assert.equal(await change.count("outbox", { index: "state", range: IDBKeyRange.only("pending") }), 2);
            assert.deepEqual(
                (await store.all("record")).map((row) => row.id),
                [1, 2, 3],
            );
            assert.equal(await store.count("outbox"), 2);
            change.clear("outbox");
            change.put("outbox", operation(4, { op: "op-1" }));
            assert.deepEqual(
                (await change.all("outbox")).map((row) => row.seq),
                [4],
            );
            assert.equal(await change.get("outbox", 2), undefined);
        });
        assert.deepEqual(
            (await store.all("outbox")).map((row) => row.op),
            ["op-1"],
        );
    });

    test("gives a unique name to another row in the place of the one that goes", async () => {
        const store = await opened(freshIndexedDB());
        await store.change((change) => change.put("outbox", operation(1)));
        await store.change((change) => {
            change.put("outbox", operation(2, { op: "op-1" }));
            change.delete("outbox", 1);
        });
        assert.deepEqual(
            (await store.all("outbox")).map(({ seq, op }) => [seq, op]),
            [[2, "op-1"]],
        );
    });

    test("waits for the one before, so what it read still holds", async () => {
        const store = await opened(freshIndexedDB());
        const count = () =>
            store.change(async (change) => {
                const row = (await change.get("digest", "a")) ?? { entity: "a", count: 0 };
                await new Promise((resolve) => setTimeout(resolve));
                change.put("digest", { ...row, count: row.count + 1 });
            });
        await Promise.all([
            count(),
            count(),
            store.change(() => Promise.reject(new Error("x"))).catch(() => {}),
            count(),
        ]);
        assert.equal((await store.get("digest", "a")).count, 3);
    });

    test("is shown to those who watch only when it is kept", async () => {
        const home = freshIndexedDB();
        const store = await opened(home);
        const shown = [];
        store.watch(async (change) => {
            const ids = change.writes("record").map(({ key }) => key[1]);
            return () => shown.push(...ids);
        });
        await store.change((change) => change.put("record", record(1)));
        store.checkpoint = () => {
            throw new Error("died");
        };
        await assert.rejects(store.change((change) => change.put("record", record(2))));
        assert.deepEqual(shown, [1]);
    });
});

describe("content", () => {
    test("is sealed before it is stored and opened after, in every way of reading", async () => {
        const home = freshIndexedDB();
        const store = await opened(home, { vault: VAULT });
        await store.change(async (change) => {
            change.put("record", record(1, { name: "secret" }));
            change.put("outbox", operation(1, { content: { body: "secret" } }));
            assert.deepEqual((await change.all("record"))[0].content, { name: "secret" });
        });
        assert.deepEqual((await store.get("record", ["a", 1])).content, { name: "secret" });
        assert.deepEqual((await store.all("outbox"))[0].content, { body: "secret" });
        store.close();
        const plain = await opened(home);
        assert.equal(
            JSON.stringify([...(await plain.all("record")), ...(await plain.all("outbox"))]).includes("secret"),
            false,
        );
    });

    test("that was read sealed is put as it is", async () => {
        let seals = 0;
        const vault = { seal: (value) => (seals++, { v: value }), open: ({ v }) => v };
        const store = await opened(freshIndexedDB(), { vault });
        await store.change((change) => change.put("staged", record(1)));
        await store.change(async (change) => {
            const [row] = await change.all("staged", { sealed: true });
            change.put("record", row, { sealed: true });
            assert.deepEqual((await change.get("record", ["a", 1])).content, { name: "Record 1" });
            assert.deepEqual((await change.all("record", { sealed: true }))[0].content, { v: { name: "Record 1" } });
        });
        assert.deepEqual([seals, (await store.get("record", ["a", 1])).content], [1, { name: "Record 1" }]);
    });
});

describe("a store", () => {
    test("of a newer version is left alone", async () => {
        const home = freshIndexedDB();
        const request = home.open("offline", VERSION + 1);
        await new Promise((resolve) => (request.onsuccess = resolve));
        request.result.close();
        await assert.rejects(
            opened(home),
            (error) => error instanceof HomeUnreadable && /newer version/.test(error.message),
        );
    });

    test("of an older version gets what it lacks, and its work is found by record", async () => {
        const home = freshIndexedDB();
        const request = home.open("offline", 1);
        request.onupgradeneeded = () => UPGRADES[0](request.result, request.transaction);
        await new Promise((resolve) => (request.onsuccess = resolve));
        const old = request.result.transaction("outbox", "readwrite");
        old.objectStore("outbox").put(operation(1, { entity: "a", target_id: 7, target_uid: null, content: { body: {} } }));
        await new Promise((resolve) => (old.oncomplete = resolve));
        request.result.close();
        const store = await opened(home);
        const about = (id) => new Journal(store).about("a", { id, uid: null });
        assert.deepEqual((await about(7)).map(({ op }) => op), ["op-1"]);
        assert.deepEqual(await about(8), []);
    });

    test("closes itself where a newer app wants in", async () => {
        const home = freshIndexedDB();
        await opened(home);
        const request = home.open("offline", VERSION + 1);
        const came = await new Promise((resolve) => {
            request.onsuccess = () => resolve("opened");
            request.onblocked = () => resolve("blocked");
        });
        assert.equal(came, "opened");
        request.result.close();
    });

    test("keeps the newest incidents", async () => {
        const store = await opened(freshIndexedDB());
        await store.change((change) => {
            for (let number = 1; number <= 510; number++) {
                store.incident(change, "test", { number });
            }
        });
        const incidents = await store.incidents();
        assert.deepEqual(
            [incidents.length, incidents[0].number, incidents.at(-1)],
            [500, 11, { at: now(), kind: "test", number: 510 }],
        );
    });

    test("takes ten thousand rows in one change quickly", async () => {
        const store = await opened(freshIndexedDB());
        const began = performance.now();
        await store.change((change) => {
            for (let id = 1; id <= 10_000; id++) {
                change.put("record", record(id));
            }
        });
        assert.equal(await store.count("record"), 10_000);
        assert.ok(performance.now() - began < 20_000);
    });
});

describe("settings", () => {
    test("have defaults, are set together and read after a restart", async () => {
        const home = freshIndexedDB();
        const store = await opened(home, { vault: VAULT });
        const settings = new Settings(store);
        await settings.load();
        assert.deepEqual([settings.next_seq, settings.cursor, settings.token], [1, null, null]);
        assert.throws(() => settings.profile, NotEnrolled);
        await store.change((change) =>
            settings.put(change, { next_seq: 5, token: "t-1", profile_data: { entities: [{ name: "a" }] } }),
        );
        const again = new Settings(store);
        await again.load();
        assert.deepEqual(
            [again.next_seq, again.token, again.entity("a"), again.entity("b")],
            [5, "t-1", { name: "a" }, null],
        );
        store.close();
        const plain = await opened(home);
        assert.equal(JSON.stringify(await plain.all("setting")).includes("t-1"), false);
    });

    test("are what they were when a change is not kept", async () => {
        const store = await opened(freshIndexedDB());
        const settings = new Settings(store);
        await store.change((change) => settings.put(change, { cursor: "a" }));
        await assert.rejects(
            store.change((change) => {
                settings.put(change, { cursor: "b", heals: 1 });
                settings.put(change, { cursor: "c" });
                assert.equal(settings.cursor, "c");
                throw new Error("no");
            }),
        );
        assert.deepEqual([settings.cursor, settings.heals], ["a", 0]);
    });
});

describe("a store that is closed", () => {
    const isClosed = (why) => (error) => error instanceof HomeClosed && error.why === why;
    /** Somebody opens the home with a schema of tomorrow; resolves when they have it. */
    const openNewer = async (home) => (await done(home.open("offline", VERSION + 1))).close();
    const erase = (home) => done(home.deleteDatabase("offline"));

    test("says so to whoever reads or writes, by one error", async () => {
        const store = await opened(freshIndexedDB());
        assert.equal(store.isOpen, true);
        store.close();
        store.close();
        assert.equal(store.isOpen, false);
        await assert.rejects(store.get("record", ["a", 1]), isClosed("here"));
        await assert.rejects(store.all("outbox"), isClosed("here"));
        await assert.rejects(store.count("journal"), isClosed("here"));
        await assert.rejects(
            store.change((change) => change.put("record", record(1))),
            isClosed("here"),
        );
        await assert.rejects(new Drafts(store).put("form", {}), isClosed("here"));
    });

    test("by a newer version of the app has kept what was under way, and tells who looks after it", async () => {
        const home = freshIndexedDB();
        const store = await opened(home, { vault: VAULT });
        const drafts = new Drafts(store);
        const [, , error] = await Promise.all([
            store.change((change) => change.put("record", record(1))),
            drafts.put("form", { name: "half typ" }),
            store.lost,
            openNewer(home),
        ]);
        assert.ok(isClosed("newer")(error));
        await assert.rejects(store.get("record", ["a", 1]), isClosed("newer"));
        const counts = (await done(home.open("offline"))).transaction(["record", "draft"]);
        const kept = await Promise.all(["record", "draft"].map((name) => done(counts.objectStore(name).count())));
        assert.deepEqual(kept, [1, 1]);
    });

    test("because it is erased stands in nobody's way", async () => {
        const home = freshIndexedDB();
        const store = await opened(home);
        const [error] = await Promise.all([store.lost, erase(home)]);
        assert.ok(isClosed("taken")(error));
        await assert.rejects(store.get("record", ["a", 1]), isClosed("taken"));
    });
});
