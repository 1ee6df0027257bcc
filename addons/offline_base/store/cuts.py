"""Each entity of a device in this cut: how it is read, its scope, and what of it has to be compared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import cached_property
from typing import Any

from odoo import fields as odoo_fields

from ..core.fields import INTEGER_MAX
from ..core.position import Snapshot
from ..core.wire import PullRequest
from . import feed, holdings
from .scope import Scope
from .walk import ALL, CHANGED, IDS, EntityCut, Page

#: However little seems to have changed, the ids of every scope are compared this often.
_COMPARE_EVERY = timedelta(hours=6)
#: Above this many changed records the whole scope is read instead: a list of ids is no longer the cheaper way.
MANY = 20_000


class Cuts:
    """What is compared in one pull, from what its position says of the last complete cut."""

    def __init__(
        self, device, user_env, request: PullRequest, position, held=None, pending: Collection[int] = ()
    ):
        self.device = device
        self.user_env = user_env
        self.request = request
        self.position = position
        self.held = held
        self.pending = pending

    @cached_property
    def lines(self) -> list[tuple[Any, Any]]:
        """The lines of the profile with their adapters as the device's user sees them."""
        return self.device.profile_id.with_env(self.user_env)._lines()

    @cached_property
    def scopes(self) -> dict[str, Scope]:
        """{entity: scope}."""
        return {adapter._offline_model: Scope(adapter, line, self.device) for line, adapter in self.lines}

    @cached_property
    def readings(self) -> dict[str, Any]:
        """{entity: reading}; the fingerprint speaks of the schema that the device says it knows, too."""
        return {
            adapter._offline_model: adapter._offline_reading().told(
                self.request.versions.get(adapter._offline_model, adapter._offline_schema)
            )
            for _line, adapter in self.lines
        }

    @cached_property
    def day(self) -> str:
        """Today in the user's zone."""
        return odoo_fields.Date.context_today(self.user_env["res.users"]).isoformat()

    @cached_property
    def is_due(self) -> bool:
        """Whether all ids are to be compared because the last time was long ago."""
        # A few minutes apart from device to device, so that a fleet does not come all at once.
        every = _COMPARE_EVERY - timedelta(minutes=self.device.id % 60)
        last = self.position.compared_at
        return not last or last < odoo_fields.Datetime.now() - every

    def are_as_before(self, *, idle: bool = False) -> bool:
        """Whether every entity is read, and its scope evaluated, as in the last complete cut.

        When nothing was logged since (``idle``), only scopes that may change without that are evaluated.
        """
        position = self.position
        if self.is_due or position.scope_day != self.day:
            return False
        if {name: reading.fingerprint for name, reading in self.readings.items()} != position.fingerprints:
            return False
        known = position.scopes or {}
        return known.keys() == self.scopes.keys() and all(
            self.scopes[name].mark.stored == mark for name, mark in known.items() if mark[1] or not idle
        )

    @cached_property
    def changes(self) -> dict[str, set[int]]:
        """{model: ids} since the last complete cut."""
        since = self.position.snapshot or self.position.walk_snapshot
        if not since:
            return {}
        return feed.changes_since(self.user_env.cr, Snapshot.parse(since))

    @cached_property
    def touched(self) -> dict[str, set[int]]:
        """{entity: ids of its records that the changes touch}, by declared dependencies too."""
        return {name: scope.adapter._offline_touched(self.changes) for name, scope in self.scopes.items()}

    @cached_property
    def entities(self) -> list[EntityCut]:
        """The cuts, in the order of the profile."""
        return [
            EntityCut(
                scope=scope,
                reading=self.readings[name],
                held=self.held,
                maybe=holdings.pending_ids(self.user_env.cr, self.pending, name) if self.pending else set(),
                changed=self.touched[name] if self.position.snapshot else set(),
                compare=self._compare(name, scope),
                repair=self._repair(name),
            )
            for name, scope in self.scopes.items()
        ]

    @property
    def reads_all(self) -> bool:
        """Whether all content of an entity is read, and not what changed."""
        return any(cut.compare == ALL for cut in self.entities)

    @cached_property
    def repair(self) -> dict[str, list[Any]]:
        """{entity: [count, shards]} to send anew: what the device asks for now, or asked for with an earlier page."""
        if self.request.repair:
            count = self.request.repair_shards
            return {entity: [count, sorted(set(shards))] for entity, shards in self.request.repair.items()}
        return self.position.walk_repair or {}

    def _repair(self, name: str) -> tuple[int, frozenset[int]]:
        count, shards = self.repair.get(name, (1, ()))
        return count, frozenset(shards)

    def _compare(self, name: str, scope: Scope) -> str:
        position = self.position
        if (
            not position.snapshot
            or (position.fingerprints or {}).get(name) != self.readings[name].fingerprint
        ):
            return ALL
        changed = self.touched[name]
        if feed.ALL in changed or len(changed) > MANY:
            return ALL
        if self.is_due or position.scope_day != self.day or scope.path & self.changes.keys():
            return IDS
        return CHANGED if (position.scopes or {}).get(name) == scope.mark.stored else IDS

    def check_size(self) -> None:
        """Refuse, before anything is sent, what would be more records than the profile allows."""
        profile = self.device.profile_id
        goes_on = self.position.walk_entity and not self.position.snapshot
        if not profile.limit_records or goes_on or all(cut.compare == CHANGED for cut in self.entities):
            return
        known = self.position.digests or {}
        profile._check_records(
            sum(
                known.get(cut.name, [0])[0] if cut.compare == CHANGED else cut.scope.count()
                for cut in self.entities
            )
        )

    def remove_strangers(self, page: Page) -> None:
        """Entities that left the profile leave the device."""
        for entity in self.held.entities() - self.scopes.keys():
            for record_id, version in self.held.between(entity, 0, INTEGER_MAX).items():
                page.remove(entity, record_id, version)

    def state(self, complete: bool) -> dict[str, Any]:
        """What the next pull must know, as columns of `offline.position`."""
        position = self.position
        fingerprints = {name: reading.fingerprint for name, reading in self.readings.items()}
        if complete:
            compared = all(cut.compare != CHANGED for cut in self.entities)
            return {
                "fingerprints": fingerprints,
                "scopes": {name: scope.mark.stored for name, scope in self.scopes.items()},
                "scope_day": self.day,
                "compared_at": odoo_fields.Datetime.now() if compared else position.compared_at,
            }
        # What a page of this walk showed in another way than the last cut is compared until the next one closes.
        return {
            "fingerprints": {
                n: f for n, f in (position.fingerprints or {}).items() if fingerprints.get(n) == f
            },
            "scopes": {
                name: mark
                for name, mark in (position.scopes or {}).items()
                if name in self.scopes and self.scopes[name].mark.stored == mark
            },
            "scope_day": position.scope_day,
            "compared_at": position.compared_at,
            "walk_repair": self.repair,
        }
