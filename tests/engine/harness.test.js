import { assert, describe, freshIndexedDB, test } from "./harness.js";
import { answerOf, recorded, vector, vectors } from "./vectors.js";

/** Resolve with what an IndexedDB request gives. */
function done(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

function open(factory) {
    const request = factory.open("device", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept");
    return done(request);
}

describe("the harness", () => {
    test("what was stored is there after a restart, and not in another home", async () => {
        const home = freshIndexedDB();
        const first = await open(home);
        await done(first.transaction("kept", "readwrite").objectStore("kept").put(new Blob(["bytes"]), "file"));
        first.close();
        const again = await open(home);
        const kept = await done(again.transaction("kept").objectStore("kept").get("file"));
        assert.equal(await kept.text(), "bytes");
        const other = await open(freshIndexedDB());
        assert.equal(await done(other.transaction("kept").objectStore("kept").get("file")), undefined);
    });

    test("a key that cannot be read is kept and used again", async () => {
        const home = await open(freshIndexedDB());
        const algorithm = { name: "ECDSA", namedCurve: "P-256" };
        const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ["sign"]);
        await done(home.transaction("kept", "readwrite").objectStore("kept").put(privateKey, "key"));
        const kept = await done(home.transaction("kept").objectStore("kept").get("key"));
        assert.equal(kept.extractable, false);
        const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, kept, new Uint8Array(3));
        assert.equal(signature.byteLength, 64);
    });
});

describe("the vectors", () => {
    test("each is an answer that fetch can give", async () => {
        const all = await vectors();
        assert.ok(all.length > 100);
        for (const one of all) {
            const answer = answerOf(one);
            assert.equal(answer.status, one.answer.status);
            if (one.answer.body !== undefined) {
                assert.deepEqual(await answer.json(), one.answer.body);
            }
        }
    });

    test("recorded traffic answers in turn and tells what was asked", async () => {
        const busy = await vector("problem-busy");
        const { fetch, sent } = recorded(busy);
        const answer = await fetch("https://odoo.example/offline/v1/pull", { method: "POST", headers: { A: "1" } });
        assert.equal(answer.headers.get("retry-after"), "1");
        assert.deepEqual(sent, [{ method: "POST", path: "/offline/v1/pull", headers: { a: "1" }, body: null }]);
        await assert.rejects(fetch("https://odoo.example/offline/v1/pull"), TypeError);
    });
});
