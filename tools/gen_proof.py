"""`python -m tools.gen_proof [--check]`: docs/proof.md from docs/proof.json, which `make prove` adds to.

What was found and mended stands in docs/proof-notes.md; each test that it names must exist.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "docs" / "proof.json"
PAGE = ROOT / "docs" / "proof.md"
NOTES = ROOT / "docs" / "proof-notes.md"
_SOURCE = ROOT / "tests" / "addons" / "offline_test_oracle" / "defects.py"
#: {the kinds of histories besides those of contacts, jobs and files: what they are of}
KINDS = {"app": "the app's engine", "crm": "leads", "orders": "quotations"}


def planted(source: str) -> dict[str, str]:
    r"""{defect: what it is}: the functions of a file of defects, in order, but the one that plants them.

    >>> planted('def lossy():\n    "Loses."\ndef plant(name):\n    "Plants."')
    {'lossy': 'Loses.'}
    """
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {
        node.name: ast.get_docstring(node) or "" for node in functions if node.name not in ("plant", "_put")
    }


#: {planted defect: what it is}
DEFECTS = planted(_SOURCE.read_text(encoding="utf-8"))


def added(
    known: dict[str, Any], run: dict[str, Any], defects: dict[str, Any], about: dict[str, Any]
) -> dict[str, Any]:
    """The proof with another run; each defect has the newest word on it.

    A run that finds something is followed by a mending: what was counted up to then was of other code, and counting
    begins anew after it. All runs stay in the list, with what they found; one that was ended before it had done
    anything is none.
    """
    if known and not run.get("histories") and not defects:
        return known
    entry = about | {
        "histories": run.get("histories", 0),
        "uncounted": run.get("uncounted", 0),
        "operations": run.get("operations", 0),
        "violations": run.get("violations", []),
        "defects": len(defects),
        "ends": run.get("ends", {}),
        "faults": run.get("faults", {}),
    }
    runs = [*known.get("runs", []), entry]
    planted = {name: found | {"commit": about["versions"]["commit"]} for name, found in defects.items()}
    newest = {
        name: found for name, found in {**known.get("defects", {}), **planted}.items() if name in DEFECTS
    }
    caught = sum(found["caught"] for found in newest.values())
    return counted(runs) | {"defects": newest, "caught": caught} | about | {"runs": runs}


def counted(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sums of the runs since the last one before the newest that found something.

    Runs that do not say how many of their histories do not count counted all, and are left out.

    >>> one = {"histories": 2, "uncounted": 1, "operations": 9, "violations": [], "ends": {"applied": 9}, "faults": {}}
    >>> bad = one | {"violations": [{"seed": 1}]}
    >>> [counted(runs)["histories"] for runs in ([one, one], [one, bad], [one, bad, one], [bad, one, one])]
    [4, 4, 2, 4]
    """
    found = [index for index, run in enumerate(runs[:-1]) if run["violations"]]
    those = [run for run in (runs[found[-1] + 1 :] if found else runs) if "uncounted" in run]
    total: dict[str, Any] = {name: sum(run[name] for run in those) for name in ("histories", "operations")}
    for kind in KINDS:
        total[f"histories_{kind}"] = sum(run["histories"] for run in those if run.get(kind))
    total["violations"] = sum(len(run["violations"]) for run in those)
    for name in ("ends", "faults"):
        sums: Counter[str] = Counter()
        for run in those:
            sums.update(run.get(name, {}))
        total[name] = dict(sorted(sums.items()))
    return total


def render(proof: dict[str, Any]) -> str:
    """The page."""
    lines = [
        "# Proof",
        "",
        "Random histories of three devices, two people, the office and a bad network, compared with an independent",
        "model of truth, and defects planted in the engine one at a time, which the histories must notice.",
        "`make prove` adds to `docs/proof.json`; this page is made from it. What happens is in `tests/model`.",
        "",
        f"**{proof['histories']} histories, {proof['operations']} operations, {proof['violations']} violations;"
        f" {proof['caught']} of {len(DEFECTS)} planted defects noticed.** Of the histories,"
        f" {proof['histories_crm']} were of leads, {proof['histories_orders']} of quotations, {proof['histories_app']}"
        " with devices that run the app's engine in Chromium. The simplest one of each seed and those in which no"
        " device did anything do not count.",
        "",
        "| fault | times |",
        "|---|---|",
        *(f"| {kind} | {number} |" for kind, number in proof["faults"].items()),
        "",
        "| operations that ended | |",
        "|---|---|",
        *(f"| {state} | {number} |" for state, number in proof["ends"].items()),
        "",
        "| planted defect | | noticed within | of | by |",
        "|---|---|---|---|---|",
        *(_defect(name, what, proof["defects"].get(name)) for name, what in DEFECTS.items()),
        "",
        "| run | seed | histories | operations | violations | defects | minutes | of |",
        "|---|---|---|---|---|---|---|---|",
        *(_run(run) for run in proof["runs"]),
        "",
        NOTES.read_text(encoding="utf-8").rstrip("\n"),
    ]
    return "\n".join(lines) + "\n"


def unknown_tests() -> set[str]:
    """The tests that the notes name and nobody wrote."""
    named = set(re.findall(r"`(test_\w+?)(?:\.py)?`", NOTES.read_text(encoding="utf-8")))
    files = [path for folder in ("addons", "tests") for path in (ROOT / folder).rglob("test_*.py")]
    written = set(re.findall(r"def (test_\w+)", "".join(path.read_text(encoding="utf-8") for path in files)))
    return named - written - {path.stem for path in files}


def _defect(name: str, what: str, found: dict[str, Any] | None) -> str:
    told = "not planted yet" if found is None else f"{found['histories']} histories"
    by = (found or {}).get("why", "").replace("|", "\\|").replace("`", "'")
    of = (found or {}).get("commit", "")
    told = told if found is None or found["caught"] else "missed"
    return f"| `{name}` | {what} | {told} | {of} | {f'`{by}`' if by else ''} |"


def _run(run: dict[str, Any]) -> str:
    of = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    of += "".join(f", {what}" for kind, what in KINDS.items() if run.get(kind))
    of += "" if "uncounted" in run else "; not counted"
    numbers = f"{run['histories']} | {run['operations']} | {len(run['violations'])} | {run['defects']}"
    return f"| {run['date']} | {run['seed']} | {numbers} | {run['minutes']} | {of} |"


def write(proof: dict[str, Any]) -> None:
    """Store the proof and its page."""
    DATA.write_text(json.dumps(proof, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(render(proof), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.gen_proof", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")
    if unknown := unknown_tests():
        print(f"{NOTES.relative_to(ROOT)} names no test: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    text = render(json.loads(DATA.read_text(encoding="utf-8")))
    if not parser.parse_args().check:
        PAGE.write_text(text, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != text:
        print(f"{PAGE.relative_to(ROOT)} is stale: run python -m tools.gen_proof", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
