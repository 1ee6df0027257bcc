import { newKey, publicPart, seal, sign } from "../../addons/offline_base/static/src/app/engine/keys.js";
import { assert, describe, test } from "./harness.js";

/** That the server takes what is made here is shown by tests/unit/test_app_keys.py. */
describe("the device's key", () => {
    test("cannot be read, and its public part is four members", async () => {
        const key = await newKey();
        await assert.rejects(crypto.subtle.exportKey("jwk", key.privateKey));
        assert.deepEqual(Object.keys(await publicPart(key)), ["kty", "crv", "x", "y"]);
    });

    test("signs as the server reads it: 86 characters, whatever the order of members", async () => {
        const key = await newKey();
        const signature = await sign(key, { b: 1, a: 1.5 });
        assert.match(signature, /^[A-Za-z0-9_-]{86}$/);
        const raw = Uint8Array.from(atob(signature.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
        const said = new TextEncoder().encode('{"a":1.5,"b":1}');
        const how = { name: "ECDSA", hash: "SHA-256" };
        assert.equal(await crypto.subtle.verify(how, key.publicKey, raw, said), true);
    });

    test("signs nothing that canonical JSON does not know", async () => {
        const key = await newKey();
        const numbers = [2 ** 53, -(2 ** 60), NaN, Infinity, [[2 ** 53]], 1n];
        for (const content of [...numbers, "\ud800", { "\udc00": 1 }, () => 1]) {
            await assert.rejects(sign(key, { content }), RangeError, String(content));
        }
    });

    test("seals to no key that is off the curve", async () => {
        const to = { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "B".repeat(43), kid: "k" };
        await assert.rejects(seal(to, {}, null), { name: "DataError" });
    });
});
