"""A database and a prefork server of its own for random histories, whose workers can be killed and come again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import uuid4

from offline_device import blobs
from tests import logins
from tools.provision import database, postgres
from tools.provision.server import OdooServer
from tools.provision.workspace import Workspace

from .office import Ground

AnyGround = TypeVar("AnyGround", bound=Ground)
WORKERS = 2
#: A server with a filter asks PostgreSQL for the names of all databases, over a connection made for it, with every
#: call of a device. One that is told its database knows it.
_NO_FILTER = "--db-filter="
_PART_BYTES = 20


@contextmanager
def prepared(
    defect: str | None = None, *, ground: type[AnyGround] = Ground, template: str = "tests"
) -> Iterator[AnyGround]:
    """The ground of a run; with a defect planted in its server if one is named."""
    db = f"offline_test_{uuid4().hex[:12]}"
    logins.make_quick()
    database.create(db, template=template)
    try:
        logins.reset(db)
        _set(db, "offline_test_oracle.mortal", "1")
        if defect is not None:
            _set(db, "offline_test_oracle.defect", defect)
        with OdooServer(db, workers=WORKERS, extra=[_NO_FILTER]) as server, _small_parts():
            yield ground(server)
    finally:
        database.drop(db)
        database.drop(f"{db}_backup")


def _small_parts() -> Any:
    """The small files of a history travel in several parts, as large ones do."""
    return patch.object(blobs, "PART_BYTES", _PART_BYTES)


def _set(db: str, key: str, value: str) -> None:
    statement = f"INSERT INTO ir_config_parameter (key, value) VALUES ('{key}', '{value}')"
    postgres.psql(Workspace.here(), db, statement)
