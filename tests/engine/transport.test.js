import { AnswerInvalid, Offline, Refused } from "../../addons/offline_base/static/src/app/engine/errors.js";
import {
    GZIP_FROM_BYTES,
    HttpTransport,
    judge,
    retryAfter,
} from "../../addons/offline_base/static/src/app/engine/transport.js";
import { assert, describe, test } from "./harness.js";
import { recorded, vectors } from "./vectors.js";

const bytes = (text) => new TextEncoder().encode(text);
const PROBLEM = { type: "urn:x", title: "T.", status: 503, code: "busy", remedy: "R.", retry_after_s: 4 };

function answering(answer, options = {}) {
    const asked = [];
    const fetch = async (address, request) => {
        asked.push({ address, ...request });
        return typeof answer === "function" ? answer(request) : answer;
    };
    return { asked, transport: new HttpTransport("https://odoo.example/", { fetch, ...options }) };
}

async function caught(promise) {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    throw new assert.AssertionError({ message: "nothing was thrown" });
}

describe("Retry-After", () => {
    test("is read as seconds, or as a date that counts from the answer's own", () => {
        assert.deepEqual([retryAfter("7"), retryAfter(" 7 "), retryAfter(null)], [7, 7, null]);
        assert.equal(retryAfter("Sat, 21 Nov 2026 10:00:30 GMT", "Sat, 21 Nov 2026 10:00:00 GMT"), 30);
        assert.equal(retryAfter("Sat, 21 Nov 2026 10:00:00 GMT", "Sat, 21 Nov 2026 10:00:30 GMT"), 0);
    });

    test("that is neither says nothing", () => {
        for (const text of ["soon", "", "-1", "7.5", "1e3", "2026-11-21", "Sat, 21 Nov 2026 10:00:30 GMT"]) {
            assert.equal(retryAfter(text), null, text);
        }
    });
});

describe("an answer", () => {
    test("that is no JSON comes from somebody else", async () => {
        for (const page of ["<html>sign in</html>", "", "{", "\u0000"]) {
            assert.throws(() => judge(200, new Headers(), bytes(page)), Offline, page);
        }
        assert.throws(() => judge(200, new Headers(), Uint8Array.of(0x22, 0xff, 0x22)), Offline);
    });

    test("that is JSON but no object breaks the protocol", () => {
        for (const body of ["[]", "null", "7", '"a"']) {
            assert.throws(() => judge(200, new Headers(), bytes(body)), AnswerInvalid, body);
        }
    });

    test("that refuses is told with its code, and its wait even where the header is hidden", () => {
        const headers = new Headers({ "Content-Type": "application/problem+json; charset=utf-8" });
        const refuse = (more = {}) => judge(503, headers, bytes(JSON.stringify({ ...PROBLEM, ...more })));
        assert.throws(refuse, { name: "Refused", code: "busy", status: 503, retry_after_s: 4, message: "T. R." });
        assert.throws(() => refuse({ detail: "D" }), { message: "T. R. (D)" });
        headers.set("Retry-After", "9");
        assert.throws(refuse, { retry_after_s: 9, transient: true });
    });

    test("that only looks like a refusal is judged by its status", () => {
        const headers = new Headers({ "Content-Type": "application/problem+json" });
        const looks = ["{}", "[]", "no", "null", JSON.stringify({ ...PROBLEM, code: 7 })];
        for (const body of [...looks, JSON.stringify({ ...PROBLEM, retry_after_s: "soon" })]) {
            assert.throws(() => judge(503, headers, bytes(body)), Offline, body);
            assert.throws(() => judge(404, headers, bytes(body)), { name: "Refused", code: "http_404" }, body);
        }
    });

    test("of a proxy is no network where trying again may help, else a refusal", () => {
        const html = new Headers({ "Content-Type": "text/html", "Retry-After": "5" });
        for (const status of [301, 302, 307, 408, 425, 429, 500, 502, 503, 504]) {
            assert.throws(() => judge(status, html, bytes("<html>")), { name: "Offline", retry_after_s: 5 });
        }
        for (const status of [400, 401, 403, 404, 413]) {
            assert.throws(() => judge(status, html, bytes("<html>")), { name: "Refused", problem: null });
        }
    });

    test("of every vector means what the vector says", async () => {
        for (const one of await vectors()) {
            const { fetch } = recorded(one);
            const transport = new HttpTransport("https://odoo.example", { fetch });
            const path = one.request.path.replace("/offline/v1", "");
            if (one.answer.status >= 400 && one.answer.body) {
                const error = await caught(transport.send("POST", path, null, null));
                assert.ok(error instanceof Refused, one.name);
                assert.equal(error.code, one.answer.body.code);
                assert.equal(error.retry_after_s, one.answer.body.retry_after_s ?? null);
            } else if (one.answer.body) {
                assert.deepEqual((await transport.send("POST", path, null, null)).body, one.answer.body);
            }
        }
    });
});

describe("a call", () => {
    test("carries token, version and database, and follows no redirect with them", async () => {
        const { asked, transport } = answering(() => new Response("{}"), { database: "demo" });
        await transport.send("POST", "/pull", { cursor: null }, "secret");
        const [{ address, headers, redirect, credentials, cache, method, body }] = asked;
        assert.equal(address, "https://odoo.example/offline/v1/pull");
        assert.deepEqual([method, redirect, credentials, cache], ["POST", "manual", "omit", "no-store"]);
        assert.deepEqual(Object.fromEntries(headers), {
            accept: "application/json, application/problem+json",
            authorization: "Bearer secret",
            "content-type": "application/json",
            "x-odoo-database": "demo",
            "x-offline-protocol": "1",
        });
        assert.equal(new TextDecoder().decode(body), '{"cursor":null}');
    });

    test("to enrol carries no token, and one without a body no type", async () => {
        const { asked, transport } = answering(() => new Response("{}"));
        await transport.send("GET", "/profile", null, null);
        assert.equal(asked[0].headers.has("authorization"), false);
        assert.equal(asked[0].headers.has("content-type"), false);
        assert.equal(asked[0].body, null);
    });

    test("is compressed from one packet on, and the same when it is unpacked", async () => {
        const { asked, transport } = answering(() => new Response("{}"));
        const small = { a: "x".repeat(GZIP_FROM_BYTES - '{"a":""}'.length - 1) };
        const large = { a: `${small.a}x` };
        assert.equal(JSON.stringify(large).length, GZIP_FROM_BYTES);
        await transport.send("POST", "/push", small, "t");
        await transport.send("POST", "/push", large, "t");
        assert.equal(asked[0].headers.get("content-encoding"), null);
        assert.equal(asked[1].headers.get("content-encoding"), "gzip");
        const unpacked = new Blob([asked[1].body]).stream().pipeThrough(new DecompressionStream("gzip"));
        assert.deepEqual(await new Response(unpacked).json(), large);
    });

    test("that reaches nobody is offline", async () => {
        const { transport } = answering(() => Promise.reject(new TypeError("Failed to fetch")));
        await assert.rejects(transport.send("GET", "/profile", null, "t"), Offline);
        await assert.rejects(transport.exchange("GET", "/blobs", null, {}, "t"), Offline);
    });

    test("that is redirected is offline, as a browser shows it and as others do", async () => {
        for (const answer of [
            { type: "opaqueredirect", status: 0, headers: new Headers(), body: null },
            new Response(null, { status: 302, headers: { Location: "https://hotel.example" } }),
        ]) {
            const { asked, transport } = answering(answer);
            await assert.rejects(transport.send("GET", "/profile", null, "t"), Offline);
            assert.equal(asked.length, 1);
        }
    });

    test("that nobody answers ends, also where fetch does not heed its signal", async () => {
        const { asked, transport } = answering(() => new Promise(() => {}), { silenceS: 0.02 });
        const error = await caught(transport.send("GET", "/profile", null, "t"));
        assert.ok(error instanceof Offline);
        assert.match(error.message, /silence/);
        assert.equal(asked[0].signal.aborted, true);
    });

    test("whose answer stops in the middle ends", async () => {
        const body = new ReadableStream({ start: (stream) => stream.enqueue(bytes('{"a":')) });
        const { transport } = answering(() => new Response(body), { silenceS: 0.02 });
        await assert.rejects(transport.send("GET", "/profile", null, "t"), /silence/);
    });

    test("whose connection breaks in the middle of the answer is offline", async () => {
        const body = new ReadableStream({
            pull(stream) {
                stream.error(new TypeError("terminated"));
            },
        });
        const { transport } = answering(() => new Response(body));
        await assert.rejects(transport.send("GET", "/profile", null, "t"), Offline);
    });

    test("of bytes gives bytes and headers, and is refused like any other", async () => {
        const { transport } = answering(() => new Response(Uint8Array.of(0, 255), { headers: { ETag: "x" } }));
        const reply = await transport.exchange("GET", "/blobs/sha256/x", null, {}, "t");
        assert.deepEqual([...reply.content], [0, 255]);
        assert.equal(reply.headers.get("etag"), "x");
        const headers = { "Content-Type": "application/problem+json" };
        const refusing = answering(() => new Response(JSON.stringify(PROBLEM), { status: 503, headers }));
        await assert.rejects(refusing.transport.exchange("GET", "/blobs", null, {}, "t"), { code: "busy" });
    });

    test("with a header that there cannot be is a defect, not a missing network", async () => {
        const { transport } = answering(() => new Response("{}"));
        await assert.rejects(transport.exchange("GET", "/blobs", null, { "a b": "c" }, "t"), TypeError);
        assert.throws(() => new HttpTransport("odoo"), TypeError);
    });
});
