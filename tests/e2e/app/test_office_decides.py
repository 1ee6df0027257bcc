"""What the office does to a device while it is away: it hears of it with its next sync."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect


def test_revoked_device_erases_itself_and_its_work_waits_sealed_in_the_office(app, office):
    """Proves I8."""
    device = office.find("offline.device", ("uid", "=", app.status()["device"]))
    app.go_offline()
    app.create("res.partner", name="On the stolen phone")
    office("offline.device", "action_revoke_and_wipe", [device])
    app.go_online()
    expect(app.heading("Welcome to Odoo Offline")).to_be_visible()
    app.says("The office has told this device to erase its data")
    app.page.wait_for_function("offlineApp.device.settings.token === null")
    assert app.page.evaluate("offlineApp.device.parts.records.counts()") == {}
    assert app.page.evaluate("offlineApp.device.outbox()") == []
    assert office.read("offline.device", device, "state")["state"] == "wiped"
    box = office.find("offline.escrow", ("device_id", "=", device))
    assert office.read("offline.escrow", box, "operation_count")["operation_count"] == 1
    app.restart()
    expect(app.heading("Welcome to Odoo Offline")).to_be_visible()


def test_device_whose_clock_is_a_day_ahead_does_not_win_by_it(make_app, office, hire):
    device = make_app()
    device.context.add_init_script(
        """{
            const Real = Date, AHEAD = 86_400_000;
            globalThis.Date = class extends Real {
                constructor(...parts) { parts.length ? super(...parts) : super(Real.now() + AHEAD); }
                static now() { return Real.now() + AHEAD; }
            };
        }"""
    )
    device.enrol(office.code(hire("Kim Tomorrow")))
    device.create("res.partner", name="Written tomorrow")
    device.until_synced()
    operation = office.find("offline.operation", ("record_name", "=", "Written tomorrow"))
    times = office.read("offline.operation", operation, "device_at", "corrected_at", "received_at")
    at = {name: datetime.fromisoformat(times[name]) for name in ("device_at", "corrected_at", "received_at")}
    assert timedelta(hours=23) < at["device_at"] - at["received_at"] < timedelta(hours=25)
    assert abs(at["corrected_at"] - at["received_at"]) < timedelta(minutes=2)
    assert at["received_at"] <= datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=1)
