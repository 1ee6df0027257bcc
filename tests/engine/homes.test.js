/** A device that changes hands keeps the parts of its people apart, and finds them again. */
import { Homes } from "../../addons/offline_base/static/src/app/ui/start/homes.js";
import { assert, describe, test } from "./harness.js";

class Kept {
    #items = new Map();

    getItem(key) {
        return this.#items.get(key) ?? null;
    }

    setItem(key, value) {
        this.#items.set(key, String(value));
    }
}

describe("homes", () => {
    test("begin with one, which is nobody's until somebody is in", () => {
        const homes = new Homes(new Kept());
        assert.deepEqual([homes.present, homes.all, homes.others], ["offline", [], []]);
        homes.note("Ana");
        assert.deepEqual([homes.all, homes.others], [[{ name: "offline", who: "Ana" }], []]);
    });

    test("are given to new people under names that nobody has, also while the present one is nobody's", () => {
        const homes = new Homes(new Kept());
        homes.turnToNew();
        assert.equal(homes.present, "offline.2");
        homes.note("Ben");
        homes.turnToNew();
        assert.equal(homes.present, "offline");
        homes.note("Ana");
        homes.turnToNew();
        assert.equal(homes.present, "offline.3");
        assert.deepEqual(
            homes.others.map(({ who }) => who),
            ["Ben", "Ana"],
        );
    });

    test("keep their place in the list, and go when their person leaves", () => {
        const kept = new Kept();
        const homes = new Homes(kept);
        homes.note("Ana");
        homes.turnToNew();
        homes.note("Ben");
        homes.turnTo("offline");
        homes.note("Ana Silva");
        assert.deepEqual(
            new Homes(kept).all.map(({ who }) => who),
            ["Ana Silva", "Ben"],
        );
        homes.note(null);
        assert.deepEqual(
            homes.all.map(({ who }) => who),
            ["Ben"],
        );
    });

    test("are read as none where what is kept is no list", () => {
        const kept = new Kept();
        kept.setItem("offline_homes", "{");
        assert.deepEqual(new Homes(kept).all, []);
    });
});
