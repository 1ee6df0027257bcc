"""Names of records that a device does not hold but sees pointed to (`refs` of an answer), as its user may read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from odoo.tools import SQL, Query

from . import reader
from .cuts import MANY, Cuts
from .feed import ALL
from .walk import EntityCut, Page

#: {model: {id as text: name}}
Names = dict[str, dict[str, str]]


def of_page(user_env, cuts: Collection[EntityCut], page: Page) -> Names:
    """Names of records that the page's values point to and the device does not hold."""
    scopes = {cut.name: cut.scope for cut in cuts}
    wanted: dict[str, set[int]] = defaultdict(set)
    for cut in cuts:
        rows = [row.refs for row in page.upserts.get(cut.name, {}).values()]
        parts = [zip(*rows, strict=True)] if rows else []
        for columns in [*parts, *(block.refs for block in page.blocks.get(cut.name, ()))]:
            for target, ids in reader.references(cut.reading, columns).items():
                wanted[target].update(ids)
    named = {}
    for model, ids in sorted(wanted.items()):
        outside = ids - scopes[model].ids(ids) if model in scopes else ids
        named[model] = reader.display_names(user_env, model, outside)
    return {model: names for model, names in named.items() if names}


def renamed(cuts: Cuts, page: Page) -> Names:
    """Names that may have changed since the last complete cut, of records that what the device holds points to.

    Costs nothing but a look at the log where no record was changed that could be pointed to.
    """
    targets = {target for target, *_rest in _pointers(cuts)}
    changed = {model: _not_held(cuts, page, model, ids) for model, ids in _changed(cuts, targets).items()}
    found: dict[str, set[int]] = defaultdict(set)
    for target, cut, name in _pointers(cuts):
        if changed.get(target):
            found[target] |= _pointed_to(cut, name, target, changed[target])
    named = {}
    for model, ids in sorted(found.items()):
        scope = cuts.scopes.get(model)
        outside = ids - scope.ids(ids) if scope is not None else ids
        named[model] = reader.display_names(cuts.user_env, model, outside)
    return {model: names for model, names in named.items() if names}


def merged(one: Names, other: Names) -> Names:
    """Both together."""
    return {model: one.get(model, {}) | other.get(model, {}) for model in sorted(one.keys() | other.keys())}


def sources(env, model: str) -> set[tuple[str, str]]:
    """What names of a model's records are made of: (model, path of relations to it; empty for the record itself)."""
    return {(model, "")} | set(_sources(env, env[model]._fields["display_name"], "", set()))


def _sources(env, field, path: str, seen: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for steps in env.registry.field_depends[field]:
        model, here = field.model_name, path
        for name in steps.split("."):
            part = env[model]._fields[name]
            if here and env[model]._auto:
                yield model, here
            if not part.store and (model, f"{here}.{name}") not in seen:
                seen.add((model, f"{here}.{name}"))
                yield from _sources(env, part, here, seen)
            if part.relational:
                if not part._description_searchable:
                    break
                model, here = part.comodel_name, f"{here}.{name}".lstrip(".")


def _pointers(cuts: Cuts) -> Iterator[tuple[str, EntityCut, str]]:
    """(model that is pointed to, entity, field) of all that the device holds."""
    for cut in cuts.entities:
        for spec in cut.reading.pointers:
            if spec.type != "many2one_reference":
                yield spec.relation or "", cut, spec.name
                continue
            for model in cuts.changes:
                if model in cuts.user_env:
                    yield model, cut, spec.name


def _changed(cuts: Cuts, targets: Collection[str]) -> dict[str, set[int]]:
    """{model: ids of its records whose names may have changed}."""
    known = cuts.user_env["offline.capture"]._name_sources()
    changed: dict[str, set[int]] = defaultdict(set)
    for target in targets:
        for model, path in known.get(target, ((target, ""),)):
            ids = cuts.changes.get(model)
            if not ids:
                continue
            if path and ALL not in ids:
                # sudo: only what the user may read is named in the end.
                records = cuts.user_env[target].sudo().with_context(active_test=False)
                ids = set(records._search([(path, "in", list(ids))]).get_result_ids())
            changed[target] |= {ALL} if ALL in ids else ids
    return changed


def _not_held(cuts: Cuts, page: Page, model: str, ids: set[int]) -> set[int]:
    """Those that come with no record of their own."""
    return ids - cuts.held.versions(model, ids).keys() - page.sent(model)


def _pointed_to(cut: EntityCut, name: str, target: str, ids: set[int]) -> set[int]:
    """Which of the records what the device holds points to by a field."""
    model = cut.scope.model
    field = model._fields[name]
    query = Query(model.env, model._table, model._table_sql)
    if field.type == "many2many":
        if not field.store:
            return set()
        query.add_join(
            "JOIN", field.relation, None,
            SQL("%s = %s", SQL.identifier(field.relation, field.column1), SQL.identifier(model._table, "id")),
        )  # fmt: skip
        column = SQL.identifier(field.relation, field.column2)
    elif field.store or (field.related and field.related_field.store):
        column = model._field_to_sql(model._table, name, query)
    else:
        return set()
    if field.type == "many2one_reference":
        query.add_where(SQL("%s = %s", SQL.identifier(model._table, field.model_field), target))
    # After an import of very many records, what the device holds is the shorter list.
    if ALL not in ids and len(ids) <= MANY:
        query.add_where(SQL("%s = ANY(%s)", column, list(ids)))
    query.add_where(SQL("%s IN (%s)", SQL.identifier(model._table, "id"), cut.held.query(cut.name)))
    rows: Mapping = dict(model.env.execute_query(query.select(SQL("DISTINCT %s", column), SQL("true"))))
    found = rows.keys() - {None, 0}
    return found if ALL in ids else found & ids
