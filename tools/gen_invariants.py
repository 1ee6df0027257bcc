"""`python -m tools.gen_invariants [--check]`: list in docs/invariants.md the tests that prove each invariant.

A test cites an invariant by the words "Proves I2" (or "Proves I1, I9") in its docstring, in that of its class or
in that of its file. Only what is between the two markers of the page is written, a line for each test, so that two
changes seldom meet. With `--check` nothing is written, and a stale list is an error, as is a citation of a number that
the page does not have.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "invariants.md"
START, END = "<!-- tests: generated -->", "<!-- tests: end -->"
_CITATION = re.compile(r"\bProves\s+(I\d+(?:\s*(?:,|and)\s*I\d+)*)")
_HEADING = re.compile(r"^## (I\d+)\b", re.MULTILINE)


def cited(docstring: str | None) -> set[str]:
    """The invariants that a docstring says are proved.

    >>> sorted(cited("A late commit is found. Proves I1 and I9."))
    ['I1', 'I9']
    >>> cited("It has to do with I1.")
    set()
    """
    return {number for match in _CITATION.findall(docstring or "") for number in re.findall(r"I\d+", match)}


def find_tests(source: str) -> Iterator[tuple[str, set[str]]]:
    r"""Each test of a file with what it proves, citations of its class and file included.

    >>> list(find_tests('def test_a():\n    "Proves I2."'))
    [('test_a', {'I2'})]
    """
    module = ast.parse(source)
    yield from _tests(module, cited(ast.get_docstring(module)))


def _tests(scope: ast.Module | ast.ClassDef, inherited: set[str]) -> Iterator[tuple[str, set[str]]]:
    for node in scope.body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node, inherited | cited(ast.get_docstring(node)))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name, inherited | cited(ast.get_docstring(node))


def collect(root: Path = ROOT) -> dict[str, dict[str, list[str]]]:
    """{invariant: {path: [test, …]}} over all tests of the repository, by path."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    folders = [root / "tests", *sorted(root.glob("addons/*/tests")), *sorted(root.glob("client/*/tests"))]
    for path in sorted(path for folder in folders for path in folder.rglob("test_*.py")):
        for test, numbers in find_tests(path.read_text(encoding="utf-8")):
            for number in numbers:
                found[number][path.relative_to(root).as_posix()].append(test)
    return {number: dict(files) for number, files in found.items()}


def render(page: str, tests: Mapping[str, Mapping[str, list[str]]]) -> str:
    """The page with its list filled; ValueError for a citation of a number without a heading."""
    numbers = _HEADING.findall(page)
    if unknown := sorted(set(tests) - set(numbers)):
        raise ValueError(f"tests cite {', '.join(unknown)}, which {PAGE.name} does not have")
    before, _, rest = page.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE.name} has lost its markers {START} and {END}")
    return before + START + "\n" + "\n".join(_lines(numbers, tests)) + "\n" + END + after


def _lines(numbers: list[str], tests: Mapping[str, Mapping[str, list[str]]]) -> Iterator[str]:
    for number in numbers:
        files = tests.get(number, {})
        yield from (f"### Tests of {number}", "")
        for path, names in files.items():
            yield f"- `{path}`"
            yield from (f"  - `{name}`" for name in names)
        yield ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.gen_invariants", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the list is stale")
    options = parser.parse_args(arguments)
    page = PAGE.read_text(encoding="utf-8")
    try:
        text = render(page, collect())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if options.check:
        if page != text:
            print(f"{PAGE.relative_to(ROOT)} is stale: run python -m tools.gen_invariants", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
