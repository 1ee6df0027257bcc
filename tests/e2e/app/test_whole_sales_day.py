"""The demo's day in the app: a salesperson works without network while the office changes what the day is about.

It is played on the demo data of `offline_crm`, as `make demo` does. With SCREENSHOTS=1 its pictures are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.test_every_screen import faults
from tests.e2e.app.test_usual_day import keep
from tests.e2e.conftest import served, staffed_office
from tools.stage.office import Office

LEAD, ORDER, PARTNER = "crm.lead", "sale.order", "res.partner"


server = served("offline_crm")
office = staffed_office()


class Marc:
    """The salesperson of the demo data with the app on a phone: what they tap, and what Odoo has of it."""

    def __init__(self, device: AppDevice, office: Office) -> None:
        self.device, self.page, self.office = device, device.page, office
        self.wrong: list[str] = []

    def ref(self, name: str) -> int:
        return self.office.ref(f"offline_crm.{name}")

    def open(self, entity: str, record_id: int, title: str) -> None:
        self.device.go(f"/record/{entity}/{record_id}")
        expect(self.device.heading(title)).to_be_visible()

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog").last

    def answer(self, name: str) -> Locator:
        return self.dialog.get_by_role("button", name=name, exact=True)

    def confirm(self, name: str) -> None:
        self.answer(name).click()

    def look(self, name: str) -> None:
        """Keep a picture, and note what axe finds on the screen or what leaves its sides."""
        self.page.evaluate("offlineApp.messages.notes.splice(0)")
        self.wrong += [f"{name}: {one}" for one in faults(self.page)]
        keep(self.page, f"crm-day-{name}")

    def total(self) -> float:
        """The total that the screen of the quotation shows."""
        text = self.page.locator(".o_quote_total dd").inner_text()
        return float(text.replace("$", "").replace(",", ""))


@pytest.fixture
def marc(make_app: Callable[..., AppDevice], office: Office) -> Marc:
    user = office.find("res.users", ("login", "=", "demo"))
    device = make_app().enrol(office.code(user, office.ref("offline_crm.offline_profile_sales")))
    device.until_installed()
    return Marc(device, office)


def _office_goes_on(marc: Marc) -> None:
    """Meanwhile: a stage, a price, a promotion and a customer are changed, each of which Marc worked on."""
    office = marc.office
    office.write(LEAD, marc.ref("crm_lead_demo_shelves"), stage_id=office.ref("crm.stage_lead3"))
    office.write("product.template", marc.ref("product_template_demo_desk"), list_price=424)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    office.write(
        "loyalty.program", marc.ref("loyalty_program_demo_spring"), date_to=yesterday.strftime("%Y-%m-%d")
    )
    office.write(PARTNER, marc.ref("res_partner_demo_library"), street="12 Mill Lane", city="Northtown")


def test_whole_day_of_a_salesperson_ends_in_a_confirmed_order_one_conflict_and_one_refusal(
    marc: Marc,
) -> None:
    """Proves I2, I8."""
    device, page, office = marc.device, marc.page, marc.office
    library, shelves = marc.ref("res_partner_demo_library"), marc.ref("crm_lead_demo_shelves")
    lead, quotation = marc.ref("crm_lead_demo_question"), marc.ref("sale_order_demo_offline")
    device.go_offline()

    # At the customer: check-in, and the call that was planned.
    marc.open(PARTNER, library, "Hillside Library")
    device.button("Check In").click()
    marc.dialog.get_by_label("Note").fill("Met the librarian; measured the room.")
    device.work(marc.answer("Check In"))
    marc.open(LEAD, shelves, "Shelves along the wall")
    page.get_by_text("Ask how high the wall is").first.click()
    device.button("Mark Done").click()
    marc.dialog.get_by_role("textbox").first.fill("Three metres.")
    device.work(marc.answer("Mark Done"))
    # The app goes back to what the call was about.
    expect(device.heading("Shelves along the wall")).to_be_visible()
    page.locator(".o_path").get_by_role("button", name="Qualified").click()

    # The lead becomes an opportunity of the customer who is known.
    marc.open(LEAD, lead, "Question about a conference table")
    device.button("Convert to Opportunity").click()
    expect(page.get_by_role("radio", name="Hillside Library Oldtown")).to_be_checked()
    marc.confirm("Convert")
    expect(page.locator(".o_path")).to_be_visible()

    # The quotation: twelve desks by the customer's price list, and a code.
    device.button("New Quotation").click()
    device.button("Add a product").click()
    marc.dialog.get_by_text("Oak Reading Desk").click()
    page.get_by_role("button", name="Oak Reading Desk").click()
    marc.dialog.get_by_label("Quantity").fill("12")
    marc.confirm("Done")
    device.says("12 × $399.00")
    device.button("Enter a code").click()
    marc.dialog.get_by_label("Code").fill("ROAD5")
    marc.confirm("Use it")
    expect(page.get_by_role("button", name="239.40")).to_be_visible()
    shown = marc.total()
    marc.look("quotation")
    device.button("Make the quotation").click()
    device.button("Confirm the order").click()
    marc.confirm("Confirm")
    expect(page.locator(".o_made").get_by_text("confirmed", exact=True)).to_be_visible()
    marc.look("confirmed")

    # The customer has moved; and a code on a quotation of last week.
    device.go(f"/form/{PARTNER}/{library}")
    page.get_by_label("City").fill("Westtown")
    device.button("Save").click()
    page.wait_for_function("!location.hash.startsWith('#/form')")
    number = str(office.read(ORDER, quotation, "name")["name"])
    marc.open(ORDER, quotation, number)
    device.button("Apply Promotion Code").click()
    marc.dialog.get_by_label("Code").fill("SPRING15")
    device.work(marc.answer("Apply Promotion Code"))

    _office_goes_on(marc)
    device.go_online()
    assert device.sync()

    # In Odoo: the order, its promotion, its terms, and the price that was agreed.
    [order] = office(
        ORDER, "search_read", [("opportunity_id", "=", lead)],
        ["state", "amount_total", "payment_term_id", "order_line"],
    )  # fmt: skip
    assert (order["state"], order["amount_total"]) == ("sale", shown)
    assert order["payment_term_id"][0] == marc.ref("payment_term_demo_halves")
    lines = office("sale.order.line", "read", order["order_line"], ["price_subtotal", "reward_id"])
    assert [(line["price_subtotal"], bool(line["reward_id"])) for line in lines] == [
        (4788, False),
        (-239.4, True),
    ]
    [row] = office(
        "offline.price.variance", "search_read", [("order_id", "=", order["id"])],
        ["agreed_price", "odoo_price", "state"],
    )  # fmt: skip
    assert (row["agreed_price"], row["odoo_price"], row["state"]) == (399, 402.8, "kept")
    assert office.read(LEAD, shelves, "stage_id")["stage_id"][0] == office.ref("crm.stage_lead3")
    visits = office("offline.visit", "search_read", [("partner_id", "=", library)], ["note"])
    assert [visit["note"] for visit in visits] == ["Met the librarian; measured the room."]
    said = [("model", "=", LEAD), ("res_id", "=", shelves), ("body", "ilike", "Three metres.")]
    assert office("mail.message", "search_count", said) == 1
    assert not office(
        "mail.activity",
        "search_count",
        [("res_model", "=", LEAD), ("res_id", "=", shelves), ("summary", "ilike", "how high the wall is")],
    )
    assert office.read(LEAD, lead, "type", "partner_id")["partner_id"][0] == library
    assert office(ORDER, "search_count", [("opportunity_id", "=", lead)]) == 1

    # What came back: one conflict that the office decides, one refusal that is corrected here.
    states = page.evaluate(
        "offlineApp.device.unresolved().then((all) => all.map(({ state }) => state).sort())"
    )
    assert states == ["conflict", "rejected"]
    device.go("/unsynchronized")
    device.says("Refused by Odoo")
    device.says("For the office")
    marc.look("unsynchronized")
    page.get_by_text("Apply Promotion Code").first.click()
    device.says("The code SPRING15 does not count here")
    marc.look("refused")
    device.button("Correct and send again").click()
    marc.dialog.get_by_label("Code").fill("ROAD5")
    device.work(marc.answer("Send again"))
    [conflict] = _conflicts(office, library)
    office("offline.conflict", "action_keep_device", [conflict])
    device.until_synced()
    assert device.sync()
    assert not page.evaluate("offlineApp.device.unresolved()")
    assert office.read(PARTNER, library, "city", "street") == {
        "id": library,
        "city": "Westtown",
        "street": "12 Mill Lane",
    }
    road = marc.ref("loyalty_program_demo_road")
    assert (
        office(
            "sale.order.line",
            "search_count",
            [("order_id", "=", quotation), ("reward_id.program_id", "=", road)],
        )
        == 1
    )

    # And the phone shows what the office has.
    marc.open(LEAD, lead, "Question about a conference table")
    expect(page.locator(".o_made")).to_have_count(0)
    marc.look("evening")
    assert marc.wrong == []


def _conflicts(office: Office, partner: int) -> list[Any]:
    return list(
        office(
            "offline.conflict",
            "search",
            [("res_model", "=", PARTNER), ("res_id", "=", partner), ("state", "=", "open")],
        )
    )


def _write_contact(marc: Marc, name: str, email: str) -> None:
    marc.device.go("/form/res.partner/new")
    marc.page.get_by_label("Name").fill(name)
    marc.page.get_by_label("Email").fill(email)
    marc.device.button("Save").click()


def test_contact_that_odoo_has_is_offered_before_it_is_made_a_second_time(marc: Marc) -> None:
    device, page, office = marc.device, marc.page, marc.office
    email = "hello@riverside-school.example"
    there = office.create(PARTNER, name="Riverside School", is_company=True, email=email)
    _write_contact(marc, "Riverside", f"Riverside <{email.upper()}>")
    expect(device.heading("Is it one of these?")).to_be_visible()
    marc.look("alike")
    marc.confirm("Cancel")
    expect(page.get_by_label("Name")).to_have_value("Riverside")
    device.button("Save").click()
    marc.dialog.get_by_role("button", name="Riverside School").click()
    expect(device.heading("Riverside School")).to_be_visible()
    device.until_synced()
    assert office(PARTNER, "search", [("email_normalized", "=", email)]) == [there]

    # None of them: it is made, and not asked about again. Without network nobody is asked before, but afterwards.
    _write_contact(marc, "Riverside Kitchen", email)
    marc.confirm("None of them")
    expect(device.heading("Riverside Kitchen")).to_be_visible()
    device.go_offline()
    _write_contact(marc, "Riverside Garden", email)
    expect(device.heading("Riverside Garden")).to_be_visible()
    device.go_online()
    assert device.sync()
    names = office(PARTNER, "search_read", [("email_normalized", "=", email)], ["name"], order="id")
    assert [one["name"] for one in names] == ["Riverside School", "Riverside Kitchen"]
    [parked] = page.evaluate("offlineApp.device.unresolved()")
    assert (parked["state"], parked["body"]["values"]["name"]) == ("conflict", "Riverside Garden")
    assert marc.wrong == []


def test_what_was_written_of_a_contact_stays_until_the_one_that_odoo_has_is_here(marc: Marc) -> None:
    device, page, office = marc.device, marc.page, marc.office
    email = "desk@valley-archive.example"
    there = office.create(PARTNER, name="Valley Archive", is_company=True, email=email)
    _write_contact(marc, "Valley", email)
    expect(device.heading("Is it one of these?")).to_be_visible()
    device.go_offline()
    marc.dialog.get_by_role("button", name="Valley Archive").click()
    device.says("It could not be fetched yet.")
    expect(device.heading("Is it one of these?")).to_be_visible()
    assert len(page.evaluate("offlineApp.device.drafts.all()")) == 1
    device.go_online()
    marc.dialog.get_by_role("button", name="Valley Archive").click()
    expect(device.heading("Valley Archive")).to_be_visible()
    device.until_synced()
    assert page.evaluate("offlineApp.device.drafts.all()") == []
    assert office(PARTNER, "search", [("email_normalized", "=", email)]) == [there]


def test_form_that_is_thrown_away_while_odoo_is_asked_makes_nothing(marc: Marc) -> None:
    device, page, office = marc.device, marc.page, marc.office
    email = "hall@meadow-house.example"
    there = office.create(PARTNER, name="Meadow House", is_company=True, email=email)
    device.go("/home")
    # Odoo answers when it is told to.
    page.evaluate(
        """() => {
            const { device } = offlineApp;
            const find = device.find.bind(device);
            device.find = async (...asked) => {
                const answer = await find(...asked);
                await new Promise((resolve) => { window.answerNow = resolve; });
                return answer;
            };
        }"""
    )
    _write_contact(marc, "Meadow", email)
    page.wait_for_function("typeof answerNow === 'function'")
    given = device.status()["given"]
    device.button("Back").click()
    device.button("Throw away").click()
    page.wait_for_function("!location.hash.startsWith('#/form')")
    page.evaluate("answerNow()")
    # What is read later is there later: by then a sheet would stand on the screen.
    page.evaluate("(id) => offlineApp.device.get('res.partner', id).then(() => null)", there)
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(device.heading("Is it one of these?")).to_have_count(0)
    assert device.status()["given"] == given
    assert page.evaluate("offlineApp.device.drafts.all()") == []


def test_lead_is_converted_for_the_customer_whom_only_odoo_has(marc: Marc) -> None:
    device, page, office = marc.device, marc.page, marc.office
    user = office.find("res.users", ("login", "=", "demo"))
    email = "office@harbour-museum.example"
    lead = office.create(LEAD, name="Benches for the hall", type="lead", user_id=user, email_from=email)
    assert device.sync()
    there = office.create(PARTNER, name="Harbour Museum", is_company=True, email=email)
    marc.open(LEAD, lead, "Benches for the hall")
    device.button("Convert to Opportunity").click()
    expect(page.get_by_role("radio", name="Harbour Museum")).to_be_checked()
    marc.confirm("Convert")
    expect(page.locator(".o_path")).to_be_visible()
    device.says("Harbour Museum")
    device.until_synced()
    assert office.read(LEAD, lead, "type", "partner_id") == {
        "id": lead, "type": "opportunity", "partner_id": [there, "Harbour Museum"],
    }  # fmt: skip
    assert office(PARTNER, "search", [("email_normalized", "=", email)]) == [there]

    # A contact that is made while the customer is chosen is looked for as well, and chosen in the place of the new one.
    email = "desk@harbour-archive.example"
    there = office.create(PARTNER, name="Harbour Archive", is_company=True, email=email)
    other = office.create(LEAD, name="Shelves for the archive", type="lead", user_id=user)
    assert device.sync()
    marc.open(LEAD, other, "Shelves for the archive")
    device.button("Convert to Opportunity").click()
    expect(page.get_by_role("radio", name="A new customer")).to_be_checked()
    marc.confirm("Another contact")
    marc.dialog.get_by_label("Search").fill("Archive of the harbour")
    marc.confirm("New: Archive of the harbour")
    marc.dialog.get_by_label("Email").fill(email)
    marc.confirm("Save")
    expect(device.heading("Is it one of these?")).to_be_visible()
    marc.confirm("Cancel")
    expect(marc.dialog.get_by_label("Email")).to_have_value(email)
    marc.confirm("Save")
    marc.dialog.get_by_role("button", name="Harbour Archive").click()
    expect(page.get_by_role("radio", name="Harbour Archive")).to_be_checked()
    assert faults(page) == []
    marc.confirm("Convert")
    expect(page.locator(".o_path")).to_be_visible()
    device.until_synced()
    assert office.read(LEAD, other, "partner_id")["partner_id"] == [there, "Harbour Archive"]
    assert office(PARTNER, "search", [("email_normalized", "=", email)]) == [there]
