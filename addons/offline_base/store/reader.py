"""Records as the wire shows them: canonical values, versions, names of what they point to.

Everything is read as the environment's user, so record rules, field groups, company and language always apply.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.digest import VERSION_SCHEME, content_version
from ..core.fields import FieldSpec, canonical, format_instant

_NEVER = "1970-01-01T00:00:00.000000Z"
_EMPTY_IS_NULL = frozenset(
    {"char", "text", "html", "selection", "date", "datetime", "many2one", "many2one_reference"}
)


def scope_ids(adapter, line, device) -> list[int]:
    """The ids that the device holds now, ascending: adapter's scope, profile's narrowing, the user's rules."""
    model = adapter.env[adapter._offline_model].with_context(active_test=False)
    if line.direction == "push" or not model.has_access("read"):
        return []
    domain = (
        adapter._offline_scope(device) & line.with_env(adapter.env).sudo()._narrowing()
    )  # sudo: the line is config
    return list(model._search(domain, order="id").get_result_ids())


def read_values(adapter, specs: Mapping[str, FieldSpec], ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """{id: canonical values} in one batch."""
    model = adapter.env[adapter._offline_model].with_context(active_test=False)
    rows = model.browse(ids).read(list(specs), load=None)
    return {row["id"]: {name: wire_value(spec, row[name]) for name, spec in specs.items()} for row in rows}


def wire_value(spec: FieldSpec, value: Any) -> Any:
    """A value of the ORM (as `read(load=None)` gives it) in canonical wire form."""
    if spec.type in _EMPTY_IS_NULL and not value:
        return None
    if spec.type == "datetime":
        return format_instant(value)
    if spec.type == "date":
        return value.isoformat()
    if spec.type == "many2many":
        return sorted(value)
    if spec.type in ("char", "text", "html", "selection"):
        return str(value)
    return canonical(spec, value)


def births(env, model: str, ids: Collection[int]) -> dict[int, str]:
    """{id: creation time with six decimals}; the ORM would cut them."""
    if not env[model]._log_access:
        return dict.fromkeys(ids, _NEVER)
    table = SQL.identifier(env[model]._table)
    env.cr.execute(SQL("SELECT id, create_date FROM %s WHERE id = ANY(%s)", table, list(ids)))
    return {
        record_id: format_instant(moment, micro=True) if moment else _NEVER
        for record_id, moment in env.cr.fetchall()
    }


def existing_ids(env, model: str, ids: Collection[int]) -> set[int]:
    """Which of the records exist, readable or not: tells "deleted" from "left the scope"."""
    if not ids:
        return set()
    env.cr.execute(SQL("SELECT id FROM %s WHERE id = ANY(%s)", SQL.identifier(env[model]._table), list(ids)))
    return {row[0] for row in env.cr.fetchall()}


def fingerprint(adapter, specs: Mapping[str, FieldSpec]) -> str:
    """How the entity is read now; when it differs from how the device's content was read, all is compared anew."""
    context = adapter.env.context
    parts = [
        VERSION_SCHEME, adapter._offline_schema, context.get("lang"), context.get("allowed_company_ids"),
        [(s.name, s.type, s.digits, s.selection, s.relation) for s in specs.values()],
        adapter._offline_day(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def version(adapter, record_id: int, values: Mapping[str, Any]) -> int:
    """The content version of a record as this user reads it."""
    return content_version(adapter._offline_model, record_id, values)


def references(specs: Mapping[str, FieldSpec], rows: Iterable[Mapping[str, Any]]) -> dict[str, set[int]]:
    """{model: ids} that the values point to."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for name, spec in specs.items():
            value = row[name]
            if value is None:
                continue
            if spec.type == "many2one":
                found[spec.relation or ""].add(value)
            elif spec.type == "many2many":
                found[spec.relation or ""].update(value)
            elif spec.type == "many2one_reference" and (model := row.get(spec.model_field)):
                found[model].add(value)
    return found


def display_names(env, model: str, ids: Collection[int]) -> dict[str, str]:
    """{id as text: display name} of those records that the user may read."""
    if model not in env or not ids:
        return {}
    try:
        records = env[model].with_context(active_test=False).search(Domain("id", "in", list(ids)))
        return {str(record.id): record.display_name for record in records}
    except AccessError:
        return {}
