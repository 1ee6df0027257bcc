"""`make bench`: P1-P8 of the design, and who loses changes; `make bench BENCH=P1` for one of them.

Ratios are measured side by side in one run on the same seeded data. It writes `docs/benchmarks.json`,
`docs/benchmarks.md` and their picture; it is no test. About twenty minutes on two quiet cores, and two more the first
time: the database of a million contacts is kept.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
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
    p7_app,
    p7_sales,
    p8_memory,
    report,
)
from .bed import Bed
from .data import LARGE, MIDDLE, SMALL, bench_database
from .measure import Result, machine

T = TypeVar("T")
_LOSSES = "losses"
#: What measures, and in databases of which sizes.
_PARTS: dict[str, tuple[Callable[..., Result], tuple[int, ...]]] = {
    "P1": (p1_first_pull.measure, (SMALL,)),
    "P1-leads": (p1_first_pull.measure_leads, (0,)),
    "P2": (p2_changes.measure, (SMALL, MIDDLE, LARGE)),
    "P3": (p3_idle.measure, (SMALL,)),
    "P4": (p4_push.measure, (SMALL,)),
    "P4-sales": (p4_push.measure_sales, (0,)),
    "P5": (p5_capture.measure, (SMALL,)),
    "P6": (p6_fleet.measure, (LARGE,)),
    "P7": (p7_app.measure, (SMALL,)),
    "P7-sales": (p7_sales.measure, (SMALL,)),
    "P8": (p8_memory.measure, (LARGE,)),
}


#: What needs Odoo's sales besides.
_SALES = {"P1-leads", "P4-sales", "P7-sales"}


def main() -> int:
    """Measure what is asked for, and write it down."""
    parser = argparse.ArgumentParser(prog="make bench")
    names = [*_PARTS, _LOSSES]
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(names)}; all of them by default")
    wanted = parser.parse_args().parts or names
    if unknown := set(wanted) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    described = machine()
    if _LOSSES in wanted:
        losses = _timed(_LOSSES, correctness.measure, (SMALL,))
        for row in losses:
            print(f"  {row}")
        report.write({}, losses, described)
    for name, (part, sizes) in _PARTS.items():
        if name in wanted:
            found = _timed(name, part, sizes, "offline_crm" if name in _SALES else "suite")
            for claim in found.claims:
                verdict = "met" if claim.met else "missed"
                print(f"  {claim.what}: {claim.ratio:.2f} {claim.unit}, goal {claim.goal:g}, {verdict}")
            # At once: what comes next may go wrong.
            report.write({name: found}, None, described)
    return 0


def _timed(name: str, work: Callable[..., T], sizes: tuple[int, ...], template: str = "suite") -> T:
    """Measure in databases of its own, each with a server: nobody finds what another left."""
    print(f"{name} ...", flush=True)
    started = time.perf_counter()
    with ExitStack() as stack:
        databases = [stack.enter_context(bench_database(size, template)) for size in sizes]
        found = work(*(Bed(db, stack.enter_context(OdooServer(db))) for db in databases))
    print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
