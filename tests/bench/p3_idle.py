"""P3: an idle pull, beside calls with the same authentication: a question for a file that nobody has, an empty push."""

from __future__ import annotations

import requests

from tests.faults.wire import Wire

from .bed import Bed
from .data import SMALL, sql
from .measure import Result, Seconds, claim, in_turns

_REPEATS = 60
_GOAL = 1.5
_PUSH, _NO_FILE = "an empty push", "a question for an unknown file"


def measure(bed: Bed) -> Result:
    """With contacts alone, and with all that a usual profile has."""
    result = Result("Idle pull, beside calls with the same authentication that do next to nothing")
    for what, device in (
        ("contacts alone", bed.device()),
        ("the usual profile", bed.device(usual=True)),
    ):
        taken, written = _measured(bed, device)
        result.seconds[what] = taken
        result.claims += [
            claim(f"idle pull, {what}, against {other}", taken["idle pull"], taken[other], _GOAL)
            for other in (_PUSH, _NO_FILE)
        ]
        result.notes.append(f"{_REPEATS} idle pulls ({what}) wrote {written:,} bytes of write-ahead log.")
    return result


def _measured(bed: Bed, device: Wire) -> tuple[Seconds, int]:
    device.pull(limit=SMALL)
    device.pull(limit=SMALL)
    session = requests.Session()
    session.headers.update(device.headers)
    pull = {"cursor": device.cursor}

    def idle() -> None:
        answer = session.post(f"{device.url}/offline/v1/pull", json=pull, timeout=60).json()
        assert answer["cursor"] == device.cursor, "the pull was not idle"

    def asks_for_no_file() -> None:
        answer = session.get(f"{device.url}/offline/v1/blobs/sha256/{'0' * 64}", timeout=60)
        assert answer.json()["code"] == "blob_unknown"

    empty: dict[str, list[str]] = {"operations": []}
    taken = in_turns(
        {
            "idle pull": idle,
            _NO_FILE: asks_for_no_file,
            _PUSH: lambda: session.post(f"{device.url}/offline/v1/push", json=empty, timeout=60),
        },
        _REPEATS,
    )
    before = _written(bed)
    for _number in range(_REPEATS):
        idle()
    return taken, _written(bed) - before


def _written(bed: Bed) -> int:
    [(place,)] = sql(bed.db, "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
    return int(place)
