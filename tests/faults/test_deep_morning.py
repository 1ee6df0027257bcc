"""Eight in the morning: a whole fleet comes at the same moment."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.patient import TRIES, Patient
from tests.faults.wire import Json
from tools.stage.office import Office

PARTNER = "res.partner"
pytestmark = pytest.mark.deep

_DEVICES, _USERS = 500, 20
#: So many of them hold everything already: they deliver their work and get what changed.
_SETTLED = 100
_WORK = 3
#: Contacts that all of them hold, besides those of the database.
_CONTACTS = 500


def test_five_hundred_devices_that_come_at_once_are_all_served(make_database, make_server, connect):
    """Proves I2, I6, I8, I10. Each delivers a night's work and pulls; most begin from nothing."""
    db = make_database()
    server = make_server(db, workers=2)
    office = Office(server.url, db)
    office(PARTNER, "create", [{"name": f"Contact {n}"} for n in range(_CONTACTS)])
    users = [office.hire_traveller(f"morning{n}", f"Morning {n}") for n in range(_USERS)]
    line = (0, 0, {"entity": PARTNER})
    profile = office.create("offline.profile", name="Morning", sequence=99, entity_ids=[line])
    codes = [office.code(users[n % _USERS], profile) for n in range(_DEVICES)]
    with ThreadPoolExecutor(8) as pool:
        devices = list(pool.map(lambda code: Patient.enrol(server.url, code), codes))
    settled, beginning = devices[:_SETTLED], devices[_SETTLED:]
    for device in settled:
        device.pull()
        device.took.clear()
    work = {
        device: [device.create(PARTNER, name=f"Night {n} {turn}") for turn in range(_WORK)]
        for n, device in enumerate(devices)
    }
    eight_o_clock = threading.Barrier(_DEVICES)

    def sync(device: Patient) -> tuple[float, list[Json]]:
        eight_o_clock.wait()
        started = time.monotonic()
        receipts = device.deliver(work[device])
        device.pull()
        return time.monotonic() - started, receipts

    started = time.monotonic()
    with ThreadPoolExecutor(_DEVICES) as pool:
        done = list(pool.map(sync, devices))
    took = time.monotonic() - started
    assert {receipt["status"] for _seconds, receipts in done for receipt in receipts} == {"applied"}
    names = [row["name"] for row in office(PARTNER, "search_read", [("name", "=like", "Night %")], ["name"])]
    assert sorted(names) == sorted(f"Night {n} {turn}" for n in range(_DEVICES) for turn in range(_WORK))
    for device in devices[:: _DEVICES // 25]:
        assert device.holds_what(device.pull())
        assert {name for name in device.names() if name.startswith("Night ")} == set(names)
    assert max(device.longest_wait for device in devices) < TRIES
    away = sum((Counter(device.sent_away) for device in devices), Counter())
    print(f"\n{_DEVICES} devices in {took:.0f} s, sent away: {dict(away)}")
    for who, some in (("hold everything", settled), ("begin", beginning)):
        seconds = [done[devices.index(device)][0] for device in some]
        calls = {
            route: _p95([took for device in some for took in device.took[route]])
            for route in ("push", "pull")
        }
        told = ", ".join(f"p95 of a {route} {value:.1f} s" for route, value in calls.items())
        print(
            f"{len(some)} that {who}: in sync after {statistics.median(seconds):.0f} s (median), "
            f"{_p95(seconds):.0f} s (p95), {max(seconds):.0f} s (last); {told}; "
            f"at most {max(device.longest_wait for device in some)} tries in a row"
        )


def _p95(numbers: list[float]) -> float:
    return sorted(numbers)[int(len(numbers) * 0.95)]
