"""A browser, people of the office signed in to one server, and phones on a network that can be taken away.

People have no more rights than their part needs: a manager, one who is an administrator, too, a reviewer, a colleague
without any, travellers who use the app. Pages fail their test when the browser complained.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.screens import Screens
from tools.provision import database
from tools.provision.server import OdooServer
from tools.provision.system import find_chromium
from tools.stage.chromium import MISSING, chromium
from tools.stage.network import Network
from tools.stage.office import Office
from tools.stage.phone import Phone

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
_PEOPLE = {
    "manager": ("Olga Brandt", "offline_base.offline_base_group_manager"),
    "head": ("Hanna Lindt", "offline_base.offline_base_group_manager", "base.group_system"),
    "reviewer": ("Ruth Keller", "offline_base.offline_base_group_reviewer"),
    "clerk": (
        "Clara Stein",
        "offline_base.offline_base_group_reviewer",
        "base.group_partner_manager",
    ),
    "colleague": ("Paul Plain",),
}
#: The first visit of a new database compiles its bundles, and machines are busy.
PATIENCE_MS = 30_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if find_chromium() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def server(browser: Browser, make_database: Callable[..., str]) -> Iterator[OdooServer]:
    """One server for all tests; asking for the browser first spares it where there is none."""
    with OdooServer(make_database()) as running:
        yield running


def served(template: str) -> Any:
    """For a module that needs another database: its own `server`, of this template."""

    @pytest.fixture(scope="module", name="server")
    def running(browser: Browser, make_database: Callable[..., str]) -> Iterator[OdooServer]:
        with OdooServer(make_database(template=template)) as started:
            yield started

    return running


def staffed(server: OdooServer) -> Office:
    """The administrator at the API, with the office's people hired and an address that looks like one."""
    office = Office(server.url, server.db)
    for name, value in {"web.base.url": "https://odoo.example.com", "web.base.url.freeze": "True"}.items():
        office("ir.config_parameter", "set_param", name, value)
    for login, (name, *groups) in _PEOPLE.items():
        office.hire(login, name, *groups)
    profile = office.ref("offline_base.offline_profile_contacts")
    reviewer = office("res.users", "search", [("login", "=", "reviewer")])[0]
    office.write("offline.profile", profile, reviewer_id=reviewer)
    return office


@pytest.fixture(scope="session")
def office(server: OdooServer) -> Office:
    """The office behind `server`."""
    return staffed(server)


def staffed_office() -> Any:
    """For a module that has its own `server`: the `office` behind it."""

    @pytest.fixture(scope="module", name="office")
    def behind(server: OdooServer) -> Office:
        return staffed(server)

    return behind


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """What a signed-in browser keeps, per login: each person signs in once."""
    return {}


@pytest.fixture
def open_page(
    browser: Browser, server: OdooServer, office: Office, sessions: dict[str, Any]
) -> Iterator[Callable[..., Screens]]:
    """`open_page(login, device)` is that person's screen; at the end no browser may have complained."""
    opened: list[Screens] = []

    def make(login: str, device: dict[str, Any]) -> Screens:
        context = browser.new_context(
            **device,
            storage_state=sessions.get(login),
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        screens = Screens(context.new_page(), server.url)
        opened.append(screens)
        if login not in sessions:
            screens.sign_in(login)
            sessions[login] = context.storage_state()
        return screens

    yield make
    for screens in opened:
        screens.page.context.close()
    assert [text for screens in opened for text in screens.complaints] == []


@pytest.fixture
def manager(open_page: Callable[..., Screens]) -> Screens:
    return open_page("manager", DESKTOP)


@pytest.fixture
def reviewer(open_page: Callable[..., Screens]) -> Screens:
    return open_page("reviewer", DESKTOP)


@pytest.fixture
def clerk(open_page: Callable[..., Screens]) -> Screens:
    """A reviewer who may also edit contacts."""
    return open_page("clerk", DESKTOP)


@pytest.fixture
def reviewer_on_phone(open_page: Callable[..., Screens]) -> Screens:
    return open_page("reviewer", PHONE)


@pytest.fixture
def network(server: OdooServer) -> Iterator[Network]:
    with Network(server.port) as between:
        yield between


@pytest.fixture
def move_database(server: OdooServer) -> Callable[[], None]:
    """`move_database()` makes the database look as if it came from another cluster."""

    def move() -> None:
        with closing(psycopg2.connect(**database.reach(server.db))) as connection:
            connection.autocommit = True
            connection.cursor().execute(
                "UPDATE offline_epoch SET home = '1/1/original' WHERE ended_at IS NULL"
            )

    return move


@pytest.fixture
def make_phone(office: Office, network: Network, tmp_path: Path) -> Callable[[str], Phone]:
    """`make_phone("Ana Silva")` hires Ana and enrols "Ana's phone", synced."""

    def make(person: str) -> Phone:
        first = person.split()[0]
        user = office.hire_traveller(first.lower(), person)
        phone = Phone(tmp_path / first)
        phone.enrol(network.url, office.code(user), f"{first}'s phone")
        phone.sync()
        return phone

    return make


@pytest.fixture
def clash(office: Office, network: Network) -> Callable[..., int]:
    """`clash(phone, "Corner Bakery", mine={…}, theirs={…})` lets both edit a company meanwhile; its id."""

    def make(phone: Phone, name: str, *, mine: dict[str, str], theirs: dict[str, str]) -> int:
        before = {"city": "Oldtown", "phone": "555-0100", "website": "http://before.example.com"}
        company = office.create("res.partner", name=name, is_company=True, **before)
        phone.sync()
        network.close()
        phone.edit("res.partner", company, **mine)
        office.write("res.partner", company, **theirs)
        network.open()
        phone.sync()
        return company

    return make
