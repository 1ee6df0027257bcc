"""What a person did, as the device keeps it: a numbered operation and what the server said of it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from offline_core.wire import Receipt

#: Not yet answered by the server; every other state is a status of the protocol.
PENDING = "pending"
#: Parked: kept in the outbox until a decision of a person, here or in the office.
PARKED = ("conflict", "rejected", "deferred", "unknown")
#: The effect, if any, stands: the operation belongs to the journal.
FINAL = ("applied", "merged", "amended", "discarded", "resolved_server")
#: Verbs that decide about another operation.
DECISIONS = ("amend", "discard", "resolve")
AMEND = "amend"
#: Why a decision was refused: it decided nothing.
NO_DECISION = ("already_decided", "decision_invalid", "decision_for_office")
#: Fills a number whose content is lost.
VOID = "void"


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation. ``body`` is its wire form; ``decides`` the operation that a decision is about."""

    device: str
    seq: int
    op: str
    entity: str
    verb: str
    target_id: int | None
    target_uid: str | None
    decides: str | None
    body: dict[str, Any]
    state: str
    receipt: Receipt | None
    settled: bool

    @classmethod
    def read(cls, row: sqlite3.Row) -> Entry:
        """The entry of a row of the outbox or the journal."""
        receipt = row["receipt"]
        return cls(
            row["device"],
            row["seq"],
            row["op"],
            row["entity"],
            row["verb"],
            row["target_id"],
            row["target_uid"],
            row["decides"],
            json.loads(row["body"]),
            row["state"],
            None if receipt is None else Receipt.model_validate_json(receipt),
            bool(row["settled"]),
        )

    @property
    def is_over(self) -> bool:
        """Whether it is a decision that was refused: it decides nothing."""
        code = None if self.receipt is None else self.receipt.code
        return self.state == "rejected" and place(self.state, verb=self.verb, code=code) == "journal"

    @property
    def unit(self) -> str | None:
        """The unit that it is part of."""
        unit = self.body.get("unit")
        return unit["id"] if unit else None

    @property
    def reason(self) -> str | None:
        """Why it is parked, in the words of the server."""
        if self.receipt is None:
            return None
        if self.receipt.message or not self.receipt.blocked_by:
            return self.receipt.message or self.receipt.code
        return "waits for " + ", ".join(f"#{seq}" for seq in self.receipt.blocked_by)


def place(state: str, *, verb: str, code: str | None = None) -> str:
    """Where an operation in this state belongs.

    A refused decision changes nothing, and a given-up number has nothing left to do: both are over. An amendment
    that was refused as what it is, not as a decision, stands for what it replaced and waits for the next one.

    >>> place("rejected", verb="update"), place("merged", verb="update"), place("rejected", verb="discard")
    ('outbox', 'journal', 'journal')
    >>> place("rejected", verb="amend", code="value_invalid"), place("rejected", verb="amend", code="already_decided")
    ('outbox', 'journal')
    """
    refused = verb in ("discard", "resolve", VOID) or (verb == AMEND and code in NO_DECISION)
    return "journal" if state in FINAL or (state == "rejected" and refused) else "outbox"
