"""The other ways to get records out of Odoo, each at its best: OdooRPC, `/json/2`, dates as cursors, bare SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tools.stage.office import Office

from .bed import Bed, in_odoo
from .data import CONTACTS, DOMAIN, MINE, Kind


def json2(bed: Bed, login: str) -> Callable[..., Any]:
    """Odoo 19's own API with a key, on one connection: ``call(model, method, **arguments)``."""
    key = in_odoo(bed.db, "in_odoo_key.py", login=login)
    session = requests.Session()
    session.headers.update({"Authorization": f"bearer {key}", "X-Odoo-Database": bed.db})

    def call(model: str, method: str, **arguments: Any) -> Any:
        answer = session.post(f"{bed.server.url}/json/2/{model}/{method}", json=arguments, timeout=120)
        answer.raise_for_status()
        return answer.json()

    return call


def bare_query(fields: Sequence[str], kind: Kind = CONTACTS) -> str:
    """The records in scope as JSON, by PostgreSQL alone: ids, columns, tags, which picture; no rights, no languages."""
    names = ("id", *fields)
    return _as_json(
        kind, [f'{kind.beside[name]} AS "{name}"' if name in kind.beside else name for name in names]
    )


def columns_query(fields: Sequence[str], kind: Kind = CONTACTS) -> str:
    """The same without what is no column: no tags, no pictures."""
    return _as_json(kind, [name for name in ("id", *fields) if name not in kind.beside])


def _as_json(kind: Kind, columns: Sequence[str]) -> str:
    shown = ", ".join(columns)
    return (
        f"SELECT row_to_json(t)::text FROM "
        f"(SELECT {shown} FROM {kind.table} AS p WHERE {kind.marked} = '{MINE}') AS t"
    )


class DateCursor:
    """A copy kept up by asking for what has a newer `write_date`, as most scripts do."""

    def __init__(self, read: Callable[[list[Any]], list[dict[str, Any]]]) -> None:
        self.read = read
        self.held: dict[int, dict[str, Any]] = {}
        self.cursor = "1970-01-01 00:00:00"

    def pull(self) -> None:
        rows = self.read([*DOMAIN, ("write_date", ">", self.cursor)])
        self.held |= {row["id"]: row for row in rows}
        self.advance(rows)

    def advance(self, rows: list[dict[str, Any]]) -> None:
        self.cursor = max([self.cursor, *(row["write_date"] for row in rows)])


class LoaderCursor(DateCursor):
    """As the point of sale loads: the cursor is the server's time at the last load, in whole seconds."""

    def advance(self, rows: list[dict[str, Any]]) -> None:
        # Its clock is that of this machine.
        self.cursor = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


class OverlapCursor(DateCursor):
    """With the usual repair: an overlap of a minute, paid for by reading that minute again each time."""

    def advance(self, rows: list[dict[str, Any]]) -> None:
        super().advance(rows)
        earlier = datetime.fromisoformat(self.cursor) - timedelta(minutes=1)
        self.cursor = earlier.strftime("%Y-%m-%d %H:%M:%S")


def odoorpc_reader(
    user: Office, fields: Sequence[str], kind: Kind = CONTACTS
) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """`search_read` without display names, by OdooRPC."""
    return lambda domain: user(kind.model, "search_read", domain, list(fields), load=None)
