"""What the office sees of a salesperson's day: prices, signatures, check-ins, and where leads and orders come from.

With SCREENSHOTS=1 its screens are kept in docs/images.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import rfc8785
from playwright.sync_api import Locator, expect

from offline_device import keys
from tests.e2e.conftest import DESKTOP, served, staffed_office
from tests.e2e.screens import Screens
from tests.faults.wire import Wire, uuid7
from tools.provision.server import OdooServer
from tools.stage.office import Office

server = served("offline_crm")
office = staffed_office()

AT = "2026-11-21T10:00:00Z"


@dataclass
class Day:
    """What is in Odoo after Mia's sync."""

    office: Office
    lead: int
    customer: int
    #: At a price beyond the tolerance; signed, and of other terms since.
    order: int
    number: str


def _signature(device: Wire, order: str, document: dict[str, Any]) -> dict[str, Any]:
    """The customer's signature, as a device vouches for it."""
    told = {"name": "Ann Ray", "image": hashlib.sha256(b"a picture").hexdigest(), "at": AT}
    digest = hashlib.sha256(rfc8785.dumps(document)).hexdigest()
    statement = {"purpose": "sale.order", "order": order, "document": digest, **told}
    return {**told, "document": document, "signature": keys.sign(device.key, statement)}


@pytest.fixture(scope="module")
def day(server: OdooServer, office: Office) -> Day:
    """Mia meets a new customer's people, quotes at a price of her own, and the office changes the terms after."""
    profile = office.ref("offline_crm.offline_profile_sales")
    office.write("offline.profile", profile, price_policy="review", price_tolerance=2)
    seller = office.hire_salesperson("mia", "Mia Torres")
    office.hire("boss", "Berta Moss", "sales_team.group_sale_manager")
    office.hire(
        "desk", "Dora Finch", "sales_team.group_sale_manager", "offline_base.offline_base_group_reviewer"
    )
    team = office.create("crm.team", name="Harbour", member_ids=[(6, 0, [seller])])
    customer = office.create("res.partner", name="Harbour School", email="school@example.com")
    desk = office.create("product.product", name="Standing Desk", list_price=400, taxes_id=[(5, 0, 0)])
    term = office.create("account.payment.term", name="In two parts")
    company = office.read("res.users", office.uid, "company_id")["company_id"][0]
    currency = office.read("res.company", company, "currency_id")["currency_id"][1]
    device = Wire.enrol(server.url, office.code(seller, profile))
    office.write(
        "offline.device", office.find("offline.device", ("uid", "=", device.uid)), name="Mia's phone"
    )

    lead, quote = uuid7(), uuid7()
    position = {"latitude": 51.2211, "longitude": 4.3997, "accuracy_m": 9, "consent": True}
    line = {
        "product": desk, "name": "Standing Desk", "quantity": 6, "price_unit": 350, "discount": 0,
        "price_total": 2100,
    }  # fmt: skip
    document = {
        "customer": "Harbour School", "currency": currency, "lines": [line], "amount_untaxed": 2100,
        "amount_tax": 0, "amount_total": 2100, "payment_term": "In two parts", "terms": "",
    }  # fmt: skip
    made = {
        "name": "Desks for the reading room",
        "type": "opportunity",
        "partner_id": customer,
        "team_id": team,
    }
    quoted = {
        "uid": quote,
        "lines": [{key: value for key, value in line.items() if key != "name"}],
        "payment_term": term,
        "amount_total": 2100,
        "signature": _signature(device, quote, document),
    }
    receipts = device.receipts(
        device.operation("crm.lead", "create", target={"uid": lead}, values=made),
        device.operation(
            "res.partner",
            "check_in",
            target={"id": customer},
            args={"note": "Measured the shelves.", "position": position},
        ),
        device.operation("crm.lead", "check_in", target={"uid": lead}, args={"note": "Met the headmaster."}),
        device.operation("crm.lead", "quote", target={"uid": lead}, args=quoted),
        device.operation(
            "sale.order",
            "update",
            target={"uid": quote},
            values={"client_order_ref": "PO 7"},
            base={"client_order_ref": None},
        ),
    )
    assert [receipt["status"] for receipt in receipts] == ["applied"] * 5, receipts
    order = receipts[3]["result"]["order"]
    later = office.create("account.payment.term", name="In three parts")
    office.write("sale.order", order, payment_term_id=later)
    return Day(office, receipts[0]["target"]["id"], customer, order, receipts[3]["result"]["name"])


@pytest.fixture
def boss(open_page: Callable[..., Screens]) -> Screens:
    """A sales administrator who has no part in Offline."""
    return open_page("boss", DESKTOP)


@pytest.fixture
def desk(open_page: Callable[..., Screens]) -> Screens:
    """A sales administrator who decides conflicts as well."""
    return open_page("desk", DESKTOP)


def report(screen: Screens, name: str) -> None:
    """Open a report of Sales by its menus."""
    apps = screen.apps()
    assert "Offline" not in apps.all_inner_texts()
    apps.filter(has_text=re.compile("^Sales$")).click()
    screen.page.locator(".o_menu_sections").get_by_text("Reporting", exact=True).click()
    screen.page.get_by_role("menuitem", name=name, exact=True).click()
    expect(screen.page.locator(".o_last_breadcrumb_item, .o_breadcrumb .active").first).to_contain_text(name)


def cell(row: Locator, name: str) -> Locator:
    return row.locator(f"td[name='{name}']")


def test_sales_administrator_looks_at_signatures(boss: Screens, day: Day) -> None:
    """The badge says that the order is another since; a filter finds those."""
    report(boss, "Signatures")
    row = boss.row(day.number)
    expect(cell(row, "state")).to_have_text("Changed Since")
    boss.page.locator(".o_searchview_dropdown_toggler").click()
    boss.page.get_by_role("menuitemcheckbox", name="Changed Since").click()
    boss.page.keyboard.press("Escape")
    expect(row).to_be_visible()
    boss.shot("office-signatures")
    row.locator("td[name='signed_by']").click()
    expect(boss.page.get_by_role("alert")).to_contain_text("it changed since they signed")
    expect(boss.field("is_verified").locator("input")).to_be_checked()


def test_sales_administrator_looks_at_check_ins(boss: Screens, day: Day) -> None:
    """Consent, place and accuracy stand in the list; customer and opportunity lead to their own."""
    report(boss, "Visits")
    here, there = boss.row("Measured the shelves."), boss.row("Met the headmaster.")
    expect(cell(here, "has_consented").locator("input")).to_be_checked()
    for name, text in (("latitude", "51.2211"), ("longitude", "4.3997"), ("accuracy_m", "9.0")):
        expect(cell(here, name)).to_contain_text(text)
    expect(cell(there, "has_consented").locator("input")).not_to_be_checked()
    expect(cell(there, "latitude")).to_have_text("")
    boss.shot("office-visits")
    cell(here, "arrived_at").click()
    expect(boss.field("note")).to_contain_text("Measured the shelves.")
    expect(boss.field("map_url").locator("a")).to_have_attribute("href", re.compile("openstreetmap"))
    boss.shot("office-visit")
    for path, record, count in (
        ("crm.crm_lead_action_pipeline", day.lead, "1"),
        ("base.action_partner_form", day.customer, "2"),
    ):
        boss.page.goto(f"{boss.url}/odoo/action-{path}/{record}")
        button = boss.page.locator("button.oe_stat_button", has=boss.field("offline_visit_count"))
        expect(button).to_contain_text(count)
        button.click()
        expect(boss.row()).to_have_count(int(count))


def test_lead_and_order_say_on_which_device_they_were_made_and_lead_to_their_work(
    desk: Screens, day: Day
) -> None:
    page = desk.page
    page.goto(f"{desk.url}/odoo/action-crm.crm_lead_action_pipeline/{day.lead}")
    expect(desk.field("offline_device_id").first).to_contain_text("Mia's phone")
    button = page.locator(".o_offline_button")
    expect(button.locator(".o_stat_value")).to_have_text("3")
    expect(page.locator(".o-mail-Message").first).to_be_attached()
    desk.shot("office-lead")
    button.get_by_role("button").click()
    for work in ("Create", "Check In", "New Quotation"):
        expect(desk.row(work)).to_have_count(1)

    page.goto(f"{desk.url}/odoo/action-sale.action_quotations/{day.order}")
    expect(desk.field("offline_signature_state")).to_have_text("Changed Since")
    expect(page.get_by_text("The customer signed something else on a device")).to_be_visible()
    expect(button.locator(".o_stat_value")).to_have_text("2")
    desk.shot("office-order")
    page.get_by_role("tab", name="Other Info").click()
    expect(desk.field("offline_device_id")).to_contain_text("Mia's phone")
    button.get_by_role("button").click()
    for work in ("New Quotation", "Edit"):
        expect(desk.row(work)).to_have_count(1)


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("crm.crm_lead_all_leads", "Desks for the reading room"),
        ("crm.crm_lead_opportunities", "Desks for the reading room"),
        ("sale.action_quotations", None),
    ],
)
def test_what_was_made_offline_is_found(desk: Screens, day: Day, action: str, name: str | None) -> None:
    day.office.write("crm.lead", day.lead, type="lead" if action.endswith("all_leads") else "opportunity")
    desk.page.goto(f"{desk.url}/odoo/action-{action}")
    expect(desk.page.locator(".o_action .o_content")).to_be_visible()
    for facet in reversed(desk.page.locator(".o_searchview_facet .o_facet_remove").all()):
        facet.click()
    desk.page.locator(".o_searchview_dropdown_toggler").click()
    desk.page.get_by_role("menuitemcheckbox", name="Made Offline").click()
    desk.page.keyboard.press("Escape")
    found = desk.page.locator("tr.o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
    expect(found).to_have_count(1)
    expect(found).to_contain_text(name or day.number)


def test_sales_administrator_decides_about_a_price(boss: Screens, day: Day) -> None:
    """Odoo's price is offered for lines of quotations alone."""
    report(boss, "Price Differences")
    row = boss.row(day.number)
    expect(cell(row, "state")).to_have_text("To Review")
    expect(row.locator("button[name='action_accept']")).to_be_visible()
    boss.shot("office-price-differences")
    day.office("sale.order", "action_confirm", [day.order])
    boss.page.reload()
    expect(row.locator("button[name='action_accept']")).to_be_visible()
    expect(row.locator("button[name='action_take_odoos_price']")).to_have_count(0)
    day.office("sale.order", "action_cancel", [day.order])
    day.office("sale.order", "action_draft", [day.order])
    boss.page.reload()
    row.locator("button[name='action_take_odoos_price']").click()
    expect(cell(row, "state")).to_have_text("Odoo's Price Taken")
    assert day.office.read("sale.order", day.order, "amount_untaxed")["amount_untaxed"] == 2400
    expect(row.locator("button[name='action_accept']")).to_have_count(0)
