"""`python -m tools.foreign [--only calendar,product] [--fresh]`: Odoo's own tests with and without our addons.

Plain Odoo has failures of its own here, so nobody asks for "all pass": both runs are compared by the names of
the tests and how they ended, and the difference must be nothing. Runs that were finished for the present Odoo and
addons are kept in `.offline/foreign`, so that a comparison can be interrupted and gone on with, and made module by
module. What was compared is told in `docs/foreign.md` and `docs/foreign.json`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.foreign import compare, report
from tools.foreign.databases import SIDES, Databases
from tools.provision import database, odoo
from tools.provision.errors import ProvisionError
from tools.provision.system import free_port
from tools.provision.workspace import Workspace

#: The cheapest and nearest first.
MODULES = (
    "contacts",
    "product",
    "calendar",
    "mail",
    "base",
    "crm",
    "sale_management",
    "sale",
    "sale_crm",
    "loyalty",
    "sale_loyalty",
    "stock",
    "point_of_sale",
)
#: In a folder that is no package: it needs Odoo, which nothing else of the tools can import.
_RECORDER = Path(__file__).parent / "in_odoo" / "recorder.py"


class Foreign:
    """Runs the tests of one module on either side, and compares."""

    def __init__(self, space: Workspace, *, fresh: bool = False) -> None:
        self.space = space
        self.fresh = fresh
        self.folder = space.state / "foreign"
        self.databases = Databases(space)

    def judge(self, module: str) -> report.Row:
        """One module: both runs, and once more what differed, because some tests are a matter of luck."""
        started = time.monotonic()
        plain, ours = (self.run(module, side) for side in SIDES)
        differing = compare.differences(plain.ends, ours.ends)
        passing = {}
        if differing and (tags := compare.selection(differing)):
            again = [
                self._run(module, side, self.folder / f"{module}.{side}.again.jsonl", tags) for side in SIDES
            ]
            left = compare.differences(again[0].ends, again[1].ends)
            named = again[0].ends.keys() | again[1].ends.keys()
            passing = {name: pair for name, pair in differing.items() if name in named and name not in left}
        lasting = {name: pair for name, pair in differing.items() if name not in passing}
        why = {name: ours.why.get(name) or plain.why.get(name, "") for name in differing}
        return report.Row.of(
            module,
            self.databases.addons(module),
            plain,
            ours,
            lasting,
            passing,
            why,
            time.monotonic() - started,
        )

    def run(self, module: str, side: str) -> compare.Run:
        """The module's tests on one side; what was already done for the present code is read."""
        path = self.folder / f"{module}.{side}.{self.databases.key(module, side)}.jsonl"
        done = None if self.fresh else compare.read(path)
        tags = [f"/{module}", *(f"-/{module}:{test}" for test in report.LEFT_OUT.get(module, ()))]
        return done or self._run(module, side, path, ",".join(tags))

    def _run(self, module: str, side: str, path: Path, tags: str) -> compare.Run:
        self.folder.mkdir(parents=True, exist_ok=True)
        source = self.databases.ensure(module, side)
        db = f"foreign_{self.space.ident}_run_{os.getpid()}"
        database.drop(db)
        self.databases.copy(source, db)
        log = self.space.logs / f"foreign-{module}-{side}.log"
        started = time.monotonic()
        print(f"  {module}, {side}: {tags[:60]} …", end="", flush=True)
        try:
            with log.open("w") as out:
                subprocess.run(
                    self._command(module, path, db, tags),
                    env=odoo.environment(self.space),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
        finally:
            database.drop(db)
        found = compare.read(path)
        if found is None:
            raise ProvisionError(f"Odoo's tests of {module} did not come to their end (log: {log})")
        print(f" {found.executed} tests, {time.monotonic() - started:.0f} s", flush=True)
        return found

    def _command(self, module: str, path: Path, db: str, tags: str) -> list[str]:
        odoo.write_conf(self.space)
        python, _script, *rest = odoo.command(
            self.space, "-d", db, f"--db-filter=^{db}$", "--test-enable", f"--test-tags={tags}",
            "--stop-after-init", f"--http-port={free_port()}", "--max-cron-threads=0",
        )  # fmt: skip
        return [python, str(_RECORDER), str(path), module, *rest]


def main(argv: Sequence[str] | None = None) -> int:
    """Compare the chosen modules; 1 when there is a difference, or fewer tests ran than the floor."""
    parser = argparse.ArgumentParser(prog="python -m tools.foreign", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of {','.join(MODULES)}; all of them by default")
    parser.add_argument("--fresh", action="store_true", help="run also what was already run for this code")
    given = parser.parse_args(argv)
    chosen = [name for name in given.only.split(",") if name] or list(MODULES)
    if unknown := set(chosen) - set(MODULES):
        parser.error(f"no module named {', '.join(sorted(unknown))} here")
    space = Workspace.here()
    foreign = Foreign(space, fresh=given.fresh)
    present = [name for name in chosen if _installed(space, name)]
    problems = [f"{name} is not in this Odoo" for name in chosen if name not in present and given.only]
    for module in present:
        row = foreign.judge(module)
        report.keep(space, row)
        problems += report.problems(row)
        print(f"{module}: {row.told()}", flush=True)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _installed(space: Workspace, module: str) -> bool:
    return any((folder / module / "__manifest__.py").is_file() for folder in space.odoo_addons)


if __name__ == "__main__":
    sys.exit(main())
