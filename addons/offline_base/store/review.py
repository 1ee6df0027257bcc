"""What the office does with its own hands: enter a value, write as itself, create again, take a decision back.

What the device sent stays as it is; who stands in for it is kept beside it, and the device learns the result
with its next pull. A refusal rises as an error of the person at the screen: nothing of the decision is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from pydantic import ValidationError as ShapeError

from odoo.exceptions import UserError

from ..core.errors import Refusal
from ..core.fields import canonical_values
from ..core.wire import ByUid, Operation
from . import reader, writer
from .apply import Applier
from .decisions import _finish, _holding
from .history import History
from .outcome import Edit, Force, Outcome

_NOBODY: frozenset[str] = frozenset()


def decide(operation, reviewer, force: Force, edit: Edit) -> None:
    """Decide a conflict as the reviewer, with values of theirs in some fields."""
    with _holding(operation.device_id) as history:
        _run(operation, history, reviewer, _sent(operation), force, edit)


def run_again(operation, reviewer, edit: Edit, without: frozenset[str] = _NOBODY) -> None:
    """Run rejected work as the reviewer: their values instead of those sent, and ``without`` those to leave out."""
    with _holding(operation.device_id) as history:
        wanted = _sent(operation)
        kept = {n: v for n, v in wanted.values.items() if n not in edit.values and n not in without}
        _run(operation, history, reviewer, wanted.model_copy(update={"values": kept}), None, edit)


def create_again(operation, reviewer, edit: Edit) -> None:
    """Create a record that was deleted meanwhile from what the device wanted of it, as the reviewer."""
    device = operation.device_id
    with _holding(device) as history:
        wanted = _sent(operation)
        uid = wanted.target.uid if isinstance(wanted.target, ByUid) else str(uuid4())
        device.env["offline.identity"]._forget(wanted.entity, uid)
        creation = wanted.model_copy(
            update={"verb": "create", "target": ByUid(uid=uid), "expect": {}, "base": {}}
        )
        _run(operation, history, reviewer, creation, None, edit)


def undo(operation, reviewer, wanted: Mapping[str, Any]) -> None:
    """Write back what a decision wrote over, as the reviewer, if nobody built upon it since.

    ``wanted`` is {field: {"before", "after"}}: what to write, and what must still stand.
    """
    device = operation.device_id._as_reviewer(reviewer)
    adapter = device.env["offline.adapter"]._offline_adapter(operation.entity)
    record = adapter.env[operation.entity].browse(operation.res_id).exists() if adapter is not None else None
    if not record or not wanted:
        raise UserError(device.env._("There is nothing that could be undone."))
    specs = adapter._offline_specs()
    if unknown := set(wanted) - set(specs):
        raise UserError(device.env._("You may not change: %s.", ", ".join(sorted(unknown))))
    present = reader.read_values(adapter, specs, record.ids)[record.id]
    if any(present[name] != sides["after"] for name, sides in wanted.items()):
        raise UserError(device.env._("The record was changed again since: undo it there by hand."))
    values = canonical_values(specs, {name: sides["before"] for name, sides in wanted.items()})
    record.write(adapter._offline_prepare(writer.orm_values(specs, values)))
    adapter.env.flush_all()


def _sent(operation) -> Operation:
    try:
        return Operation.model_validate(operation.payload)
    except ShapeError:
        refused = Refusal("operation_invalid")
        raise UserError(operation.env._(refused.entry.title)) from None  # pylint: disable=gettext-variable


def _run(
    operation, history: History, reviewer, wanted: Operation, force: Force | None, edit: Edit
) -> Outcome:
    applier = Applier(operation.device_id, history, reviewer, edit)
    outcome = applier.run(wanted, operation.corrected_at, force)
    if outcome.status == "rejected":
        raise UserError(_why(applier.user_env, outcome))
    _finish(operation, history, outcome)
    operation.write(
        {
            "run_by_id": reviewer.id,
            "edited": {"values": dict(edit.values), "args": edit.args} if edit.values or edit.args else False,
        }
    )
    return outcome


def _why(env, outcome: Outcome) -> str:
    lines = [outcome.message or ""]
    return "\n".join(lines + [f"{name}: {text}" for name, text in outcome.fields.items()])
