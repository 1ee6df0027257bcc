"""The rows of `offline.operation` that a push writes, from what was sent and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError as ShapeError

from ..core.errors import Refusal
from ..core.fields import parse_instant
from ..core.wire import ById, ByUid, DeviceState, Operation, OperationHead
from .outcome import Outcome

Row = dict[str, Any]


class Rows:
    """Makes the rows of one push, which was received now; the device's clock is off by ``offset``.

    ``answers`` counts those of a pull that the device was given until then.
    """

    def __init__(self, device, state: DeviceState | None, answers: int):
        self.device = device
        self.answers = answers
        self.operations = device.env["offline.operation"]
        self.received_at = datetime.now(UTC).replace(tzinfo=None)
        clock = state and state.clock
        # What to add to the device's times: how far its clock was from ours when it sent this call.
        self.offset = self.received_at - _naive(clock) if clock else timedelta()

    def new(self, head: OperationHead) -> Row:
        """The row of an operation that nothing was decided about."""
        empty = dict.fromkeys(self.operations._columns())
        return empty | {
            "device_id": self.device.id,
            "user_id": self.device.user_id.id,
            "seq": head.seq,
            "op": head.op,
            "is_repeat": False,
            "payload": storable(head.model_dump() | (head.model_extra or {})),
            "received_at": self.received_at,
            "answers_at_arrival": self.answers,
            "revision": 0,
        }

    def name(self, row: Row, operation: Operation) -> None:
        """Which record the operation is about, and when it was done."""
        row |= {
            "entity": operation.entity,
            "verb": operation.verb,
            "target_uid": operation.target.uid if isinstance(operation.target, ByUid) else None,
            "born": operation.target.born if isinstance(operation.target, ById) else None,
            "device_at": _naive(operation.at),
            "corrected_at": self._corrected(operation.at),
        }

    def _corrected(self, at: str) -> datetime:
        """When it was done by our clock: never after it arrived, even if the device's clock was set right since."""
        try:
            done = _naive(at) + self.offset
        except OverflowError:
            done = _naive(at)
        return min(done, self.received_at)

    def decide(self, row: Row, outcome: Outcome) -> None:
        """Write what became of it."""
        row |= {
            "status": outcome.status,
            "res_id": outcome.res_id or row["res_id"],
            # A linked record is told by the name by which the device asked for it.
            "target_uid": row["target_uid"] or outcome.uid,
            "born": outcome.born or row["born"],
            "v_before": outcome.v_before,
            "v_after": outcome.v_after,
            "code": outcome.code,
            "message": outcome.message or title(self.device, outcome.code),
            "field_errors": outcome.fields or None,
            "result": outcome.result,
            "conflict": outcome.conflict,
            "blocked_by": outcome.blocked_by or None,
            "replaced": outcome.replaced,
            "timed": outcome.timed,
            "sent": outcome.sent,
            "stored": outcome.stored,
            "answers_at_end": self.answers,
        }

    def repeat(self, row: Row, first) -> None:
        """The same operation under another number (a cloned device, an import): the first receipt counts.

        Somebody else's operation is not shown, nor one that stands twice in this very call.
        """
        row["is_repeat"] = True
        if isinstance(first, dict) or first.user_id != self.device.user_id:
            self.decide(row, Outcome("rejected", code="operation_invalid", fields={"op": "was used before"}))
        else:
            row |= {
                "status": first.status,
                "entity": first.entity,
                "verb": first.verb,
                "original_id": first.id,
            }


def title(device, code: str | None) -> str | None:
    """The catalogue's sentence for a code in the language of the device's user; None without a code."""
    return device._as_user().env._(Refusal(code).entry.title) if code else None  # pylint: disable=gettext-variable


def readable(head: OperationHead) -> Operation | None:
    try:
        return Operation.model_validate(storable(head.model_dump() | (head.model_extra or {})))
    except ShapeError:
        return None


def storable(value: Any) -> Any:
    """The operation as PostgreSQL can keep it: jsonb has no NUL character, and no text of Odoo's has one."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def _naive(text: str) -> datetime:
    return parse_instant(text).replace(tzinfo=None)
