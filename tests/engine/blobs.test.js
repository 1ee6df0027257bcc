import { PART_BYTES, SMALL_BYTES } from "../../addons/offline_base/static/src/app/engine/blobs.js";
import {
    AnswerInvalid,
    DeviceError,
    Offline,
    Refused,
} from "../../addons/offline_base/static/src/app/engine/errors.js";
import { sha256 } from "../../addons/offline_base/static/src/app/engine/files.js";
import { keeper, Vault } from "../../addons/offline_base/static/src/app/engine/vault.js";
import { fromBase64, sameBytes, textOf } from "./bytes.js";
import { Closed, EdgeHome } from "./fake_office.js";
import { problem } from "./fake_server.js";
import { assert, describe, test } from "./harness.js";

const DAY = 86400;
/** Takes three parts. */
const PHOTO = new Uint8Array(2 * PART_BYTES + 3).map((_zero, at) => (at * 7) % 251);

function file(bytes, name = "photo.jpg", type = "image/jpeg") {
    return Object.assign(new Blob([bytes], { type }), { name });
}

async function put({ store, files }, blob) {
    const kept = await files.keep(blob);
    await store.change((change) => files.note(change, kept));
    return kept.sha256;
}

const send = ({ api, blobs }) => api.sendBlobs(blobs);
const incidents = async ({ store }) => (await store.incidents()).map(({ kind }) => kind);
const refusal = (code, status) => Object.assign(problem(code), { status });

async function ready() {
    const home = new EdgeHome();
    const parts = await home.enrolled();
    return { home, office: home.office, parts };
}

describe("files on their way", () => {
    test("are sent once, with name and type, and the token", async () => {
        const { office, parts } = await ready();
        const hash = await put(parts, file(PHOTO, "Façade.jpg"));
        assert.deepEqual(await send(parts), { done: 1, held: 0 });
        assert.ok(sameBytes(office.files.get(hash), PHOTO));
        assert.equal(textOf(fromBase64(office.uploads.get(hash).said.filename)), "Façade.jpg");
        assert.equal(office.tokens.at(-1), "token 1");
        assert.equal(office.sent("PATCH blobs").length, 3);
        assert.deepEqual(await send(parts), { done: 0, held: 0 });
        await put(parts, file(PHOTO));
        assert.deepEqual(await send(parts), { done: 1, held: 0 });
        assert.equal(office.sent("PATCH blobs").length, 3);
    });

    test("go on where they stood, wherever the line was cut", async () => {
        for (const part of [0, 1, 2]) {
            for (const cut of [0, 1, PART_BYTES - 1, PART_BYTES]) {
                const { home, office, parts } = await ready();
                const hash = await put(parts, file(PHOTO));
                const patch = office.exchange.bind(office);
                let seen = 0;
                office.exchange = (method, ...asked) => {
                    if (method === "PATCH" && seen++ === part) {
                        office.cutAfter = cut;
                    }
                    return patch(method, ...asked);
                };
                await assert.rejects(send(parts), Offline);
                const there = office.uploads.get(hash).come.length;
                assert.equal(there, Math.min(part * PART_BYTES + cut, PHOTO.length));
                assert.equal((await send(await home.open())).done, 1, `${part} ${cut}`);
                assert.ok(sameBytes(office.files.get(hash), PHOTO));
                const rest = Math.ceil((PHOTO.length - there) / PART_BYTES);
                assert.equal(office.sent("PATCH blobs").length, part + 1 + rest);
            }
        }
    });

    test("whose answer was lost are not sent again", async () => {
        const { office, parts } = await ready();
        await put(parts, file(PHOTO));
        office.lost = ["PATCH blobs"];
        await assert.rejects(send(parts), Offline);
        assert.equal((await send(parts)).done, 1);
        assert.equal(office.sent("PATCH blobs").length, 3);
    });

    test("are not lost when the app is closed in between", async () => {
        for (const step of ["blob.beginning", "blob.part", "blob.done"]) {
            const { home, office, parts } = await ready();
            const hash = await put(parts, file(PHOTO));
            await assert.rejects(send(await home.open({ dieAt: step })), Closed);
            const again = await home.open();
            await send(again);
            assert.ok(sameBytes(office.files.get(hash), PHOTO), step);
            assert.deepEqual(await again.files.waiting(), []);
        }
    });

    test("that are empty are sent too", async () => {
        const { office, parts } = await ready();
        const hash = await put(parts, file(new Uint8Array()));
        assert.equal((await send(parts)).done, 1);
        assert.equal(office.files.get(hash).length, 0);
    });

    test("that the server forgot, or of which a part changed on its way, begin anew, and not for ever", async () => {
        for (const code of ["blob_unknown", "blob_offset_wrong", "blob_checksum_wrong"]) {
            const { office, parts } = await ready();
            await put(parts, file(PHOTO));
            office.refuse["PATCH blobs"] = refusal(code, 404);
            assert.equal((await send(parts)).done, 1, code);
        }
        const { office, parts } = await ready();
        await put(parts, file(PHOTO));
        const exchange = office.exchange.bind(office);
        office.exchange = (method, ...asked) =>
            method === "PATCH" ? Promise.reject(refusal("blob_unknown", 404)) : exchange(method, ...asked);
        assert.equal((await send(parts)).done, 0);
        assert.equal(office.sent("POST blobs").length, 3);
        assert.deepEqual(await incidents(parts), ["blob_refused"]);
    });

    test("that are refused are told and hold up no others", async () => {
        const { office, parts } = await ready();
        await put(parts, file(Uint8Array.of(1), "first.png"));
        const second = await put(parts, file(PHOTO));
        office.refuse["POST blobs"] = refusal("limit_exceeded", 413);
        assert.equal((await send(parts)).done, 1);
        assert.ok(office.files.has(second));
        assert.deepEqual(await incidents(parts), ["blob_refused"]);
        assert.equal((await parts.files.waiting()).length, 1);
    });

    test("wait when the device is refused or the server busy", async () => {
        for (const [code, status] of [["device_revoked", 403], ["token_expired", 401], ["busy", 503]]) {
            const { office, parts } = await ready();
            await put(parts, file(PHOTO));
            office.refuse["POST blobs"] = refusal(code, status);
            await assert.rejects(send(parts), Refused);
            assert.equal((await parts.files.waiting()).length, 1);
            assert.deepEqual(await incidents(parts), []);
        }
    });

    test("that the server claims not to have moved, or beyond their end, break the protocol", async () => {
        for (const offset of ["0", "-1", "", "1e3", String(PHOTO.length + 1)]) {
            const { office, parts } = await ready();
            await put(parts, file(PHOTO));
            const exchange = office.exchange.bind(office);
            office.exchange = async (method, ...asked) => {
                const reply = await exchange(method, ...asked);
                return method === "PATCH" ? { ...reply, headers: new Headers({ "Upload-Offset": offset }) } : reply;
            };
            await assert.rejects(send(parts), AnswerInvalid, offset);
            assert.equal(office.sent("PATCH blobs").length, 1);
        }
    });

    test("whose bytes the browser lost are told, and hold up nothing for ever", async () => {
        const { parts } = await ready();
        const hash = await put(parts, file(PHOTO));
        const get = parts.store.get.bind(parts.store);
        const gone = { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotFoundError")) }) };
        parts.store.get = async (name, key) => (name === "blob" ? { content: gone } : get(name, key));
        assert.equal((await send(parts)).done, 0);
        assert.deepEqual(await incidents(parts), ["file_lost"]);
        assert.deepEqual(await parts.files.waiting(), []);
        assert.equal(hash.length, 64);
    });

    test("are sealed at rest and sent open", async () => {
        const { home, office, parts } = await ready();
        parts.store.vault = await Vault.open({ keep: keeper({ indexedDB: home.indexedDB }), iterations: 10 });
        const hash = await put(parts, file(PHOTO));
        const [row] = await parts.store.all("blob", { sealed: true });
        assert.notEqual(await sha256(await row.content.blob.arrayBuffer()), hash);
        await send(parts);
        assert.ok(sameBytes(office.files.get(hash), PHOTO));
        assert.ok(sameBytes(await (await parts.files.find(hash)).bytes(), PHOTO));
    });

    test("go by size: a signature does not wait for a film", async () => {
        const { parts } = await ready();
        for (const size of [300, 5, 40]) {
            await put(parts, file(new Uint8Array(size)));
        }
        assert.deepEqual((await parts.files.waiting()).map(({ size }) => size), [5, 40, 300]);
    });
});

describe("a metered network", () => {
    test("holds large files where the profile asks for it, and lets a signature pass", async () => {
        const { parts } = await ready();
        const { store, settings } = parts;
        const profile_data = { ...settings.profile, wifi_only_blobs: true };
        await store.change((change) => settings.put(change, { metered: true, profile_data }));
        await put(parts, file(PHOTO));
        await put(parts, file(new Uint8Array(SMALL_BYTES), "signature.png"));
        assert.deepEqual(await send(parts), { done: 1, held: 1 });
        await store.change((change) => settings.put(change, { metered: false }));
        assert.deepEqual(await send(parts), { done: 1, held: 0 });
    });

    test("holds nothing else", async () => {
        const { parts } = await ready();
        await parts.store.change((change) => parts.settings.put(change, { metered: true }));
        await put(parts, file(PHOTO));
        assert.deepEqual(await send(parts), { done: 1, held: 0 });
    });
});

describe("files that are fetched", () => {
    const fetched = async ({ api, blobs }, hash, size) => (await api.fetchBlob(blobs, hash, size)).bytes();

    test("come once, then they are read from here", async () => {
        const { office, parts } = await ready();
        const bytes = Uint8Array.of(1, 2, 3);
        const hash = await sha256(bytes);
        office.files.set(hash, bytes);
        assert.ok(sameBytes(await fetched(parts, hash), bytes));
        office.down = true;
        assert.ok(sameBytes(await fetched(parts, hash), bytes));
        await assert.rejects(fetched(parts, hash, 256), Offline);
        const own = await put(parts, file(PHOTO));
        assert.ok(sameBytes(await fetched(parts, own), PHOTO));
    });

    test("with other bytes than were asked for are not kept", async () => {
        const { office, parts } = await ready();
        const hash = await sha256(Uint8Array.of(1));
        office.files.set(hash, Uint8Array.of(2));
        await assert.rejects(fetched(parts, hash), AnswerInvalid);
        office.files.set(hash, Uint8Array.of(1));
        assert.deepEqual([...(await fetched(parts, hash))], [1]);
    });

    test("by a name that is no hash lead nowhere", async () => {
        const { office, parts } = await ready();
        for (const name of ["../../etc/passwd", "", "A".repeat(64), "0".repeat(63), `${"0".repeat(64)}\n`]) {
            await assert.rejects(fetched(parts, name), DeviceError);
        }
        assert.deepEqual(office.sent("GET blobs"), []);
    });
});

describe("room for files", () => {
    const here = async ({ store }) => (await store.all("blob")).map(({ size }) => size).sort((a, b) => a - b);

    test("is made by what was used least recently; what was not sent stays, and this week's", async () => {
        const { home, office, parts } = await ready();
        await put(parts, file(new Uint8Array(50)));
        await send(parts);
        await put(parts, file(new Uint8Array(60)));
        const hashes = [];
        for (const size of [100, 101]) {
            const bytes = new Uint8Array(size);
            hashes.push(await sha256(bytes));
            office.files.set(hashes.at(-1), bytes);
            await parts.api.fetchBlob(parts.blobs, hashes.at(-1));
            home.pass(DAY);
        }
        await parts.api.fetchBlob(parts.blobs, hashes[0]);
        assert.equal(await parts.files.prune(50 + 120), 1);
        assert.deepEqual(await here(parts), [50, 60, 100]);
        await parts.files.prune(0);
        assert.deepEqual(await here(parts), [50, 60]);
        home.pass(8 * DAY);
        await parts.files.prune(0);
        assert.deepEqual(await here(parts), [60]);
    });

    test("is made of what nobody used for a month", async () => {
        const { home, parts } = await ready();
        await parts.files.add("a".repeat(64), new Blob(["used"]));
        await parts.files.add("b".repeat(64), new Blob(["unused"]));
        home.pass(20 * DAY);
        await parts.files.find("a".repeat(64));
        home.pass(20 * DAY);
        assert.equal(await parts.files.prune(1e9), 1);
        assert.deepEqual(await here(parts), [4]);
    });
});
