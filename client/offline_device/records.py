"""The held records: what the server sent, with each row's own hash and a digest per entity."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offline_core.digest import MODULUS, from_signed, to_hex, to_signed
from offline_core.errors import Refusal
from offline_core.fields import is_uid
from offline_core.wire import Digest

from .store import Store

#: How many shards, by id, this device compares with the server.
SHARDS = 64
#: A record as callers name it: an id, a uid, or ``{"uid": …}``.
Ref = int | str | Mapping[str, str]
#: The claims of a device that starts again: {entity: [(id, version), …]}.
Held = dict[str, list[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Key:
    """Which record, by every name that this device knows for it."""

    id: int | None
    uid: str | None

    def __str__(self) -> str:
        """One text per record: the uid when there is one.

        >>> str(Key(7, None)), str(Key(7, "018f4d2e-7c1a-7b3c-8d4e-5f60718293a4"))
        ('7', '018f4d2e-7c1a-7b3c-8d4e-5f60718293a4')
        """
        return self.uid or str(self.id)


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record as the server sent it; ``v`` in its wire form."""

    id: int
    uid: str | None
    born: str
    v: str
    values: dict[str, Any]


def row_hash(entity: str, record_id: int, uid: str | None, born: str, v: int, content: str) -> bytes:
    """A row's own fingerprint: a row that was changed by anything but this package no longer has it.

    >>> row_hash("a", 1, None, "b", 5, "{}") == row_hash("a", 1, None, "b", 5, "{ }")
    False
    """
    text = "\x00".join((entity, str(record_id), uid or "", born, str(v), content))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class Records:
    """Reads held records and keeps their digests."""

    def __init__(self, store: Store):
        self.store = store

    def key(self, entity: str, ref: Ref) -> Key:
        """The record that a reference names, or `Refusal` when the reference has no readable form."""
        if isinstance(ref, Mapping):
            ref = ref.get("uid", "")
        if isinstance(ref, str):
            if not is_uid(ref):
                raise Refusal("reference_unknown", f"{ref!r} is neither an id nor a uid")
            row = self._one("SELECT id FROM linked WHERE entity = ? AND uid = ?", entity, ref)
            if row is not None:
                return self.key(entity, row["id"])
            row = self._one("SELECT id, uid FROM identity WHERE entity = ? AND uid = ?", entity, ref)
            return Key(row["id"] if row else None, ref)
        row = self._one("SELECT id, uid FROM identity WHERE entity = ? AND id = ?", entity, ref)
        return Key(ref, row["uid"] if row else min(self.linked_with(entity, ref), default=None))

    def linked_with(self, entity: str, record_id: int | None) -> list[str]:
        """The uids of own new records that turned out to be this one."""
        rows = self.store.db.execute(
            "SELECT uid FROM linked WHERE entity = ? AND id = ?", (entity, record_id)
        )
        return [row["uid"] for row in rows]

    def get(self, entity: str, key: Key) -> HeldRecord | None:
        """The record as the server sent it, or None when it is not held."""
        if key.id is None:
            return None
        row = self._one("SELECT * FROM record WHERE entity = ? AND id = ?", entity, key.id)
        if row is None:
            return None
        return HeldRecord(row["id"], row["uid"], row["born"], to_hex(row["v"]), json.loads(row["content"]))

    def knows_uid(self, entity: str, uid: str) -> bool:
        """Whether this device has heard of the uid, or chose it."""
        return any(
            self._one(f"SELECT 1 FROM {table} WHERE entity = ? AND uid = ?", entity, uid) is not None
            for table in ("identity", "linked")
        )

    def learn_identity(
        self, entity: str, uid: str, record_id: int | None, born: str | None, *, linked: bool = False
    ) -> None:
        """Keep which id a uid has got; a known id is never forgotten for an unknown one.

        ``linked``: the record was there before, and keeps the name that it has.
        """
        with self.store.transaction() as db:
            known = self._one("SELECT id, born FROM linked WHERE entity = ? AND uid = ?", entity, uid)
            if known is not None and record_id in (None, known["id"]) and born in (None, known["born"]):
                return  # a receipt of later work on it, by the same name
            db.execute("DELETE FROM linked WHERE entity = ? AND uid = ?", (entity, uid))
            if record_id is None:
                db.execute("INSERT OR IGNORE INTO identity (entity, uid) VALUES (?, ?)", (entity, uid))
            elif linked:
                db.execute("DELETE FROM identity WHERE entity = ? AND uid = ?", (entity, uid))
                db.execute("INSERT INTO linked VALUES (?, ?, ?, ?)", (entity, uid, record_id, born))
            else:
                db.execute(
                    "INSERT OR REPLACE INTO identity VALUES (?, ?, ?, ?)", (entity, uid, record_id, born)
                )

    def name(self, entity: str, record_id: int) -> str | None:
        """What to call a record that a value points to: its own name if held, else what the server said."""
        row = self._one("SELECT content FROM record WHERE entity = ? AND id = ?", entity, record_id)
        if row is not None:
            values = json.loads(row["content"])
            for field in ("display_name", "name"):
                if isinstance(values.get(field), str):
                    return str(values[field])
        row = self._one("SELECT name FROM ref WHERE entity = ? AND id = ?", entity, record_id)
        return row["name"] if row else None

    def digests(self) -> dict[str, Digest]:
        """Count and sum of the versions held, per entity."""
        return {
            row["entity"]: Digest(count=row["count"], sum=to_hex(row["sum"]))
            for row in self.store.db.execute("SELECT * FROM digest WHERE count > 0 ORDER BY entity")
        }

    def sums(self, entity: str) -> list[str]:
        """The sum of the versions held in each of the shards, counted from the rows."""
        sums = [0] * SHARDS
        for row in self.store.db.execute("SELECT id, v FROM record WHERE entity = ?", (entity,)):
            sums[row["id"] % SHARDS] += row["v"]
        return [to_hex(total) for total in sums]

    def add_to_digest(self, entity: str, count: int, total: int) -> None:
        """Move an entity's digest by a difference (which may be negative)."""
        with self.store.transaction() as db:
            row = self._one("SELECT count, sum FROM digest WHERE entity = ?", entity)
            old_count, old_sum = (row["count"], from_signed(row["sum"])) if row else (0, 0)
            new_sum = to_signed((old_sum + total) % MODULUS)
            db.execute("INSERT OR REPLACE INTO digest VALUES (?, ?, ?)", (entity, old_count + count, new_sum))

    def recount(self) -> None:
        """Compute the digests anew from the rows; after a full re-read they owe nothing to the past."""
        with self.store.transaction() as db:
            sums: dict[str, tuple[int, int]] = {}
            for row in db.execute("SELECT entity, v FROM record"):
                count, total = sums.get(row["entity"], (0, 0))
                sums[row["entity"]] = (count + 1, (total + row["v"]) % MODULUS)
            db.execute("DELETE FROM digest")
            for entity, (count, total) in sums.items():
                db.execute("INSERT INTO digest VALUES (?, ?, ?)", (entity, count, to_signed(total)))

    def claims(self, entities: Iterable[str]) -> tuple[Held, list[tuple[str, int]]]:
        """What this device still has, for ``held``; rows whose hash does not match are listed apart."""
        held: Held = {entity: [] for entity in entities}
        rotten = []
        for row in self.store.db.execute("SELECT entity, id, uid, born, v, content, hash FROM record"):
            if not _intact(row):
                rotten.append((row["entity"], row["id"]))
            elif row["entity"] in held:
                held[row["entity"]].append((row["id"], to_hex(row["v"])))
        return held, rotten

    def scan(self, after: list[Any] | None, limit: int) -> tuple[list[Any] | None, list[tuple[str, int]]]:
        """Check the hashes of the next rows; answers where to go on (None: at the start) and the rotten rows."""
        start = after or ["", 0]
        rows = self.store.db.execute(
            "SELECT entity, id, uid, born, v, content, hash FROM record WHERE (entity, id) > (?, ?)"
            " ORDER BY entity, id LIMIT ?",
            (start[0], start[1], limit),
        ).fetchall()
        rotten = [(row["entity"], row["id"]) for row in rows if not _intact(row)]
        return ([rows[-1]["entity"], rows[-1]["id"]] if len(rows) == limit else None), rotten

    def counts(self) -> dict[str, int]:
        """How many records are held, per entity."""
        return {entity: digest.count for entity, digest in self.digests().items()}

    def drop_entities_but(self, kept: Iterable[str]) -> None:
        """Let go the records of entities that the profile no longer has; operations are not touched."""
        with self.store.transaction() as db:
            held = {row["entity"] for row in db.execute("SELECT entity FROM digest")}
            for entity in held - set(kept):
                db.execute("DELETE FROM record WHERE entity = ?", (entity,))
                db.execute("DELETE FROM digest WHERE entity = ?", (entity,))

    def forget_all(self) -> None:
        """Delete every record and name; operations and the identities that they need are kept."""
        with self.store.transaction() as db:
            for table in ("record", "digest", "ref", "staged", "staged_ref", "staged_outcome"):
                db.execute(f"DELETE FROM {table}")

    def _one(self, sql: str, *arguments: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.store.db.execute(sql, arguments).fetchone()
        return row


def _intact(row: sqlite3.Row) -> bool:
    found = row_hash(row["entity"], row["id"], row["uid"], row["born"], row["v"], row["content"])
    return bool(found == row["hash"])


def versions(rows: Iterable[sqlite3.Row]) -> Iterator[int]:
    """The unsigned versions of rows.

    >>> list(versions([{"v": -1}])) == [MODULUS - 1]
    True
    """
    return (from_signed(row["v"]) for row in rows)


def counted(rows: Iterable[sqlite3.Row]) -> tuple[int, int]:
    """How many rows there are and the sum of their versions modulo 2^64, without keeping them.

    >>> counted([{"v": -1}, {"v": 3}])
    (2, 2)
    """
    number = total = 0
    for version in versions(rows):
        number, total = number + 1, total + version
    return number, total % MODULUS
