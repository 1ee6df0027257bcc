import {
    afterFailure,
    afterSuccess,
    ALWAYS_OFFLINE,
    ALWAYS_ONLINE,
    AUTOMATIC,
    chosen,
    due,
    inHours,
    minuteOfDay,
    pauseS,
} from "../../addons/offline_base/static/src/app/engine/modes.js";
import {
    clockOffsetS,
    formatInstant,
    parseInstant,
    serverTime,
} from "../../addons/offline_base/static/src/app/engine/clock.js";
import { assert, describe, test } from "./harness.js";

const NOON = Date.UTC(2026, 10, 21, 12);

describe("modes", () => {
    test("a mode counts while the profile offers it", () => {
        assert.equal(chosen(ALWAYS_OFFLINE, [AUTOMATIC]), AUTOMATIC);
        assert.equal(chosen(null, [ALWAYS_ONLINE]), ALWAYS_ONLINE);
        assert.equal(chosen(ALWAYS_OFFLINE, [AUTOMATIC, ALWAYS_OFFLINE]), ALWAYS_OFFLINE);
        assert.equal(chosen(null, []), AUTOMATIC);
    });

    test("pauses double up to a quarter of an hour, and at least half of them is kept", () => {
        assert.deepEqual([1, 2, 3, 20, 5000].map((failures) => pauseS(failures, 1)), [2, 4, 8, 900, 900]);
        assert.deepEqual([1, 2, 20].map((failures) => pauseS(failures, 0)), [1, 2, 450]);
    });

    test("a pause is never shorter than what the server asked for", () => {
        assert.equal(pauseS(1, 0.5, 30), 37.5);
        for (const chance of [0, 0.3, 1]) {
            for (const failures of [1, 5, 20]) {
                assert.ok(pauseS(failures, chance, 300) >= 300);
            }
        }
    });

    test("a failure counts up, a success begins anew", () => {
        assert.deepEqual(afterFailure(NOON, 1, () => 1, null), { failures: 2, at: NOON + 4000 });
        assert.deepEqual(afterSuccess(NOON, 30), { failures: 0, at: NOON + 30_000 });
    });

    test("new work does not wait for the poll, but for the pause after a failure", () => {
        const later = NOON + 60_000;
        assert.equal(due(AUTOMATIC, NOON, { failures: 0, at: later }, 1), true);
        assert.equal(due(AUTOMATIC, NOON, { failures: 0, at: later }, 0), false);
        assert.equal(due(AUTOMATIC, NOON, { failures: 1, at: later }, 1), false);
        assert.equal(due(AUTOMATIC, later, { failures: 1, at: later }, 0), true);
        assert.equal(due(ALWAYS_OFFLINE, later, null, 1), false);
        assert.equal(due(ALWAYS_ONLINE, NOON, null, 0), true);
    });

    test("outside of its hours nothing runs by itself, but the first sync", () => {
        const past = { failures: 0, at: NOON - 60_000 };
        assert.equal(due(AUTOMATIC, NOON, past, 3, false), false);
        assert.equal(due(AUTOMATIC, NOON, past, 3, true), true);
        assert.equal(due(AUTOMATIC, NOON, null, 0, false), true);
    });

    test("hours are those of the user's day, and may go over midnight", () => {
        assert.equal(minuteOfDay(NOON, "Europe/Paris"), 13 * 60);
        assert.equal(minuteOfDay(NOON, "Asia/Kolkata"), 17 * 60 + 30);
        assert.equal(minuteOfDay(NOON, "Nowhere/Else"), 12 * 60);
        assert.equal(minuteOfDay(NOON, null), 12 * 60);
        const day = { from_minute: 480, to_minute: 1080 };
        assert.deepEqual([479, 480, 1079, 1080].map((minute) => inHours(minute, day)), [false, true, true, false]);
        const night = { from_minute: 1320, to_minute: 360 };
        assert.deepEqual([1319, 1320, 0, 359, 360].map((minute) => inHours(minute, night)), [false, true, true, true, false]);
        assert.equal(inHours(0, { from_minute: 0, to_minute: 1440 }), true);
    });
});

describe("times", () => {
    test("are written to the second and read with any zone", () => {
        assert.equal(formatInstant(NOON + 999), "2026-11-21T12:00:00Z");
        for (const text of ["2026-11-21T12:00:00Z", "2026-11-21T13:00:00+01:00", "2026-11-21T06:30:00-05:30"]) {
            assert.equal(parseInstant(text), NOON, text);
        }
        assert.equal(parseInstant("2026-11-21T12:00:00.123456Z"), NOON + 123);
    });

    test("that are none are not a number", () => {
        const wrong = ["", "soon", "2026-11-21", "2026-11-21T12:00:00", "2026-02-30T12:00:00Z", "2026-11-21T25:00:00Z"];
        for (const text of [...wrong, "2026-11-21T12:00:00+99:00", null, 7]) {
            assert.equal(parseInstant(text), NaN, text);
        }
    });

    test("the offset of a clock leads back to the server's time", () => {
        assert.equal(clockOffsetS(NOON, NOON + 5000), 5);
        assert.equal(serverTime(NOON + 5000, 5), NOON);
        assert.equal(serverTime(NOON, null), NOON);
    });
});
