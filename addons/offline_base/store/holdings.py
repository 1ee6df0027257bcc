"""What a device holds at a position, read shard by shard as it is asked for.

The confirmed holdings are rows of `offline.holding`; the answers given out since are rows of `offline.delta`. A
device that starts from nothing holds what it claims; a claim outside its scope has version 0 and proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from odoo.tools import SQL

from ..core import digest
from ..core.digest import MODULUS
from ..core.fields import INTEGER_MAX
from .reader import Block

#: A row has the records of this many neighbouring ids: a small change rewrites a small row, and a page of a walk,
#: which goes by id, reads and writes its own rows only, however many the device holds.
SHARD_IDS = 1024


class Holdings:
    """Confirmed holdings of a device: {entity: {id: version}}, versions unsigned."""

    def __init__(self, device):
        self.cr = device.env.cr
        self.device_id = device.id

    def entities(self) -> set[str]:
        """The entities of which it holds anything."""
        self.cr.execute(
            SQL(
                "SELECT DISTINCT entity FROM offline_holding WHERE device_id = %s AND ids <> '{}'",
                self.device_id,
            )
        )
        return {row[0] for row in self.cr.fetchall()}

    def versions(self, entity: str, ids: Collection[int]) -> dict[int, int]:
        """The versions of those of the records that it holds; reads their shards only."""
        if not ids:
            return {}
        shards = _array({record_id // SHARD_IDS for record_id in ids})
        found = self._select(entity, SQL("shard = ANY(%s::integer[])", shards))
        return {record_id: found[record_id] for record_id in ids if record_id in found}

    def between(self, entity: str, after: int, upto: int) -> dict[int, int]:
        """The versions of what it holds with an id in this range, ``upto`` included."""
        first, last = after // SHARD_IDS, upto // SHARD_IDS
        return self._select(
            entity, SQL("shard BETWEEN %s AND %s AND i > %s AND i <= %s", first, last, after, upto)
        )

    def ids(self, entity: str) -> set[int]:
        """All ids that it holds."""
        return set(self._select(entity, SQL("true")))

    def has_after(self, entity: str, after: int) -> bool:
        """Whether it holds anything with a higher id."""
        self.cr.execute(
            SQL(
                """SELECT 1 FROM offline_holding, unnest(ids) AS i
                    WHERE device_id = %s AND entity = %s AND shard >= %s AND i > %s LIMIT 1""",
                self.device_id, entity, after // SHARD_IDS, after,
            )
        )  # fmt: skip
        return bool(self.cr.fetchone())

    def query(self, entity: str) -> SQL:
        """A query for all ids that it holds."""
        return SQL(
            "SELECT unnest(ids) FROM offline_holding WHERE device_id = %s AND entity = %s",
            self.device_id,
            entity,
        )

    def _select(self, entity: str, condition: SQL) -> dict[int, int]:
        self.cr.execute(
            SQL(
                """SELECT i, v FROM offline_holding, unnest(ids, versions) AS held(i, v)
                    WHERE device_id = %s AND entity = %s AND %s""",
                self.device_id, entity, condition,
            )
        )  # fmt: skip
        return {record_id: version % MODULUS for record_id, version in self.cr.fetchall()}


class Claims(Holdings):
    """What a device says that it holds; nothing of it is confirmed."""

    def __init__(self, device, said: Mapping[str, Mapping[int, int]]):
        super().__init__(device)
        self.said = said

    def entities(self) -> set[str]:
        return {entity for entity, rows in self.said.items() if rows}

    def versions(self, entity: str, ids: Collection[int]) -> dict[int, int]:
        rows = self.said.get(entity, {})
        return {record_id: rows[record_id] for record_id in ids if record_id in rows}

    def between(self, entity: str, after: int, upto: int) -> dict[int, int]:
        return {i: v for i, v in self.said.get(entity, {}).items() if after < i <= upto}

    def ids(self, entity: str) -> set[int]:
        return set(self.said.get(entity, {}))

    def has_after(self, entity: str, after: int) -> bool:
        return any(i > after for i in self.said.get(entity, ()))

    def query(self, entity: str) -> SQL:
        return SQL("SELECT unnest(%s::integer[])", _array(self.said.get(entity, ())))


def view(device, position, entity: str) -> dict[int, int]:
    """{id: version} of what the device holds at a position, whether it was confirmed or not."""
    held = {} if position.root else Holdings(device).between(entity, 0, INTEGER_MAX)
    device.env.cr.execute(
        SQL(
            "SELECT i, v FROM offline_delta, unnest(ids, versions) AS d(i, v) WHERE position_id = %s AND entity = %s",
            position.id, entity,
        )
    )  # fmt: skip
    for record_id, version in device.env.cr.fetchall():
        if version is None:
            held.pop(record_id, None)
        else:
            held[record_id] = version % MODULUS
    return held


def given(device, entity: str, ids: Collection[int]) -> set[int]:
    """Those of the records that the device was given for certain; what it merely claims has version 0."""
    return {record_id for record_id, version in Holdings(device).versions(entity, ids).items() if version}


def pending_ids(cr, positions: Collection[int], entity: str) -> set[int]:
    """The records that these answers gave and nobody confirmed: their removal must be said, come what may."""
    cr.execute(
        SQL(
            """SELECT DISTINCT i FROM offline_delta, unnest(ids, versions) AS given(i, v)
                WHERE position_id = ANY(%s) AND entity = %s AND v IS NOT NULL""",
            list(positions), entity,
        )
    )  # fmt: skip
    return {row[0] for row in cr.fetchall()}


def was_given(device, entity: str, record_id: int) -> bool:
    """Whether an answer that the device has, or may have, gave it this record."""
    if given(device, entity, [record_id]):
        return True
    device.env.cr.execute(
        SQL(
            """SELECT 1 FROM offline_delta d JOIN offline_position p ON p.id = d.position_id,
                      unnest(d.ids, d.versions) AS given(i, v)
                WHERE p.device_id = %s AND p.confirmed IS NOT TRUE AND d.entity = %s AND i = %s AND v <> 0 LIMIT 1""",
            device.id, entity, record_id,
        )
    )  # fmt: skip
    return bool(device.env.cr.fetchone())


def keep_delta(
    cr, position_id: int, delta: Mapping[str, Mapping[int, int | None]], blocks: Mapping[str, Iterable[Block]]
) -> None:
    """Store what an answer changes on the device: {entity: {id: version, or None for a removal}}, and its blocks."""
    for entity, rows in delta.items():
        versions = ("NULL" if v is None else digest.to_signed(v) for v in rows.values())
        _keep(cr, position_id, entity, rows, versions)
    for entity, parts in blocks.items():
        for block in parts:
            _keep(cr, position_id, entity, block.ids, block.versions)


def _keep(cr, position_id: int, entity: str, ids: Iterable[int], versions: Iterable[Any]) -> None:
    cr.execute(
        SQL(
            """INSERT INTO offline_delta (position_id, entity, ids, versions)
               VALUES (%s, %s, %s::integer[], %s::bigint[])""",
            position_id, entity, _array(ids), _array(versions),
        )
    )  # fmt: skip


def clear(device) -> None:
    """The device starts from nothing, or from what it will say."""
    device.env.cr.execute(SQL("DELETE FROM offline_holding WHERE device_id = %s", device.id))


def confirm(device, position_id: int) -> None:
    """Make what an answer changed part of the confirmed holdings; rewrites the shards that it touched."""
    device.env.cr.execute(
        SQL(
            """WITH delta AS (
                   DELETE FROM offline_delta WHERE position_id = %s RETURNING entity, ids, versions
               ), changed AS (
                   SELECT entity, i, v, i / %s AS shard FROM delta, unnest(ids, versions) AS given(i, v)
               ), touched AS (SELECT DISTINCT entity, shard FROM changed
               ), merged AS (
                   SELECT entity, shard, i, v FROM changed WHERE v IS NOT NULL
                    UNION ALL
                   SELECT h.entity, h.shard, held.i, held.v
                     FROM offline_holding h JOIN touched USING (entity, shard),
                          unnest(h.ids, h.versions) AS held(i, v)
                    WHERE h.device_id = %s
                      AND NOT EXISTS (SELECT 1 FROM changed c WHERE c.entity = h.entity AND c.i = held.i)
               )
               INSERT INTO offline_holding (device_id, entity, shard, ids, versions)
               SELECT %s, t.entity, t.shard, coalesce(array_agg(m.i ORDER BY m.i) FILTER (WHERE m.i IS NOT NULL), '{}'),
                      coalesce(array_agg(m.v ORDER BY m.i) FILTER (WHERE m.i IS NOT NULL), '{}')
                 FROM touched t LEFT JOIN merged m ON m.entity = t.entity AND m.shard = t.shard
                GROUP BY t.entity, t.shard
               ON CONFLICT (device_id, entity, shard)
               DO UPDATE SET ids = EXCLUDED.ids, versions = EXCLUDED.versions""",
            position_id, SHARD_IDS, device.id, device.id,
        )
    )  # fmt: skip


def _array(items: Any) -> str:
    # PostgreSQL reads its own array text much faster than a list of constants.
    return "{" + ",".join(map(str, items)) + "}"
