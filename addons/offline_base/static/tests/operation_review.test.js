import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, fields, models, onRpc } from "@web/../tests/web_test_helpers";
import { defineReviewModels, INPUTS, mountWidget } from "./review_helpers";

class Operation extends models.Model {
    _name = "offline.operation";

    status = fields.Selection({ selection: [["rejected", "Rejected"], ["applied", "Applied"]] });

    _records = [{ id: 1, status: "rejected" }];
}

defineReviewModels(Operation);

const line = (name, text, parts = {}) => ({
    name,
    label: INPUTS[name].string,
    hidden: false,
    is_rich: false,
    missing: false,
    text,
    error: "",
    editable: true,
    input: text,
    ...parts,
});

function serve(parts) {
    const view = {
        id: 1,
        status: "rejected",
        model: "customer",
        may_edit: true,
        fields: INPUTS,
        lines: [],
        unknown: [],
        args: [],
        ...parts,
    };
    onRpc("offline.operation", "review", () => view);
    onRpc("offline.operation", "run_with", ({ kwargs: { values, args, without } }) => {
        expect.step({ values, args, without });
        return true;
    });
}

const mount = () => mountWidget("offline.operation", "offline_operation_review", { names: ["status"] });
const row = (name) => `.o_offline_row[data-field="${name}"]`;

test("what was sent is corrected, added to and left out, and the rest stays as it was sent", async () => {
    serve({
        lines: [line("city", "Westown"), line("note", "Twice"), line("name", "Bakery")],
        unknown: ["nonsense"],
    });
    await mount();
    await contains("button[name=edit_and_run]").click();
    await contains(`${row("city")} input`).edit("Westtown", { confirm: false });
    await contains(`${row("note")} button`).click();
    expect(`${row("note")} .o_offline_outcome`).toHaveText("left out");
    await contains("button[name=run_with]").click();
    await animationFrame();
    expect.verifySteps([{ values: { city: "Westtown" }, args: null, without: ["nonsense", "note"] }]);
});

test("the reason stands beside its field, and a field that is missing can be filled in", async () => {
    serve({ lines: [line("name", "", { missing: true, error: "must not be empty", input: false })] });
    await mount();
    expect(`${row("name")} .text-danger`).toHaveText("must not be empty");
    await contains("button[name=edit_and_run]").click();
    await contains(`${row("name")} input`).edit("Bakery", { confirm: false });
    await contains("button[name=run_with]").click();
    await animationFrame();
    expect.verifySteps([{ values: { name: "Bakery" }, args: null, without: [] }]);
});

test("arguments keep their types, and one that cannot be read runs nothing", async () => {
    serve({
        args: [
            { name: "outcome", label: "Outcome", type: "text", required: false, value: "Done" },
            { name: "hours", label: "Hours", type: "number", required: true, value: 2 },
            { name: "parts", label: "Parts", type: "json", required: true, value: [1] },
        ],
    });
    await mount();
    await contains("button[name=edit_and_run]").click();
    const argument = (name) => `.o_offline_row[data-argument="${name}"]`;
    await contains(`${argument("hours")} input`).edit("25", { confirm: false });
    await contains(`${argument("parts")} textarea`).edit("[1,", { confirm: false });
    await contains("button[name=run_with]").click();
    await animationFrame();
    expect.verifySteps([]);
    expect(".o_notification").toHaveText("Parts cannot be read.");
    await contains(`${argument("parts")} textarea`).edit("[1, 2]", { confirm: false });
    await contains("button[name=run_with]").click();
    await animationFrame();
    expect.verifySteps([{ values: {}, args: { outcome: "Done", hours: 25, parts: [1, 2] }, without: [] }]);
});

test("who may not decide reads and has no button", async () => {
    serve({ may_edit: false, lines: [line("city", "Westtown")] });
    await mount();
    expect(`${row("city")} .o_offline_text`).toHaveText("Westtown");
    expect("button[name=edit_and_run]").toHaveCount(0);
});
