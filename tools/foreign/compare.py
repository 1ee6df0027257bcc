"""What two runs of the same tests tell: how many ran, what both have, what only one of them has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STAGES = ("at_install", "post_install", "loaded")
#: How a test ended; `missing` when only the other run had it.
Ends = dict[str, str]


@dataclass(frozen=True)
class Run:
    """One side: the ends of its tests by "stage name", why those that did not pass did not, queries together."""

    ends: Ends
    why: dict[str, str] = field(default_factory=dict)
    queries: int = 0

    @property
    def executed(self) -> int:
        return sum(end != "skip" for end in self.ends.values())

    def by_stage(self) -> dict[str, int]:
        return {
            stage: sum(name.startswith(f"{stage} ") and end != "skip" for name, end in self.ends.items())
            for stage in STAGES
        }


def read(path: Path) -> Run | None:
    """A run as the recorder noted it; None when there is none, or it did not come to its end."""
    if not path.is_file():
        return None
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if not lines or lines[-1] != {"stage": "end"}:
        return None
    return collect(lines[:-1])


def collect(lines: list[dict[str, Any]]) -> Run:
    """Put the notes of the recorder together.

    >>> run = collect([{"stage": "loaded", "test": "a.T.test_b", "end": "fail", "why": "1 != 2", "queries": 7}])
    >>> run.ends, run.why, run.queries, run.executed
    ({'loaded a.T.test_b': 'fail'}, {'loaded a.T.test_b': '1 != 2'}, 7, 1)
    """
    run = Run({})
    queries = 0
    for line in lines:
        name = f"{line['stage']} {line['test']}"
        run.ends[name] = line["end"]
        queries += line.get("queries", 0)
        if line.get("why"):
            run.why[name] = line["why"]
    return Run(run.ends, run.why, queries)


def differences(plain: Ends, ours: Ends) -> dict[str, tuple[str, str]]:
    """Tests that did not end the same way: {name: (without, with)}. A failure and an error are alike.

    >>> differences({"a": "ok", "b": "fail", "c": "ok"}, {"a": "error", "b": "error"})
    {'a': ('ok', 'error'), 'c': ('ok', 'missing')}
    """
    found = {}
    for name in sorted(plain.keys() | ours.keys()):
        pair = plain.get(name, "missing"), ours.get(name, "missing")
        if _kind(pair[0]) != _kind(pair[1]):
            found[name] = pair
    return found


def _kind(end: str) -> str:
    return "failed" if end in ("fail", "error") else end


def failing(run: Run) -> list[str]:
    """The names of what failed.

    >>> failing(Run({"b": "fail", "a": "error", "c": "ok"}))
    ['a', 'b']
    """
    return sorted(name for name, end in run.ends.items() if _kind(end) == "failed")


def selection(names: Mapping[str, object]) -> str:
    """Odoo's `--test-tags` for these tests; what failed while a class was set up names no test and is not in it.

    >>> selection({"loaded odoo.addons.mail.tests.test_a.TestA.test_b": 1, "loaded setUpClass (x)": 1})
    '/mail:TestA.test_b'
    """
    tags = set()
    for name in names:
        parts = name.split(" ", 1)[1].split(".")
        if parts[:2] == ["odoo", "addons"] and len(parts) > 5:
            tags.add(f"/{parts[2]}:{parts[-2]}.{parts[-1]}")
    return ",".join(sorted(tags))
