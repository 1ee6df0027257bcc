"""A device that changes hands, and one that is nobody's yet."""

from __future__ import annotations

from playwright.sync_api import expect


def _hand_over(device):
    device.page.evaluate("offlineApp.router.go('settings')")
    device.page.get_by_role("button", name="Hand this device over").click()


def test_shared_device_keeps_the_work_of_its_people_apart_and_sends_each_as_its_own(make_app, office, hire):
    ana, ben = hire("Ana Shift"), hire("Ben Shift")
    device = make_app().enrol(office.code(ana))
    device.until_installed()
    device.go_offline()
    device.create("res.partner", name="Seen by Ana alone")
    _hand_over(device)
    device.says("You have no PIN")
    device.button("Somebody new").click()
    expect(device.button("Ana Shift")).to_be_visible()
    device.go_online()
    device.page.get_by_label("Enrolment code").fill(office.code(ben))
    device.button("Use this code").click()
    device.until_synced()
    assert device.status()["user"] == "Ben Shift"
    assert device.search("res.partner", "seen by ana alone") == []
    assert device.status()["unsent"] == 0
    assert office("res.partner", "search_count", [("name", "=", "Seen by Ana alone")]) == 0

    _hand_over(device)
    device.button("Ana Shift").click()
    device.until_synced()
    assert device.status()["user"] == "Ana Shift"
    company = office.find("res.partner", ("name", "=", "Seen by Ana alone"))
    assert office.read("res.partner", company, "create_uid")["create_uid"][0] == ana


def test_sample_is_gone_with_the_page_and_reaches_no_office(make_app, office):
    device = make_app()
    device.open()
    device.button("Try it with sample data").click()
    device.until_synced()
    device.create("res.partner", name="Only a sample")
    assert device.sync()
    device.says("Sample data: nothing is sent.")
    device.button("Leave").click()
    expect(device.page.get_by_label("Enrolment code")).to_be_visible()
    assert device.search("res.partner") == []
    assert office("res.partner", "search_count", [("name", "=", "Only a sample")]) == 0
