/** The device as the app has it: enrolled, sealed at rest, with files; only HTTP is a fake. */
import { assert, describe, freshIndexedDB, test } from "./harness.js";
import { EdgeHome, SERVER, Closed } from "./fake_office.js";
import { entity, field, PARTNER } from "./fake_server.js";
import { vector } from "./vectors.js";
import { Device } from "../../addons/offline_base/static/src/app/engine/device.js";
import { HomeLocked, Refusal } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { sha256 } from "../../addons/offline_base/static/src/app/engine/files.js";
import { network } from "../../addons/offline_base/static/src/app/engine/network.js";
import { Store } from "../../addons/offline_base/static/src/app/engine/store.js";
import { HttpTransport } from "../../addons/offline_base/static/src/app/engine/transport.js";
import { keeper, Vault } from "../../addons/offline_base/static/src/app/engine/vault.js";

const ATTACHMENT = "ir.attachment";
const PHOTO = new Blob(["a photo"], { type: "image/jpeg" });

async function ready() {
    const home = new EdgeHome();
    const { server } = home.office;
    const files = [field("name"), field("res_model"), field("res_id", "many2one_reference"), field("raw", "binary")];
    server.profile_data.entities.push(entity(ATTACHMENT, files));
    server.life.rows[ATTACHMENT] = {};
    server.put(PARTNER, 1, { name: "Azure" });
    const { device } = await home.open();
    const profile = await device.enrol(SERVER, "CODE-1");
    assert.equal(profile.name, "Sales");
    await device.sync();
    return { home, office: home.office, server, device };
}

describe("a file", () => {
    test("is attached with its record, sent with the next sync, and read from here", async () => {
        const { office, server, device } = await ready();
        const record = await device.attach(PARTNER, 1, PHOTO, "door.jpg");
        const hash = await sha256(await PHOTO.arrayBuffer());
        assert.deepEqual(record.values, {
            name: "door.jpg",
            res_model: PARTNER,
            res_id: 1,
            raw: { sha256: hash, size: 7, type: "image/jpeg" },
        });
        const [waiting] = await device.filesWaiting();
        assert.deepEqual([waiting.sha256, (await device.status()).bytes_waiting], [hash, 7]);
        assert.equal((await device.sync()).files, 1);
        assert.deepEqual([...office.files.keys()], [hash]);
        assert.deepEqual(
            Object.values(server.content(ATTACHMENT)).map(({ name }) => name),
            ["door.jpg"],
        );
        office.down = true;
        assert.equal(await (await device.fetch(hash)).text(), "a photo");
        const { files_waiting, bytes_cached } = await device.status();
        assert.deepEqual([files_waiting, bytes_cached], [0, 7]);
    });

    test("of a form is sent once it is saved, corrected or brought back, and not while it is none of these", async () => {
        const { device, server } = await ready();
        const other = new Blob(["another"], { type: "image/jpeg" });
        const [raw, corrected] = [await device.keepFile(PHOTO, "door.jpg"), await device.keepFile(other, "door.jpg")];
        const waiting = async () => (await device.filesWaiting()).map(({ sha256: hash }) => hash).sort();
        assert.deepEqual(await waiting(), []);
        const values = { name: "door.jpg", res_model: PARTNER, res_id: 1, raw };
        const made = await device.create(ATTACHMENT, values);
        assert.deepEqual(await waiting(), [raw.sha256]);
        await device.withdraw(made.pending[0]);
        assert.deepEqual(await waiting(), []);
        await device.create(ATTACHMENT, values);
        server.verdicts[1] = ["rejected", "value_invalid"];
        await device.sync();
        assert.deepEqual(await waiting(), []);
        const [{ op }] = await device.unresolved();
        await device.amend(op, { raw: corrected });
        assert.deepEqual(await waiting(), [corrected.sha256]);
    });

    test("is put on a record that was born here", async () => {
        const { device } = await ready();
        const made = await device.create(PARTNER, { name: "Born here" });
        const { values } = await device.attach(PARTNER, made.ref, PHOTO, "door.jpg");
        assert.deepEqual(values.res_id, { uid: made.uid });
    });

    test("whose record is refused is neither kept nor sent", async () => {
        const { device } = await ready();
        await assert.rejects(device.attach(PARTNER, 99, PHOTO), Refusal);
        assert.deepEqual([await device.filesWaiting(), await device.outbox()], [[], []]);
    });

    test("and its record are kept together or not at all, wherever the app dies", async () => {
        const { home, device } = await ready();
        device.close();
        for (const [dieAt, kept] of [
            ["store.committing", 0],
            ["store.committed", 1],
        ]) {
            const { device: one } = await home.open({ dieAt });
            await assert.rejects(one.attach(PARTNER, 1, PHOTO, "door.jpg"), Closed);
            const { device: again } = await home.open();
            assert.equal((await again.filesWaiting()).length, kept);
            assert.equal(await again.count(ATTACHMENT), kept);
        }
    });

    test("that was fetched makes room when it is asked to", async () => {
        const { office, device } = await ready();
        const bytes = new TextEncoder().encode("a contract");
        const hash = await sha256(bytes);
        office.files.set(hash, bytes);
        await device.fetch(hash);
        assert.equal((await device.status()).bytes_cached, 10);
        await device.keepAtMost(5);
        assert.equal((await device.status()).bytes_cached, 0);
    });
});

describe("a home", () => {
    test("is known to be lacking without any being opened", async () => {
        const { device } = await ready();
        await device.attach(PARTNER, 1, PHOTO, "door.jpg");
        const here = await sha256(await PHOTO.arrayBuffer());
        const elsewhere = "0".repeat(64);
        assert.deepEqual(await device.parts.files.lacking([here, elsewhere]), [elsewhere]);
        assert.deepEqual(await device.parts.files.lacking([]), []);
    });

    test("under a PIN gives nothing before it, and all of it after", async () => {
        const { home, device } = await ready();
        await device.update(PARTNER, 1, { phone: "1" });
        device.close();
        const indexedDB = freshIndexedDB();
        const sealed = async (pin, set) => {
            const vault = await Vault.open({ keep: keeper({ indexedDB }), iterations: 1000 });
            await (set ? vault.setPin(pin) : pin && vault.unlock(pin));
            const access = { rotateIfDue: async () => {} };
            const network = () => ({ api: home.office.server, access });
            return Device.open({ indexedDB, clock: () => home.now, vault, network });
        };
        const first = await sealed("123456", true);
        const enrolled = { device: "d", epoch: home.office.server.epoch, user_data: home.office.user };
        const profile_data = home.office.server.profile_data;
        await first.parts.store.change((change) => first.settings.put(change, { ...enrolled, profile_data }));
        await first.sync();
        await first.update(PARTNER, 1, { phone: "1" });
        first.close();
        await assert.rejects(sealed(null), HomeLocked);
        const again = await sealed("123456");
        assert.equal((await again.search(PARTNER, "azure"))[0].values.phone, "1");
        await again.sync();
        assert.deepEqual(await again.outbox(), []);
        again.close();
        const plain = await Store.open({ indexedDB, now: () => "" });
        for (const name of ["record", "outbox", "journal", "setting", "ref"]) {
            const text = JSON.stringify(await plain.all(name), (_key, value) =>
                value instanceof Uint8Array ? [...value].map((byte) => String.fromCharCode(byte)).join("") : value,
            );
            assert.ok(!/Azure|Mitchell|"phone"/.test(text), name);
        }
        plain.close();
    });

    test("is left when the person says so, and asks while there is unsent work", async () => {
        const { device } = await ready();
        await device.update(PARTNER, 1, { phone: "1" });
        await assert.rejects(device.leave(), { name: "WorkUnsent" });
        await device.sync();
        await device.leave();
        const status = await device.status();
        assert.deepEqual([status.held, await device.search(PARTNER)], [{}, []]);
        await assert.rejects(device.sync(), { name: "NotEnrolled" });
    });
});

test("over HTTP a device says what the protocol asks for, and takes what the server answers", async () => {
    const page = await vector("pull-nothing-new-keeps-the-cursor");
    const asked = [];
    const fetch = async (address, { body, headers }) => {
        const said = new Headers(headers);
        const packed = said.get("content-encoding") === "gzip";
        const bytes = new Blob([body]).stream();
        const text = await new Response(packed ? bytes.pipeThrough(new DecompressionStream("gzip")) : bytes).text();
        asked.push([address, JSON.parse(text), said.get("authorization")]);
        return new Response(JSON.stringify(page.answer.body), { headers: { "Content-Type": "application/json" } });
    };
    const connect = (server, database) => new HttpTransport(server, { database, fetch });
    const device = await Device.open({ indexedDB: freshIndexedDB(), network: network({ connect }) });
    const profile_data = (await vector("profile-lists-entities-and-limits")).answer.body;
    const { cursor, epoch, digests } = page.answer.body;
    const said = { server: "https://odoo.example", token: "token", device: "d", epoch, cursor, profile_data };
    await device.parts.store.change((change) => {
        device.settings.put(change, said);
        Object.entries(digests).forEach(([name, sums]) => change.put("digest", { entity: name, ...sums }));
    });
    const result = await device.sync();
    assert.deepEqual([result.pages, result.healed, device.settings.cursor], [1, [], cursor]);
    const [[address, body, authorization]] = asked;
    assert.deepEqual([address, authorization], ["https://odoo.example/offline/v1/pull", "Bearer token"]);
    const known = new Set([...Object.keys(page.request.body), "repair_shards", "pins"]);
    assert.deepEqual(
        Object.keys(body).filter((name) => !known.has(name)),
        [],
    );
    assert.deepEqual(Object.keys(body.state).sort(), Object.keys(page.request.body.state).sort());
});
