import { HomeLocked, HomeUnreadable, PinWrong } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { Store } from "../../addons/offline_base/static/src/app/engine/store.js";
import { ITERATIONS, keeper, pinPauseS, Vault } from "../../addons/offline_base/static/src/app/engine/vault.js";
import { assert, describe, freshIndexedDB, test } from "./harness.js";

/** A place for the wrapped key that outlives vaults, as the store does: what is put is a copy. */
function place() {
    const keep = {
        kept: undefined,
        get: async () => structuredClone(keep.kept),
        put: async (value) => {
            keep.kept = structuredClone(value);
        },
    };
    return keep;
}

class Clock {
    now = Date.UTC(2026, 10, 21, 10);
    read = () => this.now;
    pass(seconds) {
        this.now += seconds * 1000;
    }
}

/** Few rounds: what is tested is not their number. */
function open(keep, clock = new Clock()) {
    return Vault.open({ keep, clock: clock.read, iterations: 10 });
}

async function withPin(pin = "2580", clock = new Clock()) {
    const keep = place();
    const vault = await open(keep, clock);
    const sealed = await vault.seal({ name: "Crème" });
    await vault.setPin(pin);
    return { keep, clock, vault, sealed };
}

describe("a vault", () => {
    test("opens what it sealed, after a restart as well", async () => {
        const keep = place();
        const first = await open(keep);
        for (const value of [{ a: [1, null, "Crème"] }, "text", 0, null, []]) {
            const sealed = structuredClone(await first.seal(value));
            assert.deepEqual(await (await open(keep)).open(sealed), value);
        }
    });

    test("opens the files that it sealed, with their type", async () => {
        const keep = place();
        const photo = new Blob([Uint8Array.of(1, 2, 255)], { type: "image/jpeg" });
        const sealed = await (await open(keep)).seal(photo);
        assert.notDeepEqual([...(await sealed.blob.bytes())].slice(0, 3), [1, 2, 255]);
        const opened = await (await open(keep)).open(structuredClone(sealed));
        assert.deepEqual([...(await opened.bytes())], [1, 2, 255]);
        assert.equal(opened.type, "image/jpeg");
    });

    test("leaves nothing to read: neither content nor key", async () => {
        const keep = place();
        const sealed = await (await open(keep)).seal({ name: "a secret of the office" });
        const stored = new TextDecoder("latin1").decode(sealed.data);
        assert.ok(!stored.includes("secret"));
        assert.equal(keep.kept.by.extractable, false);
        await assert.rejects(crypto.subtle.exportKey("raw", keep.kept.by));
    });

    test("seals the same content differently each time", async () => {
        const vault = await open(place());
        const [one, other] = [await vault.seal("x"), await vault.seal("x")];
        assert.notDeepEqual(one.iv, other.iv);
        assert.notDeepEqual(one.data, other.data);
    });

    test("does not open what was changed, or what another sealed", async () => {
        const vault = await open(place());
        const sealed = await vault.seal("x");
        const changed = new Uint8Array(sealed.data.slice(0));
        changed[0] ^= 1;
        await assert.rejects(vault.open({ ...sealed, data: changed }), HomeUnreadable);
        await assert.rejects((await open(place())).open(sealed), HomeUnreadable);
    });

    test("whose own key is damaged says so", async () => {
        const keep = place();
        await open(keep);
        new Uint8Array(keep.kept.wrapped)[3] ^= 1;
        await assert.rejects(open(keep), HomeUnreadable);
    });
});

describe("a PIN", () => {
    test("is made dear to guess", () => {
        assert.ok(ITERATIONS >= 600_000);
    });

    test("is asked for after a restart and opens what was sealed before it was set", async () => {
        const { keep, sealed } = await withPin();
        const vault = await open(keep);
        assert.equal(vault.locked, true);
        await assert.rejects(vault.open(sealed), HomeLocked);
        await assert.rejects(vault.seal("x"), HomeLocked);
        await vault.unlock("2580");
        assert.deepEqual(await vault.open(sealed), { name: "Crème" });
    });

    test("leaves no key in the store that opens without it", async () => {
        const { keep } = await withPin();
        assert.deepEqual(Object.keys(keep.kept).sort(), ["iterations", "iv", "salt", "wrapped"]);
    });

    test("that is wrong opens nothing", async () => {
        const { keep, sealed } = await withPin();
        const vault = await open(keep);
        for (const pin of ["2581", "", "02580"]) {
            await assert.rejects(vault.unlock(pin), PinWrong);
        }
        await assert.rejects(vault.open(sealed), HomeLocked);
    });

    test("locks again, and without one there is nothing to lock", async () => {
        const { vault, sealed } = await withPin();
        vault.lock();
        await assert.rejects(vault.open(sealed), HomeLocked);
        const plain = await open(place());
        plain.lock();
        assert.equal(plain.locked, false);
    });

    test("is the same in whatever form its characters are typed", async () => {
        const { keep } = await withPin("é-été");
        const vault = await open(keep);
        await vault.unlock("é-été".normalize("NFD"));
        assert.equal(vault.locked, false);
    });

    test("is changed and removed by who knows it, and all that was sealed stays readable", async () => {
        const { keep, vault, sealed } = await withPin();
        await assert.rejects(vault.setPin("1111", "wrong"), PinWrong);
        await assert.rejects(vault.removePin(undefined), PinWrong);
        await vault.setPin("1111", "2580");
        const again = await open(keep);
        await assert.rejects(again.unlock("2580"), PinWrong);
        await again.removePin("1111");
        const bare = await open(keep);
        assert.equal(bare.hasPin, false);
        assert.deepEqual(await bare.open(sealed), { name: "Crème" });
    });

    test("that is too short is not taken", async () => {
        const vault = await open(place());
        for (const pin of ["", "123", 1234, null]) {
            await assert.rejects(vault.setPin(pin), RangeError);
        }
        assert.equal(vault.hasPin, false);
    });
});

describe("wrong tries", () => {
    test("double the pause up to a quarter of an hour", () => {
        assert.deepEqual([0, 2, 3, 4, 5, 500].map(pinPauseS), [0, 0, 5, 10, 20, 900]);
    });

    test("make even the right PIN wait, in every tab and after a restart", async () => {
        const { keep, clock } = await withPin();
        const [vault, other] = [await open(keep, clock), await open(keep, clock)];
        for (let n = 0; n < 3; n++) {
            await assert.rejects(vault.unlock("0000"), PinWrong);
        }
        await assert.rejects((await open(keep, clock)).unlock("2580"), { retry_after_s: 5 });
        await assert.rejects(other.unlock("2580"), { name: "PinWrong", retry_after_s: 5 });
        clock.pass(4.5);
        await assert.rejects(other.unlock("2580"), { retry_after_s: 1 });
        clock.pass(0.5);
        await other.unlock("2580");
        assert.equal(other.locked, false);
    });

    test("count although the app is closed before the answer", async () => {
        const { keep } = await withPin();
        const dying = {
            get: keep.get,
            put: async (value) => {
                await keep.put(value);
                throw new Error("closed");
            },
        };
        const vault = await open(dying);
        await assert.rejects(vault.unlock("0000"), /closed/);
        assert.equal(keep.kept.tries, 1);
    });

    test("made all at once count one by one", async () => {
        const { keep, clock } = await withPin();
        const vault = await open(keep, clock);
        const tries = await Promise.allSettled(["1", "2", "3", "2580"].map((pin) => vault.unlock(pin)));
        assert.deepEqual(tries.map(({ status }) => status), Array(4).fill("rejected"));
        assert.equal(keep.kept.tries, 3);
    });

    test("are forgotten after the right one", async () => {
        const { keep, clock } = await withPin();
        const vault = await open(keep, clock);
        for (let n = 0; n < 5; n++) {
            await assert.rejects(vault.unlock("0000"));
            await assert.rejects(vault.unlock("0000"));
            await vault.unlock("2580");
        }
    });

    test("lock nobody out when the clock is set back", async () => {
        const { keep, clock } = await withPin();
        const vault = await open(keep, clock);
        for (let n = 0; n < 3; n++) {
            await assert.rejects(vault.unlock("0000"));
        }
        clock.pass(-86400);
        await assert.rejects(vault.unlock("2580"), { retry_after_s: 5 });
        clock.pass(5);
        await vault.unlock("2580");
        assert.equal(vault.locked, false);
    });
});

describe("a store with a vault", () => {
    test("keeps nothing that can be read without its key, and reads it back", async () => {
        const indexedDB = freshIndexedDB();
        const options = { indexedDB, now: () => "2026-11-21T10:00:00Z" };
        const store = await Store.open(options);
        store.vault = await Vault.open({ keep: keeper({ indexedDB }), iterations: 10 });
        const row = { entity: "res.partner", id: 1, content: { name: "Azure" } };
        await store.change((change) => change.put("record", row));
        assert.ok((await store.all("record", { sealed: true }))[0].content.data.byteLength);
        await store.vault.setPin("2580");
        store.close();

        const again = await Store.open(options);
        again.vault = await Vault.open({ keep: keeper({ indexedDB }), iterations: 10 });
        await assert.rejects(again.get("record", ["res.partner", 1]), HomeLocked);
        await again.vault.unlock("2580");
        assert.equal((await again.get("record", ["res.partner", 1])).content.name, "Azure");
    });
});
