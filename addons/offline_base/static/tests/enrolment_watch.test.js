import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { fields, models, onRpc } from "@web/../tests/web_test_helpers";
import { defineReviewModels, mountWidget } from "./review_helpers";

class Wizard extends models.Model {
    _name = "offline.enrolment.wizard";

    code = fields.Char();

    _records = [
        { id: 1, code: "ABCD-EFGH-JKMN-PQRS" },
        { id: 2, code: false },
    ];
}

defineReviewModels(Wizard);

const mount = (resId) =>
    mountWidget("offline.enrolment.wizard", "offline_enrolment_watch", { resId, names: ["code"] });

test("the time that is left counts down by the server's clock", async () => {
    onRpc("offline.enrolment.wizard", "get_standing", () => ({ left_s: 62, device: false }));
    await mount(1);
    expect(".o_offline_left").toHaveText("1:02");
    await advanceTime(1000);
    await animationFrame();
    expect(".o_offline_left").toHaveText("1:01");
    expect(".o_offline_expired").toHaveCount(0);
});

test("a device that comes in is told, and nobody asks any more", async () => {
    let device = false;
    onRpc("offline.enrolment.wizard", "get_standing", () => {
        expect.step("asked");
        return { left_s: 600, device };
    });
    await mount(1);
    expect.verifySteps(["asked"]);
    device = "Marc's phone";
    await advanceTime(3000);
    await animationFrame();
    expect.verifySteps(["asked"]);
    expect(".o_offline_is_in").toHaveText("Marc's phone is in. The code is used up.");
    expect(".o_offline_left").toHaveCount(0);
    await advanceTime(9000);
    expect.verifySteps([]);
});

test("a code that nobody used in time is said to be no good", async () => {
    onRpc("offline.enrolment.wizard", "get_standing", () => ({ left_s: 1, device: false }));
    await mount(1);
    await advanceTime(1000);
    await animationFrame();
    expect(".o_offline_expired").toHaveCount(1);
});

test("without a code nothing is asked and nothing is shown", async () => {
    onRpc("offline.enrolment.wizard", "get_standing", () => expect.step("asked"));
    await mount(2);
    await advanceTime(6000);
    expect.verifySteps([]);
    expect(".o_widget_offline_enrolment_watch .alert").toHaveCount(0);
});
