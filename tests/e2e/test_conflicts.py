from __future__ import annotations

from playwright.sync_api import expect

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
    city, number = reviewer.row("City"), reviewer.row("Phone")
    for row, sides in (
        (city, ("Oldtown", "Westtown", "Northtown")),
        (number, ("555-0100", "555-0199", "555-0111")),
    ):
        for name, side in zip(("base_text", "mine_text", "theirs_text"), sides, strict=True):
            expect(row.locator(f"td[name={name}]")).to_have_text(side)
    expect(reviewer.field("rest_text")).to_have_text("Street: 3 Oven Street")
    number.get_by_role("button", name="Device").click()
    expect(number.locator("td[name=chosen]")).to_have_text("Device")
    reviewer.shot("conflict-form")
    city.get_by_role("button", name="Server").click()
    expect(city.locator("td[name=chosen]")).to_have_text("Server")
    reviewer.button("Apply the Choices").click()
    reviewer.state("Decided")

    wanted = {"city": "Northtown", "phone": "555-0199", "street": "3 Oven Street"}
    stored = office.read(PARTNER, bakery, *wanted)
    assert {name: stored[name] for name in wanted} == wanted
    phone.sync()
    shown = phone.show(PARTNER, bakery)["values"]
    assert {name: shown[name] for name in wanted} == wanted
    assert (phone("outbox"), journal_state(phone)) == ([], "merged")


def test_choices_must_be_complete_before_they_are_applied(make_phone, clash, office, reviewer):
    phone = make_phone("Bea Moreau")
    company = clash(phone, "Mill Lane Café", mine={"city": "Westtown"}, theirs={"city": "Northtown"})
    reviewer.menu("Conflicts")
    reviewer.row("Mill Lane Café").get_by_text("Mill Lane Café").click()
    reviewer.button("Apply the Choices").click()
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
    for label in ("City", "Phone"):
        card = screen.page.locator(".o_field_x2many .o_kanban_record").filter(has_text=label)
        expect(card).to_contain_text("Before")
        if label == "Phone":
            screen.shot("conflict-form-phone")
        card.get_by_role("button", name="Keep Device").click()
        expect(card.locator("[name=chosen]")).to_have_text("Device")
    screen.button("Apply the Choices").click()
    expect(screen.field("outcome")).to_have_text("Chosen by Field")
    stored = office.read(PARTNER, company, "city", "phone")
    assert (stored["city"], stored["phone"]) == ("Westtown", "555-0142")
    width = screen.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"


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
    expect(reviewer.field("content_text")).to_have_text("Related Company: Lakeside Group")
    reviewer.shot("rejected-work")
    office.write(PARTNER, mother, parent_id=False)
    reviewer.button("Try Again").click()
    reviewer.state("Applied")
    assert office.read(PARTNER, daughter, "parent_id")["parent_id"][0] == mother
    phone.sync()
    assert (phone("outbox"), journal_state(phone)) == ([], "applied")
