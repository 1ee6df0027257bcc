/** A question reaches Odoo as it was asked; the last answer stays here with its time, and goes with the person. */
import { assert, describe, test } from "./harness.js";
import { NOW, PARTNER } from "./fake_server.js";
import { synced } from "./home.js";
import { Offline, Refused } from "../../addons/offline_base/static/src/app/engine/errors.js";

const QUESTIONS = [{ name: "credit", args: {} }];
const ANSWER = { answer: { warning: "too much" }, answered_at: NOW };

describe("a question", () => {
    test("is asked as it is told, and is no operation", async () => {
        const { device, server } = await synced();
        server.answers.credit = ({ args }) => args.amount * 2;
        const asked = { targets: [{ id: 1 }], args: { amount: 21 } };
        assert.deepEqual(await device.ask(PARTNER, "credit", asked), { answer: 42, answered_at: NOW });
        assert.deepEqual(server.sent("ask"), [{ entity: PARTNER, question: "credit", ...asked }]);
        assert.deepEqual(await device.outbox(), []);
    });

    test("is refused as a call is, and has no answer without a network", async () => {
        const { device, server } = await synced();
        server.refuse.ask = new Refused("question_refused", 422, { title: "No.", remedy: "", detail: "Not today." });
        await assert.rejects(device.ask(PARTNER, "credit"), (error) => error.problem.detail === "Not today.");
        server.down = true;
        await assert.rejects(device.ask(PARTNER, "credit"), Offline);
    });

    test("is asked where the profile has it, and nowhere else", async () => {
        const { device, server } = await synced();
        assert.equal(device.asks(PARTNER, "credit"), false, "as an older app stored the profile");
        server.profile_data.entities.find(({ name }) => name === PARTNER).questions = QUESTIONS;
        server.profile_data.profile_version += 1;
        await device.sync();
        assert.equal(device.asks(PARTNER, "credit"), true);
        assert.equal(device.asks(PARTNER, "stock"), false);
        assert.equal(device.asks("no.such.model", "credit"), false);
    });
});

describe("an answer", () => {
    test("is there after a restart, the last one, with its time", async () => {
        const { home, device } = await synced();
        await device.answers.put(PARTNER, "credit", { answer: { warning: "" }, answered_at: "2026-11-20T10:00:00Z" }, "1");
        await device.answers.put(PARTNER, "credit", ANSWER, "1");
        await device.answers.put(PARTNER, "credit", { ...ANSWER, answer: null }, "2");
        const again = await home.open();
        assert.deepEqual(await again.answers.get(PARTNER, "credit", "1"), { answer: ANSWER.answer, at: NOW });
        assert.deepEqual(await again.answers.get(PARTNER, "credit", "2"), { answer: null, at: NOW });
        assert.equal(await again.answers.get(PARTNER, "credit"), null);
        assert.equal(await again.answers.get(PARTNER, "stock", "1"), null);
    });

    test("is a change that screens are told of", async () => {
        const { device } = await synced();
        const told = [];
        device.parts.store.watch(({ names }) => void told.push(...names));
        await device.answers.put(PARTNER, "credit", ANSWER);
        assert.deepEqual(told, ["answer"]);
    });

    test("is sealed like all content", async () => {
        const { device } = await synced({ vault: { seal: (value) => JSON.stringify(value), open: (text) => JSON.parse(text) } });
        await device.answers.put(PARTNER, "credit", ANSWER);
        const [row] = await device.parts.store.all("answer", { sealed: true });
        assert.equal(row.content, JSON.stringify(ANSWER.answer));
        assert.deepEqual((await device.answers.get(PARTNER, "credit")).answer, ANSWER.answer);
    });

    test("goes when the profile has its entity no more. Proves I4", async () => {
        const { device, server } = await synced();
        await device.answers.put(PARTNER, "credit", ANSWER, "1");
        await device.answers.put("res.users", "credit", ANSWER);
        server.profile_data.entities = server.profile_data.entities.filter(({ name }) => name !== PARTNER);
        server.profile_data.profile_version += 1;
        await device.sync();
        assert.equal(await device.answers.get(PARTNER, "credit", "1"), null);
        assert.notEqual(await device.answers.get("res.users", "credit"), null);
    });

    test("goes with everything else of a person. Proves I4", async () => {
        const { device } = await synced();
        await device.answers.put(PARTNER, "credit", ANSWER);
        await device.parts.store.change((change) => device.parts.records.forgetAll(change));
        assert.equal(await device.answers.get(PARTNER, "credit"), null);
    });
});
