"""Under a PIN nothing is shown, read or sent until it is given."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

PIN = "2468"


@pytest.fixture
def locked(app, office):
    """A device with a PIN and work that was not sent, locked."""
    app.only_by_hand()
    app.create("res.partner", name="Secret of the garden")
    app.page.evaluate("pin => offlineApp.lock.setPin(pin)", PIN)
    app.page.evaluate("offlineApp.lock.now()")
    expect(app.heading("The app is locked")).to_be_visible()
    return app


def give(device, pin):
    device.page.get_by_label("PIN").fill(pin)
    device.button("Unlock").click()


def stored(device):
    """Everything that lies in the store, as text."""
    return device.page.evaluate(
        """async () => {
            const db = await new Promise((resolve) => {
                const request = indexedDB.open("offline");
                request.onsuccess = () => resolve(request.result);
            });
            const rows = [];
            for (const name of db.objectStoreNames) {
                rows.push(await new Promise((resolve) => {
                    const request = db.transaction(name).objectStore(name).getAll();
                    request.onsuccess = () => resolve(request.result);
                }));
            }
            db.close();
            const text = (_, value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer
                ? new TextDecoder().decode(value) : value;
            return JSON.stringify(rows, text);
        }"""
    )


def test_locked_app_shows_and_sends_nothing(locked, office):
    assert "Secret of the garden" not in locked.page.content()
    assert not locked.sync()
    assert office("res.partner", "search_count", [("name", "=", "Secret of the garden")]) == 0
    assert "Secret of the garden" not in stored(locked)


def test_right_pin_opens_and_work_goes_on(locked, office):
    give(locked, "1357")
    expect(locked.page.get_by_role("alert")).to_have_text("This is not the PIN.")
    give(locked, PIN)
    locked.until_ready()
    assert locked.sync()
    assert office("res.partner", "search_count", [("name", "=", "Secret of the garden")]) == 1


def test_cold_start_asks_for_the_pin_without_network(locked):
    locked.until_installed()
    locked.go_offline()
    locked.restart()
    expect(locked.heading("The app is locked")).to_be_visible()
    give(locked, PIN)
    locked.until_ready()
    assert locked.status()["unsent"] == 1


def test_wrong_tries_are_slowed_down_and_reloading_does_not_help(locked):
    for _attempt in range(3):
        give(locked, "0000")
        expect(locked.page.get_by_role("alert")).to_be_visible()
    locked.says("Too many wrong tries")
    expect(locked.button("Unlock")).to_be_disabled()
    locked.restart()
    give(locked, PIN)
    locked.says("Too many wrong tries")


def test_lock_during_a_sync_cuts_it_short_and_it_goes_on_after_the_pin(app, office):
    app.create("res.partner", name="On its way")
    app.page.evaluate("pin => offlineApp.lock.setPin(pin)", PIN)
    app.page.evaluate("void offlineApp.sync(); offlineApp.lock.now()")
    expect(app.heading("The app is locked")).to_be_visible()
    give(app, PIN)
    app.until_synced()
    assert office("res.partner", "search_count", [("name", "=", "On its way")]) == 1


def test_app_that_nobody_touches_locks_itself(locked):
    give(locked, PIN)
    locked.until_ready()
    locked.page.evaluate("offlineApp.lock.setMinutes(2)")
    locked.page.evaluate("offlineApp.lock.look(Date.now() + 119_000)")
    locked.until_ready()
    locked.page.evaluate("offlineApp.lock.look(Date.now() + 121_000)")
    expect(locked.heading("The app is locked")).to_be_visible()


def test_forgotten_pin_ends_in_an_empty_device_after_a_warning(locked):
    locked.button("I forgot the PIN").click()
    locked.says("Work that was not sent is lost")
    locked.button("Erase everything here").click()
    expect(locked.heading("Welcome to Odoo Offline")).to_be_visible()


def test_lock_covers_what_is_open_and_gives_back_what_was_written_in_it(app, office):
    company = office.create("res.partner", name="Corner Bakery", is_company=True)
    app.sync()
    app.only_by_hand()
    app.page.evaluate("pin => offlineApp.lock.setPin(pin)", PIN)
    app.open(f"/record/res.partner/{company}")
    app.button("Note").click()
    app.page.get_by_role("dialog").get_by_role("textbox").fill("The oven is secret")
    app.page.evaluate("offlineApp.messages.say('Corner Bakery was changed', {kind: 'warning'})")
    app.page.evaluate("offlineApp.lock.now()")
    expect(app.heading("The app is locked")).to_be_visible()
    expect(app.page.get_by_role("dialog")).to_have_count(0)
    expect(app.page.get_by_text("Corner Bakery was changed")).to_have_count(0)
    app.page.keyboard.press("Escape")
    give(app, PIN)
    expect(app.page.get_by_role("dialog").get_by_role("textbox")).to_have_value("The oven is secret")
