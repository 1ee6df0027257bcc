"""A million rows arrive by SQL while devices pull."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.faults.patient import Patient
from tests.faults.wire import Json
from tools.stage.office import Office

PARTNER = "res.partner"
pytestmark = pytest.mark.deep

_ROWS, _SLICE, _SEEN_OF = 1_000_000, 20_000, 500
#: Transactions that are open at the same time; the last one to begin commits first.
_OPEN = 5
_DEVICES = 4
#: Syncs that a device may need after the last row is there.
_SYNCS = 2


class Puller(Patient):
    """It counts how often each record was sent to it."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        self.received: Counter[int] = Counter()
        self.longest = 0.0

    def apply(self, page: Json) -> None:
        super().apply(page)
        self.received.update(
            upsert["id"]
            for change in page["changes"]
            if change["entity"] == PARTNER
            for upsert in change["upserts"]
        )

    def pull_until(self, done: threading.Event) -> int:
        """Pull again and again; how many pulls it were."""
        pulls = 0
        while not done.is_set():
            started = time.monotonic()
            self.pull()
            self.longest = max(self.longest, time.monotonic() - started)
            pulls += 1
        return pulls


def test_million_rows_are_imported_while_devices_pull_and_each_is_sent_once(
    make_database, make_server, connect
):
    """Proves I1, I6, I10. Transactions overlap and commit in the opposite order; one row in 500 is in scope."""
    db = make_database()
    server = make_server(db, workers=2)
    office = Office(server.url, db)
    user = office.hire_traveller("import", "Import")
    devices = [Puller.enrol(server.url, office.code(user)) for _ in range(_DEVICES)]
    for device in devices:
        device.pull()
        device.received.clear()
    loaded = threading.Event()
    with ThreadPoolExecutor(_DEVICES) as pool:
        pulling = [pool.submit(device.pull_until, loaded) for device in devices]
        started = time.monotonic()
        try:
            _load([connect(db) for _ in range(_OPEN)])
        finally:
            loaded.set()
        took = time.monotonic() - started
        pulls = [pulled.result() for pulled in pulling]
    for device in devices:
        for _sync in range(_SYNCS):
            page = device.pull()
        assert not page["changes"], "all of it came with the first sync"
        names = [name for name in device.names() if name.startswith("Import ")]
        assert sorted(names) == sorted(f"Import {n}" for n in range(_SEEN_OF, _ROWS + 1, _SEEN_OF))
        assert device.holds_what(page)
        assert set(device.received.values()) == {1}, "nothing changed after it was sent"
        assert len(device.received) == len(names)
    print(
        f"\n{_ROWS:,} rows in {took:.0f} s; {sum(pulls)} pulls of {_DEVICES} devices meanwhile, "
        f"the longest took {max(device.longest for device in devices):.1f} s; "
        f"sent away: {dict(sum((Counter(device.sent_away) for device in devices), Counter()))}"
    )


def _load(connections: list[Any]) -> None:
    """Insert slice by slice, each in a transaction; those that are open together commit in the opposite order."""
    cursors = [connection.cursor() for connection in connections]
    required = _required(cursors[0])
    connections[0].rollback()
    more = "".join(f", {name}" for name in required)
    values = "".join(f", '{value}'" for value in required.values())
    slices = range(1, _ROWS, _SLICE)
    for begin in range(0, len(slices), _OPEN):
        for cursor, first in zip(cursors, slices[begin : begin + _OPEN], strict=False):
            cursor.execute(
                f"""INSERT INTO res_partner (name, complete_name, active, type{more})
                    SELECT 'Import ' || n, 'Import ' || n, n %% {_SEEN_OF} = 0, 'contact'{values}
                      FROM generate_series(%s, %s) AS n""",
                [first, first + _SLICE - 1],
            )
        for connection in reversed(connections):
            connection.commit()


def _required(cursor: Any) -> dict[str, str]:
    """Columns that Odoo's other modules require of a contact, and a value of each."""
    cursor.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = 'res_partner' AND is_nullable = 'NO' AND column_default IS NULL"""
    )
    known = {"autopost_bills": "ask", "group_rfq": "default", "group_on": "default"}
    return {name: known[name] for (name,) in cursor.fetchall() if name in known}
