"""The open cut: pages are kept as they come, and shown all at once when the closing page is here.

Each page is stored with its cursor in one transaction, so a crash costs at most one page. Nothing of it is
read by anybody before `Cut.close`, which applies it together with the cursor, the outcomes and the digests.
"""

from __future__ import annotations

from collections.abc import Callable

from offline_core.digest import from_hex, to_signed
from offline_core.wire import PullAnswer, Receipt, Upsert

from .outbox import Outbox
from .overlay import Overlay
from .records import SHARDS, Held, Records, counted, row_hash
from .settings import Settings
from .store import Store, dump
from .text import searchable


class Cut:
    """Stages pages and applies the cut that they make up."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        records: Records,
        outbox: Outbox,
        overlay: Overlay,
        checkpoint: Callable[[str], None],
    ):
        self._store, self._settings, self._records = store, settings, records
        self._outbox, self._overlay, self._checkpoint = outbox, overlay, checkpoint

    def start_over(self) -> None:
        """Begin again from nothing or from what is held; records and operations stay."""
        with self._store.transaction():
            self._clear()
            self._settings.cursor = None

    def begin(self) -> Held | None:
        """Claims for a first page with cursor null; None when there is nothing to claim.

        Rotten rows are not claimed but staged as gone: they come back only when the server sends them again.
        """
        held, rotten = self._records.claims(entity.name for entity in self._settings.profile.entities)
        with self._store.transaction() as db:
            self._clear()
            for entity, record_id in rotten:
                self._store.incident("row_rotten", entity=entity, id=record_id)
                db.execute("INSERT INTO staged (entity, id, gone) VALUES (?, ?, 'rot')", (entity, record_id))
        return held if rotten or any(held.values()) else None

    def claim_nothing(self) -> None:
        """Stage everything held as gone: the claims are too large for one request, so all is sent again."""
        with self._store.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO staged (entity, id, gone) SELECT entity, id, 'resent' FROM record"
            )

    def begin_repair(self, shards: dict[str, list[int]]) -> None:
        """Stage what is held in these shards as gone: it comes back only if the server sends it again."""
        with self._store.transaction() as db:
            self._clear()
            for entity, numbers in shards.items():
                marks = ",".join("?" * len(numbers))
                db.execute(
                    "INSERT INTO staged (entity, id, gone) SELECT entity, id, 'repair' FROM record"
                    f" WHERE entity = ? AND id % {SHARDS} IN ({marks})",
                    (entity, *numbers),
                )

    def stage(self, page: PullAnswer, *, from_null: bool) -> None:
        """Keep a page and its cursor; a later page of the cut replaces what an earlier one said."""
        with self._store.transaction() as db:
            for changes in page.changes:
                profile = self._settings.entity(changes.entity)
                db.executemany(
                    "INSERT OR REPLACE INTO staged VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?)",
                    (
                        _row(changes.entity, upsert, searchable(profile, upsert.values))
                        for upsert in changes.upserts
                    ),
                )
                db.executemany(
                    "INSERT OR REPLACE INTO staged (entity, id, gone) VALUES (?, ?, ?)",
                    ((changes.entity, remove.id, remove.why) for remove in changes.removes),
                )
            for entity, names in page.refs.items():
                db.executemany(
                    "INSERT OR REPLACE INTO staged_ref VALUES (?, ?, ?)",
                    ((entity, int(record_id), name) for record_id, name in names.items()),
                )
            db.executemany(
                "INSERT OR REPLACE INTO staged_outcome VALUES (?, ?)",
                ((receipt.op, receipt.model_dump_json(by_alias=True)) for receipt in page.outcomes),
            )
            self._settings.cut = {"cursor": page.cursor, "from_null": from_null}

    def close(self, page: PullAnswer, *, from_null: bool) -> dict[str, dict[str, object]]:
        """Stage the closing page and show the whole cut, in one transaction.

        Answers the entities whose digest differs from the server's; they have been noted as incidents, and the
        cursor is null, so that the next pull reads everything again.
        """
        with self._store.transaction():
            self.stage(page, from_null=from_null)
            self._checkpoint("pull.applying")
            self._apply_records()
            self._records.drop_entities_but(entity.name for entity in self._settings.profile.entities)
            if from_null or self._settings.repair is not None:
                self._records.recount()
                self._settings.repair = None
            for row in self._store.db.execute("SELECT receipt FROM staged_outcome").fetchall():
                self._outbox.take_receipt(Receipt.model_validate_json(row["receipt"]), outcome=True)
            self._outbox.settle(page.applied_seq)
            self._settings.applied_seq = page.applied_seq
            self._overlay.rebuild_all()
            self._clear()
            self._settings.cursor = page.cursor
            differ = self._compare(page)
            if differ:
                self._settings.heals += 1
                self._settings.cursor = None
            self._checkpoint("pull.committing")
        return differ

    def _apply_records(self) -> None:
        db = self._store.db
        for row in db.execute("SELECT DISTINCT entity FROM staged").fetchall():
            entity = row["entity"]
            replaced = "SELECT record.v FROM record JOIN staged USING (entity, id) WHERE entity = ?"
            old, before = counted(db.execute(replaced, (entity,)))
            new, after = counted(
                db.execute("SELECT v FROM staged WHERE entity = ? AND gone IS NULL", (entity,))
            )
            self._records.add_to_digest(entity, new - old, after - before)
        db.execute("DELETE FROM record WHERE (entity, id) IN (SELECT entity, id FROM staged)")
        db.execute(
            "INSERT INTO record (entity, id, uid, born, v, content, text, hash)"
            " SELECT entity, id, uid, born, v, content, text, hash FROM staged WHERE gone IS NULL"
        )
        # An id that was re-issued after a restore no longer carries the uid that it had.
        db.execute(
            "DELETE FROM identity WHERE EXISTS (SELECT 1 FROM staged WHERE staged.entity = identity.entity"
            " AND staged.id = identity.id AND gone IS NULL AND uid IS NULL AND staged.born IS NOT identity.born)"
        )
        db.execute(
            "DELETE FROM linked WHERE EXISTS (SELECT 1 FROM staged WHERE staged.entity = linked.entity AND gone IS NULL"
            " AND (staged.uid = linked.uid OR (staged.id = linked.id AND staged.born IS NOT linked.born)))"
        )
        db.execute(
            "INSERT OR REPLACE INTO identity SELECT entity, uid, id, born FROM staged"
            " WHERE gone IS NULL AND uid IS NOT NULL"
        )
        db.execute("INSERT OR REPLACE INTO ref SELECT entity, id, name FROM staged_ref")

    def _compare(self, page: PullAnswer) -> dict[str, dict[str, object]]:
        ours = self._records.digests()
        differ: dict[str, dict[str, object]] = {}
        for entity, theirs in page.digests.items():
            mine = ours.get(entity)
            here = (mine.count, mine.sum) if mine else (0, "0" * 16)
            if here != (theirs.count, theirs.sum):
                differ[entity] = {"here": list(here), "server": [theirs.count, theirs.sum]}
                self._store.incident("digest_mismatch", entity=entity, **differ[entity])
        return differ

    def _clear(self) -> None:
        for table in ("staged", "staged_ref", "staged_outcome"):
            self._store.db.execute(f"DELETE FROM {table}")
        self._settings.cut = None


def _row(entity: str, upsert: Upsert, text: str) -> tuple[object, ...]:
    content = dump(upsert.values)
    v = to_signed(from_hex(upsert.v))
    own = row_hash(entity, upsert.id, upsert.uid, upsert.born, v, content)
    return (entity, upsert.id, upsert.uid, upsert.born, v, content, text, own)
