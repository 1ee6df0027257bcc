"""`make bench`: ratios measured side by side in one run on the same data. It prints; it is no test.

P1: a first pull of 10,000 contacts as one whole call over HTTP, beside OdooRPC's `search_read` of the same fields
with and without display names. P3: an idle pull beside an empty push, which has the same authentication.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg2
import requests

from tests.faults.wire import Wire
from tools.provision import database
from tools.provision.server import OdooServer
from tools.stage.office import Office

_RECORDS = 10_000
_REPEATS = 5
_PARTNER = "res.partner"


def main() -> int:
    """Make the data, measure in turns, print a table."""
    name = f"offline_bench_{uuid4().hex[:8]}"
    database.create(name)
    try:
        _fill(name)
        with OdooServer(name) as server:
            office = Office(server.url, name)
            device = Wire.enrol(server.url, office.code(office.hire_traveller("bench", "Bench")))
            fields = list(_fields(device))
            _report("P1  first pull of 10,000 contacts", _first_pull(office, device, server.url, fields))
            _report("P3  idle pull", _idle_pull(device))
    finally:
        database.drop(name)
    return 0


def _first_pull(office: Office, device: Wire, url: str, fields: list[str]) -> dict[str, list[float]]:
    user = Office(url, str(office.rpc.env.db), "bench", "bench")
    calls: dict[str, Callable[[], Any]] = {
        "pull": lambda: device.post("pull", {"cursor": None, "limit": _RECORDS}).json()["changes"],
        "OdooRPC search_read": lambda: user(_PARTNER, "search_read", [], fields),
        "OdooRPC search_read, load=null": lambda: user(_PARTNER, "search_read", [], fields, load=None),
    }
    return _measure(calls)


def _idle_pull(device: Wire) -> dict[str, list[float]]:
    device.pull(limit=_RECORDS)
    body = {"cursor": device.cursor}
    session = requests.Session()
    session.headers.update(device.headers)
    empty = {"operations": []}
    return _measure(
        {
            "idle pull": lambda: session.post(f"{device.url}/offline/v1/pull", json=body, timeout=60),
            "empty push": lambda: session.post(f"{device.url}/offline/v1/push", json=empty, timeout=60),
        },
        repeats=40,
    )


def _measure(calls: dict[str, Callable[[], Any]], repeats: int = _REPEATS) -> dict[str, list[float]]:
    """Seconds of each call, all of them in turns, after one round that warms the caches."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for round_number in range(repeats + 1):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if round_number:
                taken[name].append(time.perf_counter() - started)
    return taken


def _report(title: str, taken: dict[str, list[float]]) -> None:
    first = statistics.median(next(iter(taken.values())))
    print(f"\n{title}")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        spread = f"{min(seconds) * 1000:.0f}-{max(seconds) * 1000:.0f}"
        print(f"  {name:<34}{median * 1000:>8.0f} ms  [{spread}]  x{median / first:.2f}")


def _fields(device: Wire) -> list[str]:
    profile = requests.get(f"{device.url}/offline/v1/profile", headers=device.headers, timeout=60).json()
    return [
        field["name"]
        for entity in profile["entities"]
        if entity["name"] == _PARTNER
        for field in entity["fields"]
    ]


def _fill(name: str) -> None:
    """Contacts as the ORM would have stored them, made by PostgreSQL."""
    env = database.environment()
    with psycopg2.connect(
        dbname=name, host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"]
    ) as connection:
        connection.cursor().execute(
            """INSERT INTO res_partner (name, complete_name, active, is_company, type, email, phone, street, city, zip,
                                        lang, create_date, write_date, create_uid, write_uid)
               SELECT 'Contact ' || n, 'Contact ' || n, true, n %% 5 = 0, 'contact', 'c' || n || '@example.com',
                      '555-' || n, n || ' Main Street', 'Town ' || n %% 100, (10000 + n)::text, 'en_US',
                      now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 1, 1
                 FROM generate_series(1, %s) AS n""",
            [_RECORDS],
        )


if __name__ == "__main__":
    sys.exit(main())
