"""Change capture: which records changed, in which transaction, noted by PostgreSQL itself.

Statement-level AFTER triggers see raw SQL, cascades, merges and COPY, which ORM overrides miss. Each watched table
has one generated function (capture_sql.py). See docs/decisions/0002-capture-by-statement-triggers.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from odoo.tools import SQL

from .capture_sql import SETTINGS, Source, fingerprint, function_body, function_name

#: Columns whose change alone is no change: bookkeeping that no device reads. They cannot be exported.
DENIED_COLUMNS = frozenset({"write_date", "write_uid", "message_main_attachment_id"})
#: How long making or changing triggers waits for a table that others work in; their new work waits as long.
LOCK_TIMEOUT_S = 10
_PREFIX = "offline_capture_"
_NO_EQUALITY = ("json", "xml", "point", "path", "polygon")

_LOG_TABLE = """
CREATE TABLE IF NOT EXISTS offline_change (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq bigint GENERATED ALWAYS AS IDENTITY,
    model varchar NOT NULL,
    res_id integer NOT NULL,
    op "char" NOT NULL
);
ALTER TABLE offline_change ADD COLUMN IF NOT EXISTS columns text, ADD COLUMN IF NOT EXISTS at timestamptz;
CREATE INDEX IF NOT EXISTS offline_change_xid_index ON offline_change (xid, seq);
CREATE INDEX IF NOT EXISTS offline_change_record_index ON offline_change (res_id, model) WHERE at IS NOT NULL;
COMMENT ON COLUMN offline_change.columns IS 'Exported columns that changed, by commas; NULL: any may have';
"""
#: What the table says of itself; another shape says something else.
_LOG_MARK = (
    f"Which records changed, in which transaction (shape {sha256(_LOG_TABLE.encode()).hexdigest()[:8]})"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns that count as content, each with a cast if its type has no equality, and its attributes."""

    compared: tuple[tuple[str, str], ...]
    attributes: int

    @property
    def has_id(self) -> bool:
        """Whether the table is a model's; those of relations have no column ``id``."""
        return any(name == "id" for name, _cast in self.compared)


def installed(cr) -> dict[str, str]:
    """{table: fingerprint} of the tables whose capture triggers are all there and enabled."""
    return {
        table: mark
        for table, (name, mark, complete) in _present(cr).items()
        if complete and name == function_name(table)
    }


def _present(cr) -> dict[str, tuple[str, str | None, bool]]:
    """{table: (function, fingerprint, whether all its triggers are there)} of tables with a trigger of ours."""
    cr.execute(
        SQL(
            """SELECT c.relname, p.proname, obj_description(p.oid, 'pg_proc'),
                      bool_and(t.tgenabled = 'A')
                          AND count(*)::text = split_part(obj_description(p.oid, 'pg_proc'), '/', 2)
                 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE t.tgname LIKE %s AND NOT t.tgisinternal AND c.relnamespace = current_schema::regnamespace
                GROUP BY 1, 2, 3""",
            r"offline\_capture\_%",
        )
    )
    return {table: (name, mark, bool(complete)) for table, name, mark, complete in cr.fetchall()}


def install(cr, sources: Iterable[Source]) -> None:
    """Make the database capture exactly these tables. DDL: only under -i, -u, uninstall or a manager's repair.

    Two at once wait for one another. A changed function is replaced without a lock on its table; only missing
    triggers need one, for which it waits `LOCK_TIMEOUT_S`, then raises psycopg2's LockNotAvailable. What happened in a
    table while triggers were missing is unknown: all of its records are noted as changed.
    """
    _lock(cr)
    _ensure_log(cr)
    wanted = {source.table: source for source in sources}
    present = _present(cr)
    for table, (name, _mark, _complete) in present.items():
        if table not in wanted or name != function_name(table):
            _drop(cr, name)
    for table, source in wanted.items():
        name, mark, complete = present.get(table, (None, None, False))
        if mark != fingerprint(source) or name != function_name(table):
            _put_function(cr, source)
            # The number of its triggers may have changed with it.
            complete = (
                complete and name == function_name(table) and _count(mark) == _count(fingerprint(source))
            )
        if not complete:
            _put_triggers(cr, source)
            log_all(cr, {source.model, *(owner.model for owner in source.owners)} - {None})
    cr.execute("SET LOCAL lock_timeout = 0")


def states(cr, sources: Iterable[Source]) -> dict[str, str]:
    """{table: "ok", "outdated" (all is captured, more than needed) or "missing" (changes are lost)}."""
    present = _present(cr)
    found = {}
    for source in sources:
        name, mark, complete = present.get(source.table, (None, None, False))
        right = complete and name == function_name(source.table)
        found[source.table] = "missing" if not right else "ok" if mark == fingerprint(source) else "outdated"
    return found


def uninstall(cr) -> None:
    """Remove every trigger and function of ours, then the log."""
    _lock(cr)
    cr.execute(
        SQL(
            "SELECT proname FROM pg_proc WHERE proname LIKE %s AND pronamespace = current_schema::regnamespace",
            r"offline\_capture\_%",
        )
    )
    for (name,) in cr.fetchall():
        _drop(cr, name)
    cr.execute("DROP TABLE IF EXISTS offline_change")
    cr.execute("SET LOCAL lock_timeout = 0")


def log_all(cr, models: Iterable[str]) -> None:
    """Note that every record of these models may have changed: what DDL does fires no trigger."""
    cr.execute("SELECT to_regclass('offline_change')")
    if cr.fetchone()[0] is None:  # the engine itself is being uninstalled
        return
    cr.execute(
        SQL(
            """INSERT INTO offline_change (model, res_id, op, at)
               SELECT model, 0, 't', transaction_timestamp() FROM unnest(%s) AS model""",
            list(models),
        )
    )


def _ensure_log(cr) -> None:
    # Even "ADD COLUMN IF NOT EXISTS" waits for everybody who has a change in the log and did not commit yet.
    cr.execute("SELECT obj_description(to_regclass('offline_change'), 'pg_class')")
    if cr.fetchone()[0] != _LOG_MARK:
        cr.execute(_LOG_TABLE)
        cr.execute(SQL("COMMENT ON TABLE offline_change IS %s", _LOG_MARK))


def _lock(cr) -> None:
    cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{LOCK_TIMEOUT_S}s"))
    cr.execute("SELECT pg_advisory_xact_lock(hashtext('offline_base.capture'))")


def _count(mark: str | None) -> str:
    return (mark or "").rpartition("/")[2]


def _drop(cr, name: str) -> None:
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(name)))


def _put_function(cr, source: Source) -> None:
    name = SQL.identifier(function_name(source.table))
    cr.execute("SELECT quote_ident(current_schema)")
    body = function_body(source).replace("{schema}", cr.fetchone()[0])
    # SECURITY DEFINER: whoever may write the table need not hold rights on the log; hence the fixed search_path.
    cr.execute(
        SQL(
            """CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
               %s AS %s""",
            name,
            SQL(SETTINGS),
            body,
        )
    )
    cr.execute(SQL("COMMENT ON FUNCTION %s() IS %s", name, fingerprint(source)))


def _put_triggers(cr, source: Source) -> None:
    name, table = SQL.identifier(function_name(source.table)), SQL.identifier(source.table)
    transitions = {
        "insert": "REFERENCING NEW TABLE AS new_rows",
        "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "REFERENCING OLD TABLE AS old_rows",
        "truncate": "",
    }
    for event, transition in transitions.items():
        trigger = SQL.identifier(f"{_PREFIX}{event}")
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, table))
        if event not in source.events:
            continue
        cr.execute(
            SQL(
                "CREATE TRIGGER %s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %s()",
                trigger, SQL(event.upper()), table, SQL(transition), name,
            )
        )  # fmt: skip
        # ALWAYS: sessions with session_replication_role = replica (some loading tools) are captured too.
        cr.execute(SQL("ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", table, trigger))


def table_columns(cr, tables: Iterable[str]) -> Mapping[str, Columns]:
    """{table: its columns} of those tables that exist."""
    cr.execute(
        SQL(
            """SELECT c.relname, c.relnatts, a.attname, t.typname
                 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
                WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema::regnamespace
                  AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
                ORDER BY c.relname, a.attnum""",
            list(tables),
        )
    )
    found: dict[str, tuple[int, list[tuple[str, str]]]] = {}
    for table, attributes, name, kind in cr.fetchall():
        columns = found.setdefault(table, (attributes, []))[1]
        if name not in DENIED_COLUMNS:
            columns.append((name, "::text" if kind in _NO_EQUALITY else ""))
    return {table: Columns(tuple(columns), attributes) for table, (attributes, columns) in found.items()}
