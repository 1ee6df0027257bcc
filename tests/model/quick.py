"""As many random histories as `make test` has time for."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .history import History


def assert_sales_were_tried(ends: Counter[str]) -> None:
    """Much was done, and some of it met what others did, or was refused."""
    assert ends["applied"] > 50, "the histories were empty: they prove nothing"
    assert ends["merged"] + ends["conflict"] + ends["resolved_server"] > 0
    assert ends["rejected"] + ends["amended"] + ends["discarded"] > 0


def run(
    kind: type[History], histories: int, steps: int, capsys: pytest.CaptureFixture[str]
) -> tuple[Counter[str], Counter[str]]:
    """How operations ended and what went wrong, both by kind; HISTORIES in the environment asks for another number."""
    kind.ends, kind.faults = Counter(), Counter()
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=int(os.environ.get("HISTORIES", histories)),
            stateful_step_count=steps,
            deadline=None,
            # Shrinking takes minutes: people have them, CI prints the history as it was found.
            phases=[phase for phase in Phase if phase is not Phase.shrink or os.environ.get("CI") != "true"],
            suppress_health_check=list(HealthCheck),
        ),
    )
    with capsys.disabled():
        print(
            f" {sum(kind.ends.values())} operations: {dict(kind.ends)}, faults: {dict(kind.faults)} ", end=""
        )
    return kind.ends, kind.faults
