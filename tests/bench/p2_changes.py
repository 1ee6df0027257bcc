"""P2: a pull of 100 changes costs the same in a large database with a long log; and who loses changes meanwhile."""

from __future__ import annotations

import time
from typing import Any

from tests.faults.wire import Wire

from .bed import Bed
from .data import LARGE, MIDDLE, SMALL, enlarge, sql, touch
from .measure import Result, Seconds, claim
from .peers import DateCursor, odoorpc_reader

_CHANGES, _ROUNDS, _WARM = 100, 12, 2


def measure(bed: Bed) -> Result:
    """The same pulls at three sizes of table and log; grows the database."""
    device = bed.device()
    dated = DateCursor(odoorpc_reader(bed.person()[1], bed.fields(device)))
    device.pull(limit=SMALL)
    dated.pull()
    taken: Seconds = {}
    buffers: list[dict[str, Any]] = []
    for size in (SMALL, MIDDLE, LARGE):
        enlarge(bed.db, size)
        device.pull(limit=SMALL)
        seconds, blocks = _pulls(bed, device)
        taken[f"pull, {size:,} contacts and log rows"] = seconds
        taken[f"write_date by OdooRPC, {size:,} contacts"] = _dated(bed, dated)
        buffers.append({"contacts and log rows": size, "blocks a pull touched": blocks})
    small, large = (taken[f"pull, {size:,} contacts and log rows"] for size in (SMALL, LARGE))
    ratio = buffers[-1]["blocks a pull touched"] / buffers[0]["blocks a pull touched"]
    result = Result(
        "Pull of 100 changes by a device that holds 10,000 contacts",
        claims=[
            claim(f"time at {LARGE:,}, against {SMALL:,}", large, small, 1.15),
            claim(f"blocks touched at {LARGE:,}, against {SMALL:,}", [ratio], [1.0], 1.15),
        ],
        seconds={"by HTTP": taken},
        tables={"blocks of 8 KiB, read or found in memory": buffers},
    )
    return result


def _pulls(bed: Bed, device: Wire) -> tuple[list[float], int]:
    """Seconds of each pull, and the blocks that the last ones touched on average."""
    taken = []
    device.pull()
    blocks = 0
    for number in range(_ROUNDS):
        touch(bed.db, _CHANGES, number * 500)
        device.pull() if number < _WARM else None
        if number < _WARM:
            continue
        before = _blocks(bed)
        started = time.perf_counter()
        answer = device.pull()
        taken.append(time.perf_counter() - started)
        blocks += _blocks(bed) - before
        assert sum(len(change["upserts"]) for change in answer["changes"]) == _CHANGES
        device.pull()  # confirms, so that each pull has as much to confirm
    return taken, blocks // len(taken)


def _blocks(bed: Bed) -> int:
    """Blocks that the tables of the pull were read by, with their indexes; the server's own count."""
    # A backend reports when it is idle for a second at the latest; asking it to is cheaper than waiting.
    [(blocks,)] = sql(
        bed.db,
        """SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))::bigint
             FROM pg_statio_user_tables WHERE relname IN ('res_partner', 'offline_change', 'offline_holding')""",
    )
    return int(blocks)


def _dated(bed: Bed, peer: DateCursor) -> list[float]:
    """Seconds of the same by `write_date`; each change is dated, as the ORM would."""
    taken = []
    for number in range(_ROUNDS):
        sql(
            bed.db,
            f"""UPDATE res_partner SET phone = phone || '1',
                       write_date = clock_timestamp() AT TIME ZONE 'UTC' + interval '{number + 1} s'
                WHERE id IN (SELECT id FROM res_partner WHERE ref = 'bench' ORDER BY id OFFSET {number * 500 + 200}
                             LIMIT {_CHANGES})""",
        )
        started = time.perf_counter()
        peer.pull()
        if number >= _WARM:
            taken.append(time.perf_counter() - started)
    return taken
