"""Functions that commit by themselves: begun by a committed note, and asked about when they were interrupted.

Such a function cannot share a transaction with its receipt. So the operation is stored as ``unknown`` (code
``interrupted``) and committed, then the function runs, then what became of it is written. Whoever finds the note
without a runner asks the adapter's probe whether it happened; where that cannot say, a person has to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo import api
from odoo.tools import SQL

from .desk import Desk, desk_of
from .history import History
from .outcome import Outcome, is_transient
from .refused import refused

#: The first half of the key of the lock that a runner holds; "offl" in ASCII.
_LOCK_CLASS = 0x6F66666C


def carry_out(operation, *, first: bool) -> bool:
    """Run a noted operation, or find out whether it ran; False when somebody is running it right now.

    ``first``: it has not been begun, by the word of the caller. Commits, so nothing of the caller may be pending.
    """
    cr = operation.env.cr
    with _alone(cr, operation.id) as free:
        if not free:
            return False
        cr.commit()  # whoever ran it before us may have finished meanwhile: look with new eyes
        operation.env.invalidate_all()
        if operation.status != "unknown":
            return True
        outcome = _outcome(operation, first)
        if outcome is not None:
            _finish(operation, outcome)
        cr.commit()
    return True


def later(operation) -> None:
    """Run it as soon as the present transaction is committed, in one of its own."""
    operation.write({"status": "unknown", "code": "interrupted", "blocked_by": False})
    registry, record_id = operation.env.registry, operation.id

    def run() -> None:
        with registry.cursor() as cr:
            # sudo: the engine's record; the function itself runs as the device's user.
            env = api.Environment(cr, api.SUPERUSER_ID, {}, su=True)
            carry_out(env["offline.operation"].browse(record_id), first=True)

    operation.env.cr.postcommit.add(run)


def _outcome(operation, first: bool) -> Outcome | None:
    """What became of it; None when nobody can say."""
    env = operation.env
    # As the desk would run it: with what a person decided, and what the office entered.
    task = Desk(operation.device_id, History(operation.device_id), operation.device_id.user_id).task(
        operation
    )
    applier, wanted = task.applier, task.operation
    assert applier is not None
    try:
        adapter, named, record, args = applier.prepared(wanted, task.force)
    except Exception as error:
        env.cr.rollback()
        if is_transient(error):
            raise
        # Before anything began it is a refusal; afterwards a record that is gone says nothing of what happened.
        return refused(applier, wanted, error) if first else None
    done = applier.named(Outcome("applied", record.id), record)

    def happened() -> Any:
        return named.done(adapter, record, args) if named.done is not None else None

    if not first:
        answer = happened()
        if answer is not False:
            return done if answer else None
    try:
        done.result = named.method(adapter, record, args)
        env.flush_all()
        env.cr.commit()
        return done
    except Exception as error:
        env.cr.rollback()
        env.invalidate_all()
        if is_transient(error):
            raise
        answer = happened()
        if answer is False:
            return refused(applier, wanted, error)
        return done if answer else None


def _finish(operation, outcome: Outcome) -> None:
    device = operation.device_id
    with desk_of(device, operation.decided_by_id or device.user_id, wait=True) as desk:
        assert desk is not None
        desk.finish(operation, outcome)
    device.env.flush_all()


@contextmanager
def _alone(cr, record_id: int) -> Iterator[bool]:
    """Whether nobody else runs this operation. The lock is the connection's: it outlives commits, and dies with us."""
    cr.execute(SQL("SELECT pg_try_advisory_lock(%s, %s)", _LOCK_CLASS, record_id))
    (free,) = cr.fetchone()
    try:
        yield free
    except BaseException:
        cr.rollback()
        raise
    finally:
        if free:
            cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", _LOCK_CLASS, record_id))
