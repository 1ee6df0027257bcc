"""A quotation that Odoo refused, or that was made and not sent yet, is opened again in its editor."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.selling import add, begin, choose, furniture_office, make, order_of, row, seller
from tests.e2e.app.test_every_screen import faults
from tests.e2e.conftest import served
from tools.stage.office import Office

server = served("offline_crm")
office = furniture_office()
device = seller()


def lead_of(device: AppDevice) -> int:
    return int(device.search("crm.lead", "Library")[0]["id"])


def test_refused_quotation_is_corrected_in_its_editor_with_all_its_lines(
    device: AppDevice, office: Office
) -> None:
    stool = office.create("product.template", name="Folding stool", list_price=55, taxes_id=[(6, 0, [])])
    device.go_online()
    assert device.sync()
    device.go_offline()
    page = begin(device)
    for product in ("Oak desk", "Folding stool", "Brass lamp"):
        add(device, product)
    row(page, "Brass lamp").click()
    page.get_by_label("Quantity").fill("4")
    page.get_by_label("Price of one").fill("25")
    device.button("Done").click()
    choose(page, "Payment terms", "Three parts in a year")
    row(page, "Reference, validity and notes").click()
    page.get_by_label("The customer's reference").fill("PO 77")
    device.button("Done").click()
    make(device)
    office("product.template", "action_archive", [stool])
    device.go_online()
    assert device.sync()

    [refused] = page.evaluate("offlineApp.device.unresolved()")
    device.go(f"/operation/{refused['op']}")
    device.says("Folding stool is no longer sold.")
    told = page.locator(".o_content")
    for text in (
        "Azure Interior",
        "Oak desk",
        "1 × $420.00",
        "4 Units × $25.00",
        "Three parts in a year",
        "PO 77",
    ):
        expect(told).to_contain_text(text)
    for raw in ("{", "Uid", "Pricelist", "Template Lines"):
        expect(told).not_to_contain_text(raw)
    assert faults(page) == []

    device.button("Correct and send again").click()
    expect(device.heading("Correct the quotation")).to_be_visible()
    device.says("Folding stool is no longer sold.")
    expect(row(page, "Oak desk")).to_contain_text("1 Units × $420.00")
    expect(row(page, "Brass lamp")).to_contain_text("4 × $25.00")
    row(page, "A product that is not on this device").click()
    device.button("Remove").click()
    # What is corrected is kept, too.
    device.button("Back").click()
    device.button("Keep as draft").click()
    device.button("Correct and send again").click()
    device.says("You had begun this before. It was kept.")
    expect(row(page, "A product that is not on this device")).to_have_count(0)
    add(device, "Brass lamp")
    add(device, "Oak desk")
    assert faults(page) == []
    device.work(device.button("Send again"))
    device.says("Corrected. It is sent again with the next sync.")
    expect(device.heading("Correct the quotation")).to_have_count(0)

    order = order_of(office, device, "amount_untaxed", "payment_term_id", "client_order_ref", "order_line")
    # Two desks at the price list's price, five lamps at the one that was agreed.
    assert order["amount_untaxed"] == 2 * 420 + 5 * 25
    assert (order["payment_term_id"][1], order["client_order_ref"]) == ("Three parts in a year", "PO 77")
    assert len(order["order_line"]) == 2
    assert page.evaluate("offlineApp.device.drafts.all()") == []


def test_quotation_that_is_not_sent_yet_is_taken_back_changed_and_made_again(
    device: AppDevice, office: Office
) -> None:
    # What was tried to be sent may have arrived.
    device.only_by_hand()
    page = begin(device)
    add(device, "Oak desk")
    make(device)
    device.go(f"/record/crm.lead/{lead_of(device)}")
    device.button("Confirm the order").click()
    device.work(page.get_by_role("dialog").get_by_role("button", name="Confirm", exact=True))
    expect(page.locator(".o_made").get_by_text("confirmed", exact=True)).to_be_visible()
    device.button("Change").click()
    question = page.get_by_role("dialog")
    expect(question.get_by_text("It is not confirmed any more: confirm it again.")).to_be_visible()
    assert faults(page) == []
    question.get_by_role("button", name="Change", exact=True).click()
    expect(device.heading("New quotation")).to_be_visible()
    expect(row(page, "Oak desk")).to_contain_text("1 Units × $420.00")
    # It is all there is of it now: nobody throws it away by a slip.
    device.button("Start over").click()
    question.get_by_role("button", name="Cancel", exact=True).click()
    expect(row(page, "Oak desk")).to_be_visible()
    # Neither the quotation nor its confirmation is there any more.
    assert page.evaluate("offlineApp.device.outbox()") == []
    add(device, "Brass lamp")
    make(device)
    order = order_of(office, device, "state", "amount_untaxed", "order_line")
    assert (order["state"], order["amount_untaxed"], len(order["order_line"])) == ("draft", 450, 2)


def test_quotation_with_other_work_after_it_cannot_be_taken_back(device: AppDevice) -> None:
    page = begin(device)
    add(device, "Oak desk")
    make(device)
    device.edit("crm.lead", lead_of(device), priority="2")
    device.go(f"/record/crm.lead/{lead_of(device)}")
    expect(page.locator(".o_made")).to_be_visible()
    expect(device.button("Confirm the order")).to_be_visible()
    expect(device.button("Change")).to_have_count(0)


def test_quotation_is_sent_by_email_once_it_is_in_odoo(device: AppDevice, office: Office) -> None:
    page = begin(device)
    lead = lead_of(device)
    customer = office.read("crm.lead", lead, "partner_id")["partner_id"][0]
    office.write("res.partner", customer, email="azure@interior.example")
    add(device, "Oak desk")
    make(device)
    device.go(f"/record/crm.lead/{lead}")
    device.button("Send by email").click()
    device.work(page.get_by_role("dialog").get_by_role("button", name="Send", exact=True))
    device.says("Goes by email with the next sync")
    expect(device.button("Send by email")).to_have_count(0)
    assert faults(page) == []
    order = order_of(office, device, "state")
    assert order["state"] == "sent"
    outgoing = [
        ("model", "=", "sale.order"),
        ("res_id", "=", order["id"]),
        ("recipient_ids", "in", [customer]),
    ]
    assert office("mail.mail", "search_count", outgoing) == 1


def test_reward_with_a_choice_of_product_gives_the_one_that_the_customer_wants(
    device: AppDevice, office: Office
) -> None:
    tag = office.create("product.tag", name=f"Gifts {lead_of(device)}")
    office.create("product.template", name="Pencil box", list_price=8, product_tag_ids=[(6, 0, [tag])])
    office.create("product.template", name="Notebook", list_price=9, product_tag_ids=[(6, 0, [tag])])
    program = office.create(
        "loyalty.program",
        name="Gifts",
        program_type="promotion",
        trigger="auto",
        applies_on="current",
        rule_ids=[(0, 0, {"minimum_amount": 25, "minimum_qty": 0})],
        reward_ids=[
            (
                0,
                0,
                {
                    "reward_type": "product",
                    "reward_product_tag_id": tag,
                    "description": "A gift",
                    "required_points": 1,
                },
            )
        ],
    )
    device.go_online()
    assert device.sync()
    device.go_offline()
    page = begin(device)
    add(device, "Brass lamp")
    page.get_by_text("A gift").click()
    page.get_by_role("dialog", name="A gift").get_by_role("button", name="Pencil box").click()
    expect(row(page, "Pencil box")).to_be_visible()
    make(device)
    order = order_of(office, device, "order_line")
    lines = office("sale.order.line", "read", order["order_line"], ["product_id", "reward_id"])
    assert [line["product_id"][1] for line in lines if line["reward_id"]] == ["Pencil box"]
    office.write("loyalty.program", program, active=False)


def test_taxes_go_by_the_delivery_address_and_are_for_the_office_where_there_are_several(
    device: AppDevice, office: Office
) -> None:
    tax = office.find("account.tax", ("name", "=", "VAT 21 %"))
    lead = lead_of(device)
    customer = office.read("crm.lead", lead, "partner_id")["partner_id"][0]
    japan, kenya = (office.ref(f"base.{code}") for code in ("jp", "ke"))
    position = office.create("account.fiscal.position", name="Export", auto_apply=True, country_id=japan)
    office.create(
        "account.tax",
        name="Export 0 %",
        amount=0,
        type_tax_use="sale",
        tax_group_id=office.read("account.tax", tax, "tax_group_id")["tax_group_id"][0],
        fiscal_position_ids=[(6, 0, [position])],
        original_tax_ids=[(6, 0, [tax])],
    )
    office.write("res.partner", customer, country_id=kenya)
    store = office.create(
        "res.partner", name="Harbour store", parent_id=customer, type="delivery", country_id=japan
    )
    device.go_online()
    assert device.sync()
    device.go_offline()
    page = begin(device)
    add(device, "Oak desk")
    expect(page.locator(".o_quote_total")).to_contain_text("$420.00")
    make(device)
    order = order_of(office, device, "amount_total", "partner_shipping_id", "fiscal_position_id")
    assert order["amount_total"] == 420
    assert (order["partner_shipping_id"][0], order["fiscal_position_id"][0]) == (store, position)
    assert office("offline.price.variance", "search_count", [("order_id", "=", order["id"])]) == 0

    office.create("res.partner", name="Depot", parent_id=customer, type="delivery", country_id=kenya)
    assert device.sync()
    device.go_offline()
    page = begin(device)
    add(device, "Oak desk")
    device.says("This device cannot tell which address of the customer the taxes go by.")
    device.go_online()
    office.write("account.fiscal.position", position, active=False)


def test_quotation_whose_terms_are_gone_opens_with_all_its_lines_and_says_what_holds_now(
    device: AppDevice, office: Office
) -> None:
    half = {"compute_price": "percentage", "percent_price": 50, "applied_on": "3_global"}
    schools = office.create("product.pricelist", name="Schools", sequence=98, item_ids=[(0, 0, half)])
    term = office.create("account.payment.term", name="On delivery")
    birch = office.create("res.partner", name="Birch College", is_company=True)
    device.go_online()
    assert device.sync()
    device.go_offline()
    page = begin(device)
    add(device, "Oak desk")
    choose(page, "Price list", "Schools")
    choose(page, "Payment terms", "On delivery")
    device.button("Enter a code").click()
    page.get_by_role("textbox", name="Code").fill("NOSUCH")
    device.button("Use it").click()
    expect(row(page, "Oak desk")).to_contain_text("1 Units × $210.00")
    make(device)
    office.write("product.pricelist", schools, active=False)
    office.write("account.payment.term", term, active=False)
    office.write("crm.lead", lead_of(device), partner_id=birch)
    device.go_online()
    assert device.sync()
    # What the work is refused for came with it; what the office has by now comes after.
    assert device.sync()

    [refused] = page.evaluate("offlineApp.device.unresolved()")
    device.go(f"/operation/{refused['op']}")
    device.button("Correct and send again").click()
    device.says("It was for Azure Interior. The customer of the opportunity is Birch College now")
    device.says("The price list that was chosen is not on this device any more. In its place:")
    device.says("The payment terms that were chosen are not on this device any more.")
    expect(row(page, "Oak desk")).to_contain_text("1 Units × $420.00")
    expect(row(page, "Oak desk")).to_contain_text("Before: $210.00")
    expect(page.locator(".o_quote_totals")).to_contain_text("Before")
    assert faults(page) == []
    # Whom it is for is chosen here, too.
    device.button("Choose a customer").click()
    page.get_by_role("dialog").get_by_text("Azure Interior").first.click()
    expect(device.button("Choose a customer")).to_have_count(0)
    row(page, "NOSUCH").click()
    expect(row(page, "NOSUCH")).to_have_count(0)
    assert faults(page) == []
    device.work(device.button("Send again"))
    order = order_of(office, device, "partner_id", "pricelist_id", "payment_term_id", "amount_untaxed")
    assert order["partner_id"][1] == "Azure Interior"
    assert order["pricelist_id"][0] != schools
    assert (order["payment_term_id"], order["amount_untaxed"]) == (False, 420)
