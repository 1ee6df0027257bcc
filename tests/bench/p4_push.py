"""P4: pushes in runs of 50, beside OdooRPC and beside the same work by the ORM in one process."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from .bed import Bed, in_odoo
from .data import PARTNER
from .measure import Claim, Result, claim, in_turns

_OPERATIONS, _RUN, _DOCUMENTS, _REPEATS = 500, 50, 100, 3
_ACTIVITY = "mail.activity"
_numbers = count(1)


def measure(bed: Bed) -> Result:
    """Creates, updates and documents by HTTP; then what the engine adds in process."""
    work = _Work(bed)
    creates, updates, documents = (
        in_turns(calls, _REPEATS) for calls in (work.creates(), work.updates(), work.documents())
    )
    inside = in_odoo(bed.db, "in_odoo_push.py")
    result = Result(
        f"Push of {_OPERATIONS} creates and {_OPERATIONS} updates in runs of {_RUN}, of {_DOCUMENTS} documents",
        claims=[
            claim("creates: OdooRPC, a call each, against push", creates[_EACH], creates[_PUSH], 4, more=True),
            claim("updates: OdooRPC, a call each, against push", updates[_EACH], updates[_PUSH], 4, more=True),
            claim("documents: OdooRPC, a call each, against push", documents[_EACH], documents[_PUSH], 1.1, more=True),
            _overhead("creates", inside["creates"], "ORM, a savepoint each, no log"),
            _overhead("updates", inside["updates"], "ORM, a savepoint each"),
        ],
        seconds={
            "creates by HTTP": creates,
            "updates by HTTP": updates,
            "activities marked done by HTTP": documents,
            "creates in process": inside["creates"],
            "updates in process": inside["updates"],
        },
    )  # fmt: skip
    result.notes.append(
        "The documents are activities that are marked done, each with a message in the chatter: sales orders and "
        "transfers come with later addons. One call each is what a program has to make that must know what became of "
        "each record; `create` with a list of 50 stands beside it as the best case of all or nothing."
    )
    return result


_PUSH, _EACH = f"push, runs of {_RUN}", "OdooRPC, a call each"


def _overhead(what: str, taken: dict[str, list[float]], orm: str) -> Claim:
    name = f"{what} in process: push, against the ORM with savepoints"
    return claim(name, taken["engine, runs of 50"], taken[orm], 1.2)


class _Work:
    """The same work by a device and by a program; each has records of its own, or their edits would be conflicts."""

    def __init__(self, bed: Bed) -> None:
        self.uid, self.user = bed.person()
        self.device = bed.device(self.uid, usual=True)
        self.todo = bed.office.ref("mail.mail_activity_data_todo")
        self.contacts = bed.office.ref("base.model_res_partner")
        self.mine: list[int] = self.user(PARTNER, "create", [_values() for _ in range(_OPERATIONS)])
        self.theirs: list[int] = self.user(PARTNER, "create", [_values() for _ in range(_OPERATIONS)])
        self.device.pull(limit=1000)

    def creates(self) -> dict[str, Callable[[], Any]]:
        return {
            _PUSH: lambda: self.push(_OPERATIONS, lambda _index: self.device.create(PARTNER, **_values())),
            _EACH: lambda: [self.user(PARTNER, "create", _values()) for _ in range(_OPERATIONS)],
            "OdooRPC, lists of 50": lambda: [
                self.user(PARTNER, "create", [_values() for _ in range(_RUN)])
                for _ in range(_OPERATIONS // _RUN)
            ],
        }

    def updates(self) -> dict[str, Callable[[], Any]]:
        def write(record: int) -> Any:
            return self.user(PARTNER, "write", [record], {"phone": f"555-{next(_numbers)}"})

        return {
            _PUSH: lambda: self.push(_OPERATIONS, self.edit),
            _EACH: lambda: [write(record) for record in self.theirs],
        }

    def documents(self) -> dict[str, Callable[[], Any]]:
        # Each round, and the one that warms the caches, has activities of its own.
        pushed, called = (iter([self.activities() for _ in range(_REPEATS + 1)]) for _ in range(2))
        return {
            _PUSH: lambda: self.push_documents(next(pushed)),
            _EACH: lambda: self.call_documents(next(called)),
        }

    def edit(self, index: int) -> dict[str, Any]:
        held = self.device.held[PARTNER][self.mine[index]]["values"]
        before, held["phone"] = held["phone"], f"555-{next(_numbers)}"
        return self.device.update(PARTNER, self.mine[index], {"phone": held["phone"]}, {"phone": before})

    def push(self, number: int, make: Callable[[int], dict[str, Any]]) -> None:
        for start in range(0, number, _RUN):
            receipts = self.device.push(*(make(start + index) for index in range(_RUN)))["receipts"]
            assert {receipt["status"] for receipt in receipts} <= {"applied", "merged"}, receipts

    def activities(self) -> list[int]:
        """New activities of the person."""
        values = {"activity_type_id": self.todo, "res_model_id": self.contacts, "user_id": self.uid}
        made: list[int] = self.user(
            _ACTIVITY, "create", [values | {"res_id": self.mine[index]} for index in range(_DOCUMENTS)]
        )
        return made

    def push_documents(self, made: list[int]) -> None:
        self.push(
            _DOCUMENTS,
            lambda index: self.device.operation(
                _ACTIVITY, "complete", target={"id": made[index]}, args={"feedback": "Done"}
            ),
        )

    def call_documents(self, made: list[int]) -> None:
        for activity in made:
            self.user(_ACTIVITY, "action_feedback", [activity], feedback="Done")


def _values() -> dict[str, Any]:
    number = next(_numbers)
    return {
        "name": f"Bench {number}",
        "phone": f"555-{number}",
        "city": "Namur",
        "email": f"b{number}@example.com",
    }
