"""`make bench`: P1-P6 and P8 of the design, and who loses changes; `make bench BENCH=P1` for one of them.

Ratios are measured side by side in one run on the same seeded data. It writes `docs/benchmarks.json`,
`docs/benchmarks.md` and their picture; it is no test. About twenty minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from tools.provision.server import OdooServer

from . import (
    correctness,
    p1_first_pull,
    p2_changes,
    p3_idle,
    p4_push,
    p5_capture,
    p6_fleet,
    p8_memory,
    report,
)
from .bed import Bed
from .data import bench_database
from .measure import Result, machine

T = TypeVar("T")
_LOSSES = "losses"
#: In this order: the database grows from one to the next.
_PARTS: dict[str, Callable[[Bed], Result]] = {
    "P1": p1_first_pull.measure,
    "P3": p3_idle.measure,
    "P4": p4_push.measure,
    "P5": p5_capture.measure,
    "P2": p2_changes.measure,
    "P6": p6_fleet.measure,
    "P8": p8_memory.measure,
}


def main() -> int:
    """Measure what is asked for, and write it down."""
    parser = argparse.ArgumentParser(prog="make bench")
    names = [*_PARTS, _LOSSES]
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(names)}; all of them by default")
    wanted = parser.parse_args().parts or names
    if unknown := set(wanted) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    described = machine()
    results: dict[str, Result] = {}
    losses = None
    with bench_database() as db, OdooServer(db) as server:
        bed = Bed(db, server)
        if _LOSSES in wanted:
            losses = _timed(_LOSSES, lambda: correctness.measure(bed))
            for row in losses:
                print(f"  {row}")
        for name, part in _PARTS.items():
            if name in wanted:
                results[name] = _timed(name, partial(part, bed))
                for claim in results[name].claims:
                    verdict = "met" if claim.met else "missed"
                    print(f"  {claim.what}: {claim.ratio:.2f} {claim.unit}, goal {claim.goal:g}, {verdict}")
    report.write(results, losses, described)
    return 0


def _timed(name: str, work: Callable[[], T]) -> T:
    print(f"{name} ...", flush=True)
    started = time.perf_counter()
    found = work()
    print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
