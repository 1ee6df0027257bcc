/** Whatever goes wrong is said in words, with what to do: no code without them. */
import { assert, describe, listFiles, readText, test } from "./harness.js";
import { load } from "./screens.js";
import { MODES } from "../../addons/offline_base/static/src/app/engine/modes.js";

const { KNOWN, wordsOf, wordsOfError, wordsOfIncident, wordsOfMode, wordsOfReceipt } = await load("model/words.js");
const ENGINE = "addons/offline_base/static/src/app/engine/";
const catalogue = await readText("docs/errors.md");
/** The codes of the catalogue with the status of their call; null for those that receipts carry. */
const codes = [...catalogue.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, code, status]) => [code, status !== "receipt"]);
const sources = await Promise.all((await listFiles(ENGINE)).map((name) => readText(ENGINE + name)));

describe("words", () => {
    test("are there for every code of the catalogue, and for no other", () => {
        assert.ok(codes.length > 60);
        const [calls, receipts] = [true, false].map((whole) => codes.filter(([, is]) => is === whole).map(([code]) => code));
        assert.deepEqual(Object.keys(KNOWN.calls).sort(), [...calls, "offline", "answerinvalid"].sort());
        assert.deepEqual(Object.keys(KNOWN.receipts).sort(), receipts.sort());
    });

    test("say what happened and what to do, in whole sentences", () => {
        for (const code of [...Object.keys(KNOWN.calls), ...Object.keys(KNOWN.receipts), ...Object.keys(KNOWN.errors)]) {
            const { what, todo } = wordsOf(code);
            assert.match(what, /^[A-Z].*\.$/, code);
            assert.match(todo, /^[A-Z].*\.$/, code);
        }
    });

    test("are there for every incident that the engine notes, and for no other", () => {
        const noted = sources.flatMap((text) => [...text.matchAll(/(?:incident\(change, |#note\()"(\w+)"/g)].map(([, kind]) => kind));
        // One line chooses between two kinds.
        const chosen = sources.flatMap((text) => [...text.matchAll(/const kind = [^?]*\? "(\w+)" : "(\w+)"/g)].flatMap(([, ...kinds]) => kinds));
        assert.deepEqual(Object.keys(KNOWN.incidents).sort(), [...new Set([...noted, ...chosen])].sort());
        assert.match(wordsOfIncident("never_heard_of"), /never_heard_of/);
    });

    test("are there for every error of the engine that a person can meet", async () => {
        const names = [...(await readText(`${ENGINE}errors.js`)).matchAll(/^export class (\w+) extends DeviceError/gm)].map(([, name]) => name.toLowerCase());
        const without = names.filter((name) => !(name in KNOWN.errors) && !(name in KNOWN.calls));
        // These carry what there is to say themselves: numbers, and a code.
        assert.deepEqual(without.sort(), ["refused", "workunsent"]);
    });

    test("of a proxy name its status, and of an unknown error what it says", () => {
        assert.match(wordsOf("http_502").what, /502/);
        assert.equal(wordsOfError(new Error("the wheel came off")).what, "the wheel came off");
        assert.equal(wordsOfError({ code: "busy", message: "x" }).what, wordsOf("busy").what);
    });

    test("of a refused piece of work are those of the server where it gave some", () => {
        assert.equal(wordsOfReceipt({ code: "validation_failed", message: "Contacts require a name" }).what, "Contacts require a name");
        assert.equal(wordsOfReceipt({ code: "validation_failed", message: null }).what, wordsOf("validation_failed").what);
        assert.equal(wordsOfReceipt({ status: "unknown", code: null }).what, wordsOf("interrupted").what);
    });

    test("of a conflict say whose turn it is, and that work on a gone record is not lost", () => {
        const of = (kind, decider, verb = "update") => wordsOfReceipt({ conflict: { kind, decider } }, verb);
        assert.match(of("fields", "office").todo, /office decides/);
        assert.match(of("fields", "device").todo, /^Decide/);
        assert.match(of("deleted", "device").what, /deleted.*can still be read/);
        assert.match(of("scope", "office").what, /no longer yours/);
        assert.match(of("expect", "device", "create").what, /like this one/);
    });

    test("explain every mode", () => {
        for (const mode of MODES) {
            const { label, text } = wordsOfMode(mode);
            assert.ok(label && text.endsWith("."));
        }
    });
});
