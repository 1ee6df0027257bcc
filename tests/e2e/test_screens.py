from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE

ACTIONS = (
    "offline_conflict_action",
    "offline_operation_action_rejected",
    "offline_operation_action",
    "offline_device_action",
    "offline_profile_action",
)


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


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_screen_opens_with_something_on_it_and_no_complaint_of_the_browser(
    make_phone, clash, open_page, device
):
    """The fixture of the page fails this test when the console shows an error."""
    person = "Jon Berg" if device is DESKTOP else "Kim Holt"
    phone = make_phone(person)
    clash(phone, f"Store of {person}", mine={"city": "Westtown"}, theirs={"city": "Northtown"})
    screen = open_page("manager", device)
    for xml_id in ACTIONS:
        screen.action(xml_id)
        entries = screen.page.locator(
            "tr.o_data_row, .o_kanban_record:not(.o_kanban_ghost), .o_view_nocontent"
        )
        expect(entries.first).to_be_visible()
        if not screen.page.locator(".o_view_nocontent").count():
            entries.first.locator("td.o_data_cell:not(.o_handle_cell)").first.or_(entries.first).last.click()
            expect(screen.page.locator(".o_form_view .o_form_sheet")).to_be_visible()
