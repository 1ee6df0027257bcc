/** Days as people live them, whatever the clock does in between. */
import { addDays, dayOf, daysBetween, firstWeekday, weekOf } from "../../addons/offline_base/static/src/app/ui/model/days.js";
import { assert, describe, test } from "./harness.js";

describe("a day", () => {
    test("is the one where the person is", () => {
        const moment = new Date(2026, 10, 22, 0, 5);
        assert.equal(dayOf(moment), "2026-11-22");
        assert.equal(dayOf(moment.toISOString()), "2026-11-22");
    });

    test("has a next one over every change of the clocks, month and year", () => {
        let day = "2026-01-01";
        const seen = new Set([day]);
        for (let count = 0; count < 400; count++) {
            day = addDays(day, 1);
            seen.add(day);
        }
        assert.equal(seen.size, 401);
        assert.equal(day, "2027-02-05");
        assert.equal(addDays("2028-03-01", -1), "2028-02-29");
    });

    test("counts in a span with both ends, and a span of many years is cut", () => {
        assert.deepEqual(daysBetween("2026-11-29", "2026-12-02"), [
            "2026-11-29",
            "2026-11-30",
            "2026-12-01",
            "2026-12-02",
        ]);
        assert.deepEqual(daysBetween("2026-11-29", "2026-11-28"), []);
        assert.equal(daysBetween("2000-01-01", "2026-11-28").length, 62);
    });

    test("is in the week that begins where the language is spoken", () => {
        assert.equal(firstWeekday("fr-FR"), 1);
        assert.equal(firstWeekday("en-US"), 7);
        assert.deepEqual(weekOf("2026-11-22", "fr-FR"), daysBetween("2026-11-16", "2026-11-22"));
        assert.deepEqual(weekOf("2026-11-22", "en-US"), daysBetween("2026-11-22", "2026-11-28"));
    });
});
