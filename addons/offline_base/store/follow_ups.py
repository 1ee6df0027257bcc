"""Follow-ups: how a person on the device decides about work that was parked. They take numbers of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError as ShapeError

from odoo.exceptions import UserError

from ..core.errors import Refusal
from ..core.wire import AmendArgs, DiscardArgs, Operation, ResolveArgs
from .apply import shape_errors
from .desk import Desk, desk_of, wanted_of
from .history import OPEN
from .outcome import Edit, Force, Outcome, duplicates_of

_ARGS = {"amend": AmendArgs, "discard": DiscardArgs, "resolve": ResolveArgs}
#: What may be decided so, by verb. What may have happened (``unknown``) is for the office to find out.
_DECIDABLE = {
    "amend": ("rejected", "deferred"),
    "discard": ("rejected", "deferred", "conflict"),
    "resolve": ("conflict",),
}

#: What a decision leaves on the work that it decides.
_DECIDED = ("wanted", "edited", "decision", "decided_at")


class Decided(Exception):
    """Somebody was first; ``state`` is what the operation is now."""

    def __init__(self, state: dict[str, Any]):
        super().__init__(state)
        self.state = state


class FollowUps:
    """Carries out the follow-ups of one push; the operations that came before in it are stored already."""

    def __init__(self, desk: Desk):
        self.desk = desk
        self.device = desk.device
        self.operations = desk.env["offline.operation"]

    def run(self, own, follow_up: Operation) -> None:
        """Decide as the follow-up says, or refuse it; ``own`` is its stored row."""
        try:
            args = _ARGS[follow_up.verb].model_validate(follow_up.args)
            about, seq = self._about(args.op, follow_up)
            own.write({"decides_id": about.id, "entity": about.entity, "res_id": about.res_id})
            self.desk.env.flush_all()
            self.desk.history.reload()
            with self._desk_of(about) as desk:
                getattr(self, f"_{follow_up.verb}")(own, about, args, follow_up, desk, seq)
            self.desk.history.reload()
        except ShapeError as error:
            self._refuse(own, Refusal("decision_invalid", fields=shape_errors(error)))
        except Refusal as error:
            self._refuse(own, error)
        except UserError as error:
            self._refuse(own, Refusal("decision_invalid", str(error)))
        except Decided as decided:
            self._refuse(own, Refusal("already_decided"), decided.state)
        # What it says now is said in the push's own answer.
        own.revision = 0

    @contextmanager
    def _desk_of(self, about) -> Iterator[Desk]:
        """Where the work is decided: here, or with the device that this one was before another enrolment."""
        if about.device_id == self.device:
            yield self.desk
            return
        with desk_of(about.device_id, self.desk.by, wait=True) as desk:
            assert desk is not None
            yield desk

    def _about(self, op: str, follow_up: Operation):
        """The operation that the follow-up names, open and to be decided so, and its number on this device.

        It is this device's, or one that it sent again after another enrolment.
        """
        sent = self.operations.search(
            [("op", "=", op), ("device_id", "=", self.device.id), ("seq", "<", follow_up.seq)], limit=1
        )
        mine = sent.original_id if sent.is_repeat else sent
        if not mine:
            raise Refusal(
                "decision_invalid",
                fields={"op": self.device._as_user().env._("It names no work of this device.")},
            )
        if mine.status not in OPEN:
            raise Decided({"op": mine.op, "seq": sent.seq, "status": mine.status})
        # A decision that was refused is given up and taken again; only work has values to replace.
        if mine.status not in _DECIDABLE[follow_up.verb] or (
            follow_up.verb == "amend" and mine.verb in _ARGS
        ):
            raise Refusal("decision_invalid")
        return mine, sent.seq

    def _amend(self, own, about, args: AmendArgs, follow_up: Operation, desk: Desk, seq: int) -> None:
        """Take the place of the operation that is replaced: with its record, order and unit."""
        if about.unit_uid and desk is not self.desk:
            # Its unit stands under other numbers, of which this device has no part.
            raise Refusal("decision_for_office")
        old = about.wanted or about.payload
        if not isinstance(old.get("base", {}), dict):
            raise Refusal("decision_invalid")
        changed: dict[str, Any] = {"base": {**old.get("base", {}), **follow_up.base}}
        if args.values is not None:
            changed["values"] = args.values
        if args.args is not None:
            changed["args"] = args.args
        if follow_up.base_v:
            changed["base_v"] = follow_up.base_v
        if old.get("company") not in (None, *self.device._user_context()["allowed_company_ids"]):
            changed["company"] = follow_up.company
        wanted = Operation.model_validate(
            {**old, "seq": follow_up.seq, "op": follow_up.op, "at": follow_up.at, **changed}
        )
        desk.sign(about)
        own.write(
            {
                "wanted": wanted.model_dump(mode="json"),
                "entity": wanted.entity,
                "verb": wanted.verb,
                "place": (about.place if desk is self.desk else 0) or seq,
                "unit_uid": about.unit_uid,
                "answers_at_arrival": (about if desk is self.desk else own).answers_at_arrival,
                "target_uid": about.target_uid,
                "born": about.born,
                "status": "deferred",
            }
        )
        desk.finish(about, Outcome("amended", about.res_id, result={"amended_by": follow_up.seq}))
        self.desk.history.reload()
        self.desk.execute(own)

    def _discard(self, own, about, args: DiscardArgs, follow_up: Operation, desk: Desk, seq: int) -> None:
        desk.discard(about, args.reason)
        self.desk.finish(own, Outcome("applied", about.res_id))

    def _resolve(self, own, about, args: ResolveArgs, follow_up: Operation, desk: Desk, seq: int) -> None:
        conflict = about.conflict or {}
        if conflict.get("decider") != "device":
            raise Refusal("decision_for_office")
        before = {name: about[name] for name in _DECIDED} | {"decided_by_id": about.decided_by_id.id}
        if args.by == "server":
            self._give_way(about, args, desk)
        elif args.by == "device":
            desk.run(about, force=Force(None))
        else:
            given = args.values or {}
            shown = frozenset(conflict["fields"])
            desk.run_edited(about, Edit(given), force=Force(frozenset(), shown - set(given)))
        if about.status == "conflict":
            # It met something newer. Nothing of it stands; the conflict shows all present sides, to decide again.
            about.write(before)
            desk.execute(about)
            raise Refusal("decision_invalid")
        done = Outcome("applied", about.res_id)
        if args.by == "values":
            # The device shows these values from now on: its next edit builds on them.
            shown_now = {"verb": "update", "values": args.values or {}}
            left = desk.applier.leave(wanted_of(about).model_copy(update=shown_now))
            done.sent, done.stored = left.sent, left.stored
        self.desk.finish(own, done)

    def _give_way(self, about, args: ResolveArgs, desk: Desk) -> None:
        """The server's side counts: of a new record that may be there already, that it is the one there.

        Where there are several and the device does not say which, it is given up.
        """
        there = duplicates_of(about.result) if about.conflict["kind"] == "duplicate" else []
        if args.same_as is not None and args.same_as not in there:
            raise Refusal("decision_invalid")
        if args.same_as or len(there) == 1:
            desk.link(about, args.same_as or there[0])
        else:
            desk.keep_server(about)

    def _refuse(self, own, refusal: Refusal, result: Any = None) -> None:
        # The desk says the catalogue's sentence where there is no better one.
        outcome = Outcome(
            "rejected", code=refusal.code, message=refusal.message, fields=refusal.fields, result=result
        )
        self.desk.finish(own, outcome)
