import {
    DeviceError,
    HomeLocked,
    NotEnrolled,
    Offline,
    Refused,
    WorkUnsent,
} from "../../addons/offline_base/static/src/app/engine/errors.js";
import { keeper, Vault } from "../../addons/offline_base/static/src/app/engine/vault.js";
import { bytesOf, fromBase64, joined, sameBytes, textOf } from "./bytes.js";
import { Closed, EdgeHome, SERVER, TOKEN_ENDS } from "./fake_office.js";
import { PARTNER, problem } from "./fake_server.js";
import { assert, describe, test } from "./harness.js";

const DAY = 86400;
const refusal = (code, status, more) => Object.assign(problem(code, more), { status });
const REVOKED = () => refusal("device_revoked", 403, { wipe: true });
const seqs = async ({ device }) => (await device.outbox()).map(({ seq }) => seq);

const OFFICE = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);

/** A server that has a key for sealed work. */
async function sealing(home) {
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", OFFICE.publicKey);
    home.office.server.profile_data.escrow_key = { kty, crv, x, y, kid: "office" };
}

/** What the office reads in a box; that its own library does is shown by tests/unit/test_app_keys.py. */
async function opened(box) {
    const [head, , iv, body, tag] = box.split(".");
    const { epk } = JSON.parse(textOf(fromBase64(head)));
    const theirs = await crypto.subtle.importKey("jwk", epk, { name: "ECDH", namedCurve: "P-256" }, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, OFFICE.privateKey, 256);
    const parts = [[0, 0, 0, 7], bytesOf("A256GCM"), Array(8).fill(0), [0, 0, 1, 0]];
    const told = joined([0, 0, 0, 1], new Uint8Array(shared), ...parts);
    const raw = await crypto.subtle.digest("SHA-256", told);
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    const how = { name: "AES-GCM", iv: fromBase64(iv), additionalData: bytesOf(head) };
    const text = await crypto.subtle.decrypt(how, key, joined(fromBase64(body), fromBase64(tag)));
    return JSON.parse(textOf(text));
}

/** A device with an operation that was delivered and one that was not. */
async function withWork({ seal = false } = {}) {
    const home = new EdgeHome();
    if (seal) {
        await sealing(home);
    }
    const parts = await home.enrolled();
    home.office.server.put(PARTNER, 1, { name: "A", phone: null });
    await parts.device.sync();
    await parts.device.call(PARTNER, 1, "visit", { note: "delivered" });
    await parts.device.sync();
    await parts.device.update(PARTNER, 1, { phone: "1" });
    return { home, office: home.office, parts };
}

describe("enrolment", () => {
    test("gives a device, its token and profile, and a key that cannot be read", async () => {
        const home = new EdgeHome();
        const { settings } = await home.enrolled();
        const [asked] = home.office.sent("enroll");
        assert.deepEqual([asked.code, asked.device.name, asked.device.platform], ["CODE-1", "Phone", "test"]);
        assert.deepEqual(Object.keys(asked.device.public_key), ["kty", "crv", "x", "y"]);
        assert.ok(asked.nonce.length >= 16);
        assert.equal(settings.token, "token 1");
        assert.deepEqual(settings.token_span, ["2026-11-21T10:00:00Z", TOKEN_ENDS]);
        assert.equal(settings.key.privateKey.extractable, false);
        assert.equal(settings.get("enrolment_key"), null);
    });

    test("whose answer was lost is asked for again by the same code, nonce and key", async () => {
        const home = new EdgeHome();
        home.office.lost = ["enroll"];
        await assert.rejects(home.enrolled(), Offline);
        const parts = await home.open();
        await parts.enrol(SERVER, "CODE-1");
        const [first, second] = home.office.sent("enroll");
        assert.deepEqual(second, first);
        await parts.enrol(SERVER, "CODE-2");
        assert.notEqual(home.office.sent("enroll")[2].nonce, first.nonce);
    });

    test("by another code than the one whose answer was lost is another enrolment", async () => {
        const home = new EdgeHome();
        home.office.lost = ["enroll"];
        await assert.rejects(home.enrolled(), Offline);
        await (await home.open()).enrol(SERVER, "CODE-2");
        const [first, second] = home.office.sent("enroll");
        assert.equal(second.code, "CODE-2");
        assert.notEqual(second.nonce, first.nonce);
    });

    test("is gone on with when the app is closed at any step, in a home that is sealed", async () => {
        const steps = ["enrol.sending", "enrol.answered", "enrol.stored", "store.committing", "store.committed"];
        for (const dieAt of steps) {
            const home = new EdgeHome();
            const vault = () => Vault.open({ keep: keeper({ indexedDB: home.indexedDB }) });
            await assert.rejects(home.enrolled({ dieAt, vault: await vault() }), Closed);
            const { device, settings } = await home.enrolled({ vault: await vault() });
            assert.ok(settings.device, dieAt);
            await device.sync();
        }
    });

    test("of a home under a PIN outlives a restart, and is closed to who does not know it", async () => {
        const home = new EdgeHome();
        home.office.server.put(PARTNER, 1, { name: "Azure" });
        const open = () => Vault.open({ keep: keeper({ indexedDB: home.indexedDB }), iterations: 10 });
        const vault = await open();
        const before = await home.enrolled({ vault });
        await before.device.sync();
        await vault.setPin("2580");

        const locked = await open();
        await assert.rejects(home.open({ vault: locked }), HomeLocked);
        await locked.unlock("2580");
        const { device, settings } = await home.open({ vault: locked });
        assert.equal((await device.get(PARTNER, 1)).values.name, "Azure");
        assert.equal(settings.token, "token 1");
        const names = ["token", "user_data", "profile_data"];
        const rows = await device.parts.store.all("setting", { sealed: true });
        for (const row of rows.filter(({ name }) => names.includes(name))) {
            assert.ok(row.content.data.byteLength, row.name);
            assert.equal(row.value, undefined);
        }
    });

    test("again keeps device, numbers and work", async () => {
        const { office, parts } = await withWork();
        const before = parts.settings.device;
        await parts.enrol(SERVER, "CODE-2");
        assert.equal(parts.settings.device, before);
        assert.deepEqual(await seqs(parts), [2]);
        await parts.device.sync();
        assert.deepEqual(await seqs(parts), []);
        assert.equal(office.sent("enroll")[1].code, "CODE-2");
    });

    test("proves the device by a signature over device, epoch, nonce and time", async () => {
        const { office, parts } = await withWork();
        await parts.enrol(SERVER, "CODE-2");
        const { nonce, proof } = office.sent("enroll")[1];
        const { signature, ...said } = proof;
        const text = `{"device":"${said.device}","epoch":"${said.epoch}","nonce":"${nonce}","time":"${said.time}"}`;
        const how = { name: "ECDSA", hash: "SHA-256" };
        const key = parts.settings.key.publicKey;
        assert.equal(await crypto.subtle.verify(how, key, fromBase64(signature), bytesOf(text)), true);
        assert.deepEqual(Object.keys(said), ["device", "epoch", "time"]);
    });

    test("makes another device where the server knows this one no more, and keeps the work", async () => {
        const { office, parts } = await withWork();
        const [before, key] = [parts.settings.device, parts.settings.key];
        office.forgotDevices = true;
        await parts.enrol(SERVER, "CODE-2");
        assert.notEqual(parts.settings.device, before);
        assert.notEqual(parts.settings.key, key);
        assert.deepEqual(await seqs(parts), [1]);
    });

    test("makes another device of a copy, with a key and numbers of its own", async () => {
        for (const code of ["device_cloned", "seq_reused"]) {
            const { office, parts } = await withWork();
            const [[entry], before] = [await parts.device.outbox(), parts.settings.device];
            office.refuse.push = refusal(code, 409);
            await assert.rejects(parts.device.sync(), Refused);
            await parts.enrol(SERVER, "CODE-2");
            assert.equal(office.sent("enroll")[1].proof, undefined);
            assert.notEqual(parts.settings.device, before);
            assert.deepEqual((await parts.device.outbox()).map(({ seq, op }) => [seq, op]), [[1, entry.op]]);
        }
    });

    test("of another person or at another server waits for work to be sent, and leaves nothing after", async () => {
        const { office, parts } = await withWork();
        await assert.rejects(parts.enrol("https://other.example", "CODE-2"), DeviceError);
        office.user = { ...office.user, id: 7, name: "Marc" };
        await assert.rejects(parts.enrol(SERVER, "CODE-2"), /Mitchell/);
        office.user = { ...office.user, id: 2 };
        await parts.device.sync();
        office.user = { ...office.user, id: 7 };
        await parts.enrol(SERVER, "CODE-3");
        assert.deepEqual(await parts.store.all("record"), []);
        assert.deepEqual(await parts.store.all("journal"), []);
    });
});

describe("the token", () => {
    test("that has expired is replaced by the key alone", async () => {
        const { office, parts } = await withWork();
        office.refuse.push = refusal("token_expired", 401);
        await parts.device.sync();
        const asked = office.sent("enroll").at(-1);
        assert.equal(asked.code, undefined);
        assert.ok(asked.proof.signature);
        assert.deepEqual(await seqs(parts), []);
        assert.equal(office.tokens.at(-1), "token 2");
    });

    test("is got by the server's time where the clock is wrong", async () => {
        const { home, office, parts } = await withWork();
        home.pass(DAY);
        office.refuse.push = refusal("token_expired", 401);
        await parts.device.sync();
        const times = office.sent("enroll").slice(1).map(({ proof }) => proof.time.slice(0, 10));
        assert.deepEqual(times, ["2026-11-22", "2026-11-21"]);
    });

    test("is rotated once half of its life is over, and not before", async () => {
        const { home, office, parts } = await withWork();
        home.pass(89 * DAY);
        await parts.access.rotateIfDue();
        assert.equal(parts.settings.token, "token 1");
        home.pass(2 * DAY);
        await parts.access.rotateIfDue();
        assert.equal(parts.settings.token, "token 2");
        assert.deepEqual(office.sent("token"), [{}]);
    });

    test("that cannot be rotated goes on being used", async () => {
        for (const error of [new Offline("no connection"), refusal("busy", 503), refusal("token_invalid", 401)]) {
            const { home, office, parts } = await withWork();
            home.pass(100 * DAY);
            office.refuse.token = error;
            await parts.access.rotateIfDue();
            assert.equal(parts.settings.token, "token 1");
            assert.deepEqual((await parts.store.incidents()).map(({ kind }) => kind), ["token_not_rotated"]);
        }
    });

    test("is changed when the office asks for it, and the call is made again", async () => {
        const { office, parts } = await withWork();
        office.refuse.push = refusal("token_rotation_due", 401);
        await parts.device.sync();
        assert.equal(office.tokens.at(-1), "token 2");
        assert.deepEqual(await seqs(parts), []);
    });
});

describe("the token of a device that asks while it syncs", () => {
    const ask = ({ device }) => device.ask(PARTNER, "credit");

    /**
     * A device whose calls are noted with the token that they have, as they leave and as their answers are there; those of
     * the routes in `held` have no answer before `free` is called.
     */
    async function noted(...held) {
        const { home, office, parts } = await withWork();
        const { promise: isFree, resolve: free } = Promise.withResolvers();
        const notes = [];
        const leaving = new Map();
        const send = office.send.bind(office);
        office.server.answers.credit = null;
        office.send = async (method, path, body, token) => {
            const route = path.slice(1);
            notes.push(`${route} by ${token}`);
            leaving.get(route)?.();
            try {
                if (held.includes(route)) {
                    await isFree;
                }
                return await send(method, path, body, token);
            } finally {
                notes.push(`${route} is over`);
            }
        };
        /** Until a call of this route is under way. */
        const left = (route) => new Promise((resolve) => leaving.set(route, resolve));
        return { home, office, parts, notes, free, left };
    }

    test("is changed once where both are asked to change it", async () => {
        const { office, parts } = await noted();
        office.refuse.push = refusal("token_rotation_due", 401);
        office.refuse.ask = refusal("token_rotation_due", 401);
        await Promise.all([parts.device.sync(), ask(parts)]);
        assert.deepEqual(office.sent("token"), [{}]);
        assert.equal(office.sent("ask").length, 1);
        assert.deepEqual(await seqs(parts), []);
        assert.equal(parts.settings.token, "token 2");
    });

    test("is not changed by its age while a question is under way, which would come too late with the former one", async () => {
        const { home, office, parts, free, left } = await noted("ask");
        const isLeft = left("ask");
        const asked = ask(parts);
        await isLeft;
        home.pass(100 * DAY);
        await parts.device.sync();
        assert.deepEqual(office.sent("token"), []);
        free();
        await asked;
        await parts.device.sync();
        assert.deepEqual(office.sent("token"), [{}]);
    });

    test("is changed for the office once the question under way has its answer", async () => {
        const { office, parts, notes, free, left } = await noted("ask");
        const isLeft = left("ask");
        const asked = ask(parts);
        await isLeft;
        office.refuse.push = refusal("token_rotation_due", 401);
        const isRefused = left("push");
        const synced = parts.device.sync();
        await isRefused;
        // Time enough to change it too early.
        await new Promise((resolve) => setTimeout(resolve, 20));
        free();
        await Promise.all([asked, synced]);
        assert.deepEqual(notes.slice(0, 7), [
            ...["ask by token 1", "push by token 1", "push is over", "ask is over"],
            ...["token by token 1", "token is over", "push by token 2"],
        ]);
    });

    test("is the new one for a question that comes while it is changed", async () => {
        const { home, office, parts, notes, free, left } = await noted("token");
        home.pass(100 * DAY);
        const isLeft = left("token");
        const synced = parts.device.sync();
        await isLeft;
        const asked = ask(parts);
        free();
        await Promise.all([asked, synced]);
        assert.deepEqual(office.sent("token"), [{}]);
        assert.ok(notes.includes("ask by token 2"));
        assert.equal(notes.includes("ask by token 1"), false);
    });

    test("that could not be changed for a question is no end of the sync", async () => {
        const { home, office, parts, free, left } = await noted("token");
        home.pass(100 * DAY);
        office.refuse.ask = refusal("token_rotation_due", 401);
        office.refuse.token = new Offline("no connection");
        const isLeft = left("token");
        const asked = assert.rejects(ask(parts), Offline);
        await isLeft;
        const synced = parts.device.sync();
        free();
        await Promise.all([asked, synced]);
        assert.deepEqual(await seqs(parts), []);
    });
});

describe("escrow", () => {
    test("hands over the work, signed and sealed, and changes nothing", async () => {
        const { office, parts } = await withWork({ seal: true });
        await parts.access.escrow();
        const { content, signature } = await opened(office.boxes[0]);
        assert.deepEqual(content.operations.map(({ seq }) => seq), [1, 2]);
        assert.equal(content.device, parts.settings.device);
        assert.match(signature, /^[A-Za-z0-9_-]{86}$/);
        assert.deepEqual(await seqs(parts), [2]);
    });

    test("needs a key of the office, and a network", async () => {
        const { parts } = await withWork();
        await assert.rejects(parts.access.escrow(), /no key/);
        const sealed = await withWork({ seal: true });
        sealed.office.down = true;
        await assert.rejects(sealed.parts.access.escrow(), Offline);
    });

    test("hands over files that were not sent, in parts that a call carries", async () => {
        const { office, parts } = await withWork({ seal: true });
        const bytes = new Uint8Array(120_000).map((_zero, at) => at % 251);
        const kept = await parts.files.keep(Object.assign(new Blob([bytes]), { name: "photo.jpg" }));
        await parts.store.change((change) => parts.files.note(change, kept));
        await parts.access.escrow();
        const pieces = (await Promise.all(office.boxes.slice(1).map(opened))).map(({ content }) => content.files[0]);
        assert.deepEqual(pieces.map(({ offset }) => offset), [0, 50_000, 100_000]);
        assert.deepEqual(Object.keys(pieces[0]).sort(), ["data", "name", "offset", "sha256", "size", "type"]);
        assert.ok(sameBytes(joined(...pieces.map(({ data }) => fromBase64(data))), bytes));
    });
});

describe("a wipe", () => {
    const STORES = ["record", "outbox", "journal", "blob", "staged"];
    const left = async ({ store }) => (await Promise.all(STORES.map((name) => store.all(name)))).flat();

    test("hands the work over and leaves nothing", async () => {
        const { office, parts } = await withWork({ seal: true });
        office.refuse.push = REVOKED();
        await assert.rejects(parts.device.sync(), Refused);
        const { content } = await opened(office.boxes[0]);
        assert.deepEqual(content.operations.map(({ seq }) => seq), [1, 2]);
        assert.deepEqual(office.sent("wipe"), [{ done: true }]);
        assert.deepEqual(await left(parts), []);
        assert.deepEqual([parts.settings.token, parts.settings.key], [null, null]);
        await assert.rejects(parts.device.sync(), NotEnrolled);
    });

    test("without a network keeps the sealed work for the next try", async () => {
        const { home, office, parts } = await withWork({ seal: true });
        office.refuse.push = REVOKED();
        office.lost = ["escrow"];
        await assert.rejects(parts.device.sync(), Refused);
        assert.deepEqual(await left(parts), []);
        assert.deepEqual(office.sent("wipe"), []);
        await assert.rejects((await home.open()).device.sync());
        assert.equal(office.boxes.length, 2);
        assert.equal(office.boxes[0], office.boxes[1]);
        assert.equal(office.sent("wipe").length, 1);
    });

    test("that was broken off at any step is gone on with", async () => {
        for (const dieAt of ["wipe.erased", "wipe.escrowed", "wipe.confirmed"]) {
            const { home, office } = await withWork({ seal: true });
            office.refuse.push = REVOKED();
            const dying = await home.open({ dieAt });
            await assert.rejects(dying.device.sync(), Closed);
            const parts = await home.open();
            await assert.rejects(parts.device.sync());
            assert.ok(office.boxes.length && office.sent("wipe").length, dieAt);
            assert.equal(parts.settings.token, null);
            assert.deepEqual(await parts.store.all("box"), []);
        }
    });

    test("keeps a box that the server refuses, and is confirmed all the same", async () => {
        const { office, parts } = await withWork({ seal: true });
        office.refuse.push = REVOKED();
        office.refuse.escrow = refusal("limit_exceeded", 413);
        await assert.rejects(parts.device.sync(), Refused);
        assert.equal(office.sent("wipe").length, 1);
        const boxes = await Array.fromAsync(parts.boxes.all());
        assert.equal(boxes.length, 1);
        assert.equal((await opened(boxes[0])).content.operations.length, 2);
    });

    test("waits for a busy server, and is not confirmed before the office has the work", async () => {
        const { home, office, parts } = await withWork({ seal: true });
        office.refuse.push = REVOKED();
        office.refuse.escrow = refusal("busy", 503);
        await assert.rejects(parts.device.sync(), Refused);
        assert.deepEqual([office.boxes, office.sent("wipe")], [[], []]);
        await assert.rejects((await home.open()).device.sync(), NotEnrolled);
        assert.deepEqual([office.boxes.length, office.sent("wipe").length], [1, 1]);
    });

    test("of files alone hands over no empty box of work", async () => {
        const home = new EdgeHome();
        await sealing(home);
        const { access, files, store } = await home.enrolled();
        const kept = await files.keep(new Blob(["a photo"]));
        await store.change((change) => files.note(change, kept));
        await access.wipe();
        const found = await Promise.all(home.office.boxes.map(opened));
        assert.deepEqual(found.map(({ content }) => content.files.length), [1]);
    });

    test("leaves work that nobody could be given, where the office has no key", async () => {
        const { office, parts } = await withWork();
        office.refuse.push = REVOKED();
        await assert.rejects(parts.device.sync(), Refused);
        assert.deepEqual(office.boxes, []);
        assert.deepEqual(await parts.store.all("record"), []);
        assert.deepEqual(await seqs(parts), [2]);
    });

    test("goes on where a file cannot be sealed: the work itself is in its box", async () => {
        const { office, parts } = await withWork({ seal: true });
        const kept = await parts.files.keep(new Blob(["a photo"]));
        await parts.store.change((change) => parts.files.note(change, kept));
        parts.files.part = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
        await parts.access.wipe();
        assert.deepEqual((await opened(office.boxes[0])).content.operations.length, 2);
        assert.ok((await parts.store.incidents()).some(({ kind }) => kind === "files_not_sealed"));
        assert.deepEqual(await left(parts), []);
    });
});

describe("logging out", () => {
    test("asks while there is work that the server does not have, and says how much", async () => {
        const { office, parts } = await withWork({ seal: true });
        const told = await parts.access.leave().catch((error) => error);
        assert.ok(told instanceof WorkUnsent);
        assert.deepEqual([told.operations, told.files, told.sealed], [1, 0, true]);
        assert.deepEqual(await seqs(parts), [2]);
        await parts.access.leave({ evenUnsent: true });
        assert.equal((await opened(office.boxes[0])).content.operations.length, 2);
        assert.deepEqual(await parts.store.all("outbox"), []);
        assert.equal(office.sent("wipe").length, 1);
    });

    test("without such work just leaves", async () => {
        const { office, parts } = await withWork();
        await parts.device.sync();
        await parts.access.leave();
        assert.deepEqual(await parts.store.all("record"), []);
        assert.equal(parts.settings.token, null);
        assert.equal(office.boxes.length, 0);
    });
});
