/** What a person pinned is told to the server once, whatever is lost on the way, and goes with the person. */
import { assert, describe, test } from "./harness.js";
import { PARTNER } from "./fake_server.js";
import { Home } from "./home.js";
import { Offline, Refusal } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { MOST } from "../../addons/offline_base/static/src/app/engine/pins.js";

const told = ({ server }) => server.sent("pull").map(({ pins }) => pins);

async function synced() {
    const home = new Home();
    home.server.put(PARTNER, 1, { name: "Held" });
    const device = await home.enrolled();
    await device.sync();
    return { home, device };
}

describe("pinned records", () => {
    test("are told with the next pull, and then no more", async () => {
        const { home, device } = await synced();
        await device.pins.put(PARTNER, 7, true);
        assert.deepEqual([device.pins.has(PARTNER, 7), device.pins.all], [true, [{ entity: PARTNER, id: 7 }]]);
        await device.sync();
        await device.sync();
        assert.deepEqual(told(home), [null, { [PARTNER]: [7] }, null]);
    });

    test("are told again when no answer came, also after a restart", async () => {
        const { home, device } = await synced();
        await device.pins.put(PARTNER, 7, true);
        home.server.lost.push("pull");
        await assert.rejects(device.sync(), Offline);
        const again = await home.open();
        await again.sync();
        assert.deepEqual(told(home).at(-1), { [PARTNER]: [7] });
        await again.sync();
        assert.equal(told(home).at(-1), null);
    });

    test("are told as they are now, the last as none", async () => {
        const { home, device } = await synced();
        await device.pins.put(PARTNER, 7, true);
        await device.pins.put(PARTNER, 8, true);
        await device.pins.put(PARTNER, 7, true);
        await device.pins.put(PARTNER, 7, false);
        await device.sync();
        await device.pins.put(PARTNER, 8, false);
        await device.sync();
        assert.deepEqual(told(home).slice(1), [{ [PARTNER]: [8] }, {}]);
    });

    test("are told to a database that went back in time", async () => {
        const { home, device } = await synced();
        const life = home.server.backup();
        await device.pins.put(PARTNER, 7, true);
        await device.sync();
        home.server.restore(life);
        await device.sync();
        assert.deepEqual(told(home).at(-1), { [PARTNER]: [7] });
    });

    test("are as many as the server takes, and of kinds that come by themselves", async () => {
        const { device } = await synced();
        await device.parts.store.change((change) =>
            device.settings.put(change, { pins: { [PARTNER]: Array.from({ length: MOST }, (_, id) => id + 1) } }),
        );
        await device.pins.put(PARTNER, 1, true);
        await assert.rejects(device.pins.put(PARTNER, MOST + 1, true), Refusal);
        assert.equal(device.pins.allows(PARTNER), true);
        assert.equal(device.pins.allows("not.in.the.profile"), false);
    });
});
