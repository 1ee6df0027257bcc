"""A push, step by step: hold the lane, check the numbers, apply in order, store the receipts, answer.

Effects and receipts commit in the one transaction of the call. A call may answer a prefix: the device goes on at
``next_seq``.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError as ShapeError

from odoo.fields import Domain
from odoo.tools import SQL

from ..core.errors import Problem
from ..core.fields import format_instant
from ..core.wire import PUSH_LIMIT, ByUid, Operation, OperationHead, PushRequest
from . import committing, positions, receipts
from .apply import Applier, shape_errors
from .batch import LONGEST, likeness, refers_to, run_batch
from .desk import Desk
from .follow_ups import FollowUps
from .history import FOLLOW_UPS, OPEN, History, Waiting, made_uids
from .outcome import Outcome
from .rows import Rows, readable
from .units import Task, grouped, run_together, unit_of

#: A call stops taking further operations after this long, well inside Odoo's own limits.
_BUDGET_S = 5.0
#: A record that somebody holds locked for longer is not waited for: the device comes again, and the worker is free.
_LOCK_WAIT_S = 3
#: The longest run while nobody knows how long an operation takes here.
_FIRST_RUN = 50


class Push:
    """One push of one device (a sudo recordset)."""

    def __init__(self, device, request: PushRequest, *, most: int = PUSH_LIMIT):
        self.device = device
        self.request = request
        self.most = most
        self.env = device.env
        self.operations = self.env["offline.operation"]
        self.history = History(device)
        self.make = Rows(device, request.state, self.history.answers)
        self.rows: dict[str, dict[str, Any]] = {}
        self._unstored: list[dict[str, Any]] = []

    def run(self) -> dict[str, Any]:
        """The answer (core.wire.PushAnswer), or `Problem` for a fault of the whole call."""
        allowed = self.device.profile_id.limit_operations
        if len(self.request.operations) > allowed:
            raise Problem("limit_exceeded", limit={"operations": allowed})
        self._check_life()
        lanes = self.env["offline.lane"]
        for operation in self._interrupted():
            if not committing.carry_out(operation, first=False):
                return self._busy(lanes._peek(self.device, "push"))
        expected = lanes._acquire(self.device, "push")
        if expected is None:
            return self._busy(lanes._peek(self.device, "push"))
        self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{_LOCK_WAIT_S}s"))
        heads = self.request.operations
        self._check_text(heads)
        self._check_numbers(heads, expected)
        groups = grouped(head for head in heads if head.seq >= expected)
        known = self._known(heads, expected)
        applier = Applier(self.device, self.history)
        started, taken = time.monotonic(), 0
        answered = [head.seq for head in heads if head.seq < expected]
        while groups:
            group = groups[0]
            # A unit is never split: it is taken as a whole, or left for the next call.
            too_many = taken + len(group) > self.most
            if taken and (too_many or time.monotonic() - started > _BUDGET_S):
                break
            if self._commits(group, known, applier):
                # It runs alone: what was taken before it is answered first.
                if not taken:
                    answered.append(group[0].seq)
                    expected = self._run_committing(group[0], applier, expected)
                    return self._answer(self._stored_receipts(answered), expected)
                break
            run = _fitting(time.monotonic() - started, taken)
            alike = self._alike(groups[: min(run, self.most - taken)], known, applier)
            if len(alike) > 1:
                self._take_alike(alike, applier)
                group = [head for head, _operation, _res_id in alike]
            else:
                self._take(group, known, applier)
            groups = groups[max(1, len(alike)) :]
            expected, taken = expected + len(group), taken + len(group)
            answered += [head.seq for head in group]
        self._store()
        lanes._release(self.device, "push", expected)
        return self._answer(self._stored_receipts(answered), expected)

    def _check_life(self) -> None:
        positions.check_life(self.device, self.request.cursor, former=False)

    # --- numbers --------------------------------------------------------------------------------------------

    def _check_text(self, heads: list[OperationHead]) -> None:
        """Numbers that JSON does not know (NaN, Infinity) make the body unreadable: they could not be stored."""
        try:
            json.dumps([head.model_extra for head in heads], allow_nan=False)
        except ValueError:
            raise Problem("body_malformed") from None

    def _check_numbers(self, heads: list[OperationHead], expected: int) -> None:
        """Consecutive from a number that is not beyond the expected one, or nothing at all is done."""
        for index, head in enumerate(heads):
            wanted = heads[0].seq + index if heads[0].seq <= expected else expected
            if head.seq != wanted:
                raise Problem("seq_gap", expected_seq=min(wanted, expected))

    def _known(self, heads, expected) -> dict[str, Any]:
        """{op: the first operation that had it}; a number that was used by another operation is refused."""
        old = {h.seq: h.op for h in heads if h.seq < expected}
        for operation in self.operations.search(
            [("device_id", "=", self.device.id), ("seq", "in", list(old))]
        ):
            if operation.op != old[operation.seq]:
                # Sent with a former token: since then the store was copied, or set back.
                copied = operation.received_at < (self.device._token_since() or operation.received_at)
                raise Problem("device_cloned" if copied else "seq_reused", seq=operation.seq)
        found = self.operations.search(
            [("op", "in", [h.op for h in heads if h.seq >= expected]), ("is_repeat", "=", False)]
        )
        return {operation.op: operation for operation in found}

    # --- one operation, or one unit -------------------------------------------------------------------------

    def _take(self, group: list[OperationHead], known, applier: Applier) -> None:
        """Give the numbers their operations and their receipts."""
        rows = [self.make.new(head) for head in group]
        firsts = [known.get(head.op) or self.rows.get(head.op) for head in group]
        if len(group) > 1 and len({head.op for head in group}) < len(group):
            firsts = rows
        for row, first in zip(rows, firsts, strict=True):
            if first is not None:
                self.make.repeat(row, first)
            elif any(firsts):
                self.make.decide(
                    row, Outcome("rejected", code="operation_invalid", fields={"unit": "was used before"})
                )
        if not any(firsts):
            operations = self._parsed(rows)
            if unit := unit_of(group[0]):
                self._run_unit(unit.id, rows, operations, applier)
            elif operations[0] is not None:
                self._run(rows[0], operations[0], applier)
        for row in rows:
            self.rows[row["op"]] = row
            if not row.pop("is_stored", False):
                self._unstored.append(row)
        if any(row["original_id"] and row["status"] in OPEN for row in rows):
            # Sent again after another enrolment, and still undecided: what waits for it looks among what is stored.
            self._store()
            self.history.reload()

    def _alike(self, groups, known, applier) -> list[tuple[OperationHead, Operation, int | None]]:
        """The longest run at the front that can be tried as one batch; see `store.batch`."""
        found: list[tuple[OperationHead, Operation, int | None]] = []
        common, uids, targets, ops = None, set(), set(), set()
        for group in groups:
            operation = None
            if len(group) == 1 and group[0].op not in known and group[0].op not in self.rows:
                operation = readable(group[0])
            same = likeness(operation) if operation is not None else None
            if operation is None or same is None or (found and same != common) or operation.op in ops:
                break
            # One record may be named by its id here and by its uid there: an update's record is told by its id.
            res_id = applier._target_id(operation)
            is_new = operation.verb == "create" and isinstance(operation.target, ByUid)
            target = operation.target.uid if is_new else res_id
            if (
                target is None
                or target in targets
                or refers_to(operation, uids)
                or self.history.blockers(operation, res_id)
            ):
                break
            common = same
            targets.add(target)
            ops.add(operation.op)
            if operation.verb == "create":
                uids.add(target)
            found.append((group[0], operation, res_id))
        return found

    def _take_alike(self, alike, applier) -> None:
        """Give each its receipt, from one batch where that is possible."""
        rows = [self.make.new(head) for head, _operation, _res_id in alike]
        tasks = []
        for row, (_head, operation, res_id) in zip(rows, alike, strict=True):
            self.make.name(row, operation)
            row["res_id"] = res_id
            tasks.append((operation, row["corrected_at"]))
        outcomes = run_batch(applier, tasks)
        self.history.prefetch(
            tasks[0][0].entity or "", [o.res_id for o in outcomes if o.sent is not None and o.res_id]
        )
        for row, (operation, _at), outcome in zip(rows, tasks, outcomes, strict=True):
            self._ended(row, operation, outcome)
            self.rows[row["op"]] = row
            self._unstored.append(row)

    def _parsed(self, rows) -> list[Operation | None]:
        """The operations; one that cannot be read is refused, and with it those of its unit wait."""
        found: list[Operation | None] = []
        for row in rows:
            try:
                operation = Operation.model_validate(row["payload"])
            except ShapeError as error:
                found.append(None)
                self.make.decide(
                    row, Outcome("rejected", code="operation_invalid", fields=shape_errors(error))
                )
            else:
                found.append(operation)
                self.make.name(row, operation)
        return found

    def _run(self, row, operation: Operation, applier: Applier) -> None:
        if operation.verb in FOLLOW_UPS:
            self._follow_up(row, operation)
            return
        target_id = row["res_id"] = applier._target_id(operation)
        blockers = [] if operation.verb == "void" else self.history.blockers(operation, target_id)
        if blockers:
            outcome = Outcome("deferred", target_id, blocked_by=blockers)
        else:
            outcome = applier.run(operation, row["corrected_at"])
        self._ended(row, operation, outcome)

    def _ended(self, row, operation: Operation, outcome: Outcome) -> None:
        self.make.decide(row, outcome)
        self.history.remember(operation.entity or "", outcome)
        if outcome.status in ("conflict", "rejected", "deferred"):
            self._park(row, operation, outcome.blocked_by or (operation.seq,))

    def _run_unit(self, uid, rows, operations: list[Operation | None], applier: Applier) -> None:
        """All of them or none. What came before is stored first: a failed unit reads the history anew."""
        self._store()
        for row in rows:
            row["unit_uid"] = uid
        unfit = next(
            (
                index
                for index, one in enumerate(operations)
                if one is None or one.verb in (*FOLLOW_UPS, "void") or applier.commits(one.entity, one.verb)
            ),
            None,
        )
        if unfit is not None:
            for index, row in enumerate(rows):
                if index != unfit:
                    self.make.decide(row, Outcome("deferred", blocked_by=[rows[unfit]["seq"]]))
                elif operations[unfit] is not None:
                    fields = {"unit": "takes no such verb"}
                    self.make.decide(row, Outcome("rejected", code="operation_invalid", fields=fields))
        else:
            tasks = [
                Task(operation, row["corrected_at"])
                for operation, row in zip(operations, rows, strict=True)
                if operation
            ]
            for row, outcome in zip(rows, run_together(tasks, applier, self.history), strict=True):
                self.make.decide(row, outcome)
        self._store(rows)
        self.history.reload()

    def _interrupted(self):
        """Those of the call that were begun before, and whose end nobody wrote down."""
        ops = [head.op for head in self.request.operations]
        return self.operations.search(
            [
                ("device_id", "=", self.device.id),
                ("op", "in", ops),
                ("status", "=", "unknown"),
                ("code", "=", "interrupted"),
            ]
            if ops
            else Domain.FALSE
        )

    def _commits(self, group, known, applier) -> bool:
        """Whether it is a function that commits by itself, and nothing else has to be said of it first."""
        [head, *others] = group
        more = head.model_extra or {}
        if others or head.op in known or not applier.commits(more.get("entity"), more.get("verb")):
            return False
        operation = readable(head)
        return (
            operation is not None
            and not operation.unit
            and not self.history.blockers(operation, applier._target_id(operation))
        )

    def _run_committing(self, head, applier, expected: int) -> int:
        """Note that it begins, commit, run it, write down how it ended."""
        row = self.make.new(head)
        [operation] = self._parsed([row])
        assert operation is not None
        self.make.decide(row, Outcome("unknown", applier._target_id(operation), code="interrupted"))
        self._store([row])
        self.env["offline.lane"]._release(self.device, "push", expected + 1)
        self.env.flush_all()
        self.env.cr.commit()
        mine = [("device_id", "=", self.device.id), ("seq", "=", head.seq)]
        committing.carry_out(self.operations.search(mine), first=True)
        return expected + 1

    def _follow_up(self, row, operation: Operation) -> None:
        """A decision about what was sent before: it finds everything stored, itself included."""
        row["status"] = "applied"
        self._store([row])
        desk = Desk(self.device, self.history, self.device.user_id)
        own = self.operations.search([("device_id", "=", self.device.id), ("seq", "=", operation.seq)])
        FollowUps(desk).run(own, operation)
        desk.release()
        self.env.flush_all()
        self.history.reload()

    def _store(self, rows=()) -> None:
        """Write what was decided so far, in one statement; conflicts get their record."""
        for row in rows:
            self._unstored.append(row)
        new, self._unstored = self._unstored, []
        self.operations._insert([{name: row[name] for name in self.operations._columns()} for row in new])
        for row in rows:
            row["is_stored"] = True
        parked = [row["seq"] for row in new if row["status"] == "conflict" and not row["is_repeat"]]
        if parked:
            mine = [("device_id", "=", self.device.id), ("seq", "in", parked)]
            self.env["offline.conflict"]._open_for(self.operations.search(mine))

    def _park(self, row, operation, roots) -> None:
        self.history.park(
            Waiting(
                operation.seq,
                operation.seq,
                None,
                tuple(roots),
                operation.entity or "",
                operation.verb,
                row["res_id"],
                row["target_uid"],
                frozenset(operation.values),
                made_uids(operation.verb, operation.args),
            )
        )

    # --- the answer -----------------------------------------------------------------------------------------

    def _stored_receipts(self, seqs: list[int]) -> list[dict[str, Any]]:
        """The receipts of these numbers as they are stored, in the order asked."""
        operations = self.operations.search([("device_id", "=", self.device.id), ("seq", "in", seqs)])
        by_seq = {operation.seq: operation for operation in operations}
        return [receipts.receipt(by_seq[seq]) for seq in seqs]

    def _busy(self, expected: int) -> dict[str, Any]:
        heads = self.request.operations[:1]
        waiting = [
            {"seq": h.seq, "op": h.op, "status": "retry", "target": None, "result": None, "code": "busy",
             "message": None, "fields": {}, "conflict": None, "blocked_by": []}
            for h in heads
        ]  # fmt: skip
        return self._answer(waiting, expected)

    def _answer(self, found, next_seq) -> dict[str, Any]:
        return {"receipts": found, "next_seq": next_seq, "server_time": format_instant(datetime.now(UTC))}


def _fitting(elapsed: float, taken: int) -> int:
    """How long a run may be for the call to end in time, by what its operations took so far."""
    left = _BUDGET_S - elapsed
    if left <= 0:
        return 1
    return max(1, min(LONGEST, int(left * taken / elapsed))) if taken and elapsed else _FIRST_RUN
