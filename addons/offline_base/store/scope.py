"""Which records of an entity a device holds now, as one query, and when that has to be asked anew.

Changed records are tested by the query itself. All ids are compared only when the query may give other records
than before although these records did not change: `Scope.mark` is a fingerprint of the query as PostgreSQL would
run it, with the adapter's domain, the profile's and the record rules evaluated; `Scope.path` names the other
models that it looks at.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import SQL, Query

from . import narrowing

#: A quoted name that stands alone: a table, an alias, a column; never ``"table"."column"``.
_LONE_NAME = re.compile(r'(?<![\w."])"(\w+)"(?!\.)')


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells one evaluation of a scope from another.

    ``live``: rows that nobody logs, or the clock, may change the scope, so every pull has to look, idle ones too.
    """

    text: str
    live: bool

    @property
    def stored(self) -> list[str | bool]:
        """As `offline.position` keeps it."""
        return [self.text, self.live]


def with_current(company: int, allowed: Iterable[int]) -> list[int]:
    """The user's companies as Odoo's context has them: the one that counts first."""
    return [company, *(other for other in allowed if other != company)]


def scope_of(device, user_env, entity: str) -> Scope | None:
    """The scope of an entity of which the device may hold records, as its user; None where there is none."""
    for line, adapter in device.profile_id.with_env(user_env)._lines():
        if adapter._offline_model == entity and (scope := Scope(adapter, line, device)).readable:
            return scope
    return None


class Scope:
    """The scope of one entity of a device, evaluated as its user."""

    def __init__(self, adapter, line, device):
        self.adapter = adapter
        self.line = line
        self.device = device
        self.model = adapter.env[adapter._offline_model].with_context(active_test=False)

    @cached_property
    def readable(self) -> bool:
        """Whether the device may hold any record of the entity at all."""
        return self.line.direction != "push" and self.model.has_access("read")

    @cached_property
    def domain(self) -> Domain:
        """The adapter's scope with the profile's narrowing; record rules come with the query."""
        only = self.line.with_env(self.adapter.env).sudo()._narrowing()  # sudo: the line is config
        adapter = self.adapter
        if not adapter._offline_parent:
            return adapter._offline_scope(self.device) & (only | self._pinned)
        own = adapter._offline_scope(self.device) if adapter._offline_has_scope() else Domain.TRUE
        return own & only & adapter._offline_with_parent(self.device)

    @property
    def _pinned(self) -> Domain:
        """The records that the device's person pinned: what the profile leaves out, not what the adapter does."""
        ids = (self.device.pins or {}).get(self.adapter._offline_model)
        return Domain("id", "in", ids) if ids else Domain.FALSE

    def query(
        self, ids: Collection[int] | None = None, after: int = 0, limit: int | None = None
    ) -> Query | None:
        """The scope's records, ascending, as a query to select from; None where there can be none."""
        if not self.readable or (ids is not None and not ids):
            return None
        domain = self.domain
        if ids is not None:
            domain &= Domain("id", "in", list(ids))
        if after:
            domain &= Domain("id", ">", after)
        if limit is None or not self._is_filtered:
            return self.model._search(domain, order="id", limit=limit)
        # The model filters in Python after the query, so a limit would give fewer than there are.
        return self.query(ids=self.model._search(domain, order="id").get_result_ids()[:limit])

    def ids(self, among: Collection[int] | None = None) -> set[int]:
        """The ids of the scope, all or those among some."""
        query = self.query(among)
        return set(query.get_result_ids()) if query is not None else set()

    def count(self) -> int:
        """How many records the scope has."""
        if self._sql is None:
            return 0
        [[found]] = self.adapter.env.execute_query(SQL("SELECT count(*) FROM (%s) AS scope", self._sql))
        return found

    @cached_property
    def _is_filtered(self) -> bool:
        return type(self.model)._search is not BaseModel._search

    @cached_property
    def _sql(self) -> SQL | None:
        query = self.query()
        return None if query is None else query.select()

    @cached_property
    def path(self) -> frozenset[str]:
        """The models, other than by the tested record itself, whose rows the query looks at."""
        watched = self.adapter.env["offline.capture"]._watched()
        return frozenset(model for table in self._tables for model in watched.get(table, ()))

    @cached_property
    def _tables(self) -> frozenset[str]:
        if self._sql is None:
            return frozenset()
        # Where the model filters in Python, its query holds no more than the ids that were found.
        sql = BaseModel._search(self.model, self.domain).select() if self._is_filtered else self._sql
        names = Counter(_LONE_NAME.findall(sql.code))
        names[self.model._table] -= 1  # the rows that are tested
        known = self.adapter.env["offline.capture"]._tables()
        return frozenset(name for name, number in names.items() if number > 0 and name in known)

    @cached_property
    def asks_the_time(self) -> bool:
        """Whether the scope, or that of the records it follows, reckons with the present moment."""
        line = self.line.sudo()  # sudo: the line is config
        if self.adapter._offline_asks_the_time() or narrowing.asks_the_time(line.domain):
            return True
        parent = self.adapter._offline_parent_scope(self.device)
        return parent is not None and parent.asks_the_time

    @cached_property
    def mark(self) -> Mark:
        """The fingerprint of the scope as it is evaluated now."""
        if self._sql is None:
            return Mark("none", False)
        env = self.adapter.env
        unwatched = self._tables - env["offline.capture"]._watched().keys()
        filtered = self._is_filtered and not self.adapter._offline_filter_is_logged
        by_rows = bool(unwatched) or self.asks_the_time
        live = by_rows or filtered or _depends_on_more(self._conditions(), self.model)
        # A query that names the moment is another one each time; what it finds tells whether it changed.
        digest = hashlib.sha256(b"" if self.asks_the_time else env.cr.mogrify(self._sql))
        if by_rows:
            env.flush_query(self._sql)
            env.cr.execute(SQL("SELECT count(*), sum(hashint8extended(id, 0)) FROM (%s) AS scope", self._sql))
            digest.update(repr(env.cr.fetchone()).encode())
        return Mark(digest.hexdigest()[:16], live)

    def _conditions(self) -> Iterable[Domain]:
        yield from self.domain.iter_conditions()
        yield from self.adapter.env["ir.rule"]._compute_domain(self.model._name, "read").iter_conditions()


def _depends_on_more(conditions: Iterable, model: BaseModel) -> bool:
    """Whether a condition is found out by Python, or speaks of the present moment."""
    for condition in conditions:
        value = condition.value
        inner = model
        field = None
        for name in condition.field_expr.split("."):
            field = inner._fields.get(name)
            if field is None:
                break
            if field.search and not field.store and not field.related:
                return True
            if field.relational:
                inner = model.env[field.comodel_name]
        if field is not None and field.type == "datetime" and isinstance(value, str):
            return True
        if isinstance(value, Domain) and _depends_on_more(value.iter_conditions(), inner):
            return True
    return False
