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
    def reason(self) -> str | None:
        """Why it is parked, in the words of the server."""
        if self.receipt is None:
            return None
        if self.receipt.message or not self.receipt.blocked_by:
            return self.receipt.message or self.receipt.code
        return "waits for " + ", ".join(f"#{seq}" for seq in self.receipt.blocked_by)


def place(state: str, *, verb: str) -> str:
    """Where an operation in this state belongs.

    A refused decision changes nothing, and a given-up number has nothing left to do: both are over.

    >>> place("rejected", verb="update"), place("merged", verb="update"), place("rejected", verb="discard")
    ('outbox', 'journal', 'journal')
    """
    over = state in FINAL or (state == "rejected" and verb in (*DECISIONS, VOID))
    return "journal" if over else "outbox"
