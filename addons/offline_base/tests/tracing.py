"""Which columns of the database the reading of a field touches, asked of PostgreSQL's own plans.

What a compute method reads without saying so in ``@api.depends`` is found this way. For the tests of any addon with
an adapter: `untraced` names the columns whose change no trigger and no declared dependency would notice.
"""

import json
import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tools import SQL
from odoo.tools.sql import table_columns

from ..store import capture
from ..store.dependencies import dependencies

#: What describes the models themselves changes with the code, whose update devices notice by the fingerprint.
_STRUCTURE = frozenset(
    {"ir_model", "ir_model_fields", "ir_model_fields_selection", "ir_model_data", "res_lang"}
)
#: The parts of a plan that decide about its result. Sort keys do not: devices get references sorted by id.
_CONDITIONS = ("Filter", "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "TID Cond")


def untraced(adapter):
    """{exported field: "table.column" that its reading touches and nobody watches}, read as the adapter's user.

    Each field is read of a record that has a value in it, or of any: what an empty reference leads to is not seen.
    """
    watched = _watched(adapter)
    model = adapter.env[adapter._offline_model].with_context(active_test=False, prefetch_fields=False)
    missed = {}
    for name in adapter._offline_specs():
        record = _example(model, name)
        touched = set()
        usual = _statements(record, "id")
        for statement in _statements(record, name) - usual:
            touched |= _columns(adapter.env.cr, statement)
        unseen = {
            f"{table}.{column}"
            for table, column in touched
            if table not in _STRUCTURE and (table not in watched or column in capture.DENIED_COLUMNS)
        }
        if unseen:
            missed[name] = unseen
    return missed


def _example(model, name):
    records = model.search([], limit=200, order="id desc")
    if not records:
        raise AssertionError(f"no {model._name} to read {name} of: make one before tracing")
    found = next((record.id for record in records if record[name]), records[0].id)
    return model.browse(found)


def _watched(adapter):
    """The tables whose changes reach this entity: its own, its relations', those on declared paths, and rights."""
    env = adapter.env
    model = env[adapter._offline_model]
    exported = [model._fields[name] for name in adapter._offline_field_names()]
    mine = {model._table} | {
        field.relation for field in exported if field.type == "many2many" and field.store
    }
    for dependency in dependencies(adapter):
        mine |= {env[dependency.source]._table}
        mine |= {table for hop in dependency.hops for table in (hop.table, env[hop.source]._table)}
    rights = {env[name]._table for name in env["offline.capture"]._rights_models()}
    rights |= {s.table for s in env["offline.capture"]._sources() if not s.columns}
    return (mine | rights) & capture.installed(env.cr).keys()


def _statements(record, name):
    """The queries that reading one field sends when nothing is remembered."""
    record.env.registry.clear_all_caches()
    record.env.invalidate_all()
    with _recorded(record.env.cr) as queries:
        record.env.tz  # noqa: B018 - the reader's zone and language are part of how an entity is read
        record.read([name], load=None)
    return set(queries)


@contextmanager
def _recorded(cr):
    queries = []
    execute = Cursor.execute

    def recording(cursor, query, params=None, *arguments, **options):
        text, values = (query.code, query.params) if isinstance(query, SQL) else (query, params)
        queries.append(cr._obj.mogrify(text, values or None).decode())
        return execute(cursor, query, params, *arguments, **options)

    with patch.object(Cursor, "execute", recording):
        yield queries


def _columns(cr, statement):
    """{(table, column)} that a query's result depends on, ids left out."""
    if not re.match(r"\s*(SELECT|WITH|\()", statement, re.IGNORECASE):
        return set()
    with cr.savepoint(flush=False):
        cr.execute(SQL("EXPLAIN (VERBOSE, FORMAT JSON) %s", SQL(statement.replace("%", "%%"))))
        plan = cr.fetchone()[0]
    plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    nodes = list(_nodes(plan))
    tables = {node["Alias"]: node["Relation Name"] for node in nodes if "Relation Name" in node}
    keys = [f"{key} " for node in nodes for key in node.get("Sort Key", ())]
    parts = [part for part in plan.get("Output", ()) if not any(key.startswith(f"{part} ") for key in keys)]
    for node in nodes:
        parts += [node[kind] for kind in _CONDITIONS if kind in node]
        if node["Node Type"] in ("Aggregate", "WindowAgg", "ProjectSet"):
            parts += node.get("Output", ())
    text = " ".join(parts)
    found = {(tables[a], c) for a, c in re.findall(r'"?(\w+)"?\."?(\w+)"?', text) if a in tables}
    if len(nodes) == 1 and tables:  # then PostgreSQL prints names without the table
        (table,) = tables.values()
        known = table_columns(cr, table)
        found |= {(table, name) for name in re.findall(r"\w+", text) if name in known}
    return {(table, column) for table, column in found if column != "id"}


def _nodes(node):
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
