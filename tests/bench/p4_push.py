"""P4: pushes in runs of 50, beside OdooRPC and beside the same work by the ORM in one process; leads and orders too."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import count
from typing import Any

from .bed import Bed, in_odoo
from .data import LEADS, PARTNER
from .measure import Claim, Result, claim, in_turns

_OPERATIONS, _RUN, _DOCUMENTS, _REPEATS = 500, 50, 100, 3
_ACTIVITY = "mail.activity"
_numbers = count(1)


def measure(bed: Bed) -> Result:
    """Creates, updates and documents by HTTP; then what the engine adds in process."""
    result = _by_http(_Work(bed), "activities marked done")
    inside = in_odoo(bed.db, "in_odoo_push.py")
    result.claims += [
        _overhead("creates", inside["creates"], "ORM, a savepoint each, no log"),
        _overhead("updates", inside["updates"], "ORM, a savepoint each"),
    ]
    result.seconds |= {"creates in process": inside["creates"], "updates in process": inside["updates"]}
    result.notes.append(
        "The documents are activities that are marked done, each with a message in the chatter. One call each is what "
        "a program has to make that must know what became of each record; `create` with a list of 50 stands beside it "
        "as the best case of all or nothing."
    )
    return result


def measure_sales(bed: Bed) -> Result:
    """The same by HTTP with leads, and with quotations that are confirmed."""
    bed.kind = LEADS
    return _by_http(_Sales(bed), "quotations confirmed")


def _by_http(work: _Work, documents: str) -> Result:
    created, updated, done = (
        in_turns(calls, _REPEATS) for calls in (work.creates(), work.updates(), work.documents())
    )
    made = f"{_OPERATIONS} creates and {_OPERATIONS} updates of {work.plural} in runs of {_RUN}"
    compared = "OdooRPC, a call each, against push"
    return Result(
        f"Push of {made}, of {_DOCUMENTS} {documents}",
        claims=[
            claim(f"{work.plural} made: {compared}", created[_EACH], created[_PUSH], 4, more=True),
            claim(f"{work.plural} changed: {compared}", updated[_EACH], updated[_PUSH], 4, more=True),
            claim(f"{documents}: {compared}", done[_EACH], done[_PUSH], 1.1, more=True),
        ],
        seconds={"creates by HTTP": created, "updates by HTTP": updated, f"{documents} by HTTP": done},
    )


_PUSH, _EACH = f"push, runs of {_RUN}", "OdooRPC, a call each"


def _overhead(what: str, taken: dict[str, list[float]], orm: str) -> Claim:
    name = f"{what} in process: push, against the ORM with savepoints"
    return claim(name, taken["engine, runs of 50"], taken[orm], 1.2)


class _Work:
    """The same work by a device and by a program; each has records of its own, or their edits would be conflicts."""

    model, plural, document = PARTNER, "contacts", _ACTIVITY

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.uid, self.user = bed.person()
        self.device = bed.device(self.uid, usual=True)
        self.mine: list[int] = self.user(self.model, "create", [self.values() for _ in range(_OPERATIONS)])
        self.theirs: list[int] = self.user(self.model, "create", [self.values() for _ in range(_OPERATIONS)])
        self.device.pull(limit=1000)

    def creates(self) -> dict[str, Callable[[], Any]]:
        return {
            _PUSH: lambda: self.push(
                _OPERATIONS, lambda _index: self.device.create(self.model, **self.values())
            ),
            _EACH: lambda: [self.user(self.model, "create", self.values()) for _ in range(_OPERATIONS)],
            "OdooRPC, lists of 50": lambda: [
                self.user(self.model, "create", [self.values() for _ in range(_RUN)])
                for _ in range(_OPERATIONS // _RUN)
            ],
        }

    def updates(self) -> dict[str, Callable[[], Any]]:
        def write(record: int) -> Any:
            return self.user(self.model, "write", [record], {"phone": f"555-{next(_numbers)}"})

        return {
            _PUSH: lambda: self.push(_OPERATIONS, self.edit),
            _EACH: lambda: [write(record) for record in self.theirs],
        }

    def documents(self) -> dict[str, Callable[[], Any]]:
        # Each round, and the one that warms the caches, has documents of its own.
        pushed, called = (iter([self.new_documents() for _ in range(_REPEATS + 1)]) for _ in range(2))
        return {
            _PUSH: lambda: self.push_documents(next(pushed)),
            _EACH: lambda: [self.finish(document) for document in next(called)],
        }

    def edit(self, index: int) -> dict[str, Any]:
        held = self.device.held[self.model][self.mine[index]]["values"]
        before, held["phone"] = held["phone"], f"555-{next(_numbers)}"
        return self.device.update(self.model, self.mine[index], {"phone": held["phone"]}, {"phone": before})

    def push(self, number: int, make: Callable[[int], dict[str, Any]]) -> None:
        for start in range(0, number, _RUN):
            receipts = self.device.push(*(make(start + index) for index in range(_RUN)))["receipts"]
            assert {receipt["status"] for receipt in receipts} <= {"applied", "merged"}, receipts

    def push_documents(self, made: list[int]) -> None:
        self.push(
            _DOCUMENTS,
            lambda index: self.device.operation(
                self.document, self.finishing, target={"id": made[index]}, args=self.finishing_args
            ),
        )

    finishing, finishing_args = "complete", {"feedback": "Done"}

    def new_documents(self) -> list[int]:
        """New activities of the person."""
        values = {
            "activity_type_id": self.bed.office.ref("mail.mail_activity_data_todo"),
            "res_model_id": self.bed.office.ref("base.model_res_partner"),
            "user_id": self.uid,
        }
        made: list[int] = self.user(
            _ACTIVITY, "create", [values | {"res_id": self.mine[index]} for index in range(_DOCUMENTS)]
        )
        return made

    def finish(self, document: int) -> None:
        self.user(_ACTIVITY, "action_feedback", [document], feedback="Done")

    def values(self) -> dict[str, Any]:
        number = next(_numbers)
        return {
            "name": f"Bench {number}",
            "phone": f"555-{number}",
            "city": "Namur",
            "email": f"b{number}@example.com",
        }


class _Sales(_Work):
    """Leads of a salesperson, and quotations with a line each."""

    model, plural, document = "crm.lead", "leads", "sale.order"
    finishing, finishing_args = "confirm", {}

    def values(self) -> dict[str, Any]:
        number = next(_numbers)
        return {
            "name": f"Bench {number}",
            "type": "opportunity",
            "phone": f"555-{number}",
            "city": "Namur",
            "email_from": f"b{number}@example.com",
        }

    @cached_property
    def line(self) -> tuple[int, int, dict[str, Any]]:
        product = self.bed.office.create("product.product", name="Bench", list_price=20.0)
        return (0, 0, {"product_id": product, "product_uom_qty": 2})

    @cached_property
    def customer(self) -> int:
        return int(self.user(PARTNER, "create", {"name": "Bench Customer", "email": "customer@example.com"}))

    def new_documents(self) -> list[int]:
        """New quotations of the person."""
        values = {"partner_id": self.customer, "user_id": self.uid, "order_line": [self.line]}
        made: list[int] = self.user("sale.order", "create", [values] * _DOCUMENTS)
        return made

    def finish(self, document: int) -> None:
        self.user("sale.order", "action_confirm", [document])
