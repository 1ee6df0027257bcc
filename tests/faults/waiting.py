"""Waiting for what happens in other processes: for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

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
