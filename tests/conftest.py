"""What every layer may use: throw-away databases and servers, and settings of the property tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings

from tests import logins
from tools.provision import database
from tools.provision.server import OdooServer
from tools.provision.workspace import Workspace

# No deadline: a busy machine is no defect. In CI the examples are the same each time; a failure prints what
# reproduces it.
settings.register_profile("local", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")
logins.make_quick()


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.here()


@pytest.fixture(scope="session")
def make_database() -> Iterator[Callable[..., str]]:
    """`make_database(template="suite")` copies a template and answers its name; all are dropped at the end."""
    names: list[str] = []

    def make(template: str = "suite") -> str:
        name = f"offline_test_{uuid4().hex[:12]}"
        names.append(name)
        database.create(name, template=template)
        logins.reset(name)
        return name

    yield make
    # PostgreSQL writes a checkpoint for each: at once they share it.
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(database.drop, names))


@pytest.fixture
def make_server() -> Iterator[Callable[..., OdooServer]]:
    """`make_server(db, workers=0, …)` answers a started server; all are stopped at the end of the test."""
    servers: list[OdooServer] = []

    def make(db: str, **options: Any) -> OdooServer:
        server = OdooServer(db, **options)
        servers.append(server)
        return server.start()

    yield make
    for server in servers:
        server.kill()
