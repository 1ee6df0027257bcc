"""What a field is made of: the models that its value is read from, and whether it follows the clock.

Odoo says by ``@api.depends`` what a computed field is made of. What it does not say (a compute without it, a search
inside) is found by the tracing test, see tests/tracing.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType
from typing import Any

from .dependencies import dependencies

_RELATIONAL = ("many2one", "one2many", "many2many")
#: Names in a compute method that mean the clock.
_CLOCK = frozenset({"today", "now", "utcnow", "context_today", "context_timestamp"})


def uncovered(adapter, name: str) -> set[str]:
    """The models that an exported field is read from and that the adapter does not declare."""
    declared = set()
    for dependency in dependencies(adapter):
        declared |= {dependency.source} | {hop.source for hop in dependency.hops}
    field = adapter.env[adapter._offline_model]._fields[name]
    return {model for model, foreign in made_of(adapter.env, field) if foreign and model not in declared}


def needs_declaration(adapter, name: str) -> bool:
    """Whether Odoo does not say what a computed field is made of, and nobody declared anything either."""
    field = adapter.env[adapter._offline_model]._fields[name]
    return not field.store and not adapter.env.registry.field_depends[field] and not dependencies(adapter)


def made_of(env, field) -> set[tuple[str, bool]]:
    """The models whose records a field is read from, each with whether it is another record than the field's own."""
    return set(_made_of(env, field, False, set()))


def _made_of(env, field, foreign: bool, seen: set[Any]) -> Iterator[tuple[str, bool]]:
    if (field, foreign) in seen:
        return
    seen.add((field, foreign))
    yield field.model_name, foreign
    if field.company_dependent:
        yield "ir.default", True
    if field.type == "one2many" and field.store:
        yield field.comodel_name, True
    if field.type in ("binary", "image") and field.attachment:
        yield "ir.attachment", True
    if field.type == "properties":
        yield env[field.model_name]._fields[field.definition_record].comodel_name, True
    if field.store:
        return
    for model, name, away in _steps(env, field):
        yield from _made_of(env, env[model]._fields[name], foreign or away, seen)


def _steps(env, field) -> Iterator[tuple[str, str, bool]]:
    """The fields that a computed one says it is made of: (model, field, whether of another record)."""
    for path in env.registry.field_depends[field]:
        model, away = field.model_name, False
        for name in path.split("."):
            yield model, name, away
            part = env[model]._fields[name]
            if part.type in _RELATIONAL:
                model, away = part.comodel_name, True


def follows_the_clock(env, field) -> bool:
    """Whether a field that is computed when read asks what time it is, itself or in what it is made of."""
    return any(_asks_the_time(env, part) for part in _computed_parts(env, field, set()))


def _computed_parts(env, field, seen: set[Any]) -> Iterator[Any]:
    if field in seen or field.store:
        return
    seen.add(field)
    yield field
    for model, name, _away in _steps(env, field):
        yield from _computed_parts(env, env[model]._fields[name], seen)


def _asks_the_time(env, field) -> bool:
    if not isinstance(field.compute, str):
        return False
    methods = [vars(cls).get(field.compute) for cls in type(env[field.model_name]).mro()]
    codes = [method.__code__ for method in methods if hasattr(method, "__code__")]
    return any(_CLOCK & set(code.co_names) for outer in codes for code in _nested(outer))


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
