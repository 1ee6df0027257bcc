from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP

PARTNER = "res.partner"


def journal_state(phone):
    """What became of the last operation that the phone sent."""
    return max(phone("journal"), key=lambda entry: entry["seq"])["state"]


def test_reviewer_sees_three_sides_chooses_by_field_and_the_phone_learns_it(
    make_phone, clash, office, reviewer
):
    phone = make_phone("Ana Silva")
    mine = {"city": "Westtown", "phone": "555-0199", "street": "3 Oven Street"}
    bakery = clash(phone, "Corner Bakery", mine=mine, theirs={"city": "Northtown", "phone": "555-0111"})
    reviewer.menu("Conflicts")
    reviewer.row("Corner Bakery").get_by_text("Corner Bakery").click()
    city, number = reviewer.side_by_side("city"), reviewer.side_by_side("phone")
    city.shows("Oldtown", "Westtown", "Northtown")
    number.shows("555-0100", "555-0199", "555-0111")
    expect(reviewer.page.locator(".o_offline_headline")).to_contain_text("Ana Silva · Ana's phone")
    expect(reviewer.page.locator(".o_offline_rest")).to_contain_text("Street: 3 Oven Street")
    # Only what changed is marked.
    expect(number.device.locator("mark")).to_have_text("0199")
    number.choose("device")
    number.will_be("555-0199")
    reviewer.shot("conflict-form")
    city.choose("odoo")
    city.will_be("Northtown")
    reviewer.button("Apply My Choice").click()
    reviewer.state("Decided")

    wanted = {"city": "Northtown", "phone": "555-0199", "street": "3 Oven Street"}
    stored = office.read(PARTNER, bakery, *wanted)
    assert {name: stored[name] for name in wanted} == wanted
    phone.sync()
    shown = phone.show(PARTNER, bakery)["values"]
    assert {name: shown[name] for name in wanted} == wanted
    assert (phone("outbox"), journal_state(phone)) == ([], "merged")


def test_reviewer_enters_a_value_of_their_own_by_keyboard_and_undoes_it(make_phone, clash, office, clerk):
    phone = make_phone("Nina Falk")
    spain, france = (office.ref(f"base.{code}") for code in ("es", "fr"))
    company = clash(
        phone,
        "Quay Tools",
        mine={"city": "Westtown", "country_id": str(spain)},
        theirs={"city": "Northtown", "country_id": france},
    )
    clerk.menu("Conflicts")
    clerk.row("Quay Tools").get_by_text("Quay Tools").click()
    city, country = clerk.side_by_side("city"), clerk.side_by_side("country_id")
    country.shows("–", "Spain", "France")
    country.device.locator("input").focus()
    clerk.page.keyboard.press("ArrowRight")
    country.will_be("France")
    city.edit.press("Enter")
    typing = city.outcome.locator("input")
    typing.fill("Midtown")
    typing.press("Enter")
    city.will_be("Midtown")
    country.edit.click()
    clerk.choose("country_id", "Portugal")
    clerk.shot("conflict-form-edit")
    # What is still being entered counts when the decision is made.
    clerk.button("Apply My Choice").click()
    clerk.state("Decided")
    stored = office.read(PARTNER, company, "city", "country_id", "write_uid")
    assert (stored["city"], stored["country_id"][1], stored["write_uid"][1]) == (
        "Midtown",
        "Portugal",
        "Clara Stein",
    )
    phone.sync()
    assert phone.show(PARTNER, company)["values"]["city"] == "Midtown"

    clerk.button("Undo").click()
    clerk.confirm()
    expect(clerk.page.locator(".alert-success:visible")).to_contain_text("Undone")
    assert office.read(PARTNER, company, "city")["city"] == "Northtown"
    phone.sync()
    assert phone.show(PARTNER, company)["values"]["city"] == "Northtown"


def test_choices_must_be_complete_before_they_are_applied(make_phone, clash, office, reviewer):
    phone = make_phone("Bea Moreau")
    company = clash(phone, "Mill Lane Café", mine={"city": "Westtown"}, theirs={"city": "Northtown"})
    reviewer.menu("Conflicts")
    reviewer.row("Mill Lane Café").get_by_text("Mill Lane Café").click()
    reviewer.button("Apply My Choice").click()
    dialog = reviewer.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Say for each field which side to keep.")
    dialog.locator("footer button").first.click()
    reviewer.state("To Decide")
    assert office.read(PARTNER, company, "city")["city"] == "Northtown"


def test_conflict_is_decided_on_a_small_screen(make_phone, clash, office, reviewer_on_phone):
    phone = make_phone("Carl Jensen")
    company = clash(
        phone,
        "Harbour Hardware",
        mine={"city": "Westtown", "phone": "555-0142"},
        theirs={"city": "Northtown", "phone": "555-0150"},
    )
    screen = reviewer_on_phone
    screen.action("offline_conflict_action")
    screen.page.locator(".o_kanban_record").filter(has_text="Harbour Hardware").click()
    screen.side_by_side("phone").choose("device")
    screen.side_by_side("phone").will_be("555-0142")
    screen.shot("conflict-form-phone")
    screen.button("Take all").click()
    screen.side_by_side("city").will_be("Westtown")
    width = screen.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"
    screen.button("Apply My Choice").click()
    expect(screen.page.locator(".alert-success:visible")).to_contain_text("Chosen by Field")
    stored = office.read(PARTNER, company, "city", "phone")
    assert (stored["city"], stored["phone"]) == ("Westtown", "555-0142")


def test_deleted_record_is_created_again_with_what_is_missing(make_phone, office, network, clerk):
    phone = make_phone("Olaf Berg")
    company = office.create(PARTNER, name="Old Lighthouse", is_company=True)
    phone.sync()
    network.close()
    phone.edit(PARTNER, company, city="Westtown")
    office.unlink(PARTNER, company)
    network.open()
    phone.sync()
    clerk.menu("Conflicts")
    clerk.row("Deleted Meanwhile", "Olaf's phone").get_by_text("Olaf's phone").click()
    clerk.page.get_by_label("Add a field").select_option(label="Name")
    name = clerk.side_by_side("name")
    name.outcome.locator("input").fill("New Lighthouse")
    name.outcome.locator("input").press("Enter")
    name.will_be("New Lighthouse")
    clerk.shot("conflict-deleted")
    clerk.button("Create It Again").click()
    clerk.state("Decided")
    created = office.find(PARTNER, ("name", "=", "New Lighthouse"))
    assert office.read(PARTNER, created, "city")["city"] == "Westtown"


def test_rich_text_is_edited_with_its_formatting(make_phone, office, network, clerk):
    """What is typed counts also when the cursor is still in it."""
    phone = make_phone("Vera Lund")
    line = office.find(
        "offline.profile.entity",
        ("profile_id", "=", office.ref("offline_base.offline_profile_contacts")),
        ("entity", "=", PARTNER),
    )
    field = office.find("ir.model.fields", ("model", "=", PARTNER), ("name", "=", "comment"))
    office.create("offline.profile.policy", entity_id=line, field_id=field, policy="review")
    company = office.create("res.partner", name="Hill Farm", comment="<p>Closed on Monday</p>")
    phone.sync()
    network.close()
    phone.edit(PARTNER, company, comment="<p>Closed on <strong>Tuesday</strong></p>")
    office.write(PARTNER, company, comment="<p>Closed on Friday</p>")
    network.open()
    phone.sync()
    clerk.menu("Conflicts")
    clerk.row("Hill Farm").get_by_text("Hill Farm").click()
    comment = clerk.side_by_side("comment")
    comment.shows("Closed on Monday", "Closed on *Tuesday*", "Closed on Friday")
    comment.edit.click()
    editor = comment.outcome.locator(".odoo-editor-editable")
    expect(editor.locator("strong")).to_have_text("Tuesday")
    editor.locator("strong").click()
    clerk.page.keyboard.press("End")
    clerk.page.keyboard.type("s")
    clerk.button("Apply My Choice").click()
    clerk.state("Decided")
    assert office.read(PARTNER, company, "comment")["comment"] == "<p>Closed on <strong>Tuesdays</strong></p>"


def test_reviewer_keeps_the_devices_side_of_several_conflicts_at_once(make_phone, clash, office, reviewer):
    phone = make_phone("Dora Lind")
    names = ("Green Garden", "North Pier Fish", "Station Books")
    companies = [
        clash(phone, name, mine={"city": "Westtown"}, theirs={"city": "Northtown"}) for name in names
    ]
    clash(phone, "Old Brewery", mine={"phone": "555-0177"}, theirs={"phone": "555-0178"})
    reviewer.menu("Conflicts")
    expect(reviewer.row("Old Brewery")).to_be_visible()
    reviewer.shot("conflict-list")
    for name in names:
        reviewer.row(name).get_by_role("checkbox").check()
    reviewer.button("Keep the Device's").click()
    dialog = reviewer.page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 × Contact: Both Changed")
    dialog.get_by_role("button", name="Keep the Device's").click()
    for name in names:
        expect(reviewer.row(name)).to_have_count(0)
    expect(reviewer.row("Old Brewery")).to_have_count(1)
    assert {office.read(PARTNER, company, "city")["city"] for company in companies} == {"Westtown"}
    phone.sync()
    assert [entry["values"] for entry in phone("outbox")] == [{"phone": "555-0177"}]


def test_rejected_work_shows_its_reason_and_is_applied_when_the_cause_is_mended(
    make_phone, office, network, reviewer
):
    """The phone puts a company under another while the office does it the other way round."""
    phone = make_phone("Emil Novak")
    mother, daughter = (
        office.create("res.partner", name=name, is_company=True)
        for name in ("Lakeside Group", "Lakeside Inn")
    )
    phone.sync()
    network.close()
    phone.edit(PARTNER, daughter, parent_id=str(mother))
    office.write(PARTNER, mother, parent_id=daughter)
    network.open()
    phone.sync()
    (kept,) = phone("outbox")
    assert (kept["state"], kept["receipt"]["code"]) == ("rejected", "validation_failed")

    reviewer.menu("Operations")
    expect(reviewer.row("Lakeside Inn", "Rejected")).to_have_count(1)
    reviewer.shot("operations-list")
    reviewer.menu("Rejected Work")
    reviewer.row("Lakeside Inn").get_by_text("Lakeside Inn").click()
    expect(reviewer.page.locator(".alert-danger:visible")).to_contain_text(kept["receipt"]["message"])
    expect(reviewer.sent("parent_id")).to_contain_text("Lakeside Group")
    reviewer.shot("rejected-work")
    office.write(PARTNER, mother, parent_id=False)
    reviewer.button("Try Again").click()
    reviewer.state("Applied")
    assert office.read(PARTNER, daughter, "parent_id")["parent_id"][0] == mother
    phone.sync()
    assert (phone("outbox"), journal_state(phone)) == ([], "applied")


def test_rejected_work_is_corrected_and_run_by_the_office(make_phone, office, clerk):
    phone = make_phone("Pia Holm")
    phone.create(PARTNER, email="hello@example.com", city="Westtown")
    phone.sync()
    clerk.menu("Rejected Work")
    clerk.row("Pia's phone").get_by_text("Pia's phone").click()
    expect(clerk.page.locator(".alert-danger:visible")).to_contain_text("run it again")
    clerk.button("Edit and Run Again").click()
    clerk.page.get_by_label("Add a field").select_option(label="Name")
    clerk.sent("name").locator("input").fill("Hello Bakery")
    clerk.sent("city").locator("input").fill("Midtown")
    clerk.shot("rejected-work-edit")
    clerk.button("Run as Myself").click()
    clerk.state("Applied")
    expect(clerk.page.locator(".alert-info:visible")).to_contain_text("Edited and run by Clara Stein")
    record = office.find(PARTNER, ("name", "=", "Hello Bakery"))
    stored = office.read(PARTNER, record, "city", "email", "create_uid")
    assert (stored["city"], stored["email"], stored["create_uid"][1]) == (
        "Midtown",
        "hello@example.com",
        "Clara Stein",
    )
    phone.sync()
    assert phone.show(PARTNER, record)["values"]["name"] == "Hello Bakery"


def test_rejected_work_is_discarded_with_a_reason(make_phone, reviewer):
    phone = make_phone("Rosa Lang")
    phone.create(PARTNER, email="twice@example.com")
    phone.sync()
    reviewer.menu("Rejected Work")
    reviewer.row("Rosa's phone").get_by_text("Rosa's phone").click()
    reviewer.button("Discard").click()
    dialog = reviewer.page.get_by_role("dialog")
    dialog.locator("[name=reason] input").fill("Entered twice")
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_be_hidden()
    reviewer.state("Discarded")
    expect(reviewer.page.locator(".alert-info:visible")).to_contain_text("Reason: Entered twice")
    phone.sync()
    assert (phone("outbox"), journal_state(phone)) == ([], "discarded")


def test_record_with_an_open_conflict_says_so_and_leads_to_it(make_phone, clash, reviewer, reviewer_on_phone):
    phone = make_phone("Sven Roth")
    company = clash(phone, "Bridge Bikes", mine={"city": "Westtown"}, theirs={"city": "Northtown"})
    reviewer.page.goto(f"{reviewer.url}/odoo/contacts/{company}")
    banner = reviewer.page.locator(".o_offline_banner")
    expect(banner).to_contain_text("waits for a decision")
    expect(reviewer.page.locator(".o_offline_button")).to_contain_text("Offline")
    reviewer.shot("record-banner")
    small = reviewer_on_phone.page
    small.goto(f"{reviewer.url}/odoo/contacts/{company}")
    expect(small.locator(".o_offline_banner")).to_be_visible()
    small.locator(".o_offline_phone_button").click()
    expect(small.locator(".o_kanban_record", has_text="Bridge Bikes")).to_have_count(1)
    banner.get_by_role("button", name="Decide the conflict").click()
    expect(reviewer.side_by_side("city").row).to_be_visible()
    reviewer.button("Keep Odoo's").click()
    reviewer.state("Decided")
    reviewer.page.go_back()
    expect(reviewer.page.locator(".o_offline_button")).to_be_visible()
    expect(banner).to_have_count(0)


def test_systray_counts_what_waits_for_reviewers_alone(make_phone, clash, reviewer, open_page):
    phone = make_phone("Tom Ferry")
    clash(phone, "Corner Cycles", mine={"city": "Westtown"}, theirs={"city": "Northtown"})
    reviewer.apps()
    count = reviewer.page.locator(".o_offline_systray_count")
    expect(count).to_be_visible()
    before = int(count.inner_text())
    reviewer.page.keyboard.press("Escape")
    reviewer.page.locator(".o_offline_systray").click()
    reviewer.page.get_by_role("menuitem", name="Conflicts").click()
    reviewer.row("Corner Cycles").get_by_text("Corner Cycles").click()
    reviewer.button("Keep Odoo's").click()
    reviewer.state("Decided")
    expect(count).to_have_text(str(before - 1))
    colleague = open_page("colleague", DESKTOP)
    colleague.apps()
    expect(colleague.page.locator(".o_offline_systray")).to_have_count(0)
