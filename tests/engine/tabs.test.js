import { DeviceError, HomeBusy, HomeFull } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { cookieMark, persist, room, told, Witness } from "../../addons/offline_base/static/src/app/engine/quota.js";
import { askCode } from "../../addons/offline_base/static/src/app/engine/session.js";
import { Store } from "../../addons/offline_base/static/src/app/engine/store.js";
import { Writer } from "../../addons/offline_base/static/src/app/engine/writer.js";
import { assert, describe, freshIndexedDB, test } from "./harness.js";

/** Two tabs of one home, over the platform's own locks and channels. */
async function tabs(act) {
    const name = `home ${crypto.randomUUID()}`;
    const both = [new Writer({ name }), new Writer({ name })];
    try {
        await act(...both, name);
    } finally {
        both.forEach((tab) => tab.close());
    }
}

/** Resolves with what a tab is told. */
const heard = (tab, what) => new Promise((resolve) => tab.on(what, resolve));

describe("two tabs", () => {
    test("do not write at the same time", () =>
        tabs(async (one, other) => {
            await one.begin();
            assert.deepEqual([one.writes, other.writes], [true, false]);
            await assert.rejects(other.begin(), HomeBusy);
            await one.begin();
            await one.end();
            await other.begin();
            assert.deepEqual([one.writes, other.writes], [false, true]);
        }));

    test("one after the other: who waits writes when the first is closed", () =>
        tabs(async (one, other) => {
            await one.begin();
            const waiting = other.begin({ wait: true });
            assert.equal(other.writes, false);
            one.close();
            await waiting;
            assert.equal(other.writes, true);
        }));

    test("the writer finishes what it is at before it lets go", () =>
        tabs(async (one, other) => {
            const done = [];
            await one.begin();
            one.on("asked", async () => {
                await new Promise((resolve) => setTimeout(resolve));
                assert.equal(other.writes, false);
                done.push("closed");
            });
            await other.takeOver();
            assert.deepEqual(done, ["closed"]);
            assert.deepEqual([one.writes, other.writes], [false, true]);
        }));

    test("a tab that does not write need not let go", () =>
        tabs(async (one, other) => {
            one.on("asked", () => assert.fail("it does not write"));
            await other.takeOver();
            assert.equal(other.writes, true);
        }));

    test("waiting can be given up", () =>
        tabs(async (one, other) => {
            await one.begin();
            const given = new AbortController();
            const waiting = other.begin({ wait: true, signal: given.signal });
            given.abort();
            await assert.rejects(waiting, { name: "AbortError" });
            await one.end();
            await one.begin();
            assert.equal(other.writes, false);
        }));

    test("a writer whose lock was broken is told that it may not write any more", () =>
        tabs(async (one, _other, name) => {
            await one.begin();
            const lost = heard(one, "lost");
            await navigator.locks.request(`${name}.writer`, { steal: true }, async () => {});
            await lost;
            assert.equal(one.writes, false);
        }));

    test("tell each other what changed", () =>
        tabs(async (one, other) => {
            const news = heard(other, "news");
            one.tell({ changed: ["res.partner"] });
            assert.deepEqual(await news, { changed: ["res.partner"] });
        }));

    test("are not kept apart without locks, and that is said", () => {
        const channel = { close() {} };
        assert.throws(() => new Writer({ locks: null, channel }), DeviceError);
    });
});

describe("room", () => {
    const storage = (more) => ({ persisted: async () => false, persist: async () => false, ...more });

    test("is asked for once it is not granted yet", async () => {
        assert.equal(await persist(storage()), "refused");
        assert.equal(await persist(storage({ persist: async () => true })), "persistent");
        const granted = storage({ persisted: async () => true, persist: () => assert.fail("asked again") });
        assert.equal(await persist(granted), "persistent");
        assert.equal(await persist(null), "unknown");
        assert.equal(await persist({}), "unknown");
    });

    test("is measured where the browser tells", async () => {
        const estimate = (usage, quota) => ({ estimate: async () => ({ usage, quota }) });
        assert.deepEqual(await room(estimate(1e6, 1e9)), { used: 1e6, free: 999e6, low: false });
        assert.deepEqual(await room(estimate(99e6, 1e8)), { used: 99e6, free: 1e6, low: true });
        assert.deepEqual(await room(estimate(2, 1)), { used: 2, free: 0, low: true });
        assert.equal(await room(estimate(undefined, 1)), null);
        assert.equal(await room({ estimate: () => Promise.reject(new TypeError("private window")) }), null);
        assert.equal(await room(null), null);
    });

    test("that is missing is told from other failures", () => {
        const full = new DOMException("no room", "QuotaExceededError");
        assert.ok(told(full) instanceof HomeFull);
        assert.equal(told(full).cause, full);
        const other = new DOMException("aborted", "AbortError");
        assert.equal(told(other), other);
        assert.equal(told(null), null);
    });
});

describe("a home that the browser erased", () => {
    function cookies() {
        const kept = new Map();
        return {
            kept,
            get: async (name) => kept.get(name) ?? null,
            set: async (cookie) => void kept.set(cookie.name, cookie),
            delete: async ({ name }) => void kept.delete(name),
        };
    }

    test("is noticed at the next start, until the person was told", async () => {
        const jar = cookies();
        const witness = () => new Witness(cookieMark("home", jar, () => 0));
        assert.equal(await witness().erased(null), null);
        assert.equal(await witness().erased("device 1"), null);
        assert.equal(await witness().erased(null), "device 1");
        assert.equal(await witness().erased(null), "device 1");
        await witness().forget();
        assert.equal(await witness().erased(null), null);
    });

    test("is not one that became another device or left on purpose", async () => {
        const jar = cookies();
        const witness = new Witness(cookieMark("home", jar, () => 0));
        await witness.erased("device 1");
        assert.equal(await witness.erased("device 2"), null);
        assert.equal(jar.kept.get("home").value, "device 2");
        assert.deepEqual([jar.kept.get("home").path, jar.kept.get("home").sameSite], ["/offline", "strict"]);
        await witness.forget();
        assert.equal(jar.kept.size, 0);
    });

    test("goes unnoticed where there are no such cookies, and nothing breaks", async () => {
        const witness = new Witness(cookieMark("home", null));
        assert.equal(await witness.erased("device 1"), null);
        assert.equal(await witness.erased(null), null);
    });
});

describe("a code for who is signed in", () => {
    function odoo(...answers) {
        const asked = [];
        const fetch = async (address, { body }) => {
            asked.push([new URL(address).pathname, JSON.parse(body).params]);
            const answer = answers.shift();
            return new Response(typeof answer === "string" ? answer : JSON.stringify(answer));
        };
        return { asked, code: () => askCode("https://odoo.example/offline/app", { fetch }) };
    }

    test("is asked for as that person", async () => {
        const { asked, code } = odoo({ result: { uid: 9 } }, { result: { code: "K7QF-2M9X-HT4R" } });
        assert.equal(await code(), "K7QF-2M9X-HT4R");
        assert.deepEqual(asked[0], ["/web/session/get_session_info", {}]);
        assert.deepEqual(asked[1][1].args, [9]);
    });

    test("needs somebody who is signed in, and may", async () => {
        const expired = { error: { code: 100, message: "Odoo Session Expired" } };
        const refused = { error: { code: 0, message: "Odoo Server Error", data: { message: "Ask a manager." } } };
        await assert.rejects(odoo(expired).code(), { name: "SignInNeeded", message: /sign in/ });
        await assert.rejects(odoo({ result: { uid: null } }).code(), { name: "SignInNeeded" });
        await assert.rejects(odoo({ result: { uid: 9 } }, refused).code(), { message: "Ask a manager." });
    });

    test("needs Odoo to answer", async () => {
        await assert.rejects(odoo("<html>sign in to the hotel</html>").code(), { name: "Offline" });
        await assert.rejects(odoo({ result: { uid: 9 } }, { result: {} }).code(), { name: "Offline" });
        const fetch = () => Promise.reject(new TypeError("Failed to fetch"));
        await assert.rejects(askCode("https://odoo.example", { fetch }), { name: "Offline" });
    });
});

describe("a store without room", () => {
    const full = () => new DOMException("no room", "QuotaExceededError");

    test("says so, keeps nothing of the change and goes on", async () => {
        const store = await Store.open({ indexedDB: freshIndexedDB(), now: () => "2026-11-21T10:00:00Z" });
        const failing = (transaction) => {
            transaction.objectStore("setting").put({ name: "a", value: 1 });
            throw full();
        };
        await assert.rejects(store.transaction("setting", "readwrite", failing), HomeFull);
        assert.deepEqual(await store.all("setting"), []);
        await store.change((change) => change.put("setting", { name: "b", value: 2 }));
        assert.deepEqual((await store.all("setting")).map(({ name }) => name), ["b"]);
    });
});
