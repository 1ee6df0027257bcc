"""The fast way to read: the wire's JSON of whole rows, made by PostgreSQL from the scope query.

It gives the same text as the ORM's way (`reader`), byte for byte; tests/test_reading.py compares both for every
field of every entity. Rules, companies, languages and joins come from the scope query and `_field_to_sql`; what
PostgreSQL cannot show as the ORM does is not read here (`can_read`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo.models import BaseModel
from odoo.tools import SQL, Query

from ..core.fields import BLOB_TYPES, FieldSpec
from . import blob_values

#: Methods by which a model changes what reading gives. A model that has its own is read by the ORM.
_READING_METHODS = ("read", "_read_format", "fetch", "_fetch_query")
_ROW = "offline_row"
_INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
_INSTANT_MICRO = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_NEVER = "1970-01-01T00:00:00.000000Z"
#: What stands between the id of a record that was born on the server and its birth.
UID_NULL = ',"uid":null,"born":"'


def can_read(model: BaseModel, specs: Mapping[str, FieldSpec]) -> bool:
    """Whether all these fields can be read here as the ORM would show them."""
    cls = type(model)
    if any(getattr(cls, name) is not getattr(BaseModel, name) for name in _READING_METHODS):
        return False
    return all(has_sql(model, name) for name in specs)


def has_sql(model: BaseModel, name: str) -> bool:
    """Whether PostgreSQL can show the field as the ORM does."""
    field = model._fields[name]
    if field.type == "binary":
        return True
    if field.type == "many2many":
        comodel = model.env[field.comodel_name]
        # The ORM filters such a relation in Python, after the query.
        filtered = field.bypass_search_access and type(comodel)._search is not BaseModel._search
        return bool(field.store) and not filtered
    return bool(field.store and field.column_type)


def select(
    model: BaseModel,
    specs: Mapping[str, FieldSpec],
    pointers: Sequence[FieldSpec],
    query: Query,
) -> SQL:
    """The statement that gives (id, version signed, born, JSON text, one column per pointer) of the query's rows."""
    entity = model._name
    columns = {
        name: _column(model, spec, query)
        for name, spec in specs.items()
        if spec.type != "many2many" and spec.type not in BLOB_TYPES
    }
    born = (
        SQL(
            "coalesce(to_char(%s, %s), %s)",
            SQL.identifier(model._table, "create_date"),
            _INSTANT_MICRO,
            _NEVER,
        )
        if model._log_access
        else SQL("%s", _NEVER)
    )
    inner = query.select(
        SQL("%s AS id", SQL.identifier(model._table, "id")),
        SQL("%s AS born", born),
        *(SQL("%s AS %s", column, SQL.identifier(f"f_{name}")) for name, column in columns.items()),
    )
    values = SQL(", ").join(
        SQL(
            "%s AS %s",
            SQL.identifier(_ROW, f"f_{name}") if name in columns else _beside(model, spec),
            SQL.identifier(name),
        )
        for name, spec in specs.items()
    )
    return SQL(
        # OFFSET 0 keeps PostgreSQL from making a relation, or the text, twice. Sorting texts would need its disk.
        """SELECT id, hashtextextended(%s || id || ',' || text, 0) AS version, born, text%s
             FROM (SELECT offline_row.id, offline_row.born, row_to_json(shown)::text AS text%s
                     FROM (%s) AS offline_row CROSS JOIN LATERAL (SELECT %s OFFSET 0) AS shown
                   OFFSET 0) AS rows""",
        f"{entity},",
        SQL().join(SQL(", %s", SQL.identifier(f"p_{spec.name}")) for spec in pointers),
        SQL().join(SQL(", %s AS %s", _pointer(spec), SQL.identifier(f"p_{spec.name}")) for spec in pointers),
        inner,
        values,
    )


def select_upserts(
    model: BaseModel, specs: Mapping[str, FieldSpec], pointers: Sequence[FieldSpec], query: Query
) -> SQL:
    """The statement that gives (upsert as JSON text, id, version signed, one column per pointer) of the query's rows.

    The upsert says of no record that it was born on a device.
    """
    return SQL(
        """SELECT '{"id":' || id || '%s' || born || '","v":"' || lpad(to_hex(version), 16, '0') || '","values":'
                  || text || '}', id, version%s
             FROM (%s OFFSET 0) AS read""",
        SQL(UID_NULL),
        SQL().join(SQL(", %s", SQL.identifier(f"p_{spec.name}")) for spec in pointers),
        select(model, specs, pointers, query),
    )


def _column(model: BaseModel, spec: FieldSpec, query: Query) -> SQL:
    """The field's column in canonical form."""
    column = model._field_to_sql(model._table, spec.name, query)
    match spec.type:
        case "char" | "text" | "html" | "selection":
            return SQL("nullif(%s, '')", column)
        case "integer":
            return SQL("coalesce(%s, 0)", column)
        case "many2one_reference":
            return SQL("nullif(%s, 0)", column)
        case "boolean":
            return SQL("coalesce(%s, false)", column)
        case "float" | "monetary":
            return _number(column, spec.digits)
        case "datetime":
            return SQL("to_char(%s, %s)", column, _INSTANT)
        case _:
            return column


def _number(column: SQL, digits: int | None) -> SQL:
    # A float as numeric has 15 digits, as `round_digits` trusts them; NaN and infinity are beyond the bound.
    number = SQL("coalesce((%s)::float8, 0)", column)
    rounded = (
        SQL("round((%s)::numeric, %s)", number, digits)
        if digits is not None
        else SQL("(%s)::numeric", number)
    )
    return SQL("CASE WHEN abs(%s) <= 1e15 THEN trim_scale(%s) END", number, rounded)


def _beside(model: BaseModel, spec: FieldSpec) -> SQL:
    """What stands in another table."""
    if spec.type in BLOB_TYPES:
        return blob_values.sql(model, spec.name, SQL.identifier(_ROW, "id"))
    return _relation(model, spec.name)


def _relation(model: BaseModel, name: str) -> SQL:
    """The ids of a many2many as the ORM's `Many2many.read` finds them: with the rules of the other model."""
    field: Any = model._fields[name]
    comodel = model.env[field.comodel_name].with_context(**({"active_test": False} | field.context))
    query = comodel._search(field.get_comodel_domain(model))
    owner, other = (SQL.identifier(field.relation, column) for column in (field.column1, field.column2))
    if comodel._auto and not (query.where_clause or query.limit or query.offset):
        # All records of the other model count, and a foreign key says that they exist.
        relation = SQL.identifier(field.relation)
        return SQL(
            # Most records have none; looking whether there is any costs a fifth of making a sorted list of none.
            """CASE WHEN EXISTS (SELECT FROM %s WHERE %s = %s)
                    THEN ARRAY(SELECT %s FROM %s WHERE %s = %s ORDER BY 1) ELSE '{}' END""",
            relation, owner, SQL.identifier(_ROW, "id"),
            other, relation, owner, SQL.identifier(_ROW, "id"),
        )  # fmt: skip
    query.add_join("JOIN", field.relation, None, SQL("%s = %s", other, SQL.identifier(comodel._table, "id")))
    query.add_where(SQL("%s = %s", owner, SQL.identifier(_ROW, "id")))
    return SQL("ARRAY(%s ORDER BY 1)", query.select(other))


def _pointer(spec: FieldSpec) -> SQL:
    column = SQL.identifier("shown", spec.name)
    if spec.type == "many2one_reference":
        return SQL("%s || ',' || %s", SQL.identifier("shown", spec.model_field or ""), column)
    return column
