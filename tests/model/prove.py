"""`make prove`: many random histories, and planted defects that they must notice; adds up in docs/proof.json.

Histories run in processes side by side, each with a database and a server of its own. What was done is recorded
also when the run is interrupted. HISTORIES and MINUTES bound the run, whichever comes first; SEED repeats one. With
APP=1 some devices of each history are the app's own engine in Chromium, and no defects are planted; with CRM=1 they are
histories of a sales team's leads, with ORDERS=1 of its quotations, and their defects are planted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from playwright.sync_api import Error

from tools.gen_proof import DATA, DEFECTS, KINDS, added, write
from tools.provision import database, templates
from tools.provision.about import versions
from tools.provision.workspace import Workspace
from tools.stage.chromium import chromium

from .app_histories import AppHistories
from .history import History
from .lead_histories import LeadHistories
from .lead_office import LeadGround
from .machine import Histories
from .order_histories import OrderHistories
from .order_office import OrderGround
from .server import prepared

STEPS = 50
#: Histories of one seed: a violation names the seed, and at most so many have to run again.
_BATCH = 25
#: What a run is for, if it was not asked for less.
_ENOUGH = 200
#: A planted defect has to be noticed within so many histories.
DEFECT_HISTORIES = 60
#: {kind of histories: the defects that it notices}; the rest is for the histories of contacts, jobs and files.
OWN_DEFECTS = {
    "crm": ("newest_by_arrival",),
    "orders": ("closed_orders_change", "agreed_prices_forgotten", "unseen_orders_cancelled"),
}


class Interrupted(BaseException):
    """Somebody ends the run; what was done until now counts."""

    #: Whether it happened: what goes wrong from then on says nothing of the engine.
    happened = False


def run_histories(number: int, chosen: int, *, shrink: bool, kind: type[History]) -> None:
    """Histories of one seed; raises what the first that goes wrong raised."""

    class Seeded(kind):  # type: ignore[misc, valid-type]
        """The same histories each time."""

    run_state_machine_as_test(
        seed(chosen)(Seeded),
        settings=settings(
            max_examples=number,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def work(report: Path, first: int, histories: int, minutes: float, defect: str | None, *, of: str) -> None:
    """One process: histories until there are enough, the time is up, or a planted defect was noticed."""
    result: dict[str, Any] = {"histories": 0, "uncounted": 0, "operations": 0, "violations": []}

    def tell() -> None:
        result.update(
            histories=History.histories, uncounted=History.uncounted, operations=sum(History.ends.values())
        )
        result.update(ends=dict(History.ends), faults=dict(History.faults))
        partial = report.with_suffix(".part")
        partial.write_text(json.dumps(result))
        partial.replace(report)

    until, chosen = time.monotonic() + minutes * 60, first
    with _kind(of, defect) as kind:
        History.told = staticmethod(tell)
        while History.histories < histories and time.monotonic() < until:
            try:
                History.is_simplest = True
                run_histories(_BATCH, chosen, shrink=defect is None, kind=kind)
            except Exception as error:
                if Interrupted.happened:
                    break
                text = f"{str(error)[:2000]}\n{traceback.format_exc()[-6000:]}"
                violation = {"seed": chosen, "text": text, "why": _in_a_line(error)}
                result["violations"].append(violation)
                print(f"seed {chosen}:\n{violation['text']}", file=sys.stderr, flush=True)
                if defect is not None:
                    break
            finally:
                tell()
            chosen += 1
        result["finished"] = not Interrupted.happened
        tell()


def _in_a_line(error: Exception) -> str:
    """What went wrong, as far as it stands in the first line."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')[:160]}"


@contextmanager
def _kind(of: str, defect: str | None) -> Iterator[type[History]]:
    """The kind of histories, on its ground: of reference devices, leads, quotations, or with the app in a browser."""
    if of == "crm":
        with prepared(defect, ground=LeadGround, template="pipeline") as LeadHistories.ground:
            yield LeadHistories
        return
    if of == "orders":
        with prepared(defect, ground=OrderGround, template="pipeline") as OrderHistories.ground:
            yield OrderHistories
        return
    with prepared(defect) as Histories.ground:
        if of != "app":
            yield Histories
            return
        try:
            with chromium() as AppHistories.browser:
                yield AppHistories
        except Error:
            # Who ends the run ends the browser with it.
            if not Interrupted.happened:
                raise


def side_by_side(tasks: Sequence[dict[str, Any]], at_once: int) -> list[dict[str, Any]]:
    """The reports of processes, so many at a time; of those that were interrupted or failed what they had."""
    folder = Path(tempfile.mkdtemp(prefix="prove-"))
    waiting = list(enumerate(tasks))
    running: dict[subprocess.Popen[bytes], Path] = {}
    reports = [folder / f"{index}.json" for index in range(len(tasks))]
    failed: set[Path] = set()
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                index, task = waiting.pop(0)
                arguments = [f"--{name.replace('_', '-')}={value}" for name, value in task.items()]
                command = [
                    sys.executable,
                    "-m",
                    "tests.model.prove",
                    f"--report={reports[index]}",
                    *arguments,
                ]
                running[subprocess.Popen(command)] = reports[index]
            done = [process for process in running if process.poll() is not None]
            for process in done:
                if process.returncode:
                    print(f"a process ended with code {process.returncode}", file=sys.stderr)
                    failed.add(running[process])
                del running[process]
            time.sleep(0.2)
    except (Interrupted, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
    return [
        (json.loads(report.read_text()) if report.is_file() else {}) | {"failed": report in failed}
        for report in reports
    ]


def histories(options: argparse.Namespace, first: int) -> dict[str, Any]:
    """The histories of a run, added up."""
    share = -(-options.histories // options.processes)
    tasks = [
        {"histories": share, "minutes": options.minutes, "seed": first + 1000 * number} | _of(options)
        for number in range(options.processes)
    ]
    total: dict[str, Any] = {
        "histories": 0,
        "uncounted": 0,
        "operations": 0,
        "violations": [],
        "failed": False,
    }
    ends: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for report in side_by_side(tasks, options.processes):
        for name in ("histories", "uncounted", "operations"):
            total[name] += report.get(name, 0)
        total["violations"] += report.get("violations", [])
        total["failed"] |= report["failed"]
        ends.update(report.get("ends", {}))
        faults.update(report.get("faults", {}))
    return total | {"ends": dict(ends), "faults": dict(faults)}


def _of(options: argparse.Namespace) -> dict[str, int]:
    """Which kind of histories is asked for, as options and as the proof name it."""
    return {name: 1 for name in KINDS if getattr(options, name)}


def _wanted_defects(options: argparse.Namespace) -> list[str]:
    """The defects that are to be planted: those that this kind of histories notices."""
    if options.without_defects or options.app:
        return []
    kind = next(iter(_of(options)), "")
    others = {name for names in OWN_DEFECTS.values() for name in names}
    noticed = list(OWN_DEFECTS.get(kind) or (name for name in DEFECTS if name not in others))
    if unfit := set(options.only or ()).difference(noticed):
        raise SystemExit(
            f"these histories cannot notice {', '.join(sorted(unfit))}; they notice {', '.join(noticed)}"
        )
    return list(options.only or noticed)


def defects(
    options: argparse.Namespace, names: Sequence[str], first: int, clean: Callable[[], int]
) -> dict[str, dict[str, Any]]:
    """{planted defect: whether it was noticed, by what, and within how many histories}.

    The same histories without a defect must find nothing, else nothing was noticed but the histories' own mistake.
    ``clean`` answers how many of them are known to by then.
    """
    tasks = [
        {"histories": DEFECT_HISTORIES, "minutes": 40, "seed": first, "defect": name} | _of(options)
        for name in names
    ]
    reports = side_by_side(tasks, options.processes)
    found = {
        name: {"caught": bool(report["violations"]), "histories": report["histories"]}
        | {key: one[key] for one in report["violations"][:1] for key in ("seed", "why")}
        for name, report in zip(names, reports, strict=True)
        if report.get("finished")
    }
    longest = max((one["histories"] for one in found.values() if one["caught"]), default=0)
    if longest > clean():
        control: dict[str, Any] = {}
        if not Interrupted.happened:
            again = {"histories": longest, "minutes": 60, "seed": first}
            [control] = side_by_side([again | _of(options)], 1)
        if control.get("violations"):
            print("the same histories without a defect found something: nothing was shown", file=sys.stderr)
            return {name: one | {"caught": False} for name, one in found.items()}
        if not control.get("finished"):
            print(
                "the same histories without a defect were not all run: nothing is recorded", file=sys.stderr
            )
            return {}
    return found


def known_as_clean(runs: Sequence[dict[str, Any]], about: dict[str, Any]) -> int:
    """How many histories of this seed and this code were run, one after the other, and found nothing.

    >>> about = {"seed": 7, "versions": {"commit": "a"}, "processes": 1}
    >>> runs = [about | {"histories": 9, "violations": []}, about | {"seed": 8, "histories": 99, "violations": []}]
    >>> known_as_clean(runs, about), known_as_clean(runs, about | {"versions": {"commit": "b"}})
    (9, 0)
    """
    same = [
        run
        for run in runs
        if run["seed"] == about["seed"]
        and run["versions"] == about["versions"]
        and run.get("processes") == 1
        and all(run.get(kind) == about.get(kind) for kind in KINDS)
    ]
    return 0 if any(run["violations"] for run in same) else max((run["histories"] for run in same), default=0)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model.prove", description=__doc__)
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--app", type=int, default=0, help="1: some devices run the app's engine in Chromium")
    kinds.add_argument("--crm", type=int, default=0, help="1: histories of a sales team's leads")
    kinds.add_argument("--orders", type=int, default=0, help="1: histories of quotations and orders")
    parser.add_argument("--without-defects", action="store_true")
    parser.add_argument("--only", action="append", help="plant this defect only; may be repeated")
    parser.add_argument("--defect", help=argparse.SUPPRESS)
    parser.add_argument("--report", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    os.environ.update(database.environment())
    signal.signal(signal.SIGTERM, _interrupt)
    if options.report:
        with suppress(Interrupted, KeyboardInterrupt):
            work(
                options.report,
                options.seed,
                options.histories,
                options.minutes,
                options.defect,
                of=next(iter(_of(options)), ""),
            )
        return 0
    templates.ensure(Workspace.here(), "pipeline" if options.crm or options.orders else "tests")
    return _prove(options)


def _prove(options: argparse.Namespace) -> int:
    print(f"SEED={options.seed}", flush=True)
    started = time.monotonic()
    about: dict[str, Any] = {
        "seed": options.seed,
        "date": datetime.now(UTC).date().isoformat(),
        "processes": options.processes,
        "versions": versions(),
    } | dict.fromkeys(_of(options), True)
    run: dict[str, Any] = {}
    planted: dict[str, dict[str, Any]] = {}
    if not options.only:
        run = histories(options, options.seed)
    names = _wanted_defects(options)
    if names and not Interrupted.happened:
        own = [about | run] if run else []
        planted = defects(
            options, names, options.seed, lambda: known_as_clean([*_known().get("runs", []), *own], about)
        )
    about["minutes"] = round((time.monotonic() - started) / 60, 1)
    write(added(_known(), run, planted, about))
    missed = [name for name in names if not planted.get(name, {}).get("caught")]
    print(f"{run.get('histories', 0)} histories, {run.get('operations', 0)} operations,", end=" ")
    print(f"{len(run.get('violations', []))} violations; {len(names)} defects to plant, missed: {missed}")
    if Interrupted.happened:
        return 1 if run.get("violations") else 0
    is_short = bool(run) and run["histories"] < min(options.histories, _ENOUGH)
    if is_short:
        print(f"{run['histories']} histories are too few to prove anything", file=sys.stderr)
    return 1 if run.get("violations") or run.get("failed") or is_short or missed else 0


def _known() -> dict[str, Any]:
    return dict(json.loads(DATA.read_text())) if DATA.is_file() else {}


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    Interrupted.happened = True
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
