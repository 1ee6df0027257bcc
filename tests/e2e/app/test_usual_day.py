"""A usual day on every screen; with SCREENSHOTS=1 each is kept in docs/images, phone and desk, light and dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.app.device import AppDevice
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.screens import IMAGE_BYTES, IMAGES
from tools.stage.office import Office

_WANTED = os.environ.get("SCREENSHOTS") == "1"
_SIZES = {"phone": PHONE["viewport"], "desk": DESKTOP["viewport"]}


@dataclass
class Day:
    """The device of somebody who sells to bakeries, and what the pictures are about."""

    device: AppDevice
    bakery: int
    ops: dict[str, str]


@pytest.fixture
def day(
    ask: Callable[..., None], make_app: Callable[..., AppDevice], office: Office, hire: Callable[[str], int]
) -> Day:
    ask("city")
    user = hire("Ana Silva")
    me = office.read("res.users", user, "partner_id")["partner_id"][0]
    model = office.find("ir.model", ("model", "=", "res.partner"))

    def company(name: str, city: str, street: str, phone: str) -> int:
        return office.create(
            "res.partner",
            **{"name": name, "is_company": True, "city": city, "street": street, "phone": phone},
            email=f"office@{name.lower().replace(' ', '-')}.example",
        )

    def person(name: str, parent: int, role: str) -> None:
        office.create("res.partner", name=name, parent_id=parent, function=role, phone="555-0101")

    def activity(about: int, kind: str, summary: str, days: int) -> None:
        office.create(
            "mail.activity",
            **{"res_model_id": model, "res_id": about, "user_id": user, "summary": summary},
            activity_type_id=office.ref(f"mail.mail_activity_data_{kind}"),
            date_deadline=(datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d"),
        )

    def event(name: str, location: str, guest: int, days: int, hour: int) -> None:
        start = (datetime.now(UTC) + timedelta(days=days)).replace(hour=hour, minute=0, second=0)
        times = {"start": start, "stop": start + timedelta(hours=1)}
        office.create(
            "calendar.event",
            **{name: time.strftime("%Y-%m-%d %H:%M:%S") for name, time in times.items()},
            **{"name": name, "location": location, "user_id": user, "partner_ids": [(6, 0, [me, guest])]},
        )

    bakery = company("Corner Bakery", "Oldtown", "4 Mill Lane", "555-0100")
    coffee = company("Harbour Coffee", "Westport", "12 Quay Street", "555-0110")
    grocer = company("Green Grocer", "Oldtown", "31 Market Square", "555-0120")
    hotel = company("Sunrise Hotel", "Eastfield", "1 Station Road", "555-0130")
    person("Nora Field", bakery, "Owner")
    person("Omar Banks", coffee, "Purchasing")
    person("Ida Winter", hotel, "Head of Kitchen")
    activity(bakery, "call", "Ask about the new oven", 0)
    activity(grocer, "todo", "Send the price list", -2)
    activity(hotel, "meeting", "Taste the new bread", 1)
    event("Visit: Harbour Coffee", "12 Quay Street, Westport", coffee, 0, 10)
    event("Visit: Sunrise Hotel", "1 Station Road, Eastfield", hotel, 1, 9)
    office(
        "res.partner", "message_post", [bakery], body="They bake from four in the morning. Call after ten."
    )

    device = make_app().enrol(office.code(user))
    device.until_installed()
    for kept in (hotel, grocer):
        device.page.evaluate("(id) => offlineApp.device.pins.put('res.partner', id, true)", kept)
    device.go_offline()
    device.edit("res.partner", bakery, city="Hilltop", phone="555-0177")
    device.create("res.partner", email="new.customer@mail.example")
    office.write("res.partner", bakery, city="Northtown")
    device.go_online()
    device.sync()
    device.go_offline()
    device.edit("res.partner", coffee, street="14 Quay Street")
    device.create("res.partner", name="Riverside Cafe", is_company=True, city="Westport")
    ops = device.page.evaluate(
        "offlineApp.device.outbox().then((all) => Object.fromEntries(all.map(({state, op}) => [state, op])))"
    )
    return Day(device, bakery, ops)


def _places(day: Day) -> list[tuple[str, str, str]]:
    """(name of the picture, address, a heading or text that stands there)."""
    return [
        ("home", "/home", "Today"),
        ("agenda", "/agenda", "Visit: Harbour Coffee"),
        ("week", "/agenda?view=week", "Visit: Sunrise Hotel"),
        # The first of the list: other tests leave people there, and only rows in sight are drawn.
        ("list", "/list/res.partner", "Acme Corporation"),
        ("record", f"/record/res.partner/{day.bakery}", "4 Mill Lane"),
        ("form", f"/form/res.partner/{day.bakery}", "Save"),
        ("ready", "/ready", "Checks"),
        ("unsynchronized", "/unsynchronized", "Riverside Cafe"),
        ("operation", f"/operation/{day.ops['rejected']}", "Correct and send again"),
        ("conflict", f"/conflict/{day.ops['conflict']}", "Northtown"),
        ("journal", "/journal", "History of this device"),
        ("status", "/status", "Sync now"),
        ("settings", "/settings", "How this device works"),
        ("pins", "/pins", "Green Grocer"),
        ("help", "/help", "Questions"),
    ]


def keep(page: Page, name: str) -> None:
    """Keep what the screen shows, in every size and light, where pictures are wanted."""
    if not _WANTED:
        return
    IMAGES.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size, viewport in _SIZES.items():
            page.set_viewport_size(viewport)
            path = IMAGES / f"app-{name}-{size}{'-dark' if scheme == 'dark' else ''}.png"
            image = page.screenshot(path=path, animations="disabled", caret="hide")
            assert len(image) < IMAGE_BYTES, f"{path.name} is too large"
    page.set_viewport_size(PHONE["viewport"])


def test_every_screen_shows_the_day_without_network(day: Day) -> None:
    page = day.device.page
    page.evaluate("offlineApp.messages.notes.splice(0)")
    for name, path, text in _places(day):
        day.device.go(path)
        expect(page.locator(".o_screen").get_by_text(text, exact=True).first).to_be_visible()
        keep(page, name)


def test_gates_say_what_they_ask_for(day: Day, make_app: Callable[..., Any]) -> None:
    day.device.go_online()
    device = make_app()
    device.open()
    expect(device.heading("Welcome to Odoo Offline")).to_be_visible()
    keep(device.page, "enrol")
    page = day.device.page
    page.evaluate("offlineApp.lock.setPin('2580').then(() => offlineApp.lock.now())")
    expect(day.device.heading("The app is locked")).to_be_visible()
    keep(page, "locked")
