"""`python -m tests.engine.browser [--test-name-pattern=…] [--junitxml=…] [FILE …]`: the engine's tests in Chromium.

Each file gets a profile of its own, as Node gives it a process of its own. Every test is named and counted.
"""

from __future__ import annotations

import argparse
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error

from tests.engine.browser.page import page as blank_page
from tests.engine.browser.site import serve
from tools.provision.workspace import Workspace
from tools.stage.chromium import chromium

ROOT = Path(__file__).parents[3]
#: A file of tests that tells of nothing for so long has hung; each of its tests may take a minute.
_PATIENCE_MS = 300_000


def run_file(browser: Browser, site: str, path: Path, pattern: str) -> list[dict[str, Any]]:
    """What became of the tests of one file: `name`, `failure` (or None) and `seconds` of each."""
    outcomes: list[dict[str, Any]] = []
    complaints: list[str] = []
    context = browser.new_context(timezone_id="UTC", locale="en-US")
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.expose_function("tell", lambda outcome: outcomes.append(outcome))
        page.route(f"{site}/", lambda route: route.fulfill(content_type="text/html", body=blank_page(ROOT)))
        page.goto(f"{site}/")
        page.wait_for_function("window.run !== undefined")
        file = f"/{path.resolve().relative_to(ROOT)}"
        page.evaluate("([file, pattern]) => window.run(file, pattern, window.tell)", [file, pattern])
    except Error as error:
        complaints.append(error.message)
    finally:
        context.close()
    if complaints:
        outcomes.append(
            {"name": "the page had no complaints", "failure": "\n".join(complaints), "seconds": 0}
        )
    return outcomes


def report(results: dict[Path, list[dict[str, Any]]]) -> str:
    """Outcomes as a JUnit report.

    >>> report({Path("a.test.js"): [{"name": "is so", "failure": None, "seconds": 0.5}]})
    '<testsuites><testsuite name="a.test.js"><testcase name="is so" time="0.5" /></testsuite></testsuites>'
    """
    suites = ElementTree.Element("testsuites")
    for path, outcomes in results.items():
        suite = ElementTree.SubElement(suites, "testsuite", name=path.name)
        for outcome in outcomes:
            case = ElementTree.SubElement(
                suite, "testcase", name=outcome["name"], time=str(outcome["seconds"])
            )
            if outcome["failure"]:
                ElementTree.SubElement(case, "failure").text = outcome["failure"]
    return ElementTree.tostring(suites, encoding="unicode")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the files; 1 when a test failed or none ran."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.browser", description=__doc__)
    parser.add_argument("--test-name-pattern", default="", help="only tests whose name fits")
    parser.add_argument("--junitxml", type=Path, help="write a report there")
    parser.add_argument("files", nargs="*", type=Path, help="all of tests/engine by default")
    given = parser.parse_args(argv)
    files = given.files or sorted((ROOT / "tests" / "engine").glob("*.test.js"))
    results: dict[Path, list[dict[str, Any]]] = {}
    with serve(ROOT, Workspace.here().odoo_addons) as site, chromium() as browser:
        for path in files:
            began = time.monotonic()
            results[path] = run_file(browser, site, path, given.test_name_pattern)
            print(f"{path.name} ({time.monotonic() - began:.1f} s)", flush=True)
            for outcome in results[path]:
                print(f"  {'✖' if outcome['failure'] else '✔'} {outcome['name']}", flush=True)
                if outcome["failure"]:
                    print(f"    {outcome['failure']}", flush=True)
    if given.junitxml:
        given.junitxml.write_text(report(results))
    outcomes = [outcome for each in results.values() for outcome in each]
    failed = sum(bool(outcome["failure"]) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed", flush=True)
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
