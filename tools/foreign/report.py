"""`docs/foreign.json` and the page made of it: what was compared, when, with which versions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tools.foreign.compare import Run, failing
from tools.provision.workspace import Workspace

#: Fewer tests than this on either side means that Odoo left some out in silence.
FLOORS = {
    "base": 1900,
    "calendar": 270,
    "contacts": 1,
    "crm": 245,
    "loyalty": 15,
    "mail": 280,
    "point_of_sale": 175,
    "product": 135,
    "sale": 205,
    "sale_crm": 13,
    "sale_loyalty": 125,
    "sale_management": 15,
    "stock": 1100,
}
#: Tests of tax arithmetic that take minutes each: {module: (class.method, …)}.
LEFT_OUT = {
    "sale": tuple(
        f"TestTaxesDownPaymentSale.test_taxes_l10n_{country}_sale_orders" for country in ("be", "br", "in")
    ),
}

_HEAD = """# Odoo's own tests with our addons

`make foreign` runs the tests that come with Odoo on two databases: one with Odoo alone, one where our addons are
installed besides: those that stand on the module, or on nothing but `mail`, `contacts`, `product` and `calendar`. The
two have the same modules of Odoo, all that these addons stand on, and no demo data. Tests that Odoo runs while it loads
(`at_install`, before our addons are loaded; their tables and triggers are there) run once more at the end, when
everything is loaded (`loaded`). Each test is compared by its name and by how it ended. Plain Odoo has failures of
its own in this surrounding; both sides must have the same ones, which `foreign.json` names. Tests that count queries
are among them: none of them may count more.

Browser tours are left out on both sides: they need a web client that the distribution's package does not bring
complete, and fail there without us as well. This page is written by the command.

| module | with | date | tests run without / with | at install | post install | loaded | fail on both | differ |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """What became of one module."""

    module: str
    date: str
    odoo: str
    postgresql: str
    addons: list[str]
    executed: dict[str, int]
    stages: dict[str, int]
    queries: dict[str, int]
    failing_on_both: list[str]
    differences: dict[str, dict[str, str]]
    differed_once: dict[str, dict[str, str]]
    seconds: float

    @classmethod
    def of(
        cls,
        module: str,
        addons: Sequence[str],
        plain: Run,
        ours: Run,
        lasting: dict[str, tuple[str, str]],
        passing: dict[str, tuple[str, str]],
        why: dict[str, str],
        seconds: float,
    ) -> Row:
        def told(pairs: dict[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
            return {
                name: {"without": one, "with": other, "why": why.get(name, "")}
                for name, (one, other) in pairs.items()
            }

        versions = Workspace.here().versions()
        return cls(
            module=module,
            date=datetime.now(UTC).date().isoformat(),
            odoo=versions.get("odoo", "?"),
            postgresql=versions.get("postgresql", "?"),
            addons=list(addons),
            executed={"without": plain.executed, "with": ours.executed},
            stages=ours.by_stage(),
            queries={"without": plain.queries, "with": ours.queries},
            failing_on_both=sorted(set(failing(plain)) & set(failing(ours))),
            differences=told(lasting),
            differed_once=told(passing),
            seconds=round(seconds),
        )

    def told(self) -> str:
        """One line for the terminal.

        >>> Row("mail", "", "", "", [], {"without": 9, "with": 9}, {}, {}, ["a"], {}, {}, 1).told()
        '9 tests without, 9 with our addons; 1 fail on both, 0 differ'
        """
        ran = f"{self.executed['without']} tests without, {self.executed['with']} with our addons"
        return f"{ran}; {len(self.failing_on_both)} fail on both, {len(self.differences)} differ"


def problems(row: Row) -> list[str]:
    """What must not be.

    >>> row = Row("contacts", "", "", "", [], {"without": 9, "with": 8}, {}, {}, [], {}, {}, 1)
    >>> problems(row)
    ['contacts: 9 tests ran without our addons, 8 with them']
    """
    found = [
        f"{row.module}: {name}: {pair['without']} without, {pair['with']} with our addons: {pair['why']}"
        for name, pair in row.differences.items()
    ]
    without, ours = row.executed["without"], row.executed["with"]
    if without != ours and not found:
        found.append(f"{row.module}: {without} tests ran without our addons, {ours} with them")
    floor = FLOORS.get(row.module, 1)
    if min(without, ours) < floor:
        found.append(f"{row.module}: {min(without, ours)} tests ran, fewer than the floor of {floor}")
    return found


def keep(space: Workspace, row: Row) -> None:
    """Put a row in the place of the former one of its module, and write the page anew."""
    data = space.root / "docs" / "foreign.json"
    rows: dict[str, Any] = json.loads(data.read_text()) if data.is_file() else {}
    rows[row.module] = asdict(row)
    data.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
    (space.root / "docs" / "foreign.md").write_text(render([Row(**found) for found in rows.values()]))


def render(rows: list[Row]) -> str:
    """The page."""
    text = _HEAD
    for row in sorted(rows, key=lambda row: row.module):
        stages = " | ".join(str(row.stages[name]) for name in ("at_install", "post_install", "loaded"))
        ran = f"{row.executed['without']} / {row.executed['with']}"
        counts = f"{len(row.failing_on_both)} | {len(row.differences)}"
        text += f"| {row.module} | {', '.join(row.addons)} | {row.date} | {ran} | {stages} | {counts} |\n"
    versions = sorted({f"Odoo {row.odoo}, PostgreSQL {row.postgresql}" for row in rows})
    text += f"\nRun with {'; '.join(versions)}.\n"
    for module, tests in LEFT_OUT.items():
        text += (
            f"\nLeft out of {module} on both sides, for their length: {', '.join(f'`{t}`' for t in tests)}.\n"
        )
    for title, name in (
        ("Differences", "differences"),
        ("Differed in one run and not in the next", "differed_once"),
    ):
        found = [(row, test, pair) for row in rows for test, pair in getattr(row, name).items()]
        if found:
            text += f"\n## {title}\n\n"
            for row, test, pair in found:
                text += (
                    f"- {row.module}: `{test}`: {pair['without']} without, {pair['with']} with our addons\n"
                )
    return text
