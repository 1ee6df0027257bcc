"""Work that does not go through by itself: what the person sees of it, and how they finish it on the device."""

from __future__ import annotations

import re
from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

PARTNER = "res.partner"
MINE = {"city": "Newtown", "phone": "555-0199", "street": "3 Oven Street"}
THEIRS = {"city": "Northtown", "phone": "555-0111"}


@pytest.fixture
def clashing(app, office):
    """`clashing()`: a company that the phone and the office both changed, and the phone has synced since."""

    def make(name="Corner Bakery", mine=MINE, theirs=THEIRS):
        before = {"city": "Oldtown", "phone": "555-0100"}
        company = office.create(PARTNER, name=name, is_company=True, **before)
        assert app.sync()
        app.go_offline()
        app.edit(PARTNER, company, **mine)
        if theirs is None:
            office.unlink(PARTNER, company)
        else:
            office.write(PARTNER, company, **theirs)
        app.go_online()
        assert app.sync()
        return company

    return make


def unsynchronized(app):
    app.page.get_by_role("navigation").get_by_role("button", name=re.compile("Unsynchronized")).click()
    expect(app.heading("Unsynchronized data")).to_be_visible()


def side(app, field, name):
    return app.page.get_by_role("radiogroup", name=field).get_by_role("radio", name=name)


def test_conflict_is_told_after_the_sync_and_decided_field_by_field_on_the_device(app, office, ask, clashing):
    ask("city", "phone")
    company = clashing()
    app.says("Somebody else changed the same as you.")
    app.button("Look").click()
    app.says("For you to decide")
    app.button("Compare and decide").click()
    save = app.button("Save the decision")
    expect(save).to_be_disabled()
    # By keyboard: the arrow goes to the other side, and takes it.
    side(app, "City", "Mine").focus()
    app.page.keyboard.press("ArrowDown")
    expect(side(app, "City", "The office's")).to_be_checked()
    expect(save).to_be_disabled()
    side(app, "Phone", "Mine").click()
    # What nobody else touched goes through with either choice.
    expect(app.page.get_by_text("3 Oven Street")).to_be_visible()
    app.work(save)
    app.until_synced()
    wanted = {"city": "Northtown", "phone": "555-0199", "street": "3 Oven Street"}
    stored = office.read(PARTNER, company, *wanted)
    assert {name: stored[name] for name in wanted} == wanted
    unsynchronized(app)
    app.says("All work has reached the office")
    expect(app.page.get_by_text("Contents equal to the office's")).to_be_visible()


def test_decision_without_network_waits_visibly_and_can_be_taken_back(app, office, ask, clashing):
    ask("city")
    company = clashing(mine={"city": "Newtown"}, theirs={"city": "Northtown"})
    # What a sync tried to send may have arrived: it is not taken back.
    app.only_by_hand()
    app.go_offline()
    unsynchronized(app)
    app.page.get_by_role("button", name=re.compile("For you to decide")).click()
    app.button("Compare and decide").click()
    app.button("All mine").click()
    app.button("Save the decision").click()
    app.says("Your decision waits to be sent")
    app.button("Undo").click()
    expect(app.button("Save the decision")).to_be_visible()
    app.button("Another value").click()
    app.page.get_by_label("Another value").fill("Easttown")
    app.button("Save the decision").click()
    app.says("Your decision waits to be sent")
    assert office.read(PARTNER, company, "city")["city"] == "Northtown"
    app.go_online()
    assert app.sync()
    assert office.read(PARTNER, company, "city")["city"] == "Easttown"


def test_several_conflicts_are_decided_at_once_and_what_needs_a_look_is_left_out(app, office, ask):
    ask("city", "phone", deleted="ask")
    names = ("First Bakery", "Second Bakery", "Gone Bakery")
    first, second, gone = (
        office.create(PARTNER, name=name, is_company=True, city="Oldtown") for name in names
    )
    assert app.sync()
    app.go_offline()
    app.edit(PARTNER, first, city="Newtown", street="3 Oven Street")
    app.edit(PARTNER, second, city="Newtown", phone="555-0199")
    app.edit(PARTNER, gone, city="Newtown")
    office.write(PARTNER, first, city="Northtown")
    office.write(PARTNER, second, city="Northtown", phone="555-0111")
    office.unlink(PARTNER, gone)
    app.go_online()
    assert app.sync()
    unsynchronized(app)
    app.button("Select several").click()
    for piece in app.page.locator(".o_piece").all():
        piece.click()
    app.button("Keep the office's").click()
    app.says("The office's values stay in these fields, yours are given up: City (2), Phone.")
    app.says("Left out, as each needs a look by itself: 1.")
    app.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    app.button("Keep mine").click()
    app.page.get_by_role("dialog").get_by_role("button", name="Keep mine").click()
    app.says("Decided: 2.")
    app.until_synced()
    stored = [office.read(PARTNER, one, "city", "phone", "street") for one in (first, second)]
    assert [one["city"] for one in stored] == ["Newtown", "Newtown"]
    assert (stored[0]["street"], stored[1]["phone"]) == ("3 Oven Street", "555-0199")
    expect(app.page.locator(".o_piece")).to_have_count(1)
    app.says("Deleted by somebody else")


def test_office_side_of_several_conflicts_keeps_what_nobody_else_changed(app, office, ask, clashing):
    ask("city", "phone")
    company = clashing()
    unsynchronized(app)
    app.button("Select several").click()
    app.page.locator(".o_piece").click()
    app.button("Keep the office's").click()
    app.page.get_by_role("dialog").get_by_role("button", name="Keep the office's").click()
    app.says("Decided: 1.")
    app.until_synced()
    wanted = {"city": "Northtown", "phone": "555-0111", "street": "3 Oven Street"}
    stored = office.read(PARTNER, company, *wanted)
    assert {name: stored[name] for name in wanted} == wanted


def test_conflict_about_a_picture_shows_all_three_side_by_side(app, office, ask):
    ask("image_1920")
    company = office.create(PARTNER, name="Picture Works", is_company=True, image_1920=_picture("white"))
    assert app.sync()
    # What was seen before is still known when the office has another one.
    app.page.evaluate("(id) => offlineApp.router.go('record', { entity: 'res.partner', ref: id })", company)
    expect(app.page.locator(".o_picture img")).to_be_visible()
    app.go_offline()
    app.page.evaluate(
        """async ([id, base64]) => {
            const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
            const value = await offlineApp.device.keepFile(new Blob([bytes], { type: "image/png" }), "mine.png");
            await offlineApp.device.update("res.partner", id, { image_1920: value });
        }""",
        [company, _picture("red")],
    )
    office.write(PARTNER, company, image_1920=_picture("blue"))
    app.go_online()
    assert app.sync()
    app.button("Look").click()
    app.button("Compare and decide").click()
    sides = app.page.locator(".o_conflict_side img")
    expect(sides).to_have_count(3)
    app.page.wait_for_function(
        "[...document.querySelectorAll('.o_conflict_side img')].every((one) => one.naturalWidth > 0)"
    )
    colours = app.page.evaluate(
        """() => [...document.querySelectorAll('.o_conflict_side img')].map((image) => {
            const canvas = new OffscreenCanvas(1, 1).getContext("2d");
            canvas.drawImage(image, 0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((part) => (part > 127 ? 1 : 0));
        })"""
    )
    assert colours == [[1, 1, 1], [1, 0, 0], [0, 0, 1]]
    app.page.get_by_role("button", name="Open: The office's").click()
    expect(app.page.get_by_role("dialog").locator("img")).to_be_visible()
    app.button("Close").click()
    app.page.get_by_role("radio", name="Mine").click()
    app.work(app.button("Save the decision"))
    app.until_synced()
    unsynchronized(app)
    app.says("All work has reached the office")


def _picture(colour: str) -> str:
    """A small picture of one colour, as Odoo takes it."""
    content = BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "PNG")
    return b64encode(content.getvalue()).decode()


def test_conflict_for_the_office_says_so_and_its_outcome_comes_back(app, office, clashing):
    company = clashing("Office Supplies", mine={"city": "Newtown"}, theirs={"city": "Northtown"})
    unsynchronized(app)
    app.page.get_by_role("button", name=re.compile("For the office")).click()
    app.says("The office decides.")
    expect(app.button("Compare and decide")).to_have_count(0)
    conflict = office.find("offline.conflict", ("state", "=", "open"), ("res_id", "=", company))
    office("offline.conflict", "action_keep_device", [conflict])
    assert app.sync()
    app.says("In Odoo")
    assert office.read(PARTNER, company, "city")["city"] == "Newtown"
    assert app.search(PARTNER, "office supplies")[0]["values"]["city"] == "Newtown"


def test_record_deleted_meanwhile_is_named_and_the_work_can_be_given_up(app, office, ask, clashing):
    ask(deleted="ask")
    clashing("Gone Works", mine={"phone": "555-0199"}, theirs=None)
    unsynchronized(app)
    app.says("Gone Works")
    app.page.get_by_role("button", name=re.compile("Deleted by somebody else")).click()
    app.says("Your work can still be read at the office.")
    app.button("Discard").click()
    confirm = app.page.get_by_role("dialog").get_by_role("button", name="Discard")
    expect(confirm).to_be_disabled()
    app.page.get_by_label("Reason").fill("The company has closed")
    app.work(confirm)
    app.until_synced()
    unsynchronized(app)
    app.says("All work has reached the office")
    given_up = office.find("offline.operation", ("status", "=", "discarded"))
    assert "555-0199" in str(office.read("offline.operation", given_up, "payload")["payload"])


@pytest.fixture
def badge(office):
    """A field of contacts that a manager gave to devices by clicking; not required so far."""
    model = office.find("ir.model", ("model", "=", PARTNER))
    values = {"name": "x_badge", "ttype": "char", "field_description": "Badge", "model_id": model}
    field = office.create("ir.model.fields", **values)
    custom = office.create("offline.custom.entity", model_id=model, field_ids=[(6, 0, [field])])
    yield field
    office.unlink("offline.custom.entity", custom)
    office.unlink("ir.model.fields", field)


def test_field_that_became_required_opens_the_form_there_and_the_correction_is_delivered(app, office, badge):
    assert app.sync()
    app.go_offline()
    app.create(PARTNER, name="Fresh Customer", x_badge=None)
    office.write("ir.model.fields", badge, required=True)
    app.go_online()
    app.until_synced()
    app.says("Odoo refused a change of yours.")
    app.button("Look").click()
    app.says("A required field is empty.")
    app.button("Correct and send again").click()
    field = app.page.get_by_label("Badge")
    expect(field).to_be_focused()
    field.fill("B-17")
    app.work(app.button("Save"))
    app.until_synced()
    unsynchronized(app)
    app.says("All work has reached the office")
    made = office.find(PARTNER, ("name", "=", "Fresh Customer"))
    assert office.read(PARTNER, made, "x_badge")["x_badge"] == "B-17"


def test_several_refused_pieces_are_sent_again_at_once_when_the_reason_is_gone(app, office):
    line = office.find("offline.profile.entity", ("entity", "=", PARTNER))
    kept = office.read("offline.profile.entity", line, "direction")["direction"]
    app.go_offline()
    for name in ("First Shop", "Second Shop"):
        app.create(PARTNER, name=name)
    office.write("offline.profile.entity", line, direction="pull")
    try:
        app.go_online()
        app.until_synced()
        unsynchronized(app)
        app.says("This kind of record cannot be changed from a device.")
    finally:
        office.write("offline.profile.entity", line, direction=kept)
    assert app.sync()
    app.button("Select several").click()
    for name in ("First Shop", "Second Shop"):
        app.page.locator(".o_piece_group").filter(has_text=name).get_by_role("button").click()
    app.work(app.button("Send again"))
    app.until_synced()
    app.says("All work has reached the office")
    assert office(PARTNER, "search_count", [("name", "in", ["First Shop", "Second Shop"])]) == 2
