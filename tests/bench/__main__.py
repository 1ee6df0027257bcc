"""`make bench`: ratios measured side by side in one run on the same data. It prints; it is no test.

P1: a first pull of 10,000 contacts as one whole call over HTTP, beside OdooRPC's `search_read` of the same fields
with and without display names, and beside the bare SQL query of the same rows; in one page and in ten. P2: a pull of
100 changes by a device that holds 10,000 contacts, before and after the table and the log got 1,000,000 rows more.
P3: an idle pull beside an empty push, which has the same authentication. P8: what a first pull of 200,000 contacts
by pages adds to the server's memory.
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
_NO_COLUMN = {"category_id", "image_1920"}
_NO_LIMITS = {"sequence": 99, "limit_page": 10_000, "limit_records": 0}


def main() -> int:
    """Make the data, measure in turns, print a table."""
    name = f"offline_bench_{uuid4().hex[:8]}"
    database.create(name)
    try:
        _fill(name)
        with OdooServer(name) as server:
            office = Office(server.url, name)
            line = {"entity": _PARTNER, "domain": "[('ref', '=', 'bench')]"}
            profile = office.create("offline.profile", name="Bench", entity_ids=[(0, 0, line)], **_NO_LIMITS)
            user = office.hire_traveller("bench", "Bench")
            device = Wire.enrol(server.url, office.code(user, profile))
            fields = list(_fields(device))
            _report(
                "P1  first pull of 10,000 contacts", _first_pull(office, device, name, server.url, fields)
            )
            _report("P3  idle pull", _idle_pull(device))
            usual = Wire.enrol(server.url, office.code(office.hire_traveller("usual", "Usual")))
            _report("P3  idle pull with the profile that everybody has", _idle_pull(usual))
            small = _changes(device, name)
            _enlarge(name)
            _report(
                "P2  pull of 100 changes by a device that holds 10,000",
                {"of 10,000 records": small, "of 1,000,000 records and log rows": _changes(device, name)},
            )
            _in_scope(name, 200_000)
            _report_memory(Wire.enrol(server.url, office.code(user, profile)), server)
    finally:
        database.drop(name)
    return 0


def _first_pull(
    office: Office, device: Wire, name: str, url: str, fields: list[str]
) -> dict[str, list[float]]:
    user = Office(url, str(office.rpc.env.db), "bench", "bench")
    domain = [("ref", "=", "bench")]
    columns = ", ".join(f'"{field}"' for field in fields if field not in _NO_COLUMN)
    calls: dict[str, Callable[[], Any]] = {
        "pull": lambda: device.post("pull", {"cursor": None, "limit": _RECORDS}).json()["changes"],
        "pull in ten pages": lambda: device.pull(None, limit=_RECORDS // 10),
        "bare SQL json": lambda: _sql(
            name,
            f"SELECT row_to_json(t)::text FROM (SELECT {columns} FROM res_partner WHERE ref = 'bench') AS t",
        ),
        "OdooRPC search_read": lambda: user(_PARTNER, "search_read", domain, fields),
        "OdooRPC search_read, load=null": lambda: user(_PARTNER, "search_read", domain, fields, load=None),
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


def _changes(device: Wire, name: str) -> list[float]:
    """Seconds of pulls of 100 changes, the device having confirmed all before."""
    taken = []
    device.pull(limit=_RECORDS)
    for round_number in range(12):
        device.pull()
        _sql(
            name,
            "UPDATE res_partner SET phone = phone || '0' WHERE id IN (SELECT id FROM res_partner WHERE ref = 'bench'"
            " AND company_id IS NULL ORDER BY id OFFSET %s LIMIT 100)" % (round_number * 500),
        )
        started = time.perf_counter()
        answer = device.pull()
        if round_number > 1:
            taken.append(time.perf_counter() - started)
        assert sum(len(change["upserts"]) for change in answer["changes"]) == 100
    return taken


def _enlarge(name: str) -> None:
    """A million contacts that no device holds, and as many rows in the log."""
    _contacts(name, 990_000, "'elsewhere'")
    _sql(name, "ANALYZE res_partner")
    _sql(name, "ANALYZE offline_change")


def _in_scope(name: str, number: int) -> None:
    _sql(name, "ALTER TABLE res_partner DISABLE TRIGGER USER")
    _sql(
        name,
        "UPDATE res_partner SET ref = 'bench' WHERE id IN"
        f" (SELECT id FROM res_partner WHERE ref = 'elsewhere' LIMIT {number - _RECORDS})",
    )
    _sql(name, "ALTER TABLE res_partner ENABLE TRIGGER USER")


def _report_memory(device: Wire, server: OdooServer) -> None:
    before = _resident(server)
    device.pull(None, limit=1000)
    held = sum(map(len, device.held.values()))
    after = _resident(server)
    print(
        f"\nP8  first pull of {held} records by pages of 1,000: {before} MB before, at most {after} MB after"
    )


def _resident(server: OdooServer) -> int:
    """The highest resident memory of the server so far, in MB."""
    with open(f"/proc/{server.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024


def _sql(name: str, query: str) -> list[tuple[Any, ...]]:
    env = database.environment()
    with (
        psycopg2.connect(
            dbname=name, host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"]
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


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
    # A worker of PostgreSQL's own would disturb the measuring, and dropping the database.
    _sql(name, "ALTER TABLE res_partner SET (autovacuum_enabled = false)")
    _sql(name, "ALTER TABLE offline_change SET (autovacuum_enabled = false)")
    _contacts(name, _RECORDS, "'bench'")
    _sql(name, "ANALYZE res_partner")


def _contacts(name: str, number: int, ref: str) -> None:
    _sql(
        name,
        f"""INSERT INTO res_partner (name, complete_name, active, is_company, type, email, phone, street, city, zip,
                                    lang, ref, create_date, write_date, create_uid, write_uid)
           SELECT 'Contact ' || n, 'Contact ' || n, true, n % 5 = 0, 'contact', 'c' || n || '@example.com',
                  '555-' || n, n || ' Main Street', 'Town ' || n % 100, (10000 + n)::text, 'en_US', {ref},
                  now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 1, 1
             FROM generate_series(1, {number}) AS n""",
    )


if __name__ == "__main__":
    sys.exit(main())
