"""Reading: what the person sees of a record, and searches over it, answered by SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .records import Key, Records, Ref
from .store import Store
from .text import words

_SHOWN = """
    SELECT id, uid, content, text, '[]' AS seqs, 1 AS held, 1 AS present FROM record WHERE entity = :entity
        AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.entity = record.entity AND draft.id = record.id)
    UNION ALL
    SELECT id, uid, content, text, seqs, held, present FROM draft WHERE entity = :entity AND present
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the person sees it.

    ``pending`` are the numbers of own operations that the held content does not show yet. ``held`` is False for a
    record that is known only from own work: born here and not received yet, or gone from the server's scope.
    ``present`` is False when it is seen only because of work on it (deleted here, or gone).
    """

    entity: str
    id: int | None
    uid: str | None
    values: dict[str, Any]
    held: bool = True
    present: bool = True
    pending: tuple[int, ...] = ()

    @property
    def ref(self) -> int | str:
        """The name under which to ask for it again: its uid when there is one."""
        return self.uid or self.id or 0


class View:
    """Reads records with the overlay of own work."""

    def __init__(self, store: Store, records: Records):
        self._store, self._records = store, records

    def get(self, entity: str, ref: Ref) -> Record | None:
        """The record that a reference names, or None when this device knows nothing of its content."""
        key = self._records.key(entity, ref)
        row = self._store.db.execute(
            "SELECT * FROM draft WHERE entity = ? AND (key = ? OR id = ?)", (entity, str(key), key.id)
        ).fetchone()
        if row is not None:
            return _record(entity, row)
        held = self._records.get(entity, key)
        return None if held is None else Record(entity, held.id, held.uid or key.uid, held.values)

    def search(
        self,
        entity: str,
        text: str = "",
        where: Mapping[str, Any] | None = None,
        *,
        limit: int = 80,
        offset: int = 0,
    ) -> list[Record]:
        """Records that contain all words of ``text`` (no matter the case or accents) and have these exact values.

        References are compared as they stand in the values. Ordered by text, then id.
        """
        sql, arguments = self._query(entity, text, where)
        rows = self._store.db.execute(
            f"SELECT * FROM ({sql} ORDER BY text, id, uid LIMIT :limit OFFSET :offset)",
            {**arguments, "limit": limit, "offset": offset},
        )
        return [_record(entity, row) for row in rows]

    def count(self, entity: str, text: str = "", where: Mapping[str, Any] | None = None) -> int:
        """How many records `search` finds in all."""
        sql, arguments = self._query(entity, text, where)
        (number,) = self._store.db.execute(f"SELECT count(*) FROM ({sql})", arguments).fetchone()
        return int(number)

    def _query(self, entity: str, text: str, where: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
        arguments: dict[str, Any] = {"entity": entity}
        tests = ["1"]
        for number, word in enumerate(words(text)):
            arguments[f"word{number}"] = word
            tests.append(f"instr(text, :word{number}) > 0")
        for number, (name, value) in enumerate((where or {}).items()):
            arguments[f"path{number}"] = f'$."{name}"'
            arguments[f"value{number}"] = json.dumps(value, ensure_ascii=False)
            tests.append(f"json_extract(content, :path{number}) IS json_extract(:value{number}, '$')")
        return f"SELECT * FROM ({_SHOWN}) WHERE {' AND '.join(tests)}", arguments


def _record(entity: str, row: sqlite3.Row) -> Record:
    return Record(
        entity,
        row["id"],
        row["uid"],
        json.loads(row["content"]),
        bool(row["held"]),
        bool(row["present"]),
        tuple(json.loads(row["seqs"])),
    )


def key_of(record: Record) -> Key:
    """The names of a record.

    >>> key_of(Record("res.partner", 7, None, {}))
    Key(id=7, uid=None)
    """
    return Key(record.id, record.uid)
