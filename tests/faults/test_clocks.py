"""Clocks that are wrong by a year, or jump: the device's own, and the server's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from offline_device import Device, Refused
from tools.provision.server import OdooServer
from tools.stage.office import Office

PARTNER = "res.partner"
YEAR = timedelta(days=365)
#: Every time that the engine stored, by as much. For it that is the server's clock gone the other way.
_SHIFT = """
SELECT format('UPDATE %%I SET %%s', table_name,
              string_agg(format('%%1$I = %%1$I + interval ''%s days''', column_name), ', '))
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name LIKE 'offline%%'
   AND data_type LIKE 'timestamp%%'
 GROUP BY table_name
"""


class Clock:
    """A clock that a person may set."""

    def __init__(self) -> None:
        self.off = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


@pytest.fixture(scope="module")
def timed(make_database: Callable[..., str]) -> Iterator[OdooServer]:
    with OdooServer(make_database()) as running:
        yield running


@pytest.mark.parametrize("off", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_device_whose_clock_jumps_by_a_year_and_back_delivers_everything_at_its_real_time(
    office, traveller, network, tmp_path, off
):
    """Proves I2, I10. What it did is dated by the server's clock, give or take the way."""
    clock = Clock()
    with Device(tmp_path / "device", clock=clock) as device:
        device.enrol(network.url, office.code(traveller), name=f"Jumping {off.days}")
        device.sync()
        for jump in (off, timedelta()):
            clock.off = jump
            name = f"Made {jump.days} days off by {off.days}"
            made = device.create(PARTNER, {"name": name})
            device.sync()
            device.update(PARTNER, made.uid, {"city": "Edited"})
            device.sync()
            assert device.outbox() == []
            found = office(PARTNER, "search_read", [("name", "=", name)], ["city"])
            assert [partner["city"] for partner in found] == ["Edited"]
        assert device.verify().differ == {}
    rows = office(
        "offline.operation",
        "search_read",
        [("device_id.name", "=", f"Jumping {off.days}")],
        ["corrected_at", "received_at"],
    )
    assert len(rows) >= 4
    for row in rows:
        times = [datetime.fromisoformat(row[name]) for name in ("corrected_at", "received_at")]
        assert abs(times[0] - times[1]) < timedelta(minutes=5), row


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=["ahead", "back"])
def test_server_whose_clock_jumps_by_a_year_serves_its_devices_on(timed, connect, tmp_path, jump):
    """Proves I1, I2, I10. Cursors may be too old, and tokens past the time in which a device may come back by itself:
    then a person gives a code. Two syncs later all is well.
    """
    office = Office(timed.url, timed.db)
    side = connect(timed.db)
    side.autocommit = True
    with Device(tmp_path / "device") as device:
        login = f"timed{jump.days}"
        user = office.hire_traveller(login, login)
        device.enrol(timed.url, office.code(user), name=login)
        uid = device.status().device
        kept = office.create(PARTNER, name=f"Kept {login}", phone="1")
        device.sync()
        device.update(PARTNER, kept, {"city": "Sent after the jump"})
        device.create(PARTNER, {"name": f"Born {login}"})
        office.write(PARTNER, kept, phone="2")
        _run(office, "offline_base.offline_fence_cron")
        _shift(side, -jump.days)
        _run(office, "offline_base.offline_fence_cron")
        _run(office, "base.autovacuum_job")
        office.write(PARTNER, kept, street="After the jump")
        if jump > timedelta():
            with pytest.raises(Refused, match="a code"):
                device.sync()
            device.enrol(timed.url, office.code(user), name=login)
            assert device.status().device == uid
        results = [device.sync() for _ in range(2)]
        assert device.outbox() == []
        held = device.get(PARTNER, kept).values
        assert [held[name] for name in ("phone", "city", "street")] == [
            "2",
            "Sent after the jump",
            "After the jump",
        ]
        assert office(PARTNER, "search_count", [("name", "=", f"Born {login}")]) == 1
        assert device.verify().differ == {}
        # A year ahead the log that its cursor asks for is gone: it begins again, from what it holds.
        assert sum(result.resets for result in results) == (1 if jump > timedelta() else 0)
        assert office("offline.epoch", "search_count", [("reason", "=", "time_back")]) == 0


def _run(office: Office, cron: str) -> None:
    office("ir.cron", "method_direct_trigger", [office.ref(cron)])


def _shift(connection: Any, days: int) -> None:
    cursor = connection.cursor()
    cursor.execute(_SHIFT % days)
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
