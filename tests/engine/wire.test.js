/** Recorded traffic (the wire vectors): what the server really says leads to what the protocol promises. */
import { assert, describe, test } from "./harness.js";
import { PARTNER } from "./fake_server.js";
import { Home } from "./home.js";
import { vectors } from "./vectors.js";
import { Entry, FINAL, PARKED } from "../../addons/offline_base/static/src/app/engine/operations.js";

const succeeded = ({ answer }) => answer.status === 200;
const recorded = { pull: await vectors("pull-"), push: await vectors("push-"), journal: await vectors("journal-") };
/** The profile of the vectors has more entities than the fake server's. */
const [
    {
        answer: { body: PROFILE },
    },
] = await vectors("profile-lists");

async function enrolled() {
    const device = await new Home().enrolled();
    await device.parts.store.change((change) => device.settings.put(change, { profile_data: PROFILE, device: "d" }));
    return device;
}

/** Operations as this device would have recorded them. */
async function record(device, operations) {
    await device.parts.store.change((change) => {
        for (const body of operations) {
            const key = { id: body.target?.id ?? null, uid: body.target?.uid ?? null };
            const decides = ["amend", "discard", "resolve"].includes(body.verb) ? body.args.op : null;
            change.put("outbox", Entry.pending("d", key, body, { decides }).row);
        }
        device.settings.put(change, { next_seq: Math.max(0, ...operations.map(({ seq }) => seq)) + 1 });
    });
}

describe("a recorded answer to a push", () => {
    for (const { name, request, answer } of [...recorded.push, ...recorded.journal].filter(succeeded)) {
        const { operations } = request.body;
        if (answer.body.dry_run || !operations.length || name.includes("retry")) {
            continue;
        }
        test(`${name} moves every operation on`, async () => {
            const device = await enrolled();
            await record(device, operations);
            const entries = await device.outbox();
            const batch = { entries, again: false, delivered: false };
            await device.parts.outbox.takeAnswer(batch, answer.body.receipts, answer.body.next_seq);
            const said = new Map(answer.body.receipts.map((receipt) => [receipt.op, receipt]));
            for (const { op } of entries) {
                const receipt = said.get(op);
                const { state, receipt: kept } = await device.operation(op);
                assert.equal(state, receipt?.status ?? "pending");
                assert.deepEqual(kept, receipt ?? null);
            }
            const here = (await device.outbox()).map(({ op }) => op);
            const open = entries.filter(({ op }) => !said.has(op) || PARKED.includes(said.get(op).status));
            const decisions = entries.filter(({ op, decides }) => decides && said.get(op)?.status === "rejected");
            assert.deepEqual(
                here,
                open.filter((entry) => !decisions.includes(entry)).map(({ op }) => op),
            );
            for (const { op, entity } of entries) {
                const { target, status } = said.get(op) ?? {};
                if (target?.uid && target.id && FINAL.includes(status)) {
                    assert.equal((await device.parts.records.key(entity, target.uid)).id, target.id);
                }
            }
        });
    }
});

describe("a recorded answer to a pull", () => {
    for (const { name, answer } of recorded.pull.filter(succeeded)) {
        if (answer.body.reset) {
            continue;
        }
        test(`${name} is shown when its cut closes`, async () => {
            const device = await enrolled();
            const page = { ...answer.body, digests: {} };
            const removed = page.changes.flatMap(({ entity, removes }) => removes.map(({ id }) => [entity, id]));
            const before = {
                id: 0,
                uid: null,
                born: "2026-11-02T08:15:00.123456Z",
                v: "00000000000000ff",
                values: { name: "Gone" },
            };
            const held = removed.map(([entity, id]) => ({ entity, upserts: [{ ...before, id }], removes: [] }));
            await device.parts.cut.close({ ...page, changes: held, outcomes: [], refs: {} }, true);
            if (page.outcomes.length) {
                const about = page.outcomes.map(({ seq, op, target }) => ({
                    seq,
                    op,
                    entity: PARTNER,
                    verb: "update",
                    target: { id: target?.id ?? 1 },
                    values: {},
                    at: page.server_time,
                }));
                await record(device, about);
            }
            if (!page.complete) {
                await device.parts.cut.stage(page, false);
                assert.deepEqual(
                    [await device.parts.store.count("record"), device.settings.cut.cursor],
                    [0, page.cursor],
                );
            }
            await device.parts.cut.close({ ...page, complete: true }, false);
            for (const { entity, upserts } of page.changes) {
                for (const { id, uid, values } of upserts) {
                    const record = await device.get(entity, uid ?? id);
                    assert.deepEqual([record.id, record.uid, record.values], [id, uid, values]);
                    assert.deepEqual((await device.search(entity)).find((one) => one.id === id).values, values);
                }
            }
            for (const [entity, id] of removed) {
                assert.equal(await device.get(entity, id), null);
            }
            for (const [entity, named] of Object.entries(page.refs)) {
                for (const [id, called] of Object.entries(named)) {
                    assert.equal(await device.nameOf(entity, Number(id)), called);
                }
            }
            for (const receipt of page.outcomes) {
                assert.equal((await device.operation(receipt.op)).state, receipt.status);
            }
            assert.equal(device.settings.cursor, page.cursor);
            assert.deepEqual(await device.check(), []);
        });
    }
});
