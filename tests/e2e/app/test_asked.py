"""What Odoo is asked while there is a network: stock, credit, the PDF of an order. Shown with its age without one."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.test_quotation import add, begin, row
from tests.e2e.app.test_usual_day import keep
from tests.e2e.conftest import served
from tools.provision.server import OdooServer
from tools.stage.office import Office

_sellers = count(1)
_ANSWER = "offlineApp.device.answers.get('product.product', 'stock', '1')"
#: One page that says so; whoever reads it mends the table that it does not have.
_PDF = """%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>endobj
trailer<</Root 1 0 R>>"""
_CREDIT_IS_KEPT = """async () => {
    const kept = await offlineApp.device.parts.store.all("answer");
    return kept.some(({ question }) => question === "credit");
}"""
#: As if it had been said some hours ago.
_AGE = """async (hours) => {
    const { answers } = offlineApp.device;
    const { answer, at } = await answers.get("product.product", "stock", "1");
    const answered_at = new Date(Date.parse(at) - hours * 3_600_000).toISOString();
    await answers.put("product.product", "stock", { answer, answered_at }, "1");
}"""


server = served("stock")


@pytest.fixture(scope="module")
def office(server: OdooServer) -> Office:
    """An office that counts its desks, repairs them, and sets limits of credit."""
    office = Office(server.url, server.db)
    office.write("res.company", 1, account_use_credit_limit=True)
    desk = office.create(
        "product.template", name="Oak desk", list_price=420, is_storable=True, taxes_id=[(5,)]
    )
    office.create("product.template", name="Polishing", list_price=30, type="service", taxes_id=[(5,)])
    product = office.find("product.product", ("product_tmpl_id", "=", desk))
    warehouse = office.find("stock.warehouse", ("company_id", "=", 1))
    place = office.read("stock.warehouse", warehouse, "lot_stock_id")["lot_stock_id"][0]
    counted = {"product_id": product, "location_id": place, "inventory_quantity": 12}
    quant = office("stock.quant", "create", counted, context={"inventory_mode": True})
    office("stock.quant", "action_apply_inventory", [quant])
    return office


@pytest.fixture
def device(make_app: Callable[..., AppDevice], office: Office) -> AppDevice:
    """The phone of a salesperson with an opportunity, whose customer may owe 1,000, and with an order."""
    seller = office.hire_salesperson(f"asker{next(_sellers)}", "Sam Seller")
    customer = office.create(
        "res.partner",
        name="Azure Interior",
        is_company=True,
        use_partner_credit_limit=True,
        credit_limit=1000,
    )
    office.create(
        "crm.lead", name="Library extension", type="opportunity", user_id=seller, partner_id=customer
    )
    office.create("sale.order", partner_id=customer, user_id=seller, client_order_ref=f"asked {seller}")
    profile = office.ref("offline_crm.offline_profile_sales")
    return make_app().enrol(office.code(seller, profile)).until_installed()


def add_desk(device: AppDevice, quantity: int) -> Page:
    page = device.page
    add(device, "Oak desk")
    row(page, "Oak desk").click()
    page.get_by_label("Quantity").fill(str(quantity))
    device.button("Done").click()
    return page


def test_stock_is_shown_with_its_age_without_network_after_it_was_asked_with_one(device: AppDevice) -> None:
    device.until(f"async () => (await {_ANSWER}) !== null")
    device.go_offline()
    device.page.evaluate(_AGE, 2)
    page = begin(device)
    device.button("Add a product").click()
    sheet = page.get_by_role("dialog")
    expect(row(page, "Oak desk")).to_contain_text("12 Units free, 2 hours ago")
    expect(sheet.get_by_role("button", name="Polishing")).not_to_contain_text("free")
    keep(page, "crm-asked-stock")
    sheet.get_by_text("Oak desk").click()
    stock = row(page, "Oak desk").locator(".o_quote_stock")
    expect(stock).to_have_text("12 Units free, 2 hours ago")
    expect(stock).not_to_have_class(re.compile("o_text_warning"))
    row(page, "Oak desk").click()
    page.get_by_label("Quantity").fill("13")
    device.button("Done").click()
    expect(stock).to_have_class(re.compile("o_text_warning"))


def test_credit_is_asked_as_the_total_changes_and_keeps_its_age_without_network(device: AppDevice) -> None:
    page = begin(device)
    add_desk(device, 2)
    warning = page.locator(".o_quote_note", has_text="credit limit")
    # Two desks are within the limit: Odoo was asked, and said so.
    device.until(_CREDIT_IS_KEPT)
    expect(warning).to_have_count(0)
    row(page, "Oak desk").click()
    page.get_by_label("Quantity").fill("3")
    device.button("Done").click()
    expect(warning).to_contain_text("Azure Interior has reached its credit limit of: $ 1,000.00")
    expect(warning).to_contain_text("$ 1,260.00")
    expect(warning).not_to_contain_text("Odoo said so")
    keep(page, "crm-asked-credit")
    device.go_offline()
    expect(warning).to_contain_text("Odoo said so now.")
    # It forbids nothing.
    device.button("Make the quotation").click()
    expect(page.get_by_text("The quotation is made on this device", exact=False)).to_be_visible()


def test_pdf_is_opened_only_with_a_network(device: AppDevice, office: Office) -> None:
    """It leads to a tab with the document.

    The browser's own viewer is not there in tests; Chromium's was seen to show one under the page's policy.
    """
    user = device.page.evaluate("offlineApp.device.settings.user.id")
    order = office.find("sale.order", ("client_order_ref", "=", f"asked {user}"))
    name = office.read("sale.order", order, "name")["name"]
    device.go(f"/record/sale.order/{order}")
    page = device.page
    page.evaluate(
        """(content) => {
            const { device } = offlineApp;
            const ask = device.ask.bind(device);
            const answer = { name: "S1.pdf", type: "application/pdf", content: btoa(content) };
            device.ask = (...asked) => (device.isFaked ? { answer } : ask(...asked));
        }""",
        _PDF,
    )
    button = device.button("Open PDF")
    button.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text(name)
    # No wkhtmltopdf is here: Odoo says so. With one, there is a document.
    expect(sheet.get_by_role("alert").or_(sheet.get_by_role("link", name="Open"))).to_be_visible()
    if sheet.get_by_role("alert").is_visible():
        expect(sheet).to_contain_text("Wkhtmltopdf")
    keep(page, "crm-asked-refused")
    page.keyboard.press("Escape")
    page.evaluate("offlineApp.device.isFaked = true")
    button.click()
    expect(sheet.get_by_role("link", name="Save")).to_have_attribute("download", "S1.pdf")
    keep(page, "crm-asked-pdf")
    with page.expect_popup() as opened:
        sheet.get_by_role("link", name="Open").click()
    assert opened.value.url.startswith("blob:")
    opened.value.close()
    page.keyboard.press("Escape")
    device.go_offline()
    device.sync()
    expect(button).to_have_count(0)
