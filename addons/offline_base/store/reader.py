"""Records as the wire shows them: canonical values, versions, names of what they point to.

Everything is read as the environment's user, so record rules, field groups, company and language always apply.
There are two ways to the same text: in SQL (`sql_reader`) where the model allows it, else through the ORM.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.digest import MODULUS, VERSION_SCHEME, content_text
from ..core.fields import BLOB_TYPES, FieldSpec, ValueInvalid, canonical, format_instant, json_text
from . import blob_values, sql_reader

_NEVER = "1970-01-01T00:00:00.000000Z"
_EMPTY_IS_NULL = frozenset(
    {"char", "text", "html", "selection", "date", "datetime", "many2one", "many2one_reference"}
)


class Row(NamedTuple):
    """A record as a page carries it; ``text`` is the JSON of its values, ``refs`` what its pointers hold."""

    id: int
    version: int
    born: str
    text: str
    refs: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Records that go out as they were read, none of them looked at one by one.

    ``upserts`` are JSON texts in the order of ``ids`` and ``versions`` (signed), ``refs`` a column for each pointer.
    ``full``: the scope has more of them.
    """

    upserts: Sequence[str]
    ids: Sequence[int]
    versions: Sequence[int]
    refs: Sequence[Sequence[Any]]
    full: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """How an entity is read by this user now: its fields, and a fingerprint that changes when content may."""

    specs: Mapping[str, FieldSpec]
    fingerprint: str

    @property
    def pointers(self) -> list[FieldSpec]:
        """The fields that point to records, whose names a device may need."""
        return [
            spec
            for spec in self.specs.values()
            if spec.type in ("many2one", "many2many")
            or (spec.type == "many2one_reference" and spec.model_field in self.specs)
        ]

    def told(self, schema: int | None) -> Reading:
        """The reading for a device that says which schema of the entity it knows."""
        return Reading(self.specs, f"{self.fingerprint}/{schema}")


def read_rows(
    scope, reading: Reading, ids: Collection[int] | None = None, after: int = 0, limit: int | None = None
) -> list[Row]:
    """The rows of the scope among ``ids``, or the first ``limit`` of it ``after`` an id; ascending."""
    query = scope.query(ids, after, limit)
    if query is None:
        return []
    model = scope.model
    pointers = reading.pointers
    if sql_reader.can_read(model, reading.specs):
        model.flush_model(list(reading.specs))
        blob_values.know_hashes(model, reading.specs, query)
        found = model.env.execute_query(sql_reader.select(model, reading.specs, pointers, query))
        found.sort(key=itemgetter(0))
        return [Row(row[0], row[1] % MODULUS, row[2], row[3], row[4:]) for row in found]
    return _orm_rows(scope.adapter, reading.specs, pointers, query.get_result_ids())


def read_block(scope, reading: Reading, after: int, limit: int) -> Block | None:
    """The scope's first records after an id, as one block; None: there are none, or only the ORM reads them."""
    model, pointers = scope.model, reading.pointers
    if not sql_reader.can_read(model, reading.specs):
        return None
    query = scope.query(None, after, limit + 1)
    if query is None:
        return None
    model.flush_model(list(reading.specs))
    blob_values.know_hashes(model, reading.specs, query)
    found = model.env.execute_query(sql_reader.select_upserts(model, reading.specs, pointers, query))
    if not found:
        return None
    found.sort(key=itemgetter(1))
    upserts, ids, versions, *refs = zip(*found[:limit], strict=True)
    return Block(upserts, ids, versions, refs, full=len(found) > limit)


def _orm_rows(
    adapter, specs: Mapping[str, FieldSpec], pointers: Sequence[FieldSpec], ids: Sequence[int]
) -> list[Row]:
    """The same through the ORM, in one batch."""
    values = read_values(adapter, specs, ids)
    adapter.env[adapter._offline_model].browse(ids).invalidate_recordset(list(specs), flush=False)
    texts = {record_id: json_text(row) for record_id, row in values.items()}
    versions = _versions(adapter.env.cr, adapter._offline_model, texts)
    born = births(adapter.env, adapter._offline_model, ids)
    return [
        Row(i, versions[i], born[i], texts[i], tuple(_pointed(spec, values[i]) for spec in pointers))
        for i in sorted(texts)
    ]


def _pointed(spec: FieldSpec, values: Mapping[str, Any]) -> Any:
    value = values[spec.name]
    if spec.type != "many2one_reference":
        return value
    model = values[spec.model_field or ""]
    return f"{model},{value}" if model and value else None


def read_values(adapter, specs: Mapping[str, FieldSpec], ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """{id: canonical values} in one batch, through the ORM."""
    model = adapter.env[adapter._offline_model].with_context(active_test=False)
    plain = [name for name, spec in specs.items() if spec.type not in BLOB_TYPES]
    rows = model.browse(ids).read(plain, load=None)
    blobs = blob_values.read(adapter, specs, ids)
    return {
        row["id"]: {
            name: wire_value(spec, row[name]) if name in row else blobs.get((row["id"], name))
            for name, spec in specs.items()
        }
        for row in rows
    }


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
    try:
        return canonical(spec, value)
    except ValueInvalid:
        # A number that is none (NaN) came into the table by SQL; one record must not stop all pulls.
        return None


def version(adapter, record_id: int, values: Mapping[str, Any]) -> int:
    """The content version of a record as this user reads it, from all its canonical values in order."""
    return versions(adapter, {record_id: values})[record_id]


def versions(adapter, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """{id: content version} of records, in one statement."""
    texts = {record_id: json_text(values) for record_id, values in rows.items()}
    return _versions(adapter.env.cr, adapter._offline_model, texts) if texts else {}


def _versions(cr, entity: str, texts: Mapping[int, str]) -> dict[int, int]:
    """{id: version} of JSON texts, by the same hash as in `sql_reader`."""
    hashed = [content_text(entity, record_id, text) for record_id, text in texts.items()]
    cr.execute(
        SQL(
            "SELECT array_agg(hashtextextended(t, 0) ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n)",
            hashed,
        )
    )
    found = cr.fetchone()[0] or []
    return {record_id: number % MODULUS for record_id, number in zip(texts, found, strict=True)}


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
    """Which of the records exist, readable or not: tells "deleted" from "left the scope".

    A model whose addon was uninstalled has none.
    """
    if not ids or model not in env:
        return set()
    env.cr.execute(SQL("SELECT id FROM %s WHERE id = ANY(%s)", SQL.identifier(env[model]._table), list(ids)))
    return {row[0] for row in env.cr.fetchall()}


def fingerprint(adapter, specs: Mapping[str, FieldSpec]) -> str:
    """How the entity is read now; when it differs from how the device's content was read, all is compared anew."""
    env = adapter.env
    context = env.context
    model = env[adapter._offline_model]
    defaults = [
        str(field.get_company_dependent_fallback(model))
        for name in specs
        if (field := model._fields[name]).company_dependent
    ]
    parts = [
        # Another PostgreSQL may hash otherwise.
        VERSION_SCHEME, env.cr._cnx.server_version // 10000, adapter._offline_schema,
        context.get("lang"), context.get("allowed_company_ids"), defaults,
        [(s.name, s.type, s.digits, s.selection, s.relation) for s in specs.values()],
        adapter._offline_day(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def references(reading: Reading, columns: Iterable[Sequence[Any]]) -> dict[str, set[int]]:
    """{model: ids} that values point to: a column of them for each pointer."""
    found: dict[str, set[int]] = defaultdict(set)
    for spec, values in zip(reading.pointers, columns, strict=True):
        if spec.type == "many2many":
            found[spec.relation or ""].update(chain.from_iterable(values))
        elif spec.type == "many2one":
            found[spec.relation or ""].update(set(values) - {None})
        else:
            for value in set(values) - {None}:
                model, record_id = value.split(",")
                found[model].add(int(record_id))
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
