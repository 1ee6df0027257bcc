"""An addon brings what people see of its records, and a screen, as docs/writing-a-screen.md tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tests.e2e.conftest import PHONE
from tools.provision.server import OdooServer
from tools.stage.network import Network
from tools.stage.office import Office

NOTE = "offline.test.note"


@pytest.fixture
def notes(make_database) -> Iterator[OdooServer]:
    with OdooServer(make_database(template="tests")) as running:
        yield running


def test_addon_brings_its_screen_and_its_records_look_as_it_says(browser, notes):
    office = Office(notes.url, notes.db)
    user = office.hire("writer", "Writer", "offline_base.offline_base_group_device_user")
    note = office.create(NOTE, name="Ring the bell", user_id=user)
    profile = office.ref("offline_test_note.offline_profile_notes")
    with Network(notes.port) as network:
        device = AppDevice(browser.new_context(**PHONE, locale="en-US"), network)
        device.enrol(office.code(user, profile))
        device.button("To write").click()
        expect(device.heading("Notes to write")).to_be_visible()
        device.go_offline()
        device.page.get_by_role("button", name="Ring the bell").click()
        body = device.page.get_by_label("Body")
        expect(body).to_be_focused()
        body.fill("Twice.")
        device.button("Save").click()
        expect(device.heading("Notes to write")).to_be_visible()
        device.button("To write").click()
        device.says("Every note has a text")
        device.page.evaluate(f"offlineApp.router.go('record', {{entity: '{NOTE}', ref: {note}}})")
        device.button("Finish").click()
        device.work(device.page.get_by_role("dialog").get_by_role("button", name="Finish"))
        device.go_online()
        assert device.sync()
        written = office.read(NOTE, note, "body", "finished_at")
        assert written["body"] == "Twice."
        assert written["finished_at"]
        assert device.complaints == []
        device.close()
