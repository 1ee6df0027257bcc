"""A quotation made in the app without network, and what becomes of it in Odoo."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tools.provision.server import OdooServer
from tools.stage.office import Office


@pytest.fixture(scope="module")
def server(make_database: Callable[..., str]) -> Iterator[OdooServer]:
    with OdooServer(make_database(template="offline_crm")) as running:
        yield running


@pytest.fixture(scope="module")
def office(server: OdooServer) -> Office:
    """An office that sells a taxed desk, and gives a tenth off from 500 on."""
    office = Office(server.url, server.db)
    group = office.create("account.tax.group", name="VAT")
    tax = office.create("account.tax", name="VAT 21 %", amount=21, type_tax_use="sale", tax_group_id=group)
    office.create("product.template", name="Oak desk", list_price=420, taxes_id=[(6, 0, [tax])])
    office.create(
        "loyalty.program",
        name="Autumn",
        program_type="promotion",
        trigger="auto",
        applies_on="current",
        rule_ids=[(0, 0, {"minimum_amount": 500, "minimum_qty": 0})],
        reward_ids=[(0, 0, {"discount": 10, "description": "A tenth off"})],
    )
    return office


@pytest.fixture
def device(make_app: Callable[[], AppDevice], office: Office) -> AppDevice:
    """The phone of a salesperson with an opportunity."""
    seller = office.hire_salesperson("seller", "Sam Seller")
    customer = office.create("res.partner", name="Azure Interior", is_company=True)
    office.create("crm.lead", name="Library", type="opportunity", user_id=seller, partner_id=customer)
    profile = office.ref("offline_crm.offline_profile_sales")
    return make_app().enrol(office.code(seller, profile))


def test_quotation_made_without_network_is_the_same_order_in_odoo(device: AppDevice, office: Office) -> None:
    device.go_offline()
    page = device.page
    device.button("New quotation").click()
    page.get_by_role("dialog").get_by_text("Library").click()
    device.button("Add a product").click()
    page.get_by_role("dialog").get_by_text("Oak desk").click()
    page.get_by_role("button", name="Oak desk").click()
    device.button("One more").click()
    device.button("Done").click()
    expect(page.get_by_text("$1,016.40")).to_be_visible()
    page.get_by_text("A tenth off").click()
    expect(page.locator(".o_quote_total")).to_contain_text("$914.76")
    device.button("Make the quotation").click()
    expect(page.get_by_text("The quotation is made on this device", exact=False)).to_be_visible()
    device.go_online()
    assert device.sync()
    [order] = office(
        "sale.order",
        "search_read",
        [("opportunity_id.name", "=", "Library")],
        ["amount_untaxed", "amount_total", "order_line"],
    )
    assert (order["amount_untaxed"], order["amount_total"], len(order["order_line"])) == (756, 914.76, 2)
    assert office("offline.price.variance", "search_count", [("order_id", "=", order["id"])]) == 0
