/** A check-in: it waits for a position no longer than a person does, and what Odoo said of it stands where it belongs. */
import { assert, describe, test } from "./harness.js";
import "./screens.js";

const { fieldsOf } = await import("../../addons/offline_base/static/src/app/ui/model/pieces.js");
const { CHECK_IN } = await import("../../addons/offline_crm/static/src/app/model/check_in.js");

describe("a check-in", () => {
    test("that was refused marks the argument that Odoo named", async () => {
        const entity = { operations: { check_in: CHECK_IN }, profile: { fields: [] } };
        const body = { verb: "check_in", args: { note: "At the gate" } };
        const entry = { receipt: { fields: { note: "Too long" } } };
        const rows = await fieldsOf({ device: null }, { entry, body, entity, verb: body.verb });
        assert.deepEqual(rows.map(({ name, problem }) => [name, problem]), [["note", "Too long"]]);
    });

    test("goes without a position where the browser never answers", async () => {
        const { setTimeout } = globalThis;
        const said = [];
        Object.defineProperty(navigator, "geolocation", { value: { getCurrentPosition: () => {} }, configurable: true });
        globalThis.setTimeout = (run, ms) => (ms > 15_000 ? run() : setTimeout(run, ms));
        try {
            const app = { messages: { say: (text) => said.push(text) } };
            assert.deepEqual(await CHECK_IN.prepare(app, { note: "x", position: true }), { note: "x" });
        } finally {
            globalThis.setTimeout = setTimeout;
            delete navigator.geolocation;
        }
        assert.equal(said.length, 1);
    });
});
