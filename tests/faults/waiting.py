"""Waiting for what happens in other processes: for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

_PATIENCE_S = 60.0
_POLL_S = 0.05
T = TypeVar("T")


def until(call: Callable[[], T], missing: type[Exception]) -> T:
    """What a call gives once it does not fail in this way any more; its last failure when it goes on failing."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return call()
        except missing:
            if time.monotonic() > end:
                raise
            time.sleep(_POLL_S)


def until_blocked(watcher: Any, query: str = "", backends: int = 1) -> None:
    """Return when so many other backends of the watcher's database wait for a lock, in statements that contain this."""
    watcher.autocommit = True
    cursor = watcher.cursor()

    def count() -> None:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
                WHERE wait_event_type = 'Lock' AND datname = current_database() AND strpos(query, %s) > 0""",
            [query],
        )
        if cursor.fetchone()[0] < backends:
            raise LookupError("they do not wait for the lock yet")

    until(count, LookupError)
