"""What the office decides about parked operations, and what runs because of it.

Each decision reaches a final state, tells the device with its next pull (the operation's ``revision`` rises), and
releases what waited for it, in order, tested with today's rights.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError as ShapeError

from odoo.exceptions import UserError

from ..core.errors import Refusal
from ..core.wire import Operation
from .apply import Applier
from .history import History
from .outcome import Force, Outcome


def keep_server(operation) -> None:
    """Decide a conflict for the server: nothing is written, the device learns what stands."""
    with _holding(operation.device_id) as history:
        wanted = Operation.model_validate(operation.payload)
        _finish(operation, history, Applier(operation.device_id, history).leave(wanted))


def keep_device(operation, force: Force) -> None:
    """Decide a conflict for the device: as the office chose, and by policy what needed no choice.

    What somebody changed since the conflict was shown, and nobody decided, parks it again with its present sides.
    """
    with _holding(operation.device_id) as history:
        wanted = Operation.model_validate(operation.payload)
        applier = Applier(operation.device_id, history)
        _finish(operation, history, applier.run(wanted, operation.corrected_at, force))


def retry(operation) -> None:
    """Run a rejected operation again as its user."""
    try:
        wanted = Operation.model_validate(operation.payload)
    except ShapeError:
        refused = Refusal("operation_invalid")
        raise UserError(operation.env._(refused.entry.title)) from None  # pylint: disable=gettext-variable
    with _holding(operation.device_id) as history:
        _finish(operation, history, Applier(operation.device_id, history).run(wanted, operation.corrected_at))


def discard(operation, reason: str | None = None) -> None:
    """Give a rejected operation up. It stays findable; what needed its record is refused in turn."""
    operation.discard_reason = reason
    with _holding(operation.device_id) as history:
        outcome = Outcome("discarded", operation.res_id, code=operation.code, message=operation.message)
        outcome.fields = operation.field_errors or {}
        _finish(operation, history, outcome)


@contextmanager
def _holding(device) -> Iterator[History]:
    """Hold the device's push lane, as a push would: decisions and new operations never overtake one another."""
    lanes = device.env["offline.lane"]
    counter = lanes._acquire(device, "push")
    if counter is None:
        raise UserError(device.env._("%s is sending its work right now: try again in a moment.", device.name))
    history = History(device)
    yield history
    _release(device, history)
    lanes._release(device, "push", counter)


def _release(device, history: History) -> None:
    """Run what waits no longer, in the device's order; each may free or block those after it."""
    waiting = device.env["offline.operation"].search(
        [("device_id", "=", device.id), ("status", "=", "deferred"), ("is_repeat", "=", False)], order="seq"
    )
    applier = Applier(device, history)
    for operation in waiting:
        wanted = Operation.model_validate(operation.payload)
        if blockers := history.blockers(wanted, applier._target_id(wanted)):
            operation.blocked_by = blockers
        else:
            _finish(operation, history, applier.run(wanted, operation.corrected_at))


def _finish(operation, history: History, outcome: Outcome) -> None:
    """Write what became of an operation and let its device know."""
    operation.write(
        {
            "status": outcome.status,
            "res_id": outcome.res_id or operation.res_id,
            "target_uid": outcome.uid or operation.target_uid,
            "born": outcome.born or operation.born,
            "v_before": outcome.v_before or operation.v_before,
            "v_after": outcome.v_after or operation.v_after,
            "code": outcome.code,
            "message": outcome.message,
            "field_errors": outcome.fields or False,
            "result": outcome.result,
            "conflict": outcome.conflict or operation.conflict,
            "blocked_by": False,
            "sent": outcome.sent or operation.sent,
            "stored": outcome.stored or operation.stored,
            "replaced": outcome.replaced or operation.replaced,
            "revision": operation.revision + 1,
        }
    )
    operation.env.flush_all()
    history.reload()
    if outcome.status == "conflict":
        operation.env["offline.conflict"]._open_for(operation)
