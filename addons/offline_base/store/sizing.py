"""How much a profile would give a device: records counted, bytes estimated from a sample, one query for each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import reader
from .scope import Scope

#: Above either of these a profile is refused unless a manager confirms it.
RECORDS_LIMIT = 20_000
BYTES_LIMIT = 50 * 1024 * 1024
#: How many records of an entity are read to learn how long its records are.
_SAMPLE = 50
#: What an upsert carries besides its values: id, uid, born, v and their names.
_ENVELOPE_BYTES = 120


@dataclass(frozen=True, slots=True)
class Size:
    """So many records, of so many bytes as JSON before compression."""

    records: int = 0
    bytes: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.records + other.records, self.bytes + other.bytes)

    @property
    def is_large(self) -> bool:
        """Whether a manager has to confirm it.

        >>> Size(20_000, 50 * 1024 * 1024).is_large, Size(20_001).is_large
        (False, True)
        """
        return self.records > RECORDS_LIMIT or self.bytes > BYTES_LIMIT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that does not exist yet, as far as a scope asks: whose it would be."""

    user_id: Any
    profile_id: Any
    id: int = 0
    pins: Any = None


def measure(line: Any, adapter: Any, device: Any) -> Size:
    """What one line of a profile gives a device or a `Candidate`.

    ``adapter`` is in the environment of the device's user: rights, companies and language are theirs.
    """
    scope = Scope(adapter, line, device)
    sample = scope.query(limit=_SAMPLE)
    ids = sample.get_result_ids() if sample is not None else ()
    count = scope.count() if ids else 0
    return Size(count, _bytes(adapter, ids) * count // max(1, len(ids)))


def _bytes(adapter: Any, ids: Iterable[int]) -> int:
    rows = reader.read_values(adapter, adapter._offline_specs(), list(ids))
    return sum(_ENVELOPE_BYTES + len(json.dumps(row, ensure_ascii=False).encode()) for row in rows.values())
