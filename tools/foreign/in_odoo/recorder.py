"""Odoo's command line, with a note of every test: name, end, number of queries. Run by Odoo's own Python.

    recorder.py FILE MODULE <arguments of Odoo>

Tests run when Odoo runs them: those `at_install` right after their module is loaded, those `post_install` at the
end. The first kind runs once more at the end, as `loaded`: only then do the addons that came later take part.
Browser tours are skipped: they need a web client that is complete, which a distribution's package may not be.
"""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path
from typing import Any

import odoo.cli
import odoo.tests.common
import odoo.tests.loader
from odoo import sql_db
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite

_WORST = ("skip", "fail", "error")


class Notes:
    """One line of JSON for each test and stage; the last one says that Odoo came to its end."""

    def __init__(self, path: Path, module: str) -> None:
        self.module = module
        self.stage = "at_install"
        self.file = path.open("w", encoding="utf-8")
        self.present: dict[str, Any] | None = None

    def write(self, line: dict[str, Any]) -> None:
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()

    def begin(self, test: Any) -> None:
        self.present = {"stage": self.stage, "test": test.id(), "end": "ok", "queries": sql_db.sql_counter}

    def note(self, test: Any, end: str, why: str) -> None:
        """The worst end counts; what happens outside a test, as in setting up its class, has a line of its own."""
        if self.present is None:
            self.write({"stage": self.stage, "test": str(test), "end": end, "why": why})
        elif self.present["end"] not in _WORST[_WORST.index(end) :]:
            self.present |= {"end": end, "why": why}

    def finish(self) -> None:
        if self.present is not None:
            self.present["queries"] = sql_db.sql_counter - self.present["queries"]
            self.write(self.present)
        self.present = None


def listen(notes: Notes) -> None:
    """Have Odoo's results told to ``notes`` as well."""

    def wrap(name: str, told: Any) -> None:
        own = getattr(OdooTestResult, name)

        def method(self: Any, test: Any, *more: Any) -> None:
            told(self, test, *more)
            own(self, test, *more)

        setattr(OdooTestResult, name, method)

    def failed(end: str) -> Any:
        def told(result: Any, test: Any, error: Any) -> None:
            if not result._soft_fail:
                notes.note(test, end, f"{error[0].__name__}: {error[1]}"[:300])

        return told

    wrap("startTest", lambda _result, test: notes.begin(test))
    wrap("addError", failed("error"))
    wrap("addFailure", failed("fail"))
    wrap("addSkip", lambda _result, test, reason: notes.note(test, "skip", reason))
    wrap("stopTest", lambda _result, _test: notes.finish())


def arrange(notes: Notes) -> None:
    """Run this module's tests only, and those of `at_install` once more at the end."""
    make, run = odoo.tests.loader.make_suite, odoo.tests.loader.run_suite

    def make_suite(module_names: list[str], position: str = "at_install") -> OdooSuite:
        found = make([name for name in module_names if name == notes.module], position)
        if position == "post_install":
            again = make([notes.module], "at_install")
            again.stage = "loaded"
            found.after = again
            notes.stage = position
        return found

    def run_suite(suite: OdooSuite, global_report: Any = None) -> Any:
        result = run(suite, global_report)
        again = getattr(suite, "after", None)
        if again is not None:
            notes.stage = again.stage
            result.update(run(again, global_report))
        return result

    def browser_js(*_self: Any, **_options: Any) -> None:
        raise unittest.SkipTest("browser tours are not compared")

    odoo.tests.loader.make_suite = make_suite
    odoo.tests.loader.run_suite = run_suite
    odoo.tests.common.HttpCase.browser_js = browser_js


def main() -> None:
    target, module = sys.argv[1:3]
    del sys.argv[1:3]
    notes = Notes(Path(target), module)
    listen(notes)
    arrange(notes)
    try:
        odoo.cli.main()
    except SystemExit as ended:
        # 1 says that tests failed, which is for the comparison to judge.
        if ended.code not in (None, 0, 1):
            raise
    notes.write({"stage": "end"})


if __name__ == "__main__":
    main()
