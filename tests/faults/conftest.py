"""One database and one server for the faults that leave both intact; phones and wires of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.faults.cluster import Cluster
from tests.faults.wire import Wire
from tools.provision import database
from tools.provision.server import OdooServer
from tools.stage.network import Network
from tools.stage.office import Office
from tools.stage.phone import Phone

_numbers = count(1)


@pytest.fixture(scope="session")
def shared_db(make_database: Callable[..., str]) -> str:
    return make_database()


@pytest.fixture(scope="session")
def make_cluster(make_database: Callable[..., str]) -> Iterator[Callable[[], Cluster]]:
    """`make_cluster()` is a PostgreSQL cluster that may be crashed, with a copy of the database; to be entered."""
    with Cluster(make_database()) as model:
        model.stop()
        yield lambda: Cluster(model)


@pytest.fixture(scope="session")
def server(shared_db: str) -> Iterator[OdooServer]:
    with OdooServer(shared_db) as running:
        yield running


@pytest.fixture(scope="session")
def office(server: OdooServer) -> Office:
    return Office(server.url, server.db)


@pytest.fixture
def traveller(office: Office) -> int:
    """A user of the app, new for each test."""
    number = next(_numbers)
    return office.hire_traveller(f"traveller{number}", f"Traveller {number}")


@pytest.fixture
def network(server: OdooServer) -> Iterator[Network]:
    with Network(server.port) as between:
        yield between


@pytest.fixture
def make_wire(office: Office, network: Network) -> Callable[..., Wire]:
    """`make_wire(user)` enrols a bare device over the network."""
    return lambda user, url=None: Wire.enrol(url or network.url, office.code(user))


@pytest.fixture
def make_phone(office: Office, network: Network, tmp_path: Path) -> Callable[..., Phone]:
    """`make_phone(user, name)` enrols the reference device, each in processes of its own, and syncs it."""

    def make(user: int, name: str) -> Phone:
        phone = Phone(tmp_path / name)
        phone.enrol(network.url, office.code(user), name)
        phone.sync()
        return phone

    return make


@pytest.fixture
def connect(shared_db: str) -> Iterator[Callable[..., Any]]:
    """`connect()` opens a connection to the database besides Odoo's; all are closed at the end."""
    opened = []

    def make(db: str = shared_db) -> Any:
        connection = psycopg2.connect(**database.reach(db))
        opened.append(connection)
        return connection

    yield make
    for connection in opened:
        connection.close()
