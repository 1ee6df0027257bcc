"""Quotations and orders of the office on the device: confirmed, cancelled, changed and sent without network."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.selling import furniture_office, seller
from tests.e2e.app.test_every_screen import faults
from tests.e2e.conftest import served
from tools.stage.office import Office

server = served("offline_crm")
office = furniture_office()
device = seller()

ORDER = "sale.order"


def ordered(device: AppDevice, office: Office, **values: Any) -> int:
    """A quotation of the office over a desk, on the device, which has no network any more."""
    user = device.page.evaluate("offlineApp.device.settings.user.id")
    customer = office.read("crm.lead", office.find("crm.lead", ("user_id", "=", user)), "partner_id")
    desk = office.find("product.product", ("name", "=", "Oak desk"))
    made = office.create(
        ORDER,
        **{
            "partner_id": customer["partner_id"][0],
            "user_id": user,
            "order_line": [(0, 0, {"product_id": desk})],
            **values,
        },
    )
    device.go_online()
    assert device.sync()
    device.go_offline()
    device.go(f"/record/{ORDER}/{made}")
    expect(device.page.get_by_text("508.20", exact=False).first).to_be_visible()
    return made


def ask(device: AppDevice, name: str) -> None:
    """Press the button of the operation in its sheet, and wait until the work stands in the outbox."""
    device.work(device.page.get_by_role("dialog").get_by_role("button", name=name, exact=True))


def state(office: Office, order: int) -> str:
    return str(office.read(ORDER, order, "state")["state"])


def send(device: AppDevice) -> list[dict[str, Any]]:
    """Sync until all is sent, which a busy server may put off, and what waits for somebody then."""
    device.go_online()
    assert device.sync()
    device.until_synced()
    return list(device.page.evaluate("offlineApp.device.unresolved()"))


def test_every_operation_that_the_app_offers_has_words_of_its_own_for_its_arguments(
    device: AppDevice,
) -> None:
    nameless = device.page.evaluate(
        r"""() => {
            const { entityOf } = odoo.loader.modules.get("@offline_base/app/ui/model/entities");
            const { argumentsOf } = odoo.loader.modules.get("@offline_base/app/ui/forms/arguments");
            const found = [];
            for (const profile of offlineApp.device.settings.profile.entities) {
                const entity = entityOf(profile);
                for (const operation of profile.operations) {
                    const hints = entity.operations[operation.name] ?? {};
                    // What a screen of its own asks, or nobody is offered on any record.
                    const isForm = !hints.run && !/^\(\)\s*=>\s*true/.test(String(hints.hidden));
                    for (const { name, type } of isForm ? argumentsOf(operation, hints)?.profile.fields ?? [] : []) {
                        const { anyOf = [] } = operation.args.properties[name];
                        const isReference = anyOf.some(({ type }) => type === "integer");
                        if (!hints.labels?.[name] || (isReference && !["many2one", "boolean"].includes(type))) {
                            found.push(`${profile.name} ${operation.name} ${name}`);
                        }
                    }
                }
            }
            return found;
        }"""
    )
    assert nameless == []


def test_order_is_confirmed_with_the_total_that_the_person_saw(device: AppDevice, office: Office) -> None:
    order = ordered(device, office)
    page = device.page
    device.button("Confirm").click()
    expect(page.get_by_label("Total that the customer agreed to")).to_have_value("508.2")
    assert faults(page) == []
    ask(device, "Confirm")
    [entry] = page.evaluate("offlineApp.device.outbox()")
    assert entry["body"]["args"] == {"amount_total": 508.2, "send_email": False}
    assert send(device) == []
    assert state(office, order) == "sale"


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_total_is_not_taken_for_agreed_where_work_that_waits_may_change_it(
    device: AppDevice, office: Office, how: str
) -> None:
    order = ordered(device, office)
    [line] = [
        one for one in device.search("sale.order.line", "Oak desk") if one["values"]["order_id"] == order
    ]
    if how == "changed":
        device.edit("sale.order.line", line["id"], product_uom_qty=3)
    else:
        device.page.evaluate("(id) => offlineApp.device.delete('sale.order.line', id)", line["id"])
    device.button("Confirm").click()
    expect(device.page.get_by_label("Total that the customer agreed to")).to_have_value("")


def test_rewards_are_not_asked_for_by_their_numbers(device: AppDevice, office: Office) -> None:
    ordered(device, office)
    expect(device.button("Cancel")).to_be_visible()
    expect(device.button("Claim Reward")).to_have_count(0)


def test_quotation_is_cancelled_and_opened_again(device: AppDevice, office: Office) -> None:
    order = ordered(device, office)
    device.button("Cancel").click()
    expect(device.page.get_by_role("dialog").get_by_label("Seen")).to_have_count(0)
    device.page.get_by_label("Why is it cancelled?").fill("They found another shop.")
    ask(device, "Cancel the order")
    assert send(device) == []
    assert state(office, order) == "cancel"
    notes = office("mail.message", "search_read", [("model", "=", ORDER), ("res_id", "=", order)], ["body"])
    assert any("They found another shop." in note["body"] for note in notes)
    # Nothing is to be filled in here.
    device.work(device.button("Back to Quotation"))
    assert send(device) == []
    assert state(office, order) == "draft"


def test_template_is_applied_to_a_quotation_of_the_office(device: AppDevice, office: Office) -> None:
    order = ordered(device, office)
    page = device.page
    device.button("Apply Template").click()
    page.get_by_role("dialog").locator("[data-field=template] button").first.click()
    page.get_by_role("dialog").last.get_by_role("button", name="Classroom").click()
    ask(device, "Apply Template")
    [entry] = page.evaluate("offlineApp.device.outbox()")
    device.go(f"/operation/{entry['op']}")
    device.says("Classroom")
    assert send(device) == []
    assert office.read(ORDER, order, "amount_untaxed")["amount_untaxed"] == 3 * 420 + 6 * 30


def test_quotation_of_the_office_is_mailed_with_the_next_sync(device: AppDevice, office: Office) -> None:
    order = ordered(device, office)
    customer = office.read(ORDER, order, "partner_id")["partner_id"][0]
    office.write("res.partner", customer, email="azure@interior.example")
    device.work(device.button("Send by Email"))
    outgoing = [("model", "=", ORDER), ("res_id", "=", order), ("recipient_ids", "in", [customer])]
    assert office("mail.mail", "search_count", outgoing) == 0
    assert send(device) == []
    assert office("mail.mail", "search_count", outgoing) == 1
    assert state(office, order) == "sent"


def test_cancelling_what_the_office_confirmed_meanwhile_waits_for_the_office(
    device: AppDevice, office: Office
) -> None:
    order = ordered(device, office)
    device.button("Cancel").click()
    ask(device, "Cancel the order")
    office(ORDER, "action_confirm", [order])
    [parked] = send(device)
    assert parked["body"]["args"]["seen"] == "draft"
    assert (parked["state"], state(office, order)) == ("conflict", "sale")
    device.go("/unsynchronized")
    device.says("For the office")
    device.go(f"/operation/{parked['op']}")
    assert faults(device.page) == []
    device.go(f"/record/{ORDER}/{order}")
    expect(device.page.locator(".o_strip.o_tone_warning")).to_be_visible()
    [conflict] = office("offline.conflict", "search", [("operation_id.op", "=", parked["op"])])
    office("offline.conflict", "action_keep_device", [conflict])
    assert send(device) == []
    assert state(office, order) == "cancel"
