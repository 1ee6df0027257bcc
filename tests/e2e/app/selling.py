"""A shop that sells furniture, the phones of its salespeople, and what they do in the editor of quotations.

server = served("offline_crm")
office = furniture_office()
device = seller()
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import cos, sin
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.app.device import AppDevice
from tools.provision.server import OdooServer
from tools.stage.office import Office

_sellers = count(1)


def furniture_office() -> Any:
    """The fixture `office`: it sells a taxed desk, gives a tenth off from 500 on, and has terms to choose from."""

    @pytest.fixture(scope="module")
    def office(server: OdooServer) -> Office:
        return furnished(Office(server.url, server.db))

    return office


def furnished(office: Office) -> Office:
    """The office with what it sells."""
    office.write("res.company", 1, name="Oak & Sons", street="12 Mill Lane", zip="4000", city="Oldtown")
    office.write(
        "res.groups",
        office.ref("base.group_user"),
        implied_ids=[(4, office.ref("product.group_product_pricelist"))],
    )
    group = office.create("account.tax.group", name="VAT")
    tax = office.create("account.tax", name="VAT 21 %", amount=21, type_tax_use="sale", tax_group_id=group)
    dozen = office.ref("uom.product_uom_dozen")
    office.write("uom.uom", dozen, active=True)
    desk = office.create(
        "product.template",
        name="Oak desk",
        list_price=420,
        taxes_id=[(6, 0, [tax])],
        uom_ids=[(6, 0, [dozen])],
    )
    lamp = office.create("product.template", name="Brass lamp", list_price=30, taxes_id=[(6, 0, [tax])])
    desk, lamp = (
        office.find("product.product", ("product_tmpl_id", "=", template)) for template in (desk, lamp)
    )
    office.create("account.payment.term", name="Three parts in a year")
    # No wkhtmltopdf need be here: letters go without the printed quotation.
    letter = office.ref("sale.email_template_edi_sale")
    office.write("mail.template", letter, report_template_ids=[(5,)])
    office.create("product.pricelist", name="Public", sequence=1)
    office.create(
        "product.pricelist",
        name="Libraries",
        sequence=99,
        item_ids=[(0, 0, {"compute_price": "percentage", "percent_price": 50, "applied_on": "3_global"})],
    )
    office.create(
        "sale.order.template",
        name="Classroom",
        note="<p>Two years of warranty</p>",
        sale_order_template_line_ids=[
            (0, 0, {"sequence": 1, "display_type": "line_section", "name": "Furniture"}),
            (0, 0, {"sequence": 2, "product_id": desk, "product_uom_qty": 3}),
            (0, 0, {"sequence": 3, "product_id": lamp, "product_uom_qty": 6}),
        ],
    )
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


def seller(**options: Any) -> Any:
    """The fixture `device`: a salesperson's phone with an opportunity, without network; `options` as of `make_app`."""

    @pytest.fixture
    def device(make_app: Callable[..., AppDevice], office: Office) -> AppDevice:
        login = f"seller{next(_sellers)}"
        seller = office.hire_salesperson(login, "Sam Seller")
        customer = office.create("res.partner", name="Azure Interior", is_company=True)
        office.create(
            "crm.lead", name="Library extension", type="opportunity", user_id=seller, partner_id=customer,
            contact_name="Ann Ray",
        )  # fmt: skip
        profile = office.ref("offline_crm.offline_profile_sales")
        app = make_app(**options).enrol(office.code(seller, profile)).until_installed()
        app.go_offline()
        return app

    return device


def begin(device: AppDevice) -> Page:
    """Open the editor for the opportunity, from the home screen."""
    device.go("/home")
    device.button("New quotation").click()
    device.page.get_by_role("dialog").get_by_text("Library").click()
    expect(device.heading("New quotation")).to_be_visible()
    return device.page


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("button", name=title)


def choose(page: Page, what: str, name: str) -> None:
    """Choose one of the terms."""
    row(page, what).click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def add(device: AppDevice, product: str) -> None:
    device.button("Add a product").click()
    device.page.get_by_role("dialog").get_by_text(product).click()


def make(device: AppDevice) -> None:
    """Make the quotation, and wait until its editor has led on."""
    device.work(device.button("Make the quotation"))
    expect(device.heading("New quotation")).to_have_count(0)


def draw(page: Page) -> None:
    """Sign with a finger."""
    box = page.get_by_role("img", name="Sign here").bounding_box()
    assert box
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + width * 0.16, y + height * 0.5)
    page.mouse.down()
    for part in range(1, 61):
        loop = sin(part / 3) * (0.3 - part / 300)
        page.mouse.move(x + width * (0.1 + part * 0.012 + cos(part / 3) * 0.06), y + height * (0.5 + loop))
    page.mouse.up()


def order_of(office: Office, device: AppDevice, *fields: str) -> dict:
    """The one order that came of the opportunity."""
    device.go_online()
    assert device.sync()
    assert device.page.evaluate("offlineApp.device.unresolved()") == []
    user = device.page.evaluate("offlineApp.device.settings.user.id")
    [order] = office("sale.order", "search_read", [("user_id", "=", user)], ["opportunity_id", *fields])
    return dict(order)
