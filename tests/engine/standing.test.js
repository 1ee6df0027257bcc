/** What matters most between a device and its office, and what a person presses to install the app. */
import { assert, describe, test } from "./harness.js";
import { load } from "./screens.js";
import { standingOf } from "../../addons/offline_base/static/src/app/ui/model/standing.js";

globalThis.localStorage ??= { getItem: () => null };
const { stepsOf } = await load("start/install.js");

describe("how a device stands", () => {
    test("is the most urgent of what is true, the same wherever it is said", () => {
        const app = {
            status: { locked_out: { code: "device_revoked" }, last_error: { code: "x" }, last_sync_at: "2026-11-22T10:00:00Z" },
            syncing: true,
            isOffline: true,
            counts: { unsent: 1 },
        };
        const names = [standingOf(app).name];
        const rest = [() => (app.status.locked_out = null), () => (app.syncing = false), () => (app.isOffline = false), () => (app.status.last_error = null), () => (app.counts.unsent = 0), () => (app.status.last_sync_at = null)];
        for (const settle of rest) {
            settle();
            names.push(standingOf(app).name);
        }
        assert.deepEqual(names, ["stopped", "syncing", "offline", "failed", "unsent", "synced", "fresh"]);
    });
});

describe("how to install the app where a page may not ask", () => {
    test("is said for the browser at hand", () => {
        const first = (agent, touches = 0) => stepsOf(agent, touches)[0];
        assert.match(first("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"), /Share/);
        assert.match(first("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1", 5), /Share/);
        assert.match(first("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605.1"), /File/);
        assert.match(first("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"), /three dots/);
        assert.match(first("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"), /no apps/);
        assert.match(first("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36"), /menu of your browser/);
    });
});
