"""Calls measured side by side, and what is said of them: a ratio, whether it meets its goal, every single run."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from tools.provision.about import versions

T = TypeVar("T", bound=Callable[[], Any])
Seconds = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of the design, measured: `ratio` against `goal`, which is a lower bound where ``more`` is better."""

    what: str
    ratio: float
    goal: float
    more: bool = False
    unit: str = "times"
    #: The ratio of each repeat, where both sides were measured in turns.
    runs: list[float] = field(default_factory=list)

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.more else self.ratio <= self.goal


@dataclass(slots=True)
class Result:
    """What was found for one of P1-P8: claims, the seconds behind them, tables of other facts, notes."""

    title: str
    claims: list[Claim] = field(default_factory=list)
    seconds: dict[str, Seconds] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def in_turns(
    calls: Mapping[str, T], repeats: int, *, prepare: Callable[[T], object] = lambda _call: None
) -> Seconds:
    """Seconds of each call, all of them in turns, after one round that warms the caches."""
    taken: Seconds = {name: [] for name in calls}
    for number in range(repeats + 1):
        for name, call in calls.items():
            prepare(call)
            started = time.perf_counter()
            call()
            if number:
                taken[name].append(time.perf_counter() - started)
    return taken


def claim(
    what: str,
    slow: list[float],
    quick: list[float],
    goal: float,
    *,
    more: bool = False,
) -> Claim:
    """How many times as long ``slow`` takes as ``quick``, by medians; the runs are those of each round."""
    runs = [a / b for a, b in zip(slow, quick, strict=False)]
    return Claim(what, statistics.median(slow) / statistics.median(quick), goal, more=more, runs=runs)


def machine() -> dict[str, str]:
    """What the numbers were measured on, when, and of which code."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        names = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
    with open("/proc/meminfo", encoding="ascii") as info:
        memory = int(info.readline().split()[1]) // 1024**2
    load = os.getloadavg()
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory} GB",
        "system": f"{platform.system()} {platform.release()}",
        "load": f"{load[0]:.1f} before the run",
        "date": datetime.now(UTC).date().isoformat(),
        **versions(),
    }
