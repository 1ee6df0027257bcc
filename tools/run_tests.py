"""`python -m tools.run_tests`: all layers of tests, two at a time, with a table at the end.

A layer mostly keeps a server and its client busy in turn, hence about one core. What runs beside another is shown
when it has ended, so that no two outputs mix; a layer alone is shown as it goes.

Odoo silently skips tests that it does not import, and a runner that finds nothing is happy. So each layer has
a floor in `tests/floors.json`: fewer tests than that, or a skip that nothing here allows, is a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools.provision import database, node, odoo, templates
from tools.provision.errors import ProvisionError
from tools.provision.system import find_chromium
from tools.provision.workspace import Workspace, addon_names

_NO_TESTS_COLLECTED = 5


@dataclass
class Outcome:
    """What became of one layer. Skipped tests did not run."""

    passed: int = 0
    failed: int = 0
    excused: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    not_run: str = ""

    @property
    def run(self) -> int:
        return self.passed + self.failed

    def add(self, other: Outcome) -> None:
        """Count what another run of the layer came to."""
        self.passed += other.passed
        self.failed += other.failed
        self.excused += other.excused
        self.problems += other.problems


@dataclass(frozen=True)
class Options:
    """What to run; `pytest` holds arguments for it, as given after `--`; it writes into `log`, else on the terminal.

    With `append` the log of an earlier run of the layer goes on.
    """

    module: str = ""
    pytest: tuple[str, ...] = ()
    log: Path | None = None
    append: bool = False


def plain(*folders: str) -> Callable[[Workspace, Options], Outcome]:
    """A layer of ordinary pytest tests, run where Odoo cannot be imported."""

    def run(space: Workspace, options: Options) -> Outcome:
        paths = [folder for folder in folders if any((space.root / folder).rglob("test_*.py"))]
        command = [str(space.dev_python), "-m", "pytest", *options.pytest]
        return _report(space, command, paths, {**space.env, **database.environment()}, options)

    return run


def in_odoo(space: Workspace, options: Options) -> Outcome:
    """The addons' own tests, by pytest-odoo in a fresh copy of the template that has them.

    `--odoo-http` matters: without it every browser and HTTP test is skipped in silence.
    """
    folders = [space.addons / name for name in addon_names(space.addons)]
    folders += [space.test_addons / name for name in addon_names(space.test_addons)]
    if options.module:
        folders = [folder for folder in folders if folder.name == options.module]
        if not folders:
            raise ProvisionError(f"no addon named {options.module}")
    paths: dict[str, list[str]] = {}
    for folder in folders:
        if any(folder.glob("tests/test_*.py")):
            paths.setdefault(templates.with_addon(folder.name), []).append(str(folder / "tests"))
    total = Outcome()
    for position, (template, chosen) in enumerate(paths.items()):
        total.add(_in_copy(space, replace(options, append=position > 0), template, chosen))
    return total


def _in_copy(space: Workspace, options: Options, template: str, paths: Sequence[str]) -> Outcome:
    """Tests of addons in a copy of one template."""
    db = f"offline_{space.ident}_run_odoo_{os.getpid()}"
    conf = space.state / f"odoo-tests-{os.getpid()}.conf"
    odoo.write_conf(space)
    database.create(db, template=template)
    try:
        conf.write_text(
            f"{space.odoo_conf.read_text()}db_name = {db}\ndbfilter = ^{db}$\nmax_cron_threads = 0\n"
        )
        command = [str(space.odoo_python), "-m", "pytest", "-c", str(space.root / "tools" / "odoo-tests.ini")]
        # tests/conftest.py is for the layers outside Odoo.
        fixed = ["--rootdir", str(space.root), "--noconftest", "-p", "no:cacheprovider", "--odoo-http"]
        command += [*fixed, *options.pytest]
        # Some tests compare what Odoo does with what the app makes of it.
        node_too = {"OFFLINE_NODE": str(space.dev_venv / "bin" / "node")}
        env = {**odoo.environment(space), **node_too, "ODOO_RC": str(conf)}
        return _report(space, command, paths, env, options)
    finally:
        conf.unlink(missing_ok=True)
        database.drop(db)


def in_browser(space: Workspace, options: Options) -> Outcome:
    """End-to-end tests; on a developer's machine without Chromium they do not run, and that is said."""
    return replace(_NO_CHROMIUM) if _lacks_chromium() else plain("tests/e2e")(space, options)


def engine_in_browser(space: Workspace, options: Options) -> Outcome:
    """The tests of the engine once more, unchanged, in a page of Chromium."""
    if _lacks_chromium():
        return replace(_NO_CHROMIUM)
    command = [str(space.dev_python), "-m", "tests.engine.browser", *options.pytest]
    paths = sorted(str(path) for path in (space.root / "tests" / "engine").glob("*.test.js"))
    return _report(space, command, paths, space.env, options)


def in_node(space: Workspace, options: Options) -> Outcome:
    """The engine of the device app, by Node's own test runner: the modules as a browser loads them."""
    paths = sorted(str(path) for path in (space.root / "tests" / "engine").glob("*.test.js"))
    reports = ["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=junit"]
    command = [
        str(space.dev_venv / "bin" / "node"),
        "--test",
        "--test-timeout=60000",
        *options.pytest,
        *reports,
    ]
    # Screens and prices use modules of Odoo's own client.
    odoo_addons = os.pathsep.join(map(str, space.odoo_addons))
    env = {
        **node.environment(space),
        "NODE_PATH": str(space.npm / "node_modules"),
        "ODOO_ADDONS": odoo_addons,
    }
    return _report(space, command, paths, env, options, to="--test-reporter-destination")


_NO_CHROMIUM = Outcome(not_run="not run: apt-get install chromium, or set CHROMIUM")


def _lacks_chromium() -> bool:
    return find_chromium() is None and os.environ.get("CI") != "true"


LAYERS: dict[str, Callable[[Workspace, Options], Outcome]] = {
    "unit": plain("tests/unit", "tests/arch"),
    "engine": in_node,
    "chromium": engine_in_browser,
    "contract": plain("tests/contract"),
    "odoo": in_odoo,
    "model": plain("tests/model"),
    "faults": plain("tests/faults"),
    "e2e": in_browser,
}


#: What takes longest begins first, so that nothing long is left for the end. The first one builds the template
#: databases meanwhile: beside it runs what needs none.
_ORDER = ("faults", "unit", "engine", "contract", "e2e", "odoo", "chromium", "model")
_SIDE_BY_SIDE = min(2, os.cpu_count() or 1)


def _report(
    space: Workspace,
    command: list[str],
    paths: Sequence[str],
    env: dict[str, str],
    options: Options,
    *,
    to: str = "--junitxml",
) -> Outcome:
    """Run a program that writes a JUnit report where the option ``to`` says."""
    if not paths:
        return Outcome()
    report = space.state / f"junit-{os.getpid()}-{threading.get_ident()}.xml"
    command = [*command, f"{to}={report}", *paths]
    log = options.log
    with log.open("a" if options.append else "w") if log else nullcontext() as out:
        done = subprocess.run(command, cwd=space.root, env=env, stdout=out, stderr=out, check=False)
    if not report.is_file():
        return Outcome(failed=1, problems=[f"the runner ended with code {done.returncode} and no report"])
    outcome = read_report(report.read_text(), chromium=find_chromium() is not None)
    report.unlink()
    if done.returncode not in (0, _NO_TESTS_COLLECTED) and not outcome.failed:
        outcome.problems.append(f"the runner ended with code {done.returncode}")
    return outcome


def read_report(xml: str, *, chromium: bool) -> Outcome:
    """Count a JUnit report. A skip is a problem unless what it lacks is a browser, outside CI.

    >>> cases = '<testcase name="a"/><testcase name="b"><skipped message="why"/></testcase>'
    >>> failed = '<testcase name="c"><failure message="1 != 2&#10;of seed 3"/></testcase>'
    >>> outcome = read_report(f"<testsuite>{cases}{failed}</testsuite>", chromium=True)
    >>> outcome.run, outcome.problems
    (2, ['skipped: b: why', 'failed: c: 1 != 2 of seed 3'])
    """
    outcome = Outcome()
    for case in ElementTree.fromstring(xml).iter("testcase"):
        skipped = case.find("skipped")
        wrong = [*case.iter("failure"), *case.iter("error")]
        if wrong:
            outcome.failed += 1
            outcome.problems.append(f"failed: {case.get('name')}: {_brief(wrong[0].get('message', ''))}")
        elif skipped is None:
            outcome.passed += 1
        else:
            reason = skipped.get("message", "")
            browser = "chrom" in reason.lower() and not chromium and os.environ.get("CI") != "true"
            if browser:
                outcome.excused += 1
            elif "empty parameter set" not in reason:
                outcome.problems.append(f"skipped: {case.get('name')}: {reason}")
    return outcome


def _brief(message: str) -> str:
    """What failed, on a line: its beginning and its end, where seeds are told.

    >>> len(_brief("word " * 100))
    303
    """
    line = " ".join(message.split())
    return line if len(line) <= 300 else f"{line[:200]} … {line[-100:]}"


def run_layer(space: Workspace, name: str, options: Options, floor: int) -> Outcome:
    started = time.monotonic()
    try:
        outcome = LAYERS[name](space, options)
    except ProvisionError as error:
        outcome = Outcome(failed=1, problems=[str(error)])
    outcome.seconds = time.monotonic() - started
    if not outcome.not_run and outcome.run + outcome.excused < floor:
        outcome.problems.append(f"{outcome.run} tests ran, fewer than the floor of {floor}")
    return outcome


def run_layers(
    space: Workspace, names: Sequence[str], options: Options, floors: dict[str, int], jobs: int
) -> dict[str, Outcome]:
    """Run layers, so many of them at a time; the outcomes in the order of the table."""
    results = {}
    if jobs == 1 or len(names) == 1:
        for name in names:
            print(f"\n=== {name} ===", flush=True)
            results[name] = run_layer(space, name, options, floors.get(name, 0))
        return results
    space.logs.mkdir(parents=True, exist_ok=True)
    logs = {name: space.logs / f"tests-{name}.log" for name in names}
    print(f"{jobs} layers at a time; {space.logs}/tests-*.log grow meanwhile", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        running = {}
        for name in sorted(names, key=_ORDER.index):
            logs[name].unlink(missing_ok=True)
            given = replace(options, log=logs[name])
            running[pool.submit(run_layer, space, name, given, floors.get(name, 0))] = name
        for ended in as_completed(running):
            name = running[ended]
            results[name] = ended.result()
            print(f"\n=== {name} ===")
            print(logs[name].read_text(errors="replace") if logs[name].is_file() else "", flush=True)
    return {name: results[name] for name in names}


def show(results: dict[str, Outcome], floors: dict[str, int]) -> None:
    """Print the table, then what went wrong, then the one line that counts."""
    print(f"\n{'layer':<10} {'tests run':>9} {'failed':>7} {'floor':>6} {'seconds':>8}")
    for name, outcome in results.items():
        line = f"{name:<10} {outcome.run:>9} {outcome.failed:>7} {floors.get(name, 0):>6} {outcome.seconds:>8.1f}"
        print(f"{line}  {outcome.not_run}".rstrip())
    for name, outcome in results.items():
        for problem in outcome.problems:
            print(f"{name}: {problem}")
    passed = sum(outcome.passed for outcome in results.values())
    print(f"{passed} passed, {sum(outcome.failed for outcome in results.values())} failed", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the chosen layers; 1 when a test failed, was skipped without leave, or too few ran."""
    parser = argparse.ArgumentParser(prog="python -m tools.run_tests", description=__doc__)
    parser.add_argument("--layer", choices=LAYERS, action="append", help="only this layer; may be repeated")
    parser.add_argument("--module", default="", help="only this addon's own tests")
    parser.add_argument("--jobs", type=int, default=_SIDE_BY_SIDE, help="how many layers run at a time")
    parser.add_argument("--raise-floors", action="store_true", help="record higher counts as the new floors")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    given = parser.parse_args(argv)
    space = Workspace.here()
    floors_file = space.root / "tests" / "floors.json"
    floors: dict[str, int] = json.loads(floors_file.read_text())
    options = Options(given.module, tuple(given.pytest))
    partial = bool(given.module or given.pytest)
    chosen = given.layer or (["odoo"] if given.module else list(LAYERS))
    results = run_layers(space, chosen, options, {} if partial else floors, given.jobs)
    show(results, floors)
    if given.raise_floors and not partial:
        raised = {
            name: max(floors.get(name, 0), results[name].passed if name in results else 0) for name in LAYERS
        }
        floors_file.write_text(json.dumps(raised, indent=2) + "\n")
    return 1 if any(outcome.failed or outcome.problems for outcome in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
