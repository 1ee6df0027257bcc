"""A real server of its own for the contract tests: one copied database, one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tools.provision.server import OdooServer
from tools.stage.office import Office

from .world import World

#: The office's calls use the API that all Odoo clients use today; its notice of removal fills the log.
_QUIET = "odoo.addons.rpc.controllers.jsonrpc:ERROR"


@pytest.fixture(scope="session")
def server(make_database: Callable[..., str]) -> Iterator[OdooServer]:
    with OdooServer(db=make_database(), extra=["--log-handler", _QUIET]) as running:
        yield running


def served(template: str) -> Any:
    """For a module that needs another database: its own `server`, of this template."""

    @pytest.fixture(scope="module", name="server")
    def running(make_database: Callable[..., str]) -> Iterator[OdooServer]:
        with OdooServer(make_database(template=template)) as started:
            yield started

    return running


def bare_office() -> Any:
    """For a module that hires its own people: the `office` behind its server."""

    @pytest.fixture(scope="module", name="office")
    def behind(server: OdooServer) -> Office:
        return Office(server.url, server.db)

    return behind


@pytest.fixture(scope="session")
def world(server: OdooServer) -> Iterator[World]:
    with World(server.url, server.db) as ready:
        yield ready


@pytest.fixture
def quiet_log(server: OdooServer) -> Iterator[None]:
    """The server writes no traceback while the test runs."""
    before = len(server.log_text())
    yield
    written = server.log_text()[before:]
    assert "Traceback" not in written, written
