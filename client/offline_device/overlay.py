"""What the person sees: held content with their own work laid over it, until the held content shows that work.

A record with unsettled work has a row in ``draft``; all others are read as they are held. Drafts are derived, and
rebuilt in the same transaction as whatever they derive from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .operations import AMEND, Entry
from .records import Key, Records
from .settings import Settings
from .store import Store, dump
from .text import searchable


@dataclass(slots=True)
class Seen:
    """A record with the operations laid over it. ``present``: the person still sees it in lists."""

    values: dict[str, Any]
    present: bool
    seqs: list[int] = field(default_factory=list)


def lay_over(
    held: Mapping[str, Any] | None, entries: Iterable[Entry], fields: Iterable[str] = ()
) -> Seen | None:
    """Held values (None: not held) with operations laid over them in order; None when no operation counts.

    A decision acts where the operation stands that it is about: an amendment takes its place, a discarded one no
    longer shows. ``fields`` are those that a new record has, empty until set.
    """
    entries = list(entries)
    amended, withdrawn = _decided(entries)
    seen = Seen(dict(held or {}), held is not None)
    for entry in entries:
        if entry.decides or entry.op in withdrawn:
            continue
        seen.seqs.append(entry.seq)
        values = amended.get(entry.op, entry.body.get("values", {}))
        if entry.verb == "create" and held is None:
            seen.values = {**dict.fromkeys(fields), **seen.values, **values}
            seen.present = True
        elif entry.verb in ("create", "update"):
            seen.values.update(values)
        elif entry.verb == "delete":
            seen.present = False
    return seen if seen.seqs else None


def _decided(entries: Collection[Entry]) -> tuple[dict[str, Mapping[str, Any]], set[str]]:
    amended: dict[str, Mapping[str, Any]] = {}
    withdrawn: set[str] = set()
    first: dict[str, str] = {}  # an amendment and the operation that it, or what it amends, replaced first
    by_op = {entry.op: entry for entry in entries}
    for entry in entries:
        if entry.decides is None or entry.is_over:
            continue
        about = first.get(entry.decides, entry.decides)
        args = entry.body.get("args", {})
        if entry.verb == "discard" or args.get("by") == "server":
            withdrawn.add(about)
        elif "values" in args and entry.verb == AMEND:
            amended[about] = args["values"]
        elif "values" in args:
            before = amended.get(about, by_op[about].body.get("values", {}) if about in by_op else {})
            amended[about] = _chosen(by_op.get(entry.decides), before, args["values"])
        if entry.verb == AMEND:
            first[entry.op] = about
    return amended, withdrawn


def _chosen(entry: Entry | None, before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a decided conflict leaves of work: what was chosen of the fields in question, the others as they were."""
    conflict = entry.receipt.conflict if entry and entry.receipt else None
    in_question = conflict.fields_ if conflict else {}
    return {**{name: value for name, value in before.items() if name not in in_question}, **values}


class Overlay:
    """Keeps the drafts."""

    def __init__(self, store: Store, settings: Settings, records: Records):
        self._store, self._settings, self._records = store, settings, records

    def rebuild(self, entity: str, key: Key) -> None:
        """Derive the draft of one record anew."""
        if key.id is None and key.uid is None:
            return
        key = self._full(entity, key)
        with self._store.transaction() as db:
            uids = dump([key.uid, *self._records.linked_with(entity, key.id)])
            db.execute(
                "DELETE FROM draft WHERE entity = ? AND (key = ? OR key IN (SELECT value FROM json_each(?)))",
                (entity, str(key.id), uids),
            )
            rows = db.execute(
                "SELECT * FROM unsettled WHERE entity = ?"
                " AND (target_id = ? OR target_uid IN (SELECT value FROM json_each(?))) ORDER BY seq",
                (entity, key.id, uids),
            )
            entries = self._with_replaced([Entry.read(row) for row in rows])
            held = self._records.get(entity, key)
            profile = self._settings.entity(entity)
            names = [spec.name for spec in profile.fields_] if profile else []
            seen = lay_over(held.values if held else None, entries, names)
            if seen is None:
                return
            db.execute(
                "INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    entity, str(key), key.id, key.uid, seen.present, held is not None, dump(seen.values),
                    searchable(profile, seen.values), dump(seen.seqs),
                ),
            )  # fmt: skip

    def _with_replaced(self, entries: list[Entry]) -> list[Entry]:
        """The same, with the settled operations that amendments among them replace and stand for."""
        known = {entry.op: entry for entry in entries}
        wanted = [entry.decides for entry in entries if entry.verb == AMEND and not entry.is_over]
        while wanted:
            op = wanted.pop()
            if op is None or op in known:
                continue
            row = self._store.db.execute("SELECT * FROM journal WHERE op = ?", (op,)).fetchone()
            if row is not None:
                known[op] = entry = Entry.read(row)
                wanted.append(entry.decides)
        return sorted(known.values(), key=lambda entry: entry.seq)

    def rebuild_all(self) -> None:
        """Derive every draft anew, after the held records changed."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM draft")
            rows = db.execute(
                "SELECT DISTINCT entity, target_id, target_uid FROM unsettled WHERE entity <> ''"
            )
            done: set[tuple[str, str]] = set()
            for row in rows.fetchall():
                if row["target_id"] is None and row["target_uid"] is None:
                    continue
                key = self._full(row["entity"], Key(row["target_id"], row["target_uid"]))
                if (row["entity"], str(key)) not in done:
                    done.add((row["entity"], str(key)))
                    self.rebuild(row["entity"], key)

    def _full(self, entity: str, key: Key) -> Key:
        if key.uid is not None:
            known = self._records.key(entity, key.uid)
            return Key(known.id if known.id is not None else key.id, known.uid)
        assert key.id is not None
        return self._records.key(entity, key.id)
