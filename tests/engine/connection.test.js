/** Photos wait for a network without a meter where the browser tells which one it is. */
import { followConnection, isMetered } from "../../addons/offline_base/static/src/app/ui/model/connection.js";
import { assert, describe, test } from "./harness.js";
import { Home } from "./home.js";

class Connection extends EventTarget {
    constructor(type) {
        super();
        this.type = type;
    }

    becomes(type) {
        this.type = type;
        this.dispatchEvent(new Event("change"));
    }
}

describe("the network of the moment", () => {
    test("is metered when the browser says mobile data, or that data are to be saved", () => {
        assert.equal(isMetered({ type: "cellular" }), true);
        assert.equal(isMetered({ type: "wifi", saveData: true }), true);
        assert.equal(isMetered({ type: "wifi" }), false);
    });

    test("is not known where the browser does not tell, and what the person said stays", async () => {
        assert.equal(isMetered({ effectiveType: "4g" }), null);
        assert.equal(isMetered(null), null);
        const device = await new Home().open();
        const { store, settings } = device.parts;
        await store.change((change) => settings.put(change, { metered: true }));
        await followConnection(device, new Connection(undefined)).told;
        assert.equal(settings.metered, true);
    });

    test("is told to the device when it changes, until nobody asks any more", async () => {
        const device = await new Home().open();
        const { store, settings } = device.parts;
        const connection = new Connection("wifi");
        const { told, end } = followConnection(device, connection);
        await told;
        assert.equal(settings.metered, false);
        connection.becomes("cellular");
        await store.alone(() => {});
        assert.equal(settings.metered, true);
        end();
        connection.becomes("wifi");
        await store.alone(() => {});
        assert.equal(settings.metered, true);
    });
});
