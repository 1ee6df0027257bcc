"""Which records a page carries: a walk over all that may differ, a page at a time, closed by a consistent cut."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ..core.digest import MODULUS
from ..core.fields import INTEGER_MAX
from ..core.position import Snapshot
from . import feed, reader
from .holdings import Holdings
from .reader import Block, Reading, Row
from .scope import Scope

#: How many records a page looks ahead, to see whether it closes the cut.
_PROBE = 16
#: What of an entity may differ from what the device holds: only what changed, any id, any content.
CHANGED, IDS, ALL = "changed", "ids", "all"


@dataclass(slots=True)
class EntityCut:
    """One entity in this cut: how it is read, what the device should hold, what it does hold."""

    scope: Scope
    reading: Reading
    held: Holdings
    maybe: set[int]
    changed: set[int]
    compare: str
    #: Shards (id modulo ``repair[0]``) whose records are sent whatever the device holds.
    repair: tuple[int, frozenset[int]] = (1, frozenset())
    _ids: list[int] | None = None

    @property
    def name(self) -> str:
        return self.scope.model._name

    def is_repaired(self, record_id: int) -> bool:
        """Whether the record is sent although the server believes that the device holds it."""
        count, shards = self.repair
        return record_id % count in shards

    def after(self, boundary: int, limit: int) -> tuple[dict[int, Row], list[int], int]:
        """The next records that may differ: rows in scope, all their ids ascending, up to which id that is all."""
        if self.compare == ALL:
            rows = reader.read_rows(self.scope, self.reading, after=boundary, limit=limit)
            upto = rows[-1].id if len(rows) == limit else INTEGER_MAX
            gone = self.held.between(self.name, boundary, upto).keys() | {
                i for i in self.maybe if boundary < i <= upto
            }
            found = {row.id: row for row in rows}
            return found, sorted(found.keys() | gone), upto
        ids = self._candidates()
        start = bisect_right(ids, boundary)
        chunk = ids[start : start + limit]
        return self._rows(chunk), chunk, chunk[-1] if start + limit < len(ids) else INTEGER_MAX

    def block(self, boundary: int, limit: int) -> Block | None:
        """The next records as one block, where the device holds nothing that they could be compared with; else None."""
        if self.compare != ALL or self.repair[1] or self.held.has_after(self.name, boundary):
            return None
        block = reader.read_block(self.scope, self.reading, boundary, limit)
        if block and self.maybe:
            upto = block.ids[-1] if block.full else INTEGER_MAX
            if {i for i in self.maybe if boundary < i <= upto} - set(block.ids):
                return None  # something has to be removed as well
        return block

    def behind(self, boundary: int, since: set[int]) -> tuple[dict[int, Row], list[int]]:
        """What of the ids up to a boundary may differ although the walk went over them."""
        ids = since | self.maybe
        if feed.ALL in since:
            ids = ids | self.scope.ids()
        if self.compare != CHANGED:
            ids = ids | (self.scope.ids() ^ self.held.ids(self.name))
        chunk = sorted(i for i in ids if 0 < i <= boundary)
        return self._rows(chunk), chunk

    def _rows(self, ids: Collection[int]) -> dict[int, Row]:
        return {row.id: row for row in reader.read_rows(self.scope, self.reading, ids=ids)} if ids else {}

    def _candidates(self) -> list[int]:
        if self._ids is None:
            ids = self.changed | self.maybe
            if self.compare == IDS or self.repair[1]:
                scope, held = self.scope.ids(), self.held.ids(self.name)
                ids |= scope ^ held
                ids |= {i for i in scope | held if self.is_repaired(i)}
            self._ids = sorted(ids)
        return self._ids


@dataclass(slots=True)
class Page:
    """What one answer carries, and by how much it moves each entity's digest."""

    upserts: dict[str, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    #: {entity: {id: the version held until now, None for what is perhaps held}}
    removes: dict[str, dict[int, int | None]] = field(default_factory=lambda: defaultdict(dict))
    #: Records of which the device holds none, as they were read.
    blocks: dict[str, list[Block]] = field(default_factory=lambda: defaultdict(list))
    moved: dict[str, tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))
    walk: tuple[str, int] | None = None

    @property
    def size(self) -> int:
        """How many records it carries."""
        in_blocks = sum(len(block.ids) for blocks in self.blocks.values() for block in blocks)
        return in_blocks + sum(map(len, self.upserts.values())) + sum(map(len, self.removes.values()))

    def take(self, entity: str, block: Block) -> None:
        """Send records of which the device holds none."""
        self.blocks[entity].append(block)
        self._move(entity, len(block.ids), sum(block.versions))

    def sent(self, entity: str) -> set[int]:
        """The ids of the records of an entity that it carries."""
        return self.upserts.get(entity, {}).keys() | {
            i for block in self.blocks.get(entity, ()) for i in block.ids
        }

    def upsert(self, entity: str, row: Row, held: int | None) -> None:
        """Send a record as it is now."""
        self.upserts[entity][row.id] = row
        self._move(entity, int(held is None), row.version - (held or 0))

    def remove(self, entity: str, record_id: int, held: int | None) -> None:
        """Take a record away."""
        self.removes[entity][record_id] = held
        self._move(entity, -int(held is not None), -(held or 0))

    def delta(self) -> dict[str, dict[int, int | None]]:
        """{entity: {id: version, or None for a removal}} of what it changes on the device, blocks apart."""
        delta: dict[str, dict[int, int | None]] = defaultdict(dict)
        for entity, rows in self.upserts.items():
            delta[entity].update({i: row.version for i, row in rows.items()})
        for entity, ids in self.removes.items():
            delta[entity].update(dict.fromkeys(ids))
        return delta

    def _move(self, entity: str, count: int, total: int) -> None:
        old_count, old_total = self.moved[entity]
        self.moved[entity] = (old_count + count, (old_total + total) % MODULUS)


class Walk:
    """One page's part of a walk that may have begun with earlier pages (see ``walk_…`` of `offline.position`).

    The page that reaches the end closes the cut. It also carries, over the limit if need be, what changed behind
    the walk since it began, so that steady writers cannot put it off.
    """

    def __init__(self, cr, position, cuts: list[EntityCut], limit: int):
        self.cr = cr
        self.position = position
        self.cuts = cuts
        self.limit = limit
        #: How, and in which order, the walk goes over its entities; as JSON has it. From nothing the closing page
        #: compares all ids with the scope as it is then: no page before asks for scopes that it does not read.
        self.way = [
            [
                cut.name, cut.reading.fingerprint, cut.scope.mark.text if position.snapshot else None,
                cut.repair[0], sorted(cut.repair[1]),
            ]
            for cut in cuts
        ]  # fmt: skip
        #: {entity: the id up to which earlier pages went}; empty if this page begins the walk, or begins it anew.
        self.walked = self._walked()

    def page(self) -> Page:
        """The next page, at most ``limit`` records unless it closes the cut."""
        page = Page()
        for cut in self.cuts:
            boundary = self.walked.get(cut.name, 0)
            while boundary < INTEGER_MAX:
                room = self.limit - page.size
                if room and (block := cut.block(boundary, room)):
                    page.take(cut.name, block)
                    if block.full:
                        page.walk = (cut.name, block.ids[-1])
                        return page
                    boundary = INTEGER_MAX
                    continue
                rows, ids, upto = cut.after(boundary, room + _PROBE)
                if ids:
                    full_at = self._compare(page, cut, rows, ids) if room else boundary
                    if full_at is not None:
                        page.walk = (cut.name, full_at)
                        return page
                boundary = upto
        if self.walked:
            changes = feed.changes_since(self.cr, Snapshot.parse(self.position.walk_snapshot))
            for cut in self.cuts:
                if boundary := self.walked.get(cut.name):
                    rows, ids = cut.behind(boundary, cut.scope.adapter._offline_touched(changes))
                    self._compare(page, cut, rows, ids, bounded=False)
        return page

    def state(self, page: Page, snapshot: Snapshot) -> dict[str, Any]:
        """What the next page must know, as columns of `offline.position`; empty once the cut is closed."""
        if page.walk is None:
            return {}
        return {
            "walk_snapshot": self.position.walk_snapshot if self.walked else str(snapshot),
            "walk_entity": page.walk[0],
            "walk_id": page.walk[1],
            "walk_fingerprints": self.way,
        }

    def _walked(self) -> dict[str, int]:
        position = self.position
        if not position.walk_entity or position.walk_fingerprints != self.way:
            return {}
        walked: dict[str, int] = {}
        for cut in self.cuts:
            if cut.name == position.walk_entity:
                walked[cut.name] = position.walk_id
                return walked
            walked[cut.name] = INTEGER_MAX
        return {}

    def _compare(
        self, page: Page, cut: EntityCut, rows: dict[int, Row], ids: list[int], *, bounded: bool = True
    ) -> int | None:
        """Put on the page what differs; the last id that had room, None when all of them had."""
        held = cut.held.versions(cut.name, ids)
        room = self.limit - page.size if bounded else len(ids)
        for position, record_id in enumerate(ids):
            row, old = rows.get(record_id), held.get(record_id)
            if row is not None:
                differs = row.version != old or cut.is_repaired(record_id)
            else:
                differs = old is not None or record_id in cut.maybe
            if not differs:
                continue
            if not room:
                return ids[position - 1]
            room -= 1
            if row is not None:
                page.upsert(cut.name, row, old)
            else:
                page.remove(cut.name, record_id, old)
        return None
