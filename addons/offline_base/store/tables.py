"""How large the engine's own tables are, as PostgreSQL says: nothing is counted, whatever their size."""

from __future__ import annotations

from odoo.tools import SQL


def sizes(cr) -> list[tuple[str, int, int]]:
    """(table, rows, bytes with indexes), the largest first. Rows are PostgreSQL's estimate, 0 before its first one."""
    cr.execute(
        SQL(
            r"""SELECT c.relname, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = current_schema AND c.relkind IN ('r', 'p') AND c.relname LIKE 'offline\_%%'
              ORDER BY 3 DESC, 1"""
        )
    )
    return cr.fetchall()
