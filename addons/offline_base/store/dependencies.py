"""Declared dependencies: when records of another model change, which of an entity's records are touched.

An adapter says ``_offline_dependencies = {model D: how}``. A path of fields leads from D to the entity's model, or
from the entity's model to D. Where a hop is a many2one column, D's own trigger logs the records that it names, old
and new, so that a line that moved or went away touches both owners; the other hops are followed when a device pulls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from odoo.tools import SQL

from .feed import ALL

#: Every record of the entity is touched.
EVERY = "*"


class DependencyInvalid(ValueError):
    """A declaration leads nowhere; the text says why."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path, from a record that is touched to those that are touched by it.

    ``here`` and ``there`` are the columns of ``table`` that hold both ids: ``id`` and a many2one's column (``here``
    is ``id``: the row names who comes next; ``there`` is ``id``: they name it), or those of a relation table.
    """

    source: str
    target: str
    table: str
    here: str
    there: str
    guard: str | None = None

    @property
    def is_logged(self) -> bool:
        """Whether the trigger of ``table`` logs the next ones by itself."""
        return self.here == "id"

    def follow(self, cr, ids: Iterable[int]) -> set[int]:
        """The ids of the next model's records."""
        guard = SQL(" AND %s = %s", SQL.identifier(self.guard), self.target) if self.guard else SQL()
        here, there = SQL.identifier(self.here), SQL.identifier(self.there)
        cr.execute(
            SQL(
                "SELECT DISTINCT %s FROM %s WHERE %s = ANY(%s) AND %s IS NOT NULL%s",
                there, SQL.identifier(self.table), here, list(ids), there, guard,
            )
        )  # fmt: skip
        return {row[0] for row in cr.fetchall()}


@dataclass(frozen=True, slots=True)
class Dependency:
    """One declaration: along ``hops`` from ``source``; or by a method of the adapter; or neither: every record."""

    source: str
    hops: tuple[Hop, ...] = ()
    method: str | None = None

    @property
    def needs_rows(self) -> frozenset[str]:
        """The models whose own changed ids must be in the log."""
        if not self.hops:
            return frozenset({self.source})
        return frozenset(hop.source for hop in self.hops if not hop.is_logged)


def dependencies(adapter) -> list[Dependency]:
    """What an adapter declares, and what its exported fields imply by their type; or raise `DependencyInvalid`."""
    return [
        resolve(adapter, model, how)
        for model, ways in adapter._offline_declared_dependencies().items()
        for how in ways
    ]


def resolve(adapter, source: str, how: str) -> Dependency:
    """Understand one declaration."""
    env = adapter.env
    if source not in env or env[source]._abstract or not env[source]._auto:
        raise DependencyInvalid(f"{source} is no model with a table")
    if how == EVERY:
        return Dependency(source)
    if how.startswith("_"):
        if not callable(getattr(adapter, how, None)):
            raise DependencyInvalid(f"there is no method {how}")
        return Dependency(source, method=how)
    for reverse in (False, True):
        start, end = (adapter._offline_model, source) if reverse else (source, adapter._offline_model)
        hops = _hops(env, start, end, how.split("."))
        if hops is not None:
            if reverse:
                hops = [_turned(hop) for hop in reversed(hops)]
            return Dependency(source, tuple(hops))
    raise DependencyInvalid(
        f"{how} leads neither from {source} to {adapter._offline_model} nor back over stored relations"
    )


def _hops(env, start: str, end: str, names: list[str]) -> list[Hop] | None:
    """The hops of a path, or None when it does not lead over stored relations from start to end."""
    hops: list[Hop] = []
    model = start
    for position, name in enumerate(names):
        field = env[model]._fields.get(name)
        if field is None:
            return None
        last = position == len(names) - 1
        hop = _hop(env, field, end if last else None)
        if hop is None:
            return None
        hops.append(hop)
        model = hop.target
    return hops if model == end else None


def _hop(env, field, end: str | None) -> Hop | None:
    source, table = field.model_name, env[field.model_name]._table
    if field.type == "many2one" and field.store and not field.company_dependent:
        return Hop(source, field.comodel_name, table, "id", field.name)
    if (
        field.type == "many2one_reference"
        and field.store
        and end
        and env[source]._fields[field.model_field].store
    ):
        return Hop(source, end, table, "id", field.name, field.model_field)
    if field.type == "many2many" and field.store:
        return Hop(source, field.comodel_name, field.relation, field.column1, field.column2)
    if field.type == "one2many" and field.store:
        inverse = env[field.comodel_name]._fields[field.inverse_name]
        if inverse.store and inverse.type == "many2one":
            return Hop(source, field.comodel_name, env[field.comodel_name]._table, inverse.name, "id")
    return None


def _turned(hop: Hop) -> Hop:
    return Hop(hop.target, hop.source, hop.table, hop.there, hop.here, hop.guard)


def touched(adapter, changes: Mapping[str, set[int]]) -> set[int]:
    """The entity's records that logged changes touch, its own and those by dependencies; `ALL`: every one.

    ``changes`` is `feed.changes_since`. Whether they are in scope and look different is for the caller to find out.
    """
    ids = set(changes.get(adapter._offline_model, ()))
    for dependency in dependencies(adapter):
        if ALL in ids:
            break
        ids |= _touched_by(adapter, dependency, changes)
    return {ALL} if ALL in ids else ids


def _touched_by(adapter, dependency: Dependency, changes: Mapping[str, set[int]]) -> set[int]:
    ids = set(changes.get(dependency.source, ()))
    for hop in dependency.hops:
        ids |= changes.get(hop.source, set())
        if ALL in ids:
            return {ALL}
        if ids:
            ids = hop.follow(adapter.env.cr, ids)
    if dependency.hops or not ids:
        return ids
    if ALL in ids or dependency.method is None:
        return {ALL}
    # sudo: which records are touched does not depend on who asks; only ids come back.
    method = getattr(adapter.sudo().with_context(active_test=False), dependency.method)
    found = method(sorted(ids))
    return {ALL} if found is None else set(found)
