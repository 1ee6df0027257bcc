"""What the office does with its own hands: enter a value, write as itself, create again, take a decision back.

What the device sent stays as it is; who stands in for it is kept beside it, and the device learns the result
with its next pull. A refusal rises as an error of the person at the screen: nothing of the decision is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from odoo.exceptions import UserError

from ..core.fields import canonical_values
from ..core.wire import ByUid
from . import reader, writer
from .decisions import at_desk
from .desk import wanted_of
from .outcome import Edit, Force

_NOBODY: frozenset[str] = frozenset()


def decide(operation, reviewer, force: Force, edit: Edit) -> None:
    """Decide a conflict as the reviewer, with values of theirs in some fields."""
    with at_desk(operation) as desk:
        desk.run_edited(operation, edit, reviewer=reviewer, force=force)
        _check(operation)


def run_again(operation, reviewer, edit: Edit, without: frozenset[str] = _NOBODY) -> None:
    """Run rejected work as the reviewer: their values instead of those sent, and ``without`` those to leave out."""
    with at_desk(operation) as desk:
        desk.run_edited(operation, edit, reviewer=reviewer, without=without)
        _check(operation)


def create_again(operation, reviewer, edit: Edit) -> None:
    """Create a record that was deleted meanwhile from what the device wanted of it, as the reviewer."""
    device = operation.device_id
    with at_desk(operation) as desk:
        wanted = wanted_of(operation)
        uid = wanted.target.uid if isinstance(wanted.target, ByUid) else str(uuid4())
        device.env["offline.identity"]._forget(wanted.entity, uid)
        creation = wanted.model_copy(
            update={"verb": "create", "target": ByUid(uid=uid), "expect": {}, "base": {}}
        )
        desk.run_edited(operation, edit, reviewer=reviewer, wanted=creation)
        _check(operation)


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


def _check(operation) -> None:
    if operation.status == "rejected":
        raise UserError(_why(operation))


def _why(operation) -> str:
    errors = operation.field_errors or {}
    return "\n".join([operation.message or "", *(f"{name}: {text}" for name, text in errors.items())])
