"""What the bench writes: `docs/benchmarks.json`, and from it `docs/benchmarks.md` with its picture."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict
from pathlib import Path
from typing import Any

import matplotlib

from .measure import Claim, Result

matplotlib.use("svg")
from matplotlib import pyplot

_DOCS = Path(__file__).parents[2] / "docs"
_JSON, _PAGE, _PICTURE, _NOTES = (
    _DOCS / name
    for name in ("benchmarks.json", "benchmarks.md", "images/benchmarks.svg", "benchmarks-notes.md")
)
Json = dict[str, Any]
#: What is told of each part's run.
_OF = ("date", "commit", "odoo", "postgresql", "python", "load")


def write(results: dict[str, Result], losses: list[Json] | None, machine: dict[str, str]) -> None:
    """Bring the documents up to date; what was not measured this time stays as it was."""
    known: Json = json.loads(_JSON.read_text(encoding="utf-8")) if _JSON.exists() else {}
    for name, result in results.items():
        known[name] = _as_json(result) | {"machine": machine}
    if losses is not None:
        known["lost changes"] = losses
    known = {name: known[name] for name in sorted(known)}
    _JSON.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _picture(known)
    _PAGE.write_text(page(known, _NOTES.read_text(encoding="utf-8")), encoding="utf-8")


def _as_json(result: Result) -> Json:
    first = result.claims[0]
    return {
        "title": result.title,
        "ratio": round(first.ratio, 3),
        "goal": first.goal,
        "met": all(claim.met for claim in result.claims),
        "runs": [round(run, 3) for run in first.runs],
        "claims": [_claim(claim) for claim in result.claims],
        "seconds": {
            group: {name: [round(second, 5) for second in taken] for name, taken in calls.items()}
            for group, calls in result.seconds.items()
        },
        "tables": result.tables,
        "notes": result.notes,
    }


def _claim(claim: Claim) -> Json:
    rounded = {
        "ratio": round(claim.ratio, 3),
        "runs": [round(run, 3) for run in claim.runs],
        "met": claim.met,
    }
    return asdict(claim) | rounded


def page(known: Json, notes: str) -> str:
    """The page, from what is in the JSON and the notes that people wrote."""
    measured = {name: known[name] for name in known if name.startswith("P")}
    machines = {
        ", ".join(f"{key} {part['machine'][key]}" for key in ("cores", "cpu", "memory", "system")): None
        for part in measured.values()
    }
    of = [
        {"measured": name} | {key: part["machine"].get(key, "") for key in _OF}
        for name, part in measured.items()
    ]
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` from [benchmarks.json](benchmarks.json); the notes at the end are "
        "[benchmarks-notes.md](benchmarks-notes.md). Both sides of a ratio are measured in turns in one run on the "
        "same data; what stands here are medians, in brackets the lowest and the highest.",
        "",
        *(f"Machine: {machine}." for machine in machines),
        "",
        "![Ratios and goals](images/benchmarks.svg)",
        "",
        "| | what | measured | goal | met |",
        "|---|---|---|---|---|",
    ]
    for name, part in measured.items():
        lines += [
            f"| {name} | {claim['what']} | {_number(claim)} | {_goal(claim)} | {'yes' if claim['met'] else 'no'} |"
            for claim in part["claims"]
        ]
    for name, part in measured.items():
        lines += ["", f"## {name}: {part['title']}", ""]
        for group, calls in part["seconds"].items():
            lines += [f"| {group} | milliseconds |", "|---|---|"]
            lines += [f"| {what} | {_spread(taken)} |" for what, taken in calls.items()]
            lines += [""]
        for title, rows in part["tables"].items():
            lines += [f"{title[0].upper()}{title[1:]}:", "", *_table(rows), ""]
        lines += part["notes"]
    lines += ["", "## Measured when, and of what", "", *_table(of)]
    if "lost changes" in known:
        lines += [
            "",
            "## Lost changes",
            "",
            "Of 100 records each, how many are wrong in the copy afterwards:",
            "",
        ]
        lines += _table(known["lost changes"])
    return "\n".join(lines).rstrip() + "\n\n" + notes


def _number(claim: Json) -> str:
    runs = f" [{min(claim['runs']):.2f}-{max(claim['runs']):.2f}]" if claim["runs"] else ""
    return f"{claim['ratio']:.2f} {claim['unit']}{runs}"


def _goal(claim: Json) -> str:
    return f"{'at least' if claim['more'] else 'at most'} {claim['goal']:g}"


def _spread(taken: list[float]) -> str:
    low, middle, high = (1000 * value for value in (min(taken), statistics.median(taken), max(taken)))
    return f"{middle:.1f} [{low:.1f}-{high:.1f}]"


def _table(rows: list[Json]) -> list[str]:
    names = list(rows[0])
    cells = [[f"{row[n]:,}" if isinstance(row[n], int) else str(row[n]) for n in names] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in (names, ["---"] * len(names), *cells)]


def _picture(known: Json) -> None:
    """Each claim as a part of its goal: right of the line it is met."""
    claims = [
        (f"{name}  {claim['what']}", claim)
        for name in known
        if name.startswith("P")
        for claim in known[name]["claims"]
        if claim["goal"]
    ]
    shares = [
        c["ratio"] / c["goal"] if c["more"] else c["goal"] / max(c["ratio"], 1e-9) for _label, c in claims
    ]
    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    figure, axes = pyplot.subplots(figsize=(9, 0.36 * len(claims) + 1.2))
    colours = ["#2e7d32" if claim["met"] else "#c62828" for _label, claim in claims]
    axes.barh([label for label, _claim in claims], [min(share, 4) for share in shares], color=colours)
    axes.axvline(1, color="black", linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("measured as a share of the goal: met from 1 on, cut at 4")
    axes.tick_params(labelsize=7)
    figure.tight_layout()
    figure.savefig(_PICTURE, metadata={"Date": None})
    pyplot.close(figure)
