/** A time on duty on the device: which positions are worth keeping, and when they become work. */
import { assert, describe, test } from "./harness.js";
import { Home } from "./home.js";
import "./screens.js";

const { formatInstant, parseInstant } = await import("../../addons/offline_base/static/src/app/engine/clock.js");
const { AnswerInvalid, HomeFull } = await import("../../addons/offline_base/static/src/app/engine/errors.js");
const { ALWAYS_ONLINE } = await import("../../addons/offline_base/static/src/app/engine/modes.js");
const FOLDER = "../../addons/offline_crm/static/src/app/trail/";
const { isWorth, metresBetween } = await import(`${FOLDER}choice.js`);
const { BATCH, LONGEST_MS, Trail, TRAIL } = await import(`${FOLDER}trail.js`);

const BRUSSELS = { latitude: 50.8466, longitude: 4.3528 };
const GHENT = { latitude: 51.0543, longitude: 3.7174 };
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** So many metres to the north of Brussels. */
const north = (metres) => ({ ...BRUSSELS, latitude: BRUSSELS.latitude + metres / 111_195 });
const at = (ms, where = BRUSSELS, accuracy_m = 10) => ({ ms, ...where, accuracy_m });

describe("a position is worth keeping", () => {
    test("by the way over the ground", () => {
        assert.ok(Math.abs(metresBetween(BRUSSELS, GHENT) - 50_200) < 300, `${metresBetween(BRUSSELS, GHENT)} m`);
        assert.equal(Math.round(metresBetween(BRUSSELS, north(50))), 50);
        // Over the line where the days change it is not once round the earth.
        assert.ok(metresBetween({ latitude: 0, longitude: 179.9995 }, { latitude: 0, longitude: -179.9995 }) < 120);
    });

    const last = at(0);
    const cases = [
        ["the first", null, at(0), true],
        ["far enough", last, at(20 * SECOND, north(60)), true],
        ["too near", last, at(20 * SECOND, north(40)), false],
        ["near, but minutes later", last, at(5 * MINUTE, north(1)), true],
        ["far, but a moment ago", last, at(5 * SECOND, north(500)), false],
        ["far, by a clock that was set back", at(3600 * SECOND), at(0, north(60)), true],
        ["far, as far as that can be said", last, at(20 * SECOND, north(60), 80), false],
        ["so vague that it says nothing", null, at(0, BRUSSELS, 101), false],
        ["no place at all", null, at(0, { latitude: NaN, longitude: 4 }), false],
    ];
    for (const [name, before, next, worth] of cases) {
        test(`${name}: ${worth}`, () => assert.equal(isWorth(before, next), worth));
    }
});

/** A device whose profile allows a trail, and its person. */
async function walker(modes = ["automatic"]) {
    const home = new Home();
    home.server.profile_data.modes = modes;
    const args = (properties) => ({ properties, required: Object.keys(properties), additionalProperties: false });
    home.server.profile_data.entities.push({
        ...structuredClone(home.server.profile_data.entities[0]),
        name: TRAIL,
        label: "Trail",
        fields: [
            { name: "device_at", type: "datetime", label: "From", required: false, readonly: false },
            { name: "has_consented", type: "boolean", label: "Consent", required: false, readonly: false },
        ],
        operations: [
            { name: "add_positions", label: "Positions", args: args({ positions: {} }) },
            { name: "end_duty", label: "End", args: args({ at: {} }) },
        ],
        parent: null,
    });
    const device = await home.enrolled();
    return { home, device, trail: await Trail.find(device), start: home.now };
}

const work = async (device) => (await device.outbox()).map(({ body }) => [body.verb, body.args?.positions?.length ?? null]);
const coords = (metres) => ({ ...north(metres), accuracy: 8 });
/** Walk a hundred metres a minute for so many minutes. */
async function walk(trail, start, minutes, from = 0) {
    for (let minute = from; minute < from + minutes; minute++) {
        assert.equal(await trail.take(coords(minute * 100), start + minute * MINUTE), true);
    }
}

describe("a time on duty", () => {
    test("begins with a consent, and is nothing before", async () => {
        const { device, trail, start } = await walker();
        assert.deepEqual([trail.isOn, await trail.take(coords(0), start)], [false, false]);
        await Promise.all([trail.begin(start), trail.begin(start)]);
        assert.deepEqual(await work(device), [["create", null]]);
        const [{ body }] = await device.outbox();
        assert.deepEqual(body.values, { has_consented: true, device_at: trail.state.from });
    });

    test("makes work of its positions in batches: five minutes, so many, or the end", async () => {
        const { device, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 4);
        await trail.settle(start + 4 * MINUTE);
        assert.equal((await work(device)).length, 1);
        await trail.settle(start + 5 * MINUTE);
        assert.deepEqual((await work(device)).at(-1), ["add_positions", 4]);
        await walk(trail, start, 2, 6);
        await trail.end(start + 8 * MINUTE);
        await trail.settle(start + 8 * MINUTE);
        assert.deepEqual((await work(device)).slice(2), [["add_positions", 2], ["end_duty", null]]);
        assert.deepEqual([trail.state, await device.drafts.get("trail")], [null, null]);
    });

    test("makes no piece of work of more positions than a batch has", async () => {
        const { device, trail, start } = await walker();
        await trail.begin(start);
        const taken = Array.from({ length: BATCH + 7 }, (_none, one) => ({ at: formatInstant(start + one * SECOND), ...north(one), accuracy_m: 8 }));
        for (const [many, expected, left] of [
            [BATCH - 1, [], BATCH - 1],
            [BATCH + 7, [["add_positions", BATCH]], 7],
        ]) {
            await device.drafts.put("trail", { ...trail.state, positions: taken.slice(0, many), count: many });
            const again = await Trail.find(device);
            await again.settle(start + MINUTE);
            assert.deepEqual((await work(device)).slice(1), expected);
            assert.equal(again.state.positions.length, left);
        }
    });

    test("sends each position once and in order, whenever the app dies", async () => {
        const { home, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 6);
        let dead = 0;
        for (let steps = 0; steps < 12; steps++) {
            const device = await home.open();
            home.dieAfter(steps);
            const died = await home.dies(async () => {
                const again = await Trail.find(device);
                await again.settle(start + 10 * MINUTE);
                await again.end(start + 11 * MINUTE);
                await again.settle(start + 11 * MINUTE);
            }, device);
            dead += Number(died);
        }
        const device = await home.open();
        const sent = (await device.outbox()).flatMap(({ body }) => body.args?.positions ?? []);
        assert.equal(sent.length, 6);
        assert.deepEqual(sent.map(({ at: when }) => parseInstant(when) - start), [0, 1, 2, 3, 4, 5].map((minute) => minute * MINUTE));
        assert.deepEqual((await work(device)).map(([verb]) => verb).filter((verb) => verb !== "add_positions"), ["create", "end_duty"]);
        assert.ok(dead > 1, `it died ${dead} times`);
    });

    test("goes on after a restart, with what was kept", async () => {
        const { home, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 3);
        const again = await Trail.find(await home.open());
        assert.deepEqual([again.isOn, again.state.count, again.state.positions.length], [true, 3, 3]);
        await walk(again, start, 2, 3);
        assert.equal(again.state.count, 5);
    });

    test("keeps nothing once it has ended, though the work of it has to wait", async () => {
        const { device, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 2);
        await trail.end(start + 3 * MINUTE);
        assert.equal(await trail.take(coords(5000), start + 4 * MINUTE), false);
        await trail.settle(start + 30 * MINUTE);
        const [, positions, end] = await device.outbox();
        assert.equal(positions.body.args.positions.length, 2);
        assert.equal(parseInstant(end.body.args.at), start + 3 * MINUTE);
    });

    test("does not go back with a clock that is set back", async () => {
        const { device, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 2);
        await trail.end(start - 60 * MINUTE);
        await trail.settle(start - 60 * MINUTE);
        const end = (await device.outbox()).at(-1);
        assert.equal(parseInstant(end.body.args.at), start + MINUTE);
    });

    test("goes on with a clock that is set back", async () => {
        const { device, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 2);
        await walk(trail, start - 60 * MINUTE, 2, 2);
        await trail.end(start - 50 * MINUTE);
        await trail.settle(start - 50 * MINUTE);
        const [{ body }] = (await device.outbox()).filter(({ body: { verb } }) => verb === "add_positions");
        assert.deepEqual(body.args.positions.map(({ at: when }) => (parseInstant(when) - start) / MINUTE), [0, 1, 1, 1]);
        assert.deepEqual(Object.keys(body.args.positions[2]).sort(), ["accuracy_m", "at", "latitude", "longitude"]);
    });

    test("sends no position twice where the work of it was kept and its sync fails", async () => {
        const { home, device, trail, start } = await walker([ALWAYS_ONLINE]);
        const { push } = home.server;
        home.server.push = async (operations, ...more) =>
            operations.length ? { answer: { receipts: [], next_seq: 1, server_time: formatInstant(start) } } : push.call(home.server, operations, ...more);
        await assert.rejects(trail.begin(start), AnswerInvalid);
        assert.equal(trail.isOn, true);
        await walk(trail, start, 3);
        await assert.rejects(trail.settle(start + 10 * MINUTE), AnswerInvalid);
        await trail.settle(start + 10 * MINUTE);
        await trail.end(start + 11 * MINUTE);
        await assert.rejects(trail.settle(start + 11 * MINUTE), AnswerInvalid);
        await trail.settle(start + 11 * MINUTE);
        assert.deepEqual(await work(device), [["create", null], ["add_positions", 3], ["end_duty", null]]);
    });

    for (const [name, end] of [
        ["who says so", (trail, now) => trail.end(now)],
        ["who forgot it", (trail, now) => trail.settle(now)],
    ]) {
        test(`is over for somebody ${name}, though there is no room to keep that`, async () => {
            const { device, trail, start } = await walker();
            await trail.begin(start);
            await walk(trail, start, 2);
            const now = start + LONGEST_MS;
            const full = async () => {
                throw new HomeFull("no room");
            };
            Object.assign(device, { call: full });
            Object.assign(device.drafts, { put: full });
            await assert.rejects(end(trail, now), HomeFull);
            assert.deepEqual([trail.isOn, await trail.take(coords(5000), now)], [false, false]);
            await assert.rejects(trail.settle(now), HomeFull);
            assert.equal(trail.isOn, false);
            delete device.call;
            delete device.drafts.put;
            await trail.settle(now + MINUTE);
            assert.deepEqual((await work(device)).slice(1), [["add_positions", 2], ["end_duty", null]]);
            assert.equal(trail.state, null);
        });
    }

    test("that is forgotten ends by itself, where it stopped", async () => {
        const { device, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 2);
        await trail.settle(start + 16 * 60 * MINUTE);
        assert.equal(trail.state, null);
        assert.equal(parseInstant((await device.outbox()).at(-1).body.args.at), start + MINUTE);
    });

    test("is over where the office keeps no trail any more", async () => {
        const { device, trail, start } = await walker();
        await trail.begin(start);
        await walk(trail, start, 2);
        const profile_data = structuredClone(device.settings.profile_data);
        profile_data.entities = profile_data.entities.filter(({ name }) => name !== TRAIL);
        await device.parts.store.change((change) => device.settings.put(change, { profile_data }));
        let code = null;
        await trail.settle(start + 10 * MINUTE).catch((error) => (code = error.code));
        assert.deepEqual([code, trail.state, await device.drafts.get("trail")], ["entity_unknown", null, null]);
    });
});
