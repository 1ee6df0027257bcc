from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tools.stage.phone import Phone, PhoneFailed

PARTNER = "res.partner"


def test_code_read_from_the_wizard_enrols_a_device(office, network, manager, tmp_path):
    office.hire_traveller("marc", "Marc Weber")
    manager.menu("Devices")
    manager.button("Enrol a Device").click()
    manager.choose("user_id", "Marc Weber")
    manager.button("Issue a Code").click()
    shown = manager.field("code").filter(has_text="-").first
    expect(shown).to_have_text(re.compile(r"^[2-9A-Z]{4}(-[2-9A-Z]{4}){3}$"))
    manager.shot("enrolment-wizard")
    expect(manager.page.locator(".o_offline_left")).to_have_text(re.compile(r"^1\d:\d\d$"))
    code = shown.inner_text()
    phone = Phone(tmp_path / "marc")
    phone.enrol(network.url, code, "Marc's phone")
    expect(manager.page.locator(".o_offline_is_in")).to_contain_text("Marc's phone is in.")
    assert phone.sync()["upserts"] > 0
    manager.button("Done").click()
    manager.menu("Devices")
    expect(manager.row("Marc's phone", "Marc Weber")).to_contain_text("Active")
    with pytest.raises(PhoneFailed, match="unknown, used or expired"):
        Phone(tmp_path / "other").enrol(network.url, code, "Somebody's phone")


def test_code_is_issued_on_a_phone_too(open_page):
    screen = open_page("manager", PHONE)
    screen.action("offline_device_action")
    screen.button("Enrol a Device").click()
    expect(screen.button("Issue a Code")).to_be_visible()


def test_records_that_nobody_programmed_reach_a_device_by_clicking(office, network, manager, tmp_path):
    """A manager chooses a kind of records and its fields, and puts it into a profile."""
    manager.menu("Configuration", "Custom Records")
    manager.button("New").click()
    manager.choose("model_id", "Industry")
    manager.choose("field_ids", "Full Name")
    manager.page.locator(".o_form_button_save").click()
    expect(manager.page.locator(".alert-info:visible")).to_have_count(0)
    expect(manager.page.locator(".o_form_button_save")).to_be_hidden()
    manager.menu("Configuration", "Profiles")
    manager.button("New").click()
    manager.field("name").locator("textarea, input").first.fill("Trades")
    manager.button("Add a line").click()
    dialog = manager.page.get_by_role("dialog")
    manager.choose("entity", "Industry")
    # Both counts are asked for after the choice; a click in between is taken by the redrawing.
    expect(dialog).to_contain_text(re.compile(r"\d+\s+record\(s\)"))
    expect(dialog).to_contain_text(re.compile(r"\d\s+[KM]?b", re.IGNORECASE))
    dialog.get_by_role("button", name="Save & Close").click()
    expect(dialog).to_be_hidden()
    manager.page.locator(".o_form_button_save").click()
    expect(manager.page.locator(".o_form_button_save")).to_be_hidden()

    user = office.hire_traveller("tess", "Tess Moor")
    phone = Phone(tmp_path / "tess")
    profile = office.find("offline.profile", ("name", "=", "Trades"))
    phone.enrol(network.url, office.code(user, profile), "Tess's phone")
    phone.sync()
    industry = office.find("res.partner.industry")
    name = office.read("res.partner.industry", industry, "full_name")["full_name"]
    assert phone.show("res.partner.industry", industry)["values"] == {"full_name": name}


def test_revoked_device_is_refused_at_its_next_sync_and_told_why(make_phone, manager):
    lost, kept = make_phone("Finn Olsen"), make_phone("Gina Rossi")
    manager.menu("Devices")
    manager.row("Finn's phone").get_by_text("Finn's phone").click()
    manager.button("Revoke").click()
    manager.confirm()
    manager.state("Revoked")
    expect(manager.page.locator(".alert-danger:visible")).to_contain_text("This device is refused.")
    manager.menu("Devices")
    expect(manager.row("Finn's phone")).to_contain_text("Revoked")
    manager.shot("device-list")
    with pytest.raises(PhoneFailed, match="This device has been revoked"):
        lost.sync()
    kept.sync()


def test_policy_of_a_field_is_given_on_screen_and_followed_by_the_next_clash(
    make_phone, clash, office, manager
):
    phone = make_phone("Hugo Blanc")
    manager.menu("Configuration", "Profiles")
    manager.row("Contacts and activities").get_by_text("Contacts and activities").click()
    manager.row("Contact", "Job Position").locator("td[name=entity]").click()
    dialog = manager.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add a line").click()
    manager.choose("field_id", "Website")
    policy = dialog.locator("tr.o_selected_row .o_field_widget[name=policy]")
    policy.locator("input").click()
    manager.page.get_by_role("option", name="Keep the Device's").or_(
        manager.page.locator(".o_select_menu_item").filter(has_text="Keep the Device's")
    ).first.click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    manager.page.locator(".o_form_button_save").click()
    expect(manager.row("Contact", "Website Link: Keep the Device's")).to_have_count(1)
    expect(manager.page.locator(".o_form_button_save")).to_be_hidden()
    manager.shot("profile-form")

    sides = {
        "mine": {"website": "http://device.example.com"},
        "theirs": {"website": "http://office.example.com"},
    }
    company = clash(phone, "Ridge Motors", **sides)
    assert office.read(PARTNER, company, "website")["website"] == "http://device.example.com"
    assert phone("outbox") == []
    assert (
        office("offline.conflict", "search_count", [("res_id", "=", company), ("res_model", "=", PARTNER)])
        == 0
    )
