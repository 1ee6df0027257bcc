"""What a person sets on the device, the way out of it, and the proof that nothing is missing."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import expect

PARTNER = "res.partner"


@pytest.fixture
def settings(app):
    """The phone, looking at its settings."""
    app.page.evaluate("offlineApp.router.go('settings')")
    expect(app.heading("Settings")).to_be_visible()
    return app


def names_in(office, *names):
    return office(PARTNER, "search_count", [("name", "in", names)])


def test_always_offline_syncs_by_the_button_alone(settings, office):
    app = settings
    app.page.get_by_role("radio", name="Always offline").click()
    app.page.wait_for_function("offlineApp.status.mode === 'always_offline'")
    app.create(PARTNER, name="Kept Here")
    app.page.evaluate("offlineApp.router.go('status')")
    app.says("Syncs only when you press Sync now.")
    # Whenever it may sync by itself it looks; it did, and nothing went out.
    app.page.evaluate("offlineApp.look()")
    assert names_in(office, "Kept Here") == 0
    app.button("Sync now").click()
    app.until_synced()
    assert names_in(office, "Kept Here") == 1


def test_proof_counts_work_and_records_and_a_comparison_repairs_what_differs(app, office):
    company = office.create(PARTNER, name="Rotten Apples", is_company=True, city="Oldtown")
    assert app.sync()
    app.edit(PARTNER, company, city="Newtown")
    assert app.sync()
    app.page.evaluate("offlineApp.router.go('status')")
    app.says("Work received by the office: 1 of 1")
    app.says("Contents equal to the office's")
    app.button("Compare with the office").click()
    app.says("everything on this device equals the office's")
    # A record rots in the store, as on a broken disk.
    app.page.evaluate(
        """async (id) => {
            const { store } = offlineApp.device.parts;
            await store.change(async (change) => {
                const row = await change.get("record", ["res.partner", id]);
                row.content.values.city = "Rotten";
                change.put("record", row);
            });
        }""",
        company,
    )
    app.button("Compare with the office").click()
    app.says("There were differences; what differed was received again.")
    assert app.search(PARTNER, "rotten apples")[0]["values"]["city"] == "Newtown"
    app.says("A record was damaged on this device and received again.")


def test_log_out_is_guarded_while_work_is_here_and_the_work_reaches_the_office(settings, office):
    app = settings
    device = office.find("offline.device", ("uid", "=", app.status()["device"]))
    app.go_offline()
    app.create(PARTNER, name="Not Sent Yet")
    app.button("Log out of this device").click()
    app.says("One piece of work has not reached its final form at the office.")
    app.button("Sync first").click()
    app.says("The sync did not get through. Your work is still here.")
    app.button("Log out of this device").click()
    app.button("Stay").click()
    assert app.status()["unsent"] == 1
    app.button("Log out of this device").click()
    app.button("Log out all the same").click()
    expect(app.page.get_by_label("Enrolment code")).to_be_visible()
    assert app.search(PARTNER, "not sent yet") == []
    assert names_in(office, "Not Sent Yet") == 0
    app.go_online()
    app.page.wait_for_function("offlineApp.device.settings.token === null")
    box = office.find("offline.escrow", ("device_id", "=", device))
    office("offline.escrow", "action_replay", [box])
    assert names_in(office, "Not Sent Yet") == 1


def test_log_out_with_everything_sent_erases_the_device(settings):
    app = settings
    app.button("Log out of this device").click()
    app.says("All your work has reached the office.")
    app.page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    expect(app.page.get_by_label("Enrolment code")).to_be_visible()
    assert app.search(PARTNER) == []


def test_exported_work_is_imported_and_taken_over_in_the_office(settings, office):
    app = settings
    app.go_offline()
    app.create(PARTNER, name="From A Broken Phone")
    with app.page.expect_download() as download:
        app.button(re.compile("Save my work as a file")).click()
    with open(download.value.path(), "rb") as saved:
        content = saved.read()
    assert b"Broken" not in content
    wizard = office.create("offline.escrow.import", file=base64.b64encode(content).decode())
    box = office("offline.escrow.import", "action_import", [wizard])["res_id"]
    office("offline.escrow", "action_replay", [box])
    assert names_in(office, "From A Broken Phone") == 1
    # The phone comes back after all: it counts once.
    app.go_online()
    app.until_synced()
    assert names_in(office, "From A Broken Phone") == 1


def test_pin_that_was_set_is_asked_for_at_the_next_start(settings):
    app = settings
    app.button(re.compile("Set a PIN")).click()
    app.page.get_by_label("New PIN", exact=True).fill("2468")
    app.page.get_by_label("New PIN again").fill("2469")
    app.button("Set").click()
    app.says("The two are not the same.")
    app.page.get_by_label("New PIN again").fill("2468")
    app.button("Set").click()
    app.says("The app asks for this PIN from now on.")
    app.restart()
    expect(app.page.get_by_label("PIN")).to_be_visible()
    assert app.page.evaluate("offlineApp.phase") == "locked"
