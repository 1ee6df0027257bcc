"""A quotation made in the app without network, and what becomes of it in Odoo.

With SCREENSHOTS=1 its screens are kept in docs/images, phone and desk, light and dark.
"""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.selling import add, begin, choose, draw, furniture_office, order_of, row, seller
from tests.e2e.app.test_every_screen import faults
from tests.e2e.app.test_usual_day import keep
from tests.e2e.conftest import served
from tools.stage.office import Office

server = served("offline_crm")
office = furniture_office()
device = seller()


def test_quotation_made_without_network_is_the_same_order_in_odoo(device: AppDevice, office: Office) -> None:
    page = begin(device)
    add(device, "Oak desk")
    row(page, "Oak desk").click()
    device.button("One more").click()
    device.button("Done").click()
    expect(page.get_by_text("$1,016.40")).to_be_visible()
    page.get_by_text("A tenth off").click()
    expect(page.locator(".o_quote_total")).to_contain_text("$914.76")
    device.button("Make the quotation").click()
    expect(page.get_by_text("The quotation is made on this device", exact=False)).to_be_visible()
    order = order_of(office, device, "amount_untaxed", "amount_total", "order_line")
    assert (order["amount_untaxed"], order["amount_total"], len(order["order_line"])) == (756, 914.76, 2)
    assert office("offline.price.variance", "search_count", [("order_id", "=", order["id"])]) == 0
    assert device.page.evaluate("offlineApp.device.drafts.all()") == []


def test_quotation_is_made_with_the_product_that_was_chosen_a_moment_before(
    device: AppDevice, office: Office
) -> None:
    """A device may need its time to read what there is to know of a product."""
    page = begin(device)
    add(device, "Oak desk")
    expect(row(page, "Oak desk")).to_be_visible()
    device.hold_up("search", "product.product")
    add(device, "Brass lamp")
    device.button("Make the quotation").click()
    page.evaluate("window.letGo()")
    device.says("The quotation is made on this device")
    order = order_of(office, device, "amount_untaxed", "order_line")
    assert (order["amount_untaxed"], len(order["order_line"])) == (450, 2)


def test_customer_signs_what_they_see_and_odoo_has_the_order_the_terms_and_the_proof(
    device: AppDevice, office: Office
) -> None:
    page = begin(device)
    choose(page, "Template", "Classroom")
    expect(row(page, "Oak desk")).to_contain_text("3 Units × $420.00")
    choose(page, "Price list", "Libraries")
    expect(row(page, "Oak desk")).to_contain_text("3 Units × $210.00")
    choose(page, "Payment terms", "Three parts in a year")
    # By the dozen; another price is agreed about the lamps, which stand before the desks.
    row(page, "Oak desk").click()
    page.get_by_label("Unit").select_option("Dozens")
    expect(page.get_by_label("Price of one")).to_have_value("2520.00")
    page.get_by_label("Quantity").fill("2")
    expect(page.locator(".o_quote_line_total")).to_contain_text("$5,040.00")
    assert faults(page) == []
    keep(page, "crm-quotation-line")
    device.button("Done").click()
    row(page, "Brass lamp").click()
    page.get_by_label("Price of one").fill("12.50")
    page.get_by_label("Discount in %").fill("10")
    device.button("Done").click()
    row(page, "Brass lamp").click()
    device.button("Move up").click()
    device.button("Note").click()
    page.get_by_label("Text").fill("The lamps are polished before delivery.")
    device.button("Done").click()
    row(page, "Reference, validity and notes").click()
    page.get_by_label("The customer's reference").fill("PO 77")
    page.get_by_label("Valid until").fill("2027-01-31")
    device.button("Done").click()
    expect(page.locator(".o_quote_total")).to_contain_text("$6,180.08")
    page.evaluate("offlineApp.messages.notes.splice(0)")
    assert faults(page) == []
    page.locator(".o_content").evaluate("(content) => { content.scrollTop = 0; }")
    keep(page, "crm-quotation")

    device.button("Show and sign").click()
    paper = page.locator(".o_paper")
    for text in ("Oak & Sons", "Azure Interior", "Furniture", "Oak desk (Dozens)", "Two years of warranty",
                 "Valid until Jan 31, 2027", "Three parts in a year", "$6,180.08"):  # fmt: skip
        expect(paper).to_contain_text(text)
    assert faults(page) == []
    device.button("Customer signs").click()
    expect(page.get_by_label("Name of who signs")).to_have_value("Ann Ray")
    draw(page)
    assert faults(page) == []
    keep(page, "crm-signing")
    page.get_by_role("dialog", name="Customer's signature").get_by_role("button", name="Done").click()
    expect(paper).to_contain_text("Signed by Ann Ray")
    paper.locator(".o_paper_signed img").scroll_into_view_if_needed()
    keep(page, "crm-signed")
    page.get_by_role("dialog").get_by_role("button", name="Make the quotation").click()
    expect(page.get_by_text("The quotation is made on this device", exact=False)).to_be_visible()

    order = order_of(
        office, device, "amount_total", "payment_term_id", "pricelist_id", "sale_order_template_id", "note",
        "client_order_ref", "validity_date", "signed_by", "signature", "offline_signature_state", "order_line",
    )  # fmt: skip
    assert order["amount_total"] == 6180.08
    assert order["payment_term_id"][1] == "Three parts in a year"
    assert order["pricelist_id"][1].startswith("Libraries")
    assert order["sale_order_template_id"][1] == "Classroom"
    assert "warranty" in order["note"]
    assert (order["client_order_ref"], order["validity_date"]) == ("PO 77", "2027-01-31")
    assert (order["signed_by"], order["offline_signature_state"]) == ("Ann Ray", "valid")
    assert order["signature"]
    lines = office(
        "sale.order.line", "read", order["order_line"],
        ["name", "display_type", "product_uom_id", "product_uom_qty", "price_unit", "discount"],
    )  # fmt: skip
    assert [
        line["display_type"]
        or (line["product_uom_id"][1], line["product_uom_qty"], line["price_unit"], line["discount"])
        for line in lines
    ] == ["line_section", ("Units", 6, 12.5, 10), ("Dozens", 2, 2520, 0), "line_note"]


def test_quotation_is_there_again_after_its_page_died_and_after_it_was_left(device: AppDevice) -> None:
    page = begin(device)
    add(device, "Oak desk")
    add(device, "Brass lamp")
    row(page, "Brass lamp").click()
    page.get_by_label("Quantity").fill("4")
    device.button("Done").click()
    expect(row(page, "Brass lamp")).to_contain_text("4 × $30.00")
    device.until(
        "async () => (await offlineApp.device.drafts.all())[0]?.content.lines[1]?.product_uom_qty === 4"
    )
    device.crash()
    device.open().until_ready()
    page = begin(device)
    device.says("You had begun this before. It was kept.")
    expect(row(page, "Brass lamp")).to_contain_text("4 × $30.00")

    device.button("Back").click()
    device.button("Keep as draft").click()
    expect(device.button("New quotation")).to_be_visible()
    lead = device.search("crm.lead", "Library")[0]["id"]
    device.go(f"/record/crm.lead/{lead}")
    device.says("A quotation was begun and is not made yet.")
    device.button("Go on").click()
    expect(row(page, "Oak desk")).to_be_visible()
    device.button("Back").click()
    device.button("Throw away").click()
    expect(page.locator(".o_deal_head")).to_be_visible()
    expect(device.button("Go on")).to_have_count(0)
    begin(device)
    expect(device.button("Add a product")).to_be_visible()
    expect(row(page, "Oak desk")).to_have_count(0)
    assert page.evaluate("offlineApp.device.drafts.all()") == []


def test_signature_counts_for_what_was_signed_alone(device: AppDevice, office: Office) -> None:
    page = begin(device)
    add(device, "Oak desk")
    device.button("Show and sign").click()
    device.button("Customer signs").click()
    device.button("Use the written name as signature").click()
    page.get_by_role("dialog", name="Customer's signature").get_by_role("button", name="Done").click()
    expect(page.locator(".o_paper_signed")).to_contain_text("Ann Ray")
    device.button("Close").click()
    expect(page.locator(".o_quote_note")).to_contain_text("Signed by Ann Ray")
    row(page, "Oak desk").click()
    device.button("One more").click()
    device.button("Done").click()
    device.says("It changed since Ann Ray signed it.")
    device.button("Make the quotation").click()
    expect(page.get_by_text("The quotation is made on this device", exact=False)).to_be_visible()
    order = order_of(office, device, "amount_total", "signed_by", "offline_signature_state")
    assert (order["amount_total"], order["signed_by"], order["offline_signature_state"]) == (
        1016.4,
        False,
        False,
    )


def test_quotation_is_not_made_from_a_paper_whose_prices_are_no_more(
    device: AppDevice, office: Office
) -> None:
    lectern = office.create("product.template", name="Lectern", list_price=100, taxes_id=[(6, 0, [])])
    device.go_online()
    assert device.sync()
    page = begin(device)
    add(device, "Lectern")
    device.button("Show and sign").click()
    device.button("Customer signs").click()
    device.button("Use the written name as signature").click()
    page.get_by_role("dialog", name="Customer's signature").get_by_role("button", name="Done").click()
    expect(page.locator(".o_paper_signed")).to_contain_text("Ann Ray")
    office.write("product.template", lectern, list_price=120)
    assert device.sync()
    expect(page.locator(".o_content .o_quote_total")).to_contain_text("$120.00")
    expect(page.locator(".o_paper .o_quote_total")).to_contain_text("$100.00")
    given = device.status()["given"]
    page.get_by_role("dialog").get_by_role("button", name="Make the quotation").click()
    device.says("It changed since Ann Ray signed it.")
    expect(device.heading("New quotation")).to_be_visible()
    assert device.status()["given"] == given

    # Without a signature it is made where the amounts of now are shown.
    device.work(device.button("Make the quotation"))
    order = order_of(office, device, "amount_total", "signed_by")
    assert (order["amount_total"], order["signed_by"]) == (120, False)


def test_who_signed_again_is_who_signed(device: AppDevice, office: Office) -> None:
    """Also where the device takes its time to keep the other signature."""
    page = begin(device)
    add(device, "Oak desk")
    device.button("Show and sign").click()
    sheet = page.get_by_role("dialog", name="Customer's signature")
    makes = page.get_by_role("dialog").get_by_role("button", name="Make the quotation")

    def sign(button: str, name: str) -> None:
        device.button(button).click()
        sheet.get_by_label("Name of who signs").fill(name)
        device.button("Use the written name as signature").click()
        sheet.get_by_role("button", name="Done").click()

    sign("Customer signs", "Ann Ray")
    expect(page.locator(".o_paper_signed")).to_contain_text("Ann Ray")
    device.hold_up("keepFile")
    sign("Sign again", "Ben Lee")
    expect(sheet).to_have_count(0)
    expect(makes).to_be_disabled()
    page.evaluate("window.letGo()")
    makes.click()
    device.says("The quotation is made on this device")
    order = order_of(office, device, "signed_by", "offline_signature_state")
    assert (order["signed_by"], order["offline_signature_state"]) == ("Ben Lee", "valid")


def test_promotion_that_the_customer_saw_is_part_of_the_proof(device: AppDevice, office: Office) -> None:
    page = begin(device)
    add(device, "Brass lamp")
    add(device, "Oak desk")
    row(page, "Oak desk").click()
    page.get_by_label("Quantity").fill("2")
    device.button("Done").click()
    page.get_by_text("A tenth off").click()
    expect(page.locator(".o_quote_total")).to_contain_text("$947.43")
    device.button("Show and sign").click()
    expect(page.locator(".o_paper_lines")).to_contain_text("A tenth off")
    device.button("Customer signs").click()
    device.button("Use the written name as signature").click()
    page.get_by_role("dialog", name="Customer's signature").get_by_role("button", name="Done").click()
    expect(page.locator(".o_paper_signed")).to_contain_text("Ann Ray")
    page.get_by_role("dialog").get_by_role("button", name="Make the quotation").click()
    expect(page.get_by_text("The quotation is made on this device", exact=False)).to_be_visible()
    order = order_of(office, device, "amount_total", "offline_signature_state", "order_line")
    assert (order["amount_total"], order["offline_signature_state"]) == (947.43, "valid")
    assert len(order["order_line"]) == 3


def test_quotation_of_the_office_is_shown_and_signed_on_the_device(device: AppDevice, office: Office) -> None:
    page = device.page
    user = page.evaluate("offlineApp.device.settings.user.id")
    desk = office.find("product.product", ("name", "=", "Oak desk"))
    lead = office.find("crm.lead", ("user_id", "=", user))
    customer = office.read("crm.lead", lead, "partner_id")["partner_id"][0]
    lines = [
        (0, 0, {"display_type": "line_section", "name": "Furniture"}),
        (0, 0, {"product_id": desk, "product_uom_qty": 2}),
    ]
    order = office.create(
        "sale.order", partner_id=customer, user_id=user, opportunity_id=lead, order_line=lines
    )
    device.go_online()
    assert device.sync()
    device.go_offline()
    device.go(f"/record/sale.order/{order}")
    expect(page.get_by_text("1,016.40 USD", exact=True)).to_be_visible()
    device.button("Customer Signs").click()
    for text in ("Azure Interior", "Furniture", "2 × $420.00", "$1,016.40"):
        expect(page.locator(".o_paper")).to_contain_text(text)
    device.button("Customer signs").click()
    page.get_by_label("Name of who signs").fill("Ann Ray")
    draw(page)
    page.get_by_role("dialog", name="Customer's signature").get_by_role("button", name="Done").click()
    device.button("Hand in the signature").click()
    device.says("The signature is kept on this device.")
    device.says("Ann Ray")
    signed = order_of(office, device, "signed_by", "signature", "offline_signature_state")
    assert (signed["id"], signed["signed_by"], signed["offline_signature_state"]) == (
        order,
        "Ann Ray",
        "valid",
    )
    assert signed["signature"]
