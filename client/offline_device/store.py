"""One SQLite file with everything that the device knows, and the one way to change it: a transaction.

Write-ahead log with ``synchronous=FULL``: what was committed survives a crash and a power cut. The connection
holds the file exclusively, so a second process gets `HomeBusy` and the lock dies with its process.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import HomeBusy, HomeUnreadable

FILE = "device.sqlite3"
SCHEMA_VERSION = 3
#: Incidents are for people who look after the device; older ones make room.
INCIDENTS_KEPT = 500

_NAME_COLUMNS = "entity TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL"
_OPERATION_COLUMNS = """
    device TEXT NOT NULL, seq INTEGER NOT NULL, op TEXT NOT NULL UNIQUE, entity TEXT NOT NULL, verb TEXT NOT NULL,
    target_id INTEGER, target_uid TEXT, decides TEXT, body TEXT NOT NULL, state TEXT NOT NULL, receipt TEXT,
    settled INTEGER NOT NULL DEFAULT 0
"""
_FILES_AND_BOXES = """
-- Files below `blobs`, by name: a hash, or a hash and the size of a small picture. `used`: when it was last asked for.
CREATE TABLE blob (
    file TEXT PRIMARY KEY, size INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL,
    used TEXT NOT NULL
) WITHOUT ROWID;
-- Sealed work that the server does not have yet, in the order in which it goes there.
CREATE TABLE box (number INTEGER PRIMARY KEY, sealed TEXT NOT NULL);
"""
_LINKED = """
-- Uids of own new records that turned out to be ones that were there: these keep names of their own, see identity.
CREATE TABLE linked (
    entity TEXT NOT NULL, uid TEXT NOT NULL, id INTEGER NOT NULL, born TEXT, PRIMARY KEY (entity, uid)
) WITHOUT ROWID;
CREATE INDEX linked_id ON linked (entity, id);
"""
#: What a store of the first version lacks.
_TO_VERSION_2 = f"""{_FILES_AND_BOXES}
INSERT INTO box (sealed) SELECT json_extract(value, '$') FROM setting WHERE name = 'sealed' AND value <> 'null';
DELETE FROM setting WHERE name = 'sealed'
"""
_SCHEMA = f"""
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Held records. v is the signed form of the 64-bit version; hash is this row's own, to find rot.
CREATE TABLE record (
    entity TEXT NOT NULL, id INTEGER NOT NULL, uid TEXT, born TEXT NOT NULL, v INTEGER NOT NULL,
    content TEXT NOT NULL, text TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (entity, id)
) WITHOUT ROWID;
-- Count and sum of v (signed form of the sum modulo 2^64) of the records of an entity.
CREATE TABLE digest (entity TEXT PRIMARY KEY, count INTEGER NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ref ({_NAME_COLUMNS}, PRIMARY KEY (entity, id)) WITHOUT ROWID;
-- Which uid is which id, for records born on devices; id is NULL until the server has named it.
CREATE TABLE identity (
    entity TEXT NOT NULL, uid TEXT NOT NULL, id INTEGER, born TEXT, PRIMARY KEY (entity, uid), UNIQUE (entity, id)
) WITHOUT ROWID;

-- The open cut: pages received and not shown yet.
CREATE TABLE staged (
    entity TEXT NOT NULL, id INTEGER NOT NULL, gone TEXT, uid TEXT, born TEXT, v INTEGER,
    content TEXT, text TEXT, hash BLOB, PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE staged_ref ({_NAME_COLUMNS}, PRIMARY KEY (entity, id)) WITHOUT ROWID;
CREATE TABLE staged_outcome (op TEXT PRIMARY KEY, receipt TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE outbox ({_OPERATION_COLUMNS}, PRIMARY KEY (seq)) WITHOUT ROWID;
CREATE TABLE journal ({_OPERATION_COLUMNS}, PRIMARY KEY (device, seq)) WITHOUT ROWID;
CREATE INDEX outbox_target ON outbox (entity, target_uid, target_id);
CREATE INDEX outbox_state ON outbox (state, seq);
CREATE INDEX journal_unsettled ON journal (entity, target_uid, target_id) WHERE NOT settled;
-- Own work that the held records do not show yet.
CREATE VIEW unsettled AS SELECT * FROM outbox UNION ALL SELECT * FROM journal WHERE NOT settled;

-- Records with unsettled own work, as the person sees them: derived, kept up in the same transactions.
CREATE TABLE draft (
    entity TEXT NOT NULL, key TEXT NOT NULL, id INTEGER, uid TEXT, present INTEGER NOT NULL, held INTEGER NOT NULL,
    content TEXT NOT NULL, text TEXT NOT NULL, seqs TEXT NOT NULL, PRIMARY KEY (entity, key)
) WITHOUT ROWID;
CREATE INDEX draft_id ON draft (entity, id);

{_FILES_AND_BOXES}{_LINKED}
CREATE TABLE incident (number INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL);
"""


#: What a store of each version lacks of the next.
_UPGRADES = (_SCHEMA, _TO_VERSION_2, _LINKED)


def dump(value: Any) -> str:
    """The text in which JSON is stored: short, and equal for equal content.

    >>> dump({"b": None, "a": "é"})
    '{"a":"é","b":null}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _nothing(_step: str) -> None:
    return None


class Store:
    """The open store of one home. Everything durable happens inside `transaction`."""

    def __init__(self, home: Path, now: Callable[[], str], checkpoint: Callable[[str], None] = _nothing):
        """Open or create the store in ``home``; ``now`` gives the time as text, for incidents.

        ``checkpoint`` is called before and after each commit.
        """
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home / FILE
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self.path = path
        self._now, self._checkpoint = now, checkpoint
        self._depth = 0
        self.db = sqlite3.connect(path, isolation_level=None, timeout=0)
        self.db.row_factory = sqlite3.Row
        try:
            self._open()
        except sqlite3.OperationalError as error:
            self.db.close()
            if "locked" in str(error):
                raise HomeBusy(f"another process is using {home}") from error
            raise
        except sqlite3.DatabaseError as error:
            self.db.close()
            raise HomeUnreadable(f"{path} is damaged: {error}") from error
        except BaseException:
            self.db.close()
            raise

    def _open(self) -> None:
        self.db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute("PRAGMA secure_delete=ON")
        # The exclusive lock is taken at the first access and kept until the connection closes.
        with self.transaction():
            (version,) = self.db.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA_VERSION:
                raise HomeUnreadable(f"{self.path} was written by a newer version ({version})")
            if version < SCHEMA_VERSION:
                # A new store has all at once.
                for statements in _UPGRADES[version:] if version else _UPGRADES[:1]:
                    for statement in statements.split(";\n"):
                        if statement.strip():
                            self.db.execute(statement)
                self.db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def close(self) -> None:
        """Close the file and let another process in."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. An inner transaction is part of the outer one."""
        if self._depth:
            yield self.db
            return
        self.db.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield self.db
            self._checkpoint("store.committing")
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
        finally:
            self._depth = 0
        self._checkpoint("store.committed")

    def setting(self, name: str, default: Any = None) -> Any:
        """A stored setting, as it was put."""
        row = self.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row["value"])

    def put_setting(self, name: str, value: Any) -> None:
        """Store a setting, as JSON."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, dump(value)))

    def incident(self, kind: str, **detail: Any) -> None:
        """Note something that should not happen, for the people who look after the device."""
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT INTO incident (at, kind, detail) VALUES (?, ?, ?)", (self._now(), kind, dump(detail))
            )
            db.execute("DELETE FROM incident WHERE number <= ?", ((cursor.lastrowid or 0) - INCIDENTS_KEPT,))

    def incidents(self) -> list[dict[str, Any]]:
        """The incidents that are still kept, oldest first."""
        rows = self.db.execute("SELECT at, kind, detail FROM incident ORDER BY number")
        return [{"at": row["at"], "kind": row["kind"], **json.loads(row["detail"])} for row in rows]

    def scrub(self) -> None:
        """Write the file anew, so that nothing of what was deleted can be read from it."""
        self._checkpoint("store.scrubbing")
        self.db.execute("VACUUM")
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._checkpoint("store.scrubbed")

    def size_bytes(self) -> int:
        """What the store takes on the disk, its log included."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
