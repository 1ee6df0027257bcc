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

    /** A device whose profile has these questions about contacts, with an answer to each. */
    async function answered(...names) {
        const { device, server } = await synced();
        const change = (entities) => {
            server.profile_data.entities = entities;
            server.profile_data.profile_version += 1;
            return device.sync();
        };
        const [contacts, others] = [server.profile_data.entities.filter(({ name }) => name === PARTNER), server.profile_data.entities.filter(({ name }) => name !== PARTNER)];
        const withThem = (questions) => [...others, { ...contacts[0], questions: questions.map((name) => ({ name, args: {} })) }];
        await change(withThem(names));
        for (const name of names) {
            await device.answers.put(PARTNER, name, ANSWER, "1");
        }
        const left = async () => (await device.parts.store.all("answer")).map(({ question }) => question);
        return { device, server, left, tell: (questions) => change(withThem(questions)), forget: () => change(others) };
    }

    test("goes when the profile has its entity no more, whether a record of it was held or not. Proves I4", async () => {
        const { device, left, forget } = await answered("credit");
        await device.sync();
        assert.deepEqual(await left(), ["credit"]);
        await device.parts.store.change((change) => change.clear("digest"));
        await forget();
        assert.deepEqual(await left(), []);
    });

    test("goes when the profile has its question no more. Proves I4", async () => {
        const { left, tell } = await answered("credit", "stock");
        await tell(["stock"]);
        assert.deepEqual(await left(), ["stock"]);
    });

    test("goes with the record that it is of. Proves I4", async () => {
        const { device, server, left } = await answered("credit");
        server.put(PARTNER, 40, { name: "Azure" });
        await device.sync();
        await device.answers.put(PARTNER, "credit", ANSWER, "1", { entity: PARTNER, id: 40 });
        await device.sync();
        assert.deepEqual(await left(), ["credit"]);
        server.remove(PARTNER, 40);
        await device.sync();
        assert.deepEqual(await left(), []);
    });

    test("goes when it is a week old. Proves I4", async () => {
        const { device, left } = await answered("credit", "stock");
        const old = new Date(Date.parse(NOW) - 7 * 24 * 3_600_000 - 1000).toISOString();
        await device.answers.put(PARTNER, "credit", { ...ANSWER, answered_at: old }, "1");
        await device.sync();
        assert.deepEqual(await left(), ["stock"]);
    });

    test("goes with everything else of a person. Proves I4", async () => {
        const { device } = await synced();
        await device.answers.put(PARTNER, "credit", ANSWER);
        await device.parts.store.change((change) => device.parts.records.forgetAll(change));
        assert.equal(await device.answers.get(PARTNER, "credit"), null);
    });
});
