"""Few devices are given everything at a time, and a loaded server asks all of them to come less often.

Nothing is kept in the process and nothing is written. A place is an advisory lock that ends with its transaction,
however that ends; the load is the machine's own.
"""

from __future__ import annotations

import os
import random

from odoo.tools import SQL, config

from ..core.errors import Problem

#: The first half of the keys of the places, "offp" in ASCII; the second half is the number of the place.
LOCK_CLASS = 0x6F666670
_PARAMETER = "offline_base.resyncs_at_once"
#: Places of a server of threads, which has no number of workers.
_THREADED = 4
_AGAIN_S = (2, 6)
#: However loaded the server is, pauses grow no more than this.
_LOAD_MAX = 10.0


def enter(env, *, goes_on: bool = False) -> None:
    """Take a place until the transaction ends; `Problem` when none is free.

    A device that ``goes_on`` with a walk takes a place if there is one and is served in any case: so the walks that
    were begun come to their end, and what is sent away has cost nothing yet. How many pages are read at once follows
    from that: while those who go on hold the places, nobody begins.
    """
    env.cr.execute(
        SQL(
            """SELECT 1 FROM generate_series(1, %s) AS place
                WHERE pg_try_advisory_xact_lock(%s, place) LIMIT 1""",
            places(env), LOCK_CLASS,
        )
    )  # fmt: skip
    if not env.cr.fetchone() and not goes_on:
        raise Problem("crowded", retry_after_s=round(random.uniform(*_AGAIN_S) * load()))


def places(env) -> int:
    """How many may be given everything at once, in all processes together: half of this server's workers by default."""
    told = env["ir.config_parameter"].get_param(_PARAMETER) or ""
    if told.isdecimal() and int(told):
        return int(told)
    return max(1, config["workers"] // 2) if config["workers"] else _THREADED


def pause_s(interval_s: int) -> int:
    """How long a device waits before it polls again: about the interval, longer while the server is loaded."""
    return max(1, round(interval_s * random.uniform(0.8, 1.2) * load()))


def load() -> float:
    """How many processes want to run for each processor, in the last minute; 1 when there are no more than that."""
    return min(max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)), _LOAD_MAX)
