"""What the office decides about parked operations, and what runs because of it.

Each decision reaches a final state, tells the device with its next pull (the operation's ``revision`` rises), and
releases what waited for it, in order, tested with today's rights.
"""

from __future__ import annotations

from ..core.wire import Operation
from .apply import Applier, Force, Outcome
from .history import History

_OPEN = ("conflict", "rejected", "deferred", "unknown")


def resolve(operation, chosen: set[str], *, by) -> None:
    """Decide a conflict: the ``chosen`` fields as the device wanted them, the rest as the server has them."""
    device = operation.device_id
    history = History(device)
    wanted = Operation.model_validate(operation.payload)
    if not chosen:
        theirs = {name: field["theirs"] for name, field in operation.conflict["fields"].items()}
        sent = {name: field["mine"] for name, field in operation.conflict["fields"].items()}
        _finish(operation, Outcome("resolved_server", operation.res_id, sent=sent, stored=theirs), by)
    else:
        outcome = Applier(device, history).run(wanted, Force(frozenset(chosen)))
        _finish(operation, outcome, by)
    _release(device, history)


def retry(operation, *, by) -> None:
    """Run a rejected operation again as its user."""
    device = operation.device_id
    history = History(device)
    history.forget(operation.seq)
    _finish(operation, Applier(device, history).run(Operation.model_validate(operation.payload)), by)
    _release(device, history)


def discard(operation, *, by) -> None:
    """Give a rejected operation up. It stays findable; what needed its record is rejected in turn."""
    device = operation.device_id
    _finish(operation, Outcome("discarded", operation.res_id, code=operation.code, message=operation.message), by)
    _release(device, History(device))


def _release(device, history: History) -> None:
    """Run what waits no longer, in the device's order, until nothing more comes free."""
    operations = device.env["offline.operation"]
    open_now = operations.search([("device_id", "=", device.id), ("status", "in", _OPEN), ("is_repeat", "=", False)], order="seq")
    history = History(device)
    for waiting in open_now.filtered(lambda o: o.status == "deferred"):
        wanted = Operation.model_validate(waiting.payload)
        applier = Applier(device, history)
        if blockers := history.blockers(wanted, applier._target_id(wanted)):
            waiting.blocked_by = blockers
            continue
        history.forget(waiting.seq)
        outcome = applier.run(wanted)
        _finish(waiting, outcome, waiting.user_id)
        history = History(device)


def _finish(operation, outcome: Outcome, by) -> None:
    """Write what became of an operation and let its device know."""
    operation.write(
        {
            "status": outcome.status,
            "res_id": outcome.res_id or operation.res_id,
            "code": outcome.code,
            "message": outcome.message,
            "field_errors": outcome.fields or False,
            "result": outcome.result,
            "conflict": outcome.conflict or operation.conflict,
            "blocked_by": False,
            "sent": outcome.sent or operation.sent,
            "stored": outcome.stored or operation.stored,
            "revision": operation.revision + 1,
        }
    )
    operation.env.flush_all()
    if outcome.status == "conflict":
        operation.env["offline.conflict"]._open_for(operation)
