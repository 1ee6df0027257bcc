from __future__ import annotations

import base64

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE
from tools.stage.phone import PhoneFailed

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

_ENTRIES = "tr.o_data_row, .o_kanban_record:not(.o_kanban_ghost), .o_view_nocontent"


@pytest.fixture
def actions(office):
    """XML ids of the actions behind all menus of ours: a screen that is added is looked at by itself."""
    menus = office(
        "ir.ui.menu",
        "search_read",
        [("id", "child_of", office.ref("offline_base.offline_base_menu_root"))],
        ["action"],
    )
    found = []
    for menu in menus:
        # One menu leads out of Odoo: to the app.
        if menu["action"] and not menu["action"].startswith("ir.actions.act_url"):
            model, _, number = menu["action"].partition(",")
            [xml_id] = office(model, "get_external_id", [int(number)]).values()
            found.append(xml_id.removeprefix("offline_base."))
    assert len(found) >= 13
    return found


def test_internal_user_without_a_part_in_it_sees_no_offline_menu(open_page):
    apps = open_page("colleague", DESKTOP).apps()
    assert "Contacts" in apps.all_inner_texts()
    assert "Offline" not in apps.all_inner_texts()


def test_reviewer_sees_no_configuration_and_cannot_revoke(make_phone, reviewer):
    make_phone("Ines Faber")
    reviewer.menu("Devices")
    expect(reviewer.page.locator(".o_menu_sections")).not_to_contain_text("Configuration")
    expect(reviewer.button("Enrol a Device")).to_have_count(0)
    reviewer.row("Ines's phone").get_by_text("Ines's phone").click()
    reviewer.state("Active")
    expect(reviewer.button("Revoke")).to_have_count(0)
    expect(reviewer.button("Verify")).to_have_count(0)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_screen_opens_with_something_on_it_and_no_complaint_of_the_browser(
    make_phone, clash, open_page, actions, device
):
    """The fixture of the page fails this test when the console shows an error."""
    person = "Jon Berg" if device is DESKTOP else "Kim Holt"
    phone = make_phone(person)
    clash(phone, f"Store of {person}", mine={"city": "Westtown"}, theirs={"city": "Northtown"})
    screen = open_page("head", device)
    for xml_id in actions:
        screen.page.goto(f"{screen.url}/odoo/action-offline_base.{xml_id}")
        entries = screen.page.locator(_ENTRIES)
        form = screen.page.locator(".o_form_view")
        expect(entries.or_(form).first).to_be_visible()
        if not form.count() and not screen.page.locator(".o_view_nocontent").count():
            entries.first.locator("td.o_data_cell:not(.o_handle_cell)").first.or_(entries.first).last.click()
            expect(screen.page.locator(".o_form_view .o_form_sheet").first).to_be_visible()


def test_what_devices_hand_over_stands_as_cards_on_a_phone(make_phone, office, network, open_page, tmp_path):
    """A photo that has come, and the work that a wiped phone sealed."""
    photo = tmp_path / "oven.png"
    photo.write_bytes(PIXEL)
    phone = make_phone("Nora Beck")
    company = office.create("res.partner", name="Oven Works")
    phone.sync()
    phone("attach", "res.partner", str(company), str(photo))
    phone.sync()
    network.close()
    phone.edit("res.partner", company, city="Westtown")
    network.open()
    device = office.find("offline.device", ("name", "=", "Nora's phone"))
    office("offline.device", "action_revoke_and_wipe", [device])
    with pytest.raises(PhoneFailed, match="revoked"):
        phone.sync()
    screen = open_page("head", PHONE)
    for action, *texts in (
        ("offline_blob_action", "oven.png", f"{len(PIXEL)}", "Received"),
        ("offline_escrow_action", "Nora's phone", "1 undelivered", "Waiting"),
        ("offline_epoch_action", "Present"),
    ):
        screen.action(action)
        card = screen.page.locator(".o_kanban_record", has_text=texts[0])
        for text in texts:
            expect(card).to_contain_text(text)


def test_settings_are_saved_by_an_administrator_who_is_a_manager(open_page, office):
    screen = open_page("head", DESKTOP)
    screen.menu("Configuration", "Settings")
    screen.field("offline_log_days").locator("input").fill("29")
    screen.button("Save").click()
    expect(screen.button("Save")).to_be_hidden()
    screen.menu("Configuration", "Settings")
    expect(screen.field("offline_log_days").locator("input")).to_have_value("29")


def test_manager_has_a_device_verified(make_phone, manager):
    make_phone("Lea Wolf")
    manager.menu("Devices")
    manager.row("Lea's phone").get_by_text("Lea's phone").click()
    manager.button("Verify").click()
    expect(manager.page.locator(".o_notification")).to_contain_text("What is held is what Odoo reads.")


def test_manager_of_a_database_that_looks_like_a_copy_is_asked_which_it_is(
    make_phone, office, move_database, manager, open_page
):
    phone = make_phone("Mia Hart")
    move_database()
    manager.page.goto(f"{manager.url}/odoo/action-offline_base.offline_device_action")
    asked = manager.page.locator(".o_offline_suspected")
    expect(asked).to_contain_text("Is this a copy?")
    expect(open_page("reviewer", DESKTOP).page.locator(".o_offline_suspected")).to_have_count(0)
    asked.click()
    expect(manager.page.locator(".o_offline_copy")).to_contain_text("This database looks like a copy")
    expect(manager.page.get_by_role("menuitem", name="This Is a Copy", exact=True)).to_be_visible()
    manager.page.get_by_role("menuitem", name="This Is the Live Database", exact=True).click()
    manager.confirm()
    expect(asked).to_have_count(0)
    phone.sync()
    assert office("offline.epoch", "get_standing")["suspected"] is False
