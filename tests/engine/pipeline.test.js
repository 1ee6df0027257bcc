/** The pipeline of a salesperson: columns, outcomes, what is due, who may be the same customer. */
import { assert, describe, test } from "./harness.js";
import {
    columnsOf,
    dueDays,
    outcomeOf,
    sameCustomers,
    stagesFor,
} from "../../addons/offline_crm/static/src/app/model/pipeline.js";

const stage = (id, sequence, more = {}) => ({ id, values: { name: `S${id}`, sequence, is_won: false, fold: false, team_ids: [], ...more } });
const STAGES = [stage(3, 30, { is_won: true }), stage(1, 10), stage(2, 20), stage(4, 15, { fold: true }), stage(5, 12, { team_ids: [9] })];
const deal = (id, values) => ({ id, uid: null, values: { active: true, won_status: "pending", ...values } });
const ids = (records) => records.map(({ id }) => id);

describe("the columns of a pipeline", () => {
    test("are the stages of one's teams in order; a folded one shows while something is in it", () => {
        const stages = stagesFor(STAGES, [7]);
        assert.deepEqual(ids(stages), [1, 4, 2, 3]);
        assert.deepEqual(ids(stagesFor(STAGES, [9])), [1, 5, 4, 2, 3]);
        const shown = (records) => columnsOf(records, stages).map(({ stage: { id } }) => id);
        assert.deepEqual([shown([]), shown([deal(1, { stage_id: 4 })])], [[1, 2, 3], [1, 4, 2, 3]]);
    });

    test("count and add up, what matters most first; an unknown stage hides nothing", () => {
        const records = [
            deal(1, { stage_id: 1, expected_revenue: 10, priority: "0" }),
            deal(2, { stage_id: 1, expected_revenue: 30, priority: "0" }),
            deal(3, { stage_id: 99, expected_revenue: null, priority: "2" }),
        ];
        const [first] = columnsOf(records, stagesFor(STAGES, []));
        assert.deepEqual([first.count, first.revenue, ids(first.records)], [3, 40, [3, 2, 1]]);
        assert.deepEqual(columnsOf(records, []), []);
    });
});

describe("how an opportunity stands", () => {
    const stages = new Map(STAGES.map((one) => [one.id, one]));
    const cases = [
        ["open", { stage_id: 1 }],
        ["won", { stage_id: 3 }],
        ["lost", { stage_id: 1, active: false }],
        ["lost", { stage_id: 1, won_status: "lost" }],
        // Moved back on this device; Odoo has not reckoned it yet.
        ["open", { stage_id: 1, won_status: "won" }],
        ["won", { stage_id: 99, won_status: "won" }],
    ];
    for (const [outcome, values] of cases) {
        test(`is ${outcome} with ${JSON.stringify(values)}`, () => {
            assert.equal(outcomeOf(deal(1, values).values, stages), outcome);
        });
    }

    test("is due on the first day of what is planned and not done", () => {
        const activity = (res_id, date_deadline, more = {}) => ({ values: { res_id, date_deadline, active: true, ...more } });
        const days = dueDays([activity(1, "2026-11-24"), activity(1, "2026-11-23"), activity(1, "2026-11-01", { active: false }), activity({ uid: "u" }, "2026-11-25"), activity(2, null)]);
        assert.deepEqual([...days], [[1, "2026-11-23"], ["u", "2026-11-25"]]);
    });
});

describe("the customer of a lead", () => {
    const partner = (id, email, phone) => ({ id, values: { email, phone } });
    const partners = [partner(1, "Ann@Example.com", null), partner(2, null, "+32 475 12 34 56"), partner(3, null, "12"), partner(4, null, null)];
    const found = (lead) => ids(sameCustomers({ email_from: null, phone: null, ...lead }, partners));

    test("may be somebody with the same e-mail or phone, however they are written", () => {
        assert.deepEqual(found({ email_from: "Ann Ray <ann@example.com>" }), [1]);
        assert.deepEqual(found({ phone: "0475/12.34.56" }), [2]);
        assert.deepEqual(found({ email_from: "ann@example.com", phone: "0032 475 123456" }), [1, 2]);
    });

    test("is rather somebody with the same e-mail than somebody with the same phone", () => {
        const house = [partner(1, "desk@house.example", "+32 475 12 34 56"), partner(2, "ann@example.com", null), partner(3, "ann@example.com", "0475 12 34 56")];
        assert.deepEqual(ids(sameCustomers({ email_from: "ann@example.com", phone: "0475 12 34 56" }, house)), [2, 3, 1]);
    });

    test("is nobody because both have none, or a short number alike", () => {
        assert.deepEqual([found({}), found({ phone: "12" }), found({ email_from: "ann" })], [[], [], []]);
    });
});
