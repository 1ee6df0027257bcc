"""Delivered operations, kept for good: what can be sent again after a server was restored from a backup."""

from __future__ import annotations

from .operations import Entry
from .store import Store


class Journal:
    """The operations that have a final state. This version keeps them all."""

    def __init__(self, store: Store):
        self._store = store

    def entries(self, *, limit: int = 100) -> list[Entry]:
        """The newest delivered operations, newest first."""
        rows = self._store.db.execute(
            "SELECT * FROM journal ORDER BY json_extract(body, '$.at') DESC, seq DESC LIMIT ?", (limit,)
        )
        return [Entry.read(row) for row in rows]

    def find(self, op: str) -> Entry | None:
        """The delivered operation with this id."""
        row = self._store.db.execute("SELECT * FROM journal WHERE op = ?", (op,)).fetchone()
        return Entry.read(row) if row else None

    def count(self) -> int:
        """How many operations were delivered."""
        (number,) = self._store.db.execute("SELECT count(*) FROM journal").fetchone()
        return int(number)

    def answered_to(self, device: str) -> int:
        """The highest number of this device that a server has ever answered, parked ones included."""
        (number,) = self._store.db.execute(
            "SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM outbox WHERE receipt IS NOT NULL"
            " UNION ALL SELECT seq FROM journal WHERE device = ?)",
            (device,),
        ).fetchone()
        return int(number)

    def show_again(self, device: str, seq: int) -> None:
        """Lay delivered work over the records again: the server that holds it went back in time."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE journal SET settled = 0 WHERE device = ? AND seq >= ? AND state IN ('applied', 'merged')",
                (device, seq),
            )

    def settle(self, device: str, applied_seq: int) -> None:
        """Effects up to this number are in the records now; so are those of a device that this home once was."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE journal SET settled = 1 WHERE NOT settled AND (device <> ? OR seq <= ?)",
                (device, applied_seq),
            )
