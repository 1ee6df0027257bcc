"""Change capture: which records changed, in which transaction, noted by PostgreSQL itself.

Statement-level AFTER triggers see raw SQL, cascades, merges and COPY, which ORM overrides miss. They may neither
stop nor slow the business: the comparison runs inside an exception block and falls back to logging every row,
and ``enable_nestloop`` is off inside, since a plan made for one row took 41.9 s on a 20,000-row update (0.19 s
without). See docs/decisions/0002-capture-by-statement-triggers.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from odoo.tools import SQL

#: Columns whose change alone is no change: bookkeeping that no device reads. They cannot be exported.
DENIED_COLUMNS = frozenset({"write_date", "write_uid", "message_main_attachment_id"})
_PREFIX = "offline_capture_"

_LOG_TABLE = """
CREATE TABLE IF NOT EXISTS offline_change (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq bigint GENERATED ALWAYS AS IDENTITY,
    model varchar NOT NULL,
    res_id integer NOT NULL,
    op "char" NOT NULL
);
CREATE INDEX IF NOT EXISTS offline_change_xid_index ON offline_change (xid, seq);
COMMENT ON TABLE offline_change IS 'Which records changed, in which transaction; res_id 0 means all (truncate)';
"""


_TABLE = """
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(n.{column}) INTO ids FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(o.{column}) INTO ids FROM old_rows o;
    ELSIF TG_OP = 'UPDATE' THEN
        BEGIN
            SELECT array_agg(coalesce(n.{column}, o.{column})) INTO ids
              FROM new_rows n FULL JOIN old_rows o ON n.{column} = o.{column}
             WHERE {changed};
        EXCEPTION WHEN OTHERS THEN
            -- A migration renamed or dropped a column: say too much rather than too little.
            SELECT array_agg(n.{column}) INTO ids FROM new_rows n;
        END;
    ELSE
        ids := ARRAY[0];
    END IF;
    INSERT INTO {schema}.offline_change (model, res_id, op)
    SELECT '{model}', id, lower(left(TG_OP, 1))::"char" FROM unnest(ids) AS id;"""

# A row of a relation has no identity of its own, and its owners stay when it goes: for them all is an update.
_RELATION = """
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT n.{column}) INTO ids FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT o.{column}) INTO ids FROM old_rows o;
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg(id) INTO ids
          FROM (SELECT n.{column} AS id FROM new_rows n UNION SELECT o.{column} FROM old_rows o) AS both_sides;
    ELSE
        ids := ARRAY[0];
    END IF;
    INSERT INTO {schema}.offline_change (model, res_id, op)
    SELECT '{model}', id, CASE TG_OP WHEN 'TRUNCATE' THEN 't' ELSE 'u' END::"char"
      FROM unnest(ids) AS id WHERE id IS NOT NULL;"""


@dataclass(frozen=True, slots=True)
class Source:
    """A table to watch.

    ``owners`` are its columns and the models that they name records of: ``(("id", "res.partner"),)`` for a
    model's own table, both foreign keys for a many2many relation. ``columns`` (quoted, see `stored_columns`)
    are what an update must change to count. ``only_updates`` leaves inserts and deletes unlogged.
    """

    table: str
    owners: tuple[tuple[str, str], ...]
    columns: tuple[str, ...] = ()
    only_updates: bool = False


def function_name(table: str) -> str:
    """The capture function of a table; PostgreSQL cuts names at 63 bytes, so long ones end in a hash."""
    name = _PREFIX + table
    return name if len(name) <= 63 else f"{name[:52]}_{hashlib.sha256(table.encode()).hexdigest()[:10]}"


def function_body(source: Source) -> str:
    """The PL/pgSQL text of a table's capture function; changes of it are what `-u` brings to the database."""
    relation = len(source.owners) > 1
    statements = [_RELATION if relation else _TABLE] * len(source.owners)
    changed = " OR ".join(
        ['n."id" IS NULL', 'o."id" IS NULL'] + [f"n.{c} IS DISTINCT FROM o.{c}" for c in source.columns]
    )
    body = "".join(
        statement.replace("{column}", f'"{column}"').replace("{model}", model).replace("{changed}", changed)
        for statement, (column, model) in zip(statements, source.owners, strict=True)
    )
    return f"DECLARE\n    ids integer[];\nBEGIN{body}\n    RETURN NULL;\nEND"


def fingerprint(source: Source) -> str:
    """What tells installed capture from the wanted one: a hash of the function, and how many triggers call it."""
    mark = hashlib.sha256(f"{source.only_updates}{function_body(source)}".encode()).hexdigest()[:32]
    return f"{mark}/{2 if source.only_updates else 4}"


def installed(cr) -> dict[str, str]:
    """{table: fingerprint} of the tables whose capture triggers are all there and enabled."""
    cr.execute(
        SQL(
            """SELECT c.relname, obj_description(p.oid, 'pg_proc')
                 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE t.tgname LIKE %s AND NOT t.tgisinternal AND c.relnamespace = current_schema::regnamespace
                GROUP BY 1, 2
               HAVING bool_and(t.tgenabled IN ('O', 'A'))
                  AND count(*)::text = split_part(obj_description(p.oid, 'pg_proc'), '/', 2)""",
            r"offline\_capture\_%",
        )
    )
    return dict(cr.fetchall())


def install(cr, sources: Iterable[Source]) -> None:
    """Make the database capture exactly these tables. DDL: only under -i, -u, or a manager's repair."""
    cr.execute(_LOG_TABLE)
    wanted = {source.table: source for source in sources}
    present = installed(cr)
    for table in present.keys() - wanted.keys():
        _drop(cr, table)
    for table, source in wanted.items():
        if present.get(table) != fingerprint(source):
            _drop(cr, table)
            _create(cr, source)


def uninstall(cr) -> None:
    """Remove every trigger and function of ours, then the log."""
    for table in installed(cr):
        _drop(cr, table)
    cr.execute(
        SQL(
            """SELECT format('%%I', proname) FROM pg_proc
                WHERE proname LIKE %s AND pronamespace = current_schema::regnamespace""",
            r"offline\_capture\_%",
        )
    )
    for (name,) in cr.fetchall():
        cr.execute(f"DROP FUNCTION {name}() CASCADE")
    cr.execute("DROP TABLE IF EXISTS offline_change")


def _drop(cr, table: str) -> None:
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(function_name(table))))


def _create(cr, source: Source) -> None:
    name, table = SQL.identifier(function_name(source.table)), SQL.identifier(source.table)
    cr.execute("SELECT quote_ident(current_schema)")
    body = function_body(source).replace("{schema}", cr.fetchone()[0])
    # SECURITY DEFINER: whoever may write the table need not hold rights on the log; hence the fixed search_path.
    cr.execute(
        SQL(
            """CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
               SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS %s""",
            name,
            body,
        )
    )
    cr.execute(SQL("COMMENT ON FUNCTION %s() IS %s", name, fingerprint(source)))
    events = {"update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows", "truncate": ""}
    if not source.only_updates:
        events |= {
            "insert": "REFERENCING NEW TABLE AS new_rows",
            "delete": "REFERENCING OLD TABLE AS old_rows",
        }
    for event, transition in events.items():
        trigger = SQL.identifier(f"{_PREFIX}{event}")
        cr.execute(
            SQL(
                "CREATE TRIGGER %s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %s()",
                trigger, SQL(event.upper()), table, SQL(transition), name,
            )
        )  # fmt: skip


def stored_columns(cr, tables: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """{table: the columns that count as content, quoted; types without equality as text}."""
    cr.execute(
        SQL(
            """SELECT c.relname, array_agg(quote_ident(a.attname) ||
                      CASE WHEN t.typname IN ('json', 'xml', 'point', 'path', 'polygon') THEN '::text' ELSE '' END
                      ORDER BY a.attnum)
                 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
                WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema::regnamespace
                  AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL(%s)
                GROUP BY 1""",
            list(tables),
            list(DENIED_COLUMNS),
        )
    )
    return {table: tuple(columns) for table, columns in cr.fetchall()}
