"""Units: operations that take effect together or not at all, with one receipt each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from pydantic import ValidationError as ShapeError

from ..core.errors import Problem
from ..core.wire import Operation, OperationHead, Unit
from .apply import Applier
from .history import History
from .outcome import Force, Outcome, guarded

_UNIT = TypeAdapter(Unit)


@dataclass(frozen=True, slots=True)
class Task:
    """An operation that is to run: when it was done, what a person decided about it, and as whom it runs."""

    operation: Operation
    at: datetime | None
    force: Force | None = None
    place: int | None = None
    applier: Applier | None = None


def unit_of(head: OperationHead) -> Unit | None:
    """The unit that an operation says it is in; None also when that cannot be read, which is refused later."""
    raw = (head.model_extra or {}).get("unit")
    try:
        return None if raw is None else _UNIT.validate_python(raw)
    except ShapeError:
        return None


def grouped(heads: Iterable[OperationHead]) -> list[list[OperationHead]]:
    """The new operations of a push, each unit in one group; `Problem` when one does not stand there as a whole."""
    groups: list[list[OperationHead]] = []
    seen: dict[str, Unit] = {}
    for head in heads:
        unit = unit_of(head)
        if unit is None:
            groups.append([head])
        elif unit.id not in seen:
            seen[unit.id] = unit
            groups.append([head])
        elif unit_of(groups[-1][0]) == unit == seen[unit.id]:
            groups[-1].append(head)
        else:
            raise Problem("unit_incomplete", seq=head.seq)
    for group in groups:
        unit = unit_of(group[0])
        if unit is not None and unit.size != len(group):
            raise Problem("unit_incomplete", seq=group[0].seq)
    return groups


def fitting(heads: Sequence[OperationHead], most: int) -> Sequence[OperationHead]:
    """The first operations that one call may carry, without a part of a unit."""
    end = most
    while 0 < end < len(heads) and (unit := unit_of(heads[end])) and unit_of(heads[end - 1]) == unit:
        end -= 1
    return heads[: end or most]


def run_together(tasks: Sequence[Task], applier: Applier, history: History) -> list[Outcome]:
    """The outcome of each: all done, or one that failed and the others waiting for it. Nothing of a failed unit stands.

    What the device did before in this call must be stored: the history is read again after a failure.
    """
    blockers = {
        number
        for task in tasks
        for number in history.blockers(task.operation, applier._target_id(task.operation), task.place)
    }
    if blockers:
        return [
            Outcome("deferred", applier._target_id(t.operation), blocked_by=sorted(blockers)) for t in tasks
        ]
    outcomes: list[Outcome] = []
    try:
        with guarded(applier.env.cr):
            for task in tasks:
                outcome = (task.applier or applier).run(task.operation, task.at, task.force)
                outcomes.append(outcome)
                if not outcome.is_done:
                    raise _Failed
                history.remember(task.operation.entity or "", outcome)
    except _Failed:
        history.reload()
        return [_beside(task, tasks, outcomes, applier) for task in tasks]
    return outcomes


def _beside(task: Task, tasks: Sequence[Task], outcomes: list[Outcome], applier: Applier) -> Outcome:
    """What becomes of a member of a unit that failed with the last of ``outcomes``."""
    failed, outcome = tasks[len(outcomes) - 1], outcomes[-1]
    if task is failed:
        return outcome
    res_id = applier._target_id(task.operation)
    if outcome.status in ("resolved_server", "discarded"):
        return Outcome("discarded", res_id, code="unit_given_up")
    return Outcome("deferred", res_id, blocked_by=[failed.operation.seq])


class _Failed(Exception):
    """Takes back what the members before it did."""
