import { expect, test } from "@odoo/hoot";
import { press, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, fields, models, onRpc } from "@web/../tests/web_test_helpers";
import { defineReviewModels, INPUTS, mountWidget } from "./review_helpers";

class Conflict extends models.Model {
    _name = "offline.conflict";

    state = fields.Selection({ selection: [["open", "To Decide"], ["done", "Decided"]] });
    outcome = fields.Selection({ selection: [["server", "Odoo's"]] });

    _records = [{ id: 1, state: "open" }];
}

defineReviewModels(Conflict);

const line = (name, parts = {}) => ({
    name,
    label: INPUTS[name].string,
    chosen: false,
    hidden: false,
    sent: true,
    is_rich: name === "comment",
    base: "Oldtown",
    mine: [["West", false], ["town", true]],
    theirs: [["Northtown", true]],
    entered: "",
    input: "Westtown",
    ...parts,
});

const review = (lines, parts = {}) => ({
    id: 1,
    state: "open",
    kind: "fields",
    model: "customer",
    headline: { person: "Ana", device: "Ana's phone", work: "Edit", done_at: "", received_at: "", sent: "" },
    lines,
    rest: "",
    fields: INPUTS,
    may_add: false,
    may_choose: true,
    ...parts,
});

/** Serve this review, and after a choice the same with what was chosen; each choice is a step. */
function serve(lines, parts) {
    const view = review(lines, parts);
    onRpc("offline.conflict", "review", () => view);
    onRpc("offline.conflict", "choose", ({ args: [, name, side, value] }) => {
        expect.step([name, side, value ?? null]);
        Object.assign(
            view.lines.find((one) => one.name === name),
            { chosen: side, entered: side === "value" ? String(value) : "" }
        );
        return JSON.parse(JSON.stringify(view));
    });
    onRpc("offline.conflict", "choose_all", ({ args: [, side] }) => {
        expect.step(["all", side]);
        view.lines.forEach((one) => (one.chosen = side));
        return JSON.parse(JSON.stringify(view));
    });
}

const mount = () =>
    mountWidget("offline.conflict", "offline_conflict_review", { names: ["state", "outcome"] });
const row = (name) => `.o_offline_row[data-field="${name}"]`;

test("sides stand beside one another with what changed marked, and the choice is kept at once", async () => {
    serve([line("city")]);
    await mount();
    expect(`${row("city")} .o_offline_base`).toHaveText("Oldtown");
    expect(`${row("city")} .o_offline_device mark`).toHaveText("town");
    expect(`${row("city")} .o_offline_outcome`).toHaveText("choose a side");
    await contains(`${row("city")} .o_offline_odoo input`).click();
    expect.verifySteps([["city", "server", null]]);
    expect(`${row("city")} .o_offline_outcome .o_offline_text`).toHaveText("Northtown");
    expect(`${row("city")} .o_offline_odoo`).toHaveClass("o_chosen");
    expect(`${row("city")} .o_offline_device`).toHaveClass("o_passed");
});

test("a whole column is taken at once and the count follows", async () => {
    serve([line("city"), line("name")]);
    await mount();
    expect(".o_offline_progress").toHaveText("0 of 2 chosen");
    await contains("button[name=all_device]").click();
    expect.verifySteps([["all", "device"]]);
    expect(".o_offline_progress").toHaveText("2 of 2 chosen");
});

test("a value of one's own is entered with Enter, and Escape leaves things as they were", async () => {
    serve([line("city")]);
    await mount();
    await contains(`${row("city")} .o_offline_edit`).click();
    expect(`${row("city")} .o_offline_outcome input`).toHaveValue("Westtown");
    await contains(`${row("city")} .o_offline_outcome input`).edit("Midtown", { confirm: "enter" });
    await animationFrame();
    expect.verifySteps([["city", "value", "Midtown"]]);
    expect(`${row("city")} .o_offline_outcome .o_offline_text`).toHaveText("Midtown");
    await contains(`${row("city")} .o_offline_edit`).click();
    await contains(`${row("city")} .o_offline_outcome input`).focus();
    await press("Escape");
    await animationFrame();
    expect(`${row("city")} .o_offline_outcome input`).toHaveCount(0);
    expect.verifySteps([]);
});

test("Enter is a new line where a text has several", async () => {
    serve([line("note")]);
    await mount();
    await contains(`${row("note")} .o_offline_edit`).click();
    await contains(`${row("note")} .o_offline_outcome textarea`).focus();
    await press("Enter");
    await animationFrame();
    expect(`${row("note")} .o_offline_outcome textarea`).toHaveCount(1);
    expect.verifySteps([]);
});

test("rich text is edited with its formatting in Odoo's own editor", async () => {
    serve([line("comment", { input: "<p>Ring <strong>twice</strong></p>" })]);
    await mount();
    expect(`${row("comment")} .o_offline_label`).toHaveText("Comment\nwithout its formatting");
    await contains(`${row("comment")} .o_offline_edit`).click();
    expect(`${row("comment")} .odoo-editor-editable strong`).toHaveText("twice");
});

test("values that the reader may not read are not there, nor an input for them", async () => {
    const hidden = { name: "city", label: "City", chosen: false, hidden: true };
    serve([hidden]);
    await mount();
    expect(`${row("city")} .o_offline_device`).toHaveText("hidden");
    expect(`${row("city")} .o_offline_edit`).toHaveCount(0);
    expect(`${row("city")} input[type=radio]`).toHaveCount(2);
});

test("a decided conflict is read and not chosen", async () => {
    serve([line("city", { chosen: "server" })], { state: "done", may_choose: false });
    await mount();
    expect(`${row("city")} input[type=radio]`).toHaveCount(0);
    expect(".o_offline_edit").toHaveCount(0);
    expect(queryFirst(`${row("city")} .o_offline_odoo`)).toHaveText("Northtown");
});
