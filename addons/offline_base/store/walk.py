"""Which records a page carries: a walk over all that may differ, a page at a time, closed by a consistent cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import digest
from ..core.fields import INTEGER_MAX, FieldSpec
from ..core.position import Snapshot
from . import feed, reader


@dataclass(slots=True)
class EntityCut:
    """One entity in this cut: how it is read, what the device should hold, what it does hold."""

    adapter: Any
    specs: Mapping[str, FieldSpec]
    fingerprint: str
    scope: set[int]
    held: dict[int, int]
    maybe: set[int]
    changed: set[int]
    compare_all: bool

    @property
    def name(self) -> str:
        return self.adapter._offline_model

    def candidates(self) -> list[int]:
        """The ids that may differ between scope and device, ascending."""
        changed = self.scope if self.compare_all else self.changed & self.scope
        missing = self.scope - self.held.keys()
        gone = (self.held.keys() | self.maybe) - self.scope
        return sorted(changed | missing | gone)


@dataclass(slots=True)
class Page:
    """What one answer carries."""

    upserts: dict[str, dict[int, tuple[str, dict[str, Any]]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    removes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    walk: tuple[str, int] | None = None

    @property
    def size(self) -> int:
        """How many records it carries."""
        return sum(map(len, self.upserts.values())) + sum(map(len, self.removes.values()))


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
        #: How, and in which order, the walk goes over its entities; as JSON has it.
        self.way = [[cut.name, cut.fingerprint] for cut in cuts]
        #: {entity: the id up to which earlier pages went}; empty if this page begins the walk, or begins it anew.
        self.walked = self._walked()

    @property
    def fingerprints(self) -> dict[str, str]:
        """How each entity is read in this cut."""
        return {cut.name: cut.fingerprint for cut in self.cuts}

    def page(self) -> Page:
        """The next page, at most ``limit`` records unless it closes the cut."""
        page = Page()
        for cut in self.cuts:
            boundary = self.walked.get(cut.name, 0)
            ahead = [i for i in cut.candidates() if i > boundary]
            for start in range(0, len(ahead), self.limit):
                chunk = ahead[start : start + self.limit]
                if room := self.limit - page.size:
                    boundary = self._compare(page, cut, chunk, room) or chunk[-1]
                if boundary < chunk[-1]:
                    page.walk = (cut.name, boundary)
                    return page
        for cut in self.cuts:
            if boundary := self.walked.get(cut.name):
                self._compare(page, cut, self._changed_behind(cut, boundary))
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

    def _changed_behind(self, cut: EntityCut, boundary: int) -> list[int]:
        changes = feed.changes_since(self.cr, Snapshot.parse(self.position.walk_snapshot))
        since = cut.adapter._offline_touched(changes)
        changed = cut.scope if feed.ALL in since else since & cut.scope
        differing = (cut.scope ^ cut.held.keys()) | (cut.maybe - cut.scope)
        return sorted(i for i in changed | differing if i <= boundary)

    def _compare(self, page: Page, cut: EntityCut, ids: list[int], room: int | None = None) -> int | None:
        """Put on the page what differs; the id at which it was full, or None when all were compared."""
        for count, (record_id, upsert) in enumerate(self._differences(cut, ids), 1):
            if upsert is None:
                page.removes[cut.name].add(record_id)
            else:
                page.upserts[cut.name][record_id] = upsert
            if count == room:
                return record_id
        return None

    def _differences(
        self, cut: EntityCut, ids: list[int]
    ) -> Iterator[tuple[int, tuple[str, dict[str, Any]] | None]]:
        """The records that the device holds otherwise, in order: (id, (version, values)), None for those to remove."""
        values = reader.read_values(cut.adapter, cut.specs, [i for i in ids if i in cut.scope])
        for record_id in ids:
            if record_id in cut.scope:
                version = reader.version(cut.adapter, record_id, values[record_id])
                if cut.held.get(record_id) != version:
                    yield record_id, (digest.to_hex(version), values[record_id])
            elif record_id in cut.held or record_id in cut.maybe:
                yield record_id, None
