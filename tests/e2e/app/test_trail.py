"""On duty: the app keeps where it is, with consent and where the profile allows it, and Odoo has each position once.

With SCREENSHOTS=1 its screens are kept in docs/images, phone and desk, light and dark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.test_every_screen import faults
from tests.e2e.app.test_usual_day import keep
from tests.e2e.conftest import DESKTOP, served, staffed_office
from tests.e2e.screens import Screens
from tools.stage.office import Office

TRAIL, POSITION = "offline.trail", "offline.trail.position"
#: The page's clock is as far ahead as the test says: nobody waits for the minutes of a walk.
_CLOCK = (
    "(() => { const now = Date.now; Date.now = () => now() + Number(localStorage.getItem('ahead') ?? 0); })()"
)
_MINUTE_MS = 60_000


server = served("offline_crm")
office = staffed_office()


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Sessions of this module's own server."""
    return {}


class Walker:
    """A salesperson with a phone that knows where it is."""

    def __init__(self, device: AppDevice, office: Office, user: int) -> None:
        self.device, self.office, self.user = device, office, user
        self.ahead_ms = 0

    @property
    def switch(self) -> Locator:
        return self.device.page.get_by_role("switch", name="On duty")

    @property
    def bar(self) -> Locator:
        return self.device.page.locator(".o_duty_bar")

    @property
    def dialog(self) -> Locator:
        return self.device.page.get_by_role("dialog")

    def answer(self, name: str) -> None:
        self.dialog.get_by_role("button", name=name, exact=True).click()

    def go_on_duty(self) -> None:
        self.device.go("/home")
        expect(self.switch).to_have_attribute("aria-checked", "false")
        self.switch.click()
        expect(self.dialog).to_contain_text("deleted after 90 days")
        self.answer("I agree")
        expect(self.bar).to_contain_text("On duty since")

    def walk(self, *latitudes: float, count: int) -> None:
        """To these places, two minutes from each to the next; the last is position number ``count``."""
        for index, latitude in enumerate(latitudes, count - len(latitudes) + 1):
            self.ahead_ms += 2 * _MINUTE_MS
            self.device.page.evaluate("(ms) => localStorage.setItem('ahead', ms)", self.ahead_ms)
            self.at(latitude)
            expect(self.bar).to_contain_text(f"{index} positions")

    def at(self, latitude: float, accuracy: float = 8) -> None:
        where = {"latitude": latitude, "longitude": 4.3528, "accuracy": accuracy}
        self.device.context.set_geolocation(where)

    def trails(self) -> list[dict[str, Any]]:
        fields = ["has_consented", "ended_at", "position_count", "device_id"]
        return self.office(TRAIL, "search_read", [("user_id", "=", self.user)], fields)


@pytest.fixture
def walker(
    make_app: Callable[..., AppDevice], office: Office, request: pytest.FixtureRequest
) -> Callable[..., Walker]:
    def make(*, allowed: bool = True, permissions: tuple[str, ...] = ("geolocation",)) -> Walker:
        profile = office.ref("offline_crm.offline_profile_sales")
        office.write("offline.profile", profile, has_trail=allowed)
        user = office.hire_salesperson(f"walker{abs(hash(request.node.name)) % 10**8}", "Wanda Walker")
        device = make_app(permissions=list(permissions))
        device.context.add_init_script(_CLOCK)
        device.enrol(office.code(user, profile)).until_installed()
        return Walker(device, office, user)

    return make


def test_positions_on_duty_reach_the_office_once_and_in_order(
    walker: Callable[..., Walker], office: Office
) -> None:
    """Proves I2, I3. Without network, over a restart and a crash of the app."""
    here = walker()
    device = here.device
    wrong: list[str] = []

    def look(name: str) -> None:
        device.page.evaluate("offlineApp.messages.notes.splice(0)")
        wrong.extend(f"{name}: {one}" for one in faults(device.page))
        keep(device.page, f"crm-trail-{name}")

    expect(here.bar).to_have_count(0)
    device.go_offline()
    here.switch.click()
    look("consent")
    here.answer("No, thanks")
    expect(here.bar).to_have_count(0)
    here.at(50.8466)
    here.go_on_duty()
    expect(here.bar).to_contain_text("One position")
    here.walk(50.8486, 50.8506, 50.8526, count=4)
    # So vague that it says nothing, and then somewhere else.
    here.at(50.9, accuracy=900)
    here.walk(50.8546, count=5)
    look("home")
    device.restart()
    expect(here.bar).to_contain_text("5 positions")
    here.walk(50.8566, count=6)
    device.crash()
    device.open()
    expect(here.bar).to_contain_text("6 positions")
    here.walk(50.8586, 50.8606, count=8)

    here.bar.get_by_role("button", name="End").click()
    here.answer("Go off duty")
    expect(here.bar).to_have_count(0)
    expect(here.switch).to_have_attribute("aria-checked", "false")
    device.create("res.partner", name="Somebody on the way")
    device.go("/unsynchronized")
    device.page.locator(".o_chip", has_text="Positions").click()
    expect(device.page.locator(".o_screen")).to_contain_text("Went on duty")
    expect(device.page.locator(".o_screen")).to_contain_text("positions, ")
    look("unsynchronized")
    device.page.locator(".o_screen").get_by_text("positions, ").first.click()
    expect(device.page.locator(".o_screen")).to_contain_text("50.84860, 4.35280 (± 8 m)")
    look("operation")

    device.go_online()
    assert device.sync()
    device.until_synced()
    [trail] = here.trails()
    assert trail["has_consented"]
    assert trail["ended_at"]
    found = office(POSITION, "search_read", [("trail_id", "=", trail["id"])], ["latitude", "at"], order="id")
    assert [round(one["latitude"], 4) for one in found] == [
        50.8466, 50.8486, 50.8506, 50.8526, 50.8546, 50.8566, 50.8586, 50.8606,
    ]  # fmt: skip
    assert trail["position_count"] == 8
    assert [one["at"] for one in found] == sorted(one["at"] for one in found)
    assert wrong == []


def test_who_lets_no_browser_tell_where_they_are_is_told_and_goes_on(walker: Callable[..., Walker]) -> None:
    here = walker(permissions=())
    here.go_on_duty()
    expect(here.bar).to_contain_text("may not know where you are")
    here.bar.get_by_role("button", name="End").click()
    here.answer("Go off duty")
    expect(here.bar).to_have_count(0)
    assert here.device.sync()
    [trail] = here.trails()
    assert (trail["position_count"], bool(trail["ended_at"])) == (0, True)


def test_there_is_no_switch_where_the_profile_allows_no_trail(walker: Callable[..., Walker]) -> None:
    here = walker(allowed=False)
    expect(here.device.button("New quotation")).to_be_visible()
    expect(here.switch).to_have_count(0)


@pytest.mark.parametrize(("permissions", "known"), [(("geolocation",), True), ((), False)])
def test_check_in_keeps_where_the_person_is_if_they_say_so_and_the_browser_tells(
    walker: Callable[..., Walker], office: Office, permissions: tuple[str, ...], known: bool
) -> None:
    here = walker(allowed=False, permissions=permissions)
    device = here.device
    here.at(50.8466)
    for name in ("Without", "With"):
        customer = office.create("res.partner", name=f"{name} a place", user_id=here.user)
        assert device.sync()
        device.go(f"/record/res.partner/{customer}")
        expect(device.heading(f"{name} a place")).to_be_visible()
        device.button("Check In").click()
        expect(here.dialog).to_contain_text("only if you say so")
        if name == "With":
            here.dialog.get_by_label("Keep where I am now").check()
        device.work(here.dialog.get_by_role("button", name="Check In", exact=True))
    if not known:
        device.says("could not tell where it is")
    device.until_synced()  # a sync that was under way began without it
    visits = office(
        "offline.visit",
        "search_read",
        [("user_id", "=", here.user)],
        ["has_consented", "latitude"],
        order="id",
    )
    assert [(one["has_consented"], round(one["latitude"], 4)) for one in visits] == [
        (False, 0),
        (known, 50.8466 if known else 0),
    ]


def test_office_allows_a_trail_and_looks_at_one(open_page: Callable[..., Screens], office: Office) -> None:
    """The profile's checkbox puts the kind of records into it; the demo's morning is shown, and downloaded."""
    profile = office.ref("offline_crm.offline_profile_sales")
    office.write("offline.profile", profile, has_trail=False)
    screen = open_page("manager", DESKTOP)
    page = screen.page
    page.goto(f"{screen.url}/odoo/action-offline_base.offline_profile_action/{profile}")
    page.get_by_role("tab", name="Sales").click()
    screen.field("has_trail").locator("input").check()
    screen.shot("office-trail-profile")
    page.locator(".o_form_button_save").click()
    expect(page.locator(".o_form_button_save")).to_be_hidden()
    assert office.read("offline.profile", profile, "has_trail")["has_trail"]

    page.goto(f"{screen.url}/odoo/action-offline_crm.offline_trail_action")
    screen.row("Marc Demo").first.locator("td[name='started_at']").click()
    expect(screen.field("position_ids").locator("tr.o_data_row")).to_have_count(6)
    screen.shot("office-trail")
    link = screen.field("gpx_url").locator("a").get_attribute("href")
    answer = page.request.get(f"{screen.url}{link}")
    assert (answer.status, answer.body().count(b"<trkpt")) == (200, 6)
