/** Logging out asks first; what was going on ends when the person has said yes, and holds nobody back. */
import { assert, describe, test } from "./harness.js";
import "./screens.js";
import { WorkUnsent } from "../../addons/offline_base/static/src/app/engine/errors.js";

const { leave } = await import("../../addons/offline_base/static/src/app/ui/screens/settings/leave.js");

/** An app whose person gives these answers; `log` has what happened, in order. */
function asked(answers, { unsent = 0, finish = async () => {} } = {}) {
    const log = [];
    const app = {
        farewells: new Set([
            async () => {
                log.push("farewell");
                await finish(app);
            },
        ]),
        messages: {
            open: async (_sheet, { unsent: said }) => {
                log.push(said ? "asked about work" : "asked");
                return answers.shift();
            },
            say: () => {},
        },
        device: {
            unsent,
            settings: { profile: { escrow_key: null } },
            status: async () => ({ unsent: app.device.unsent, parked: {}, files_waiting: 0 }),
            leave: async ({ evenUnsent = false } = {}) => {
                if (app.device.unsent && !evenUnsent) {
                    throw new WorkUnsent(app.device.unsent, 0, false);
                }
                log.push("left");
            },
        },
        refresh: async () => {},
    };
    return { app, log };
}

describe("logging out", () => {
    test("that is turned away ends nothing", async () => {
        for (const unsent of [0, 1]) {
            const { app, log } = asked([undefined], { unsent });
            await leave(app);
            assert.deepEqual(log, [unsent ? "asked about work" : "asked"]);
        }
    });

    test("ends first what was going on", async () => {
        for (const [answer, unsent] of [
            [true, 0],
            ["leave", 1],
        ]) {
            const { app, log } = asked([answer], { unsent });
            await leave(app);
            assert.deepEqual(log.slice(1), ["farewell", "left"]);
        }
    });

    test("asks again where that made work", async () => {
        const finish = async (app) => {
            app.device.unsent = 1;
        };
        const { app, log } = asked([true, "leave"], { finish });
        await leave(app);
        assert.deepEqual(log, ["asked", "farewell", "asked about work", "farewell", "left"]);
    });

    test("is possible though that fails", async () => {
        const finish = async () => {
            throw new Error("broken");
        };
        const { app, log } = asked([true], { finish });
        await leave(app);
        assert.deepEqual(log, ["asked", "farewell", "left"]);
    });
});
