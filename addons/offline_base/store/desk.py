"""The desk at which the work of one device is decided: what runs again, what is given up, what is released by it.

Each decision reaches a final state, tells the device with its next pull (the operation's ``revision`` rises), and
releases what waited for it, in order, tested with today's rights. Whoever decides holds the device's push lane: the
office by `decisions.at_desk`, the device itself within a push.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError as ShapeError

from odoo.exceptions import UserError
from odoo.fields import Datetime

from ..core.errors import Refusal
from ..core.wire import Operation
from .apply import Applier
from .history import FOLLOW_UPS, OPEN, History
from .outcome import Edit, Force, Outcome
from .rows import title
from .units import Task, run_together


def wanted_of(operation) -> Operation:
    """What the operation is to do: as sent, or as an amendment has it; `UserError` if that cannot be read."""
    try:
        wanted = Operation.model_validate(operation.wanted or operation.payload)
    except ShapeError:
        refused = Refusal("operation_invalid")
        raise UserError(operation.env._(refused.entry.title)) from None  # pylint: disable=gettext-variable
    if wanted.verb in FOLLOW_UPS:
        raise UserError(operation.env._("A decision of the device cannot be run again."))
    return wanted


class Desk:
    """Decides about the operations of one device whose push lane the caller holds; ``by`` is who decides."""

    def __init__(self, device, history: History, by):
        self.device, self.history, self.by = device, history, by
        self.env = device.env
        self.applier = Applier(device, history)
        self._ended: set[int] = set()

    # --- decisions ------------------------------------------------------------------------------------------

    def run(self, operation, *, force: Force | None = None) -> None:
        """Run it as a person decided, with its unit if it is in one; the decision is kept for when that runs again."""
        if force is not None:
            operation.decision = force.stored()
        self.sign(operation)
        self.execute(operation)

    def run_edited(
        self, operation, edit: Edit, *, reviewer=None, without=(), force: Force | None = None, wanted=None
    ) -> None:
        """Run it with values (or arguments) of who decides: as the ``reviewer``, or as the device's own user.

        What is entered, and the fields ``without`` which it is to run, are left out of what was sent; ``wanted``
        replaces what was sent.
        """
        sent = wanted or wanted_of(operation)
        kept = {n: v for n, v in sent.values.items() if n not in edit.values and n not in without}
        given = bool(edit.values) or edit.args is not None
        operation.write(
            {
                "wanted": sent.model_copy(update={"values": kept}).model_dump(mode="json"),
                "edited": {"values": dict(edit.values), "args": edit.args} if given else False,
                "run_by_id": reviewer.id if reviewer else False,
            }
        )
        self.run(operation, force=force)

    def keep_server(self, operation) -> None:
        """Give way to the server; the other members of its unit cannot stand without it."""
        self.sign(operation)
        for member in self._members(operation):
            if member == operation:
                self.finish(member, self.applier.leave(wanted_of(member)))
            else:
                self.finish(member, Outcome("discarded", member.res_id, code="unit_given_up"))

    def link(self, operation, record_id: int) -> None:
        """The new record is this one, which was there: what hangs on it is done on that."""
        self.run(operation, force=Force(frozenset(), same_as=record_id))

    def discard(self, operation, reason: str | None) -> None:
        """Give it up, with its unit."""
        self.sign(operation)
        operation.discard_reason = reason or False
        for member in self._members(operation):
            outcome = Outcome("discarded", member.res_id, code="unit_given_up")
            if member == operation:
                outcome.code, outcome.message = member.code, member.message
                outcome.fields = member.field_errors or {}
            self.finish(member, outcome)

    def release(self) -> None:
        """Run what waits no longer, in the device's order; each may free or block those after it.

        So do the devices that sent some of the same work again under numbers of their own.
        """
        waiting = self.env["offline.operation"].search(
            [("device_id", "=", self.device.id), ("status", "=", "deferred"), ("is_repeat", "=", False)]
        )
        for operation in waiting.sorted(_place):
            if operation.status != "deferred":
                continue  # it ran with its unit
            members = self._members(operation)
            if any(member.status != "deferred" for member in members):
                continue  # a member of its unit waits for a person
            roots = sorted({number for member in members for number in self._blockers(self.task(member))})
            if not roots:
                self.execute(operation)
            elif roots != operation.blocked_by:
                members.write({"blocked_by": roots})
        ended, self._ended = self._ended, set()
        again = self.env["offline.operation"].search([("original_id", "in", list(ended))]) if ended else ()
        for device in again and again.device_id - self.device:
            with desk_of(device, self.by, wait=True):
                pass

    def execute(self, operation) -> None:
        """Run it as it stands, with its unit if it is in one."""
        members = self._members(operation)
        tasks = [self.task(member) for member in members]
        if len(tasks) == 1 and self.applier.commits(tasks[0].operation.entity, tasks[0].operation.verb):
            from . import committing  # it decides at a desk as well

            if not self._blockers(tasks[0]):
                committing.later(operation)
                return
        for member, outcome in zip(members, self._outcomes(tasks), strict=True):
            self.finish(member, outcome)

    # --- parts ----------------------------------------------------------------------------------------------

    def sign(self, operation) -> None:
        """Note who decided, and when."""
        operation.write({"decided_by_id": self.by.id, "decided_at": Datetime.now()})

    def finish(self, operation, outcome: Outcome) -> None:
        """Write what became of an operation and let its device know, unless it waits on as before."""
        waits = (operation.status, operation.blocked_by or [])
        if outcome.status == "deferred" and waits == ("deferred", outcome.blocked_by):
            return
        if outcome.is_done and not outcome.linked_to and (operation.wanted or operation.decision):
            self._remember_sent(operation, outcome)
        operation.write(
            {
                "status": outcome.status,
                "res_id": outcome.res_id or operation.res_id,
                "target_uid": operation.target_uid or outcome.uid,
                "born": outcome.born or operation.born,
                "v_before": outcome.v_before or operation.v_before,
                "v_after": outcome.v_after or operation.v_after,
                "code": outcome.code,
                "message": outcome.message or title(self.device, outcome.code),
                "field_errors": outcome.fields or False,
                "result": outcome.result,
                "conflict": outcome.conflict or operation.conflict,
                "blocked_by": outcome.blocked_by or False,
                "sent": outcome.sent or operation.sent,
                "stored": outcome.stored or operation.stored,
                "replaced": outcome.replaced or operation.replaced,
                "timed": outcome.timed or operation.timed,
                "answers_at_end": self.history.answers,
                "revision": operation.revision + 1,
            }
        )
        operation.env.flush_all()
        self.history.reload()
        if operation.reviewer_id and outcome.status != "rejected":
            operation._answered()
        if outcome.status not in OPEN:
            self._ended.add(operation.id)
        if outcome.status == "conflict":
            operation.env["offline.conflict"]._open_for(operation)
        elif operation.conflict_ids:
            operation.conflict_ids._close(self.by)

    def _members(self, operation):
        """The open operations of its unit, in order; itself alone when it is in none."""
        if not operation.unit_uid:
            return operation
        members = operation.search(
            [
                ("device_id", "=", operation.device_id.id),
                ("unit_uid", "=", operation.unit_uid),
                ("status", "in", OPEN),
                ("is_repeat", "=", False),
            ]
        )
        return members.sorted(_place)

    def task(self, operation) -> Task:
        """The operation as it is to run: with what a person decided about it, and entered for it."""
        applier = self.applier
        if operation.run_by_id or operation.edited:
            entered = operation.edited or {}
            edit = Edit(entered.get("values") or {}, entered.get("args"))
            applier = Applier(self.device, self.history, operation.run_by_id or None, edit)
        decision = Force.read(operation.decision)
        wanted = wanted_of(operation)
        self.history.came[wanted.op] = operation.answers_at_arrival
        return Task(wanted, operation.corrected_at, decision, _place(operation), applier)

    def _blockers(self, task: Task) -> list[int]:
        target = self.applier._target_id(task.operation)
        return self.history.blockers(task.operation, target, task.place)

    def _outcomes(self, tasks: list[Task]) -> list[Outcome]:
        if len(tasks) > 1:
            return run_together(tasks, self.applier, self.history)
        [task] = tasks
        if blockers := self._blockers(task):
            return [Outcome("deferred", self.applier._target_id(task.operation), blocked_by=blockers)]
        return [(task.applier or self.applier).run(task.operation, task.at, task.force)]

    def _remember_sent(self, operation, outcome: Outcome) -> None:
        """Let what the device sent stand for what the server holds now: its next edit builds on what it sent."""
        for earlier in operation | self._replaced(operation):
            try:
                own = Operation.model_validate(earlier.payload)
            except ShapeError:
                continue
            if own.verb not in ("create", "update"):
                continue
            left = self.applier.leave(own.model_copy(update={"verb": "update"}))
            if earlier != operation:
                ended = self.history.answers
                earlier.write({"sent": left.sent, "stored": left.stored, "answers_at_end": ended})
            elif left.sent and not earlier.decides_id:
                outcome.stored = {**(outcome.stored or {}), **(left.stored or {})}
                outcome.sent = {**(outcome.sent or {}), **left.sent}

    def _replaced(self, operation):
        """What it replaces, and what that replaced."""
        found = operation.browse()
        while (operation := operation.decides_id) and operation not in found:
            found |= operation
        return found


@contextmanager
def desk_of(device, by, *, wait: bool = False) -> Iterator[Desk | None]:
    """The desk of a device whose lane is held meanwhile, as by a push; what the decisions free runs at the end.

    None when somebody else holds the lane, unless one is to ``wait``: then this transaction starts again if that
    one changed anything.
    """
    lanes = device.env["offline.lane"]
    counter = lanes._acquire(device, "push", wait=wait)
    if counter is None:
        yield None
        return
    desk = Desk(device, History(device), by)
    try:
        yield desk
    except (Refusal, UserError):
        lanes._release(device, "push", counter)
        raise
    desk.release()
    lanes._release(device, "push", counter)


def _place(operation) -> int:
    return operation.place or operation.seq
