"""Devices with the app: one browser context each, on the network of the test. Pages fail when the browser complained.

def test_something(app):                    # enrolled as a new person, synced
def test_something_else(make_app, hire):    # make_app(): a device that nobody enrolled
    device = make_app().enrol(office.code(hire("Ana Silva")))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.app.device import AppDevice
from tests.e2e.conftest import PATIENCE_MS, PHONE, staffed
from tools.provision.server import OdooServer
from tools.stage.network import Network
from tools.stage.office import Office

_numbers = count(1)


@pytest.fixture(scope="session")
def server(browser: Browser, make_database: Callable[..., str]) -> Iterator[OdooServer]:
    """A server for the app alone: what its devices leave for the office to decide is in nobody's way."""
    with OdooServer(make_database()) as running:
        yield running


@pytest.fixture(scope="session")
def office(server: OdooServer) -> Office:
    """The office behind `server`."""
    return staffed(server)


@pytest.fixture
def hire(office: Office) -> Callable[[str], int]:
    """`hire("Ana Silva")` gives the id of a new user of the app; login and password are `ana7` or alike."""

    def make(name: str) -> int:
        return office.hire_traveller(f"{name.split()[0].lower()}{next(_numbers)}", name)

    return make


@pytest.fixture
def make_app(browser: Browser, network: Network) -> Iterator[Callable[..., AppDevice]]:
    """`make_app(DESKTOP, locale="fr-FR")` is a device that nobody has enrolled; `complains=True` lets it complain."""
    made: list[AppDevice] = []
    quiet: list[AppDevice] = []

    def make(device: dict[str, Any] = PHONE, *, complains: bool = False, **options: Any) -> AppDevice:
        settings = {"locale": "en-US", "timezone_id": "UTC", "reduced_motion": "reduce", **device, **options}
        context = browser.new_context(**settings)
        context.set_default_timeout(PATIENCE_MS)
        made.append(AppDevice(context, network))
        if not complains:
            quiet.append(made[-1])
        return made[-1]

    yield make
    for one in made:
        one.close()
    assert [text for one in quiet for text in one.complaints] == []


@pytest.fixture
def app(make_app: Callable[..., AppDevice], office: Office, hire: Callable[[str], int]) -> AppDevice:
    """A phone with the app, enrolled as a person of its own and synced."""
    return make_app().enrol(office.code(hire("Ana Silva")))


@pytest.fixture
def ask(office: Office) -> Iterator[Callable[..., None]]:
    """`ask("city", "phone")` lets the person on the device decide conflicts about these fields of contacts."""
    profile = office.ref("offline_base.offline_profile_contacts")
    line = office.find("offline.profile.entity", ("profile_id", "=", profile), ("entity", "=", "res.partner"))
    made = []

    def make(*fields: str, deleted: str = "review") -> None:
        for name in fields:
            field = office.find("ir.model.fields", ("model", "=", "res.partner"), ("name", "=", name))
            made.append(office.create("offline.profile.policy", entity_id=line, field_id=field, policy="ask"))
        office.write("offline.profile.entity", line, delete_policy=deleted)

    yield make
    office("offline.profile.policy", "unlink", made)
    office.write("offline.profile.entity", line, delete_policy="review")
