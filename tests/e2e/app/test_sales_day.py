"""A salesperson's day with the addon `offline_crm`: leads and opportunities without network, against a real Odoo.

With SCREENSHOTS=1 its screens are kept in docs/images, phone and desk, light and dark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.test_every_screen import faults
from tests.e2e.app.test_usual_day import keep
from tests.e2e.conftest import DESKTOP, served, staffed_office
from tools.stage.office import Office

LEAD = "crm.lead"


server = served("offline_crm")
office = staffed_office()


@dataclass
class Day:
    """The device of somebody who sells furniture, and what the day is about."""

    office: Office
    device: AppDevice
    user: int
    stages: dict[str, int]
    deals: dict[str, int]
    customer: int

    def stored(self, name: str, *fields: str) -> dict[str, Any]:
        return self.office.read(LEAD, self.deals[name], *fields)

    def column(self, stage: str) -> Locator:
        return self.device.page.locator(".o_board_column").filter(has=self.device.heading(stage))

    def card(self, stage: str, title: str) -> Locator:
        return self.column(stage).locator(".o_deal").filter(has_text=title)

    def open(self, name: str) -> None:
        self.device.go(f"/record/{LEAD}/{self.deals[name]}")
        expect(self.device.heading(str(self.stored(name, "name")["name"]))).to_be_visible()
        expect(self.device.page.locator(".o_deal_head")).to_be_visible()

    def confirm(self, name: str) -> None:
        self.device.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


@pytest.fixture
def day(make_app: Callable[..., AppDevice], office: Office, request: pytest.FixtureRequest) -> Day:
    login = f"seller{abs(hash(request.node.name)) % 10**8}"
    user = office.hire_salesperson(login, "Sam Seller")
    me = office.read("res.users", user, "partner_id")["partner_id"][0]
    team = office.create("crm.team", name=f"North {login}", member_ids=[(6, 0, [user])])
    stages = {
        name: office.ref(f"crm.stage_lead{number}")
        for name, number in (("New", 1), ("Qualified", 2), ("Proposition", 3), ("Won", 4))
    }
    customer = office.create(
        "res.partner", name="Reading Rooms", is_company=True, city="Oldtown", street="4 Mill Lane",
        phone="+32 475 12 34 56", email=f"office@{login}.example",
    )  # fmt: skip
    office.create("res.partner", name="Nora Field", parent_id=customer, function="Librarian")

    def deal(name: str, stage: str, revenue: float, **values: Any) -> int:
        given = {"user_id": user, "team_id": team, "type": "opportunity", "partner_id": customer}
        return office.create(
            LEAD, **{"name": name, "stage_id": stages[stage], "expected_revenue": revenue, **given, **values}
        )

    deals = {
        "desks": deal("Desks for the reading room", "New", 18500, priority="2"),
        "shelves": deal("Shelves along the wall", "New", 7200),
        "chairs": deal("Forty chairs", "Qualified", 9600, priority="1"),
        "lamps": deal("Lamps for the hall", "Qualified", 2400),
        "carpet": deal("Carpet, second floor", "Proposition", 5100),
        "wardrobe": deal("Wardrobes", "Proposition", 3300),
        "lead": deal(
            "Question about a conference table", "New", 0, type="lead", partner_id=False,
            contact_name="Nora Field", email_from=f"Nora <office@{login}.example>", phone="0475 12 34 56",
        ),
    }  # fmt: skip
    today = datetime.now(UTC)
    model = office.find("ir.model", ("model", "=", LEAD))
    for name, kind, summary, days in (
        ("desks", "call", "Ask about the oak sample", 0),
        ("chairs", "todo", "Send the fabric samples", -2),
        ("carpet", "meeting", "Measure the second floor", 1),
    ):
        office.create(
            "mail.activity", res_model_id=model, res_id=deals[name], user_id=user, summary=summary,
            activity_type_id=office.ref(f"mail.mail_activity_data_{kind}"),
            date_deadline=(today + timedelta(days=days)).strftime("%Y-%m-%d"),
        )  # fmt: skip
    start = (today + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    office.create(
        "calendar.event", name="Visit: Reading Rooms", location="4 Mill Lane, Oldtown", user_id=user,
        start=start.strftime("%Y-%m-%d %H:%M:%S"),
        stop=(start + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S"),
        partner_ids=[(6, 0, [me, customer])], opportunity_id=deals["desks"],
    )  # fmt: skip
    office(LEAD, "message_post", [deals["desks"]], body="They want to see the oak sample before they decide.")
    profile = office.ref("offline_crm.offline_profile_sales")
    device = make_app().enrol(office.code(user, profile))
    device.until_installed()
    return Day(office, device, user, stages, deals, customer)


def test_day_with_leads_without_network_is_done_in_odoo_by_its_own_functions(day: Day) -> None:
    device, page = day.device, day.device.page
    device.go_offline()
    device.button("Pipeline").click()
    expect(device.heading("My pipeline")).to_be_visible()
    expect(day.column("New").locator(".o_board_sum")).to_have_text("25,700")
    expect(day.column("New").locator(".o_board_count")).to_have_text("2")

    # To another stage with a thumb, and taken back; then for good.
    for wanted in ("Undo", None):
        day.card("New", "Shelves").get_by_role("button", name="Move").click()
        page.get_by_role("dialog").get_by_role("button", name="Qualified").click()
        expect(day.card("Qualified", "Shelves")).to_be_visible()
        if wanted:
            device.button(wanted).click()
            expect(day.card("New", "Shelves")).to_be_visible()
    expect(day.column("Qualified").locator(".o_board_count")).to_have_text("3")

    # A lead becomes an opportunity of the customer who has its e-mail.
    day.device.go(f"/record/{LEAD}/{day.deals['lead']}")
    device.button("Convert to Opportunity").click()
    expect(page.get_by_role("radio", name="Reading Rooms")).to_be_checked()
    day.confirm("Convert")
    expect(page.locator(".o_path")).to_be_visible()
    device.says("Reading Rooms")

    day.open("carpet")
    device.button("Mark Won").click()
    expect(page.locator(".o_strip").get_by_text("Won", exact=True)).to_be_visible()
    expect(device.button("Mark Lost")).to_have_count(0)

    day.open("lamps")
    device.button("Mark Lost").click()
    page.get_by_role("dialog").locator("[data-field=reason] button").first.click()
    page.get_by_role("dialog").last.get_by_role("button", name="Too expensive").click()
    page.get_by_role("dialog").get_by_label("Closing note").fill("They found cheaper ones.")
    day.confirm("Mark Lost")
    expect(page.get_by_text("Lost: Too expensive")).to_be_visible()
    expect(page.locator(".o_path")).to_have_count(0)

    day.open("wardrobe")
    device.button("Mark Lost").click()
    day.confirm("Mark Lost")
    device.button("Restore").click()
    expect(page.locator(".o_path")).to_be_visible()

    # A call, a note, the priority, and a new opportunity in the field.
    day.open("desks")
    device.button("Log call").click()
    page.get_by_role("dialog").get_by_label("What was said").fill("Prefers oak; decides next week.")
    day.confirm("Log a Call")
    device.button("Note").click()
    page.get_by_role("textbox", name="Note").fill("The floor is uneven.")
    day.confirm("Save")
    device.button("Priority: Very High").click()
    day.device.go("/pipeline")
    expect(device.heading("My pipeline")).to_be_visible()
    device.button("New").click()
    page.get_by_role("textbox", name="Opportunity", exact=True).fill("Reception desk")
    page.get_by_label("Expected Revenue").first.fill("4400")
    device.button("Save").click()
    expect(device.heading("Reception desk")).to_be_visible()
    day.device.go("/pipeline")
    expect(day.card("New", "Reception desk")).to_be_visible()

    device.go_online()
    assert device.sync()
    assert not device.page.evaluate("offlineApp.device.unresolved()")
    assert day.stored("shelves", "stage_id")["stage_id"][0] == day.stages["Qualified"]
    lead = day.stored("lead", "type", "partner_id")
    assert (lead["type"], lead["partner_id"][0]) == ("opportunity", day.customer)
    assert day.stored("carpet", "won_status", "probability") == {
        "id": day.deals["carpet"], "won_status": "won", "probability": 100.0,
    }  # fmt: skip
    lamps = day.stored("lamps", "active", "lost_reason_id")
    assert (lamps["active"], lamps["lost_reason_id"][1]) == (False, "Too expensive")
    assert day.stored("wardrobe", "active")["active"] is True
    assert day.stored("desks", "priority")["priority"] == "3"
    told = day.office(
        "mail.message", "search_read", [("model", "=", LEAD), ("res_id", "=", day.deals["desks"])], ["body"]
    )
    assert all(any(word in one["body"] for one in told) for word in ("Prefers oak", "uneven", "oak sample"))
    made = day.office.find(LEAD, ("name", "=", "Reception desk"), ("user_id", "=", day.user))
    assert day.office.read(LEAD, made, "expected_revenue", "type")["expected_revenue"] == 4400


def test_opportunity_is_dragged_to_another_stage_on_a_desk(day: Day) -> None:
    device, page = day.device, day.device.page
    page.set_viewport_size(DESKTOP["viewport"])
    device.button("Pipeline").click()
    day.card("New", "Shelves").drag_to(day.column("Proposition"))
    expect(day.card("Proposition", "Shelves")).to_be_visible()
    device.until_synced()
    assert day.stored("shelves", "stage_id")["stage_id"][0] == day.stages["Proposition"]
    day.card("Proposition", "Shelves").drag_to(day.column("Won"))
    expect(day.card("Won", "Shelves")).to_be_visible()
    device.until_synced()
    assert day.stored("shelves", "won_status")["won_status"] == "won"


def test_newest_stage_stands_and_the_expected_revenue_is_asked_about(day: Day) -> None:
    device, page = day.device, day.device.page
    device.go_offline()
    day.office.write(LEAD, day.deals["shelves"], stage_id=day.stages["Qualified"])
    # A device tells whole seconds: what it does within that of the office's change counts as before it.
    then = page.evaluate("Math.floor(Date.now() / 1000)")
    page.wait_for_function("(then) => Math.floor(Date.now() / 1000) > then", arg=then)
    device.edit(LEAD, day.deals["shelves"], stage_id=day.stages["Proposition"])
    device.edit(LEAD, day.deals["desks"], expected_revenue=21000)
    day.office.write(LEAD, day.deals["desks"], expected_revenue=16000)
    device.go_online()
    assert device.sync()
    assert day.stored("shelves", "stage_id")["stage_id"][0] == day.stages["Proposition"]
    device.says("Somebody else changed the same as you.")
    device.button("Look").click()
    device.button("Compare and decide").click()
    page.get_by_role("radio", name="Mine").click()
    device.work(device.button("Save the decision"))
    device.until_synced()
    assert day.stored("desks", "expected_revenue")["expected_revenue"] == 21000


def test_unsynchronized_data_has_a_tab_for_each_kind(day: Day) -> None:
    device, page = day.device, day.device.page
    device.only_by_hand()
    device.go_offline()
    device.edit(LEAD, day.deals["desks"], priority="3")
    device.edit(LEAD, day.deals["lead"], priority="3")
    device.edit("res.partner", day.customer, city="Hilltop")
    device.create("res.partner", name="Ida Winter", is_company=False)
    task = device.search("mail.activity", "fabric")[0]["id"]
    device.edit("mail.activity", task, summary="Send all samples")
    visit = device.search("calendar.event", "Reading")[0]["id"]
    device.edit("calendar.event", visit, location="Elsewhere")
    device.create("mail.message", model=LEAD, res_id=day.deals["desks"], body="<p>Oak.</p>")
    # What is asked of a record stands with what it makes.
    for entity, ref, operation, args in (
        ("res.partner", day.customer, "check_in", {"note": "Here"}),
        (LEAD, day.deals["shelves"], "check_in", {"note": "There"}),
        (LEAD, day.deals["desks"], "quote", {"uid": "0198a5a4-0000-7000-8000-000000000001", "lines": []}),
    ):
        page.evaluate(
            "(asked) => offlineApp.device.call(...asked).then(() => null)", [entity, ref, operation, args]
        )
    day.device.go("/unsynchronized")
    expect(page.get_by_role("group", name="Kind of records")).to_be_visible()
    labels = page.locator(".o_chips .o_chip > span:first-child").all_inner_texts()
    assert set(labels) == {
        "All",
        "Deals",
        "Leads",
        "Companies",
        "Contacts",
        "Tasks",
        "Events",
        "Notes",
        "Visits",
        "Orders",
    }
    page.get_by_role("group", name="Kind of records").get_by_role("button", name="Visits").click()
    expect(page.locator(".o_piece")).to_have_count(2)


def test_converted_lead_tells_of_similar_ones_and_leads_to_them(day: Day) -> None:
    device, page = day.device, day.device.page
    lead = day.office.read(LEAD, day.deals["lead"], "email_from")
    twin = day.office.create(
        LEAD, name="Table for meetings", type="lead", user_id=day.user, email_from=lead["email_from"]
    )
    # A colleague's, which this device does not hold.
    day.office.create(
        LEAD,
        name="Table of a colleague",
        type="lead",
        user_id=False,
        team_id=False,
        email_from=lead["email_from"],
    )
    assert device.sync()
    device.go_offline()
    day.device.go(f"/record/{LEAD}/{day.deals['lead']}")
    device.button("Convert to Opportunity").click()
    day.confirm("Convert")
    expect(page.locator(".o_path")).to_be_visible()
    expect(page.locator(".o_similar")).to_have_count(0)
    device.go_online()
    assert device.sync()
    similar = page.locator(".o_similar")
    expect(similar).to_contain_text("Table for meetings")
    assert faults(page) == []
    similar.get_by_role("button", name="Table for meetings").click()
    expect(device.heading("Table for meetings")).to_be_visible()
    assert page.evaluate("offlineApp.router.current.parts.ref") == str(twin)


def test_customer_shows_quotations_orders_and_check_ins_of_the_whole_company(day: Day) -> None:
    device, page, office = day.device, day.device.page, day.office
    person = office.find("res.partner", ("parent_id", "=", day.customer))
    other = office.create("res.partner", name="Somebody else", is_company=True)
    tax = [(6, 0, [])]
    shelf = office.create("product.template", name="Oak shelf", list_price=100, taxes_id=tax)
    product = office.find("product.product", ("product_tmpl_id", "=", shelf))

    def order(partner: int, quantity: int, *, confirmed: bool = False) -> str:
        lines = [(0, 0, {"product_id": product, "product_uom_qty": quantity})]
        made = office.create("sale.order", partner_id=partner, user_id=day.user, order_line=lines)
        if confirmed:
            office("sale.order", "action_confirm", [made])
        return str(office.read("sale.order", made, "name")["name"])

    asked, by_person, bought = order(day.customer, 2), order(person, 3), order(person, 5, confirmed=True)
    gone = order(other, 7)
    assert device.sync()
    device.go_offline()
    group = page.locator(".o_card_group")
    device.go(f"/record/res.partner/{day.customer}")
    quotations = group.filter(has=page.get_by_role("heading", name="Open quotations"))
    for text in (asked, by_person, "Nora Field", "$500.00"):
        expect(quotations).to_contain_text(text)
    orders = group.filter(has=page.get_by_role("heading", name="Orders", exact=False)).filter(has_text=bought)
    expect(orders).to_contain_text("$500.00")
    expect(page.locator(".o_content")).not_to_contain_text(gone)
    expect(group.filter(has=page.get_by_role("heading", name="Events"))).to_contain_text(
        "Visit: Reading Rooms"
    )

    device.button("Check In").click()
    page.get_by_role("dialog").get_by_label("Note").fill("They want to see samples.")
    device.work(page.get_by_role("dialog").get_by_role("button", name="Check In"))
    visits = group.filter(has=page.get_by_role("heading", name="Check-ins"))
    expect(visits).to_contain_text("They want to see samples.")
    expect(visits).to_contain_text("not sent yet")
    device.go_online()
    device.until_synced()
    assert device.sync()
    expect(visits).not_to_contain_text("not sent yet")
    expect(visits).to_contain_text("They want to see samples.")
    page.evaluate("offlineApp.messages.notes.splice(0)")
    assert faults(page) == []
    # The same from one of its people.
    device.go(f"/record/res.partner/{person}")
    expect(device.heading("Nora Field")).to_be_visible()
    expect(visits).to_contain_text("They want to see samples.")
    expect(quotations).to_contain_text(asked)
    visits.get_by_role("button", name="They want to see samples.").click()
    expect(page.locator(".o_facts")).to_have_count(1)
    expect(page.locator(".o_facts")).to_contain_text("They want to see samples.")
    expect(page.locator(".o_facts")).not_to_contain_text("Latitude")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_screens_of_a_salesperson_keep_nobody_out_and_are_kept_as_pictures(day: Day, direction: str) -> None:
    device, page = day.device, day.device.page
    device.go_offline()
    day.device.go("/home")
    device.edit(LEAD, day.deals["chairs"], stage_id=day.stages["Proposition"])
    page.evaluate(
        """([id, stage]) => offlineApp.device.call("crm.lead", id, "mark_won", {}, {
            effect: { stage_id: stage, probability: 100, won_status: "won" },
        }).then(() => null)""",
        [day.deals["wardrobe"], day.stages["Won"]],
    )
    page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
    screens: dict[str, tuple[str, str]] = {
        "crm-home": ("/home", "My pipeline"),
        "crm-pipeline": ("/pipeline", "Desks for the reading room"),
        "crm-list": (f"/list/{LEAD}", "Forty chairs"),
        "crm-lead": (f"/record/{LEAD}/{day.deals['desks']}", "Ask about the oak sample"),
        "crm-form": (f"/form/{LEAD}/{day.deals['desks']}", "Save"),
        "crm-customer": (f"/record/res.partner/{day.customer}", "Visit: Reading Rooms"),
    }
    wrong = {}
    for name, (path, text) in screens.items():
        day.device.go(path)
        expect(page.locator(".o_screen").get_by_text(text, exact=True).first).to_be_visible()
        wrong[name] = faults(page)
        if direction == "ltr":
            page.evaluate("offlineApp.messages.notes.splice(0)")
            keep(page, name)
    day.device.go("/pipeline")
    day.card("New", "Shelves").get_by_role("button", name="Move").click()
    wrong["moving"] = faults(page)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    day.device.go(f"/record/{LEAD}/{day.deals['lead']}")
    device.button("Convert to Opportunity").click()
    expect(page.get_by_role("radio", name="A new customer")).to_be_visible()
    wrong["converting"] = faults(page)
    if direction == "ltr":
        keep(page, "crm-convert")
    assert {name: found for name, found in wrong.items() if found} == {}
