"""The data of all measurements: contacts as the ORM would have stored them, made by PostgreSQL from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2

from tools.provision import database, postgres, templates
from tools.provision.steps import digest, step
from tools.provision.workspace import Workspace

SEED = 0.19
SMALL, LARGE = 10_000, 1_000_000
PARTNER = "res.partner"
#: Devices of the bench hold the contacts of this reference.
MINE, ELSEWHERE = "bench", "elsewhere"
DOMAIN = [("ref", "=", MINE)]


@contextmanager
def bench_database(contacts: int) -> Iterator[str]:
    """A database with so many contacts, 10,000 of them in scope, and as many rows in the log; dropped afterwards."""
    name = f"offline_bench_{uuid4().hex[:8]}"
    database.copy(name, _template(contacts))
    try:
        # A copy begins with an empty log.
        sql(
            name,
            "INSERT INTO offline_change (model, res_id, op) SELECT 'res.partner', id, 'i' FROM res_partner",
        )
        sql(name, "ANALYZE offline_change")
        yield name
    finally:
        database.drop(name)


def _template(contacts: int) -> str:
    """The database that others are copied from; kept until the code that shapes it is another."""
    space = Workspace.here()
    suite = templates.ensure(space, "suite")
    family = f"offline_{space.ident}_bench_{contacts}_"
    name = family + digest(suite, Path(__file__).read_bytes())
    if database.exists(name):
        return name
    for stale in postgres.psql(space, "postgres", "SELECT datname FROM pg_database").splitlines():
        if stale.startswith(family):
            database.drop(stale)
    building = f"{family}building"
    with step(f"Building a database of {contacts:,} contacts"):
        database.copy(building, suite)
        # A worker of PostgreSQL's own would disturb the measuring, and dropping the database.
        sql(building, "ALTER TABLE res_partner SET (autovacuum_enabled = false)")
        sql(building, "ALTER TABLE offline_change SET (autovacuum_enabled = false)")
        add_contacts(building, SMALL, MINE)
        if contacts > SMALL:
            add_contacts(building, contacts - SMALL, ELSEWHERE)
        postgres.psql(space, "postgres", f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def connect(name: str) -> Any:
    """A connection of its own to a database."""
    env = database.environment()
    return psycopg2.connect(dbname=name, host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"])


def sql(name: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement in a transaction of its own."""
    connection = connect(name)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def add_contacts(name: str, number: int, ref: str) -> None:
    """So many contacts more; the same ones for the same seed. The change log gets a row for each."""
    sql(
        name,
        f"""SELECT setseed({SEED});
            INSERT INTO res_partner (name, complete_name, active, is_company, type, email, phone, street, city, zip,
                                     lang, ref, comment, color, create_date, write_date, create_uid, write_uid)
            SELECT who, who, true, random() < 0.2, 'contact', 'c' || n || '@example.com',
                   '+32 ' || (1e8 * random())::int, (1 + 200 * random())::int || ' Main Street',
                   'Town ' || (100 * random())::int, (1000 + 9000 * random())::int::text, 'en_US', %s,
                   CASE WHEN random() < 0.1 THEN '<p>' || repeat('Known since ' || n || '. ', 5) || '</p>' END,
                   (11 * random())::int, moment, moment, 1, 1
              FROM (SELECT n, 'Contact ' || n || ' ' || md5(random()::text) AS who,
                           now() AT TIME ZONE 'UTC' - random() * interval '300 days' AS moment
                      FROM generate_series(1, {number}) AS n) AS made""",
        ref,
    )
    sql(name, "ANALYZE res_partner")
    sql(name, "ANALYZE offline_change")


def refer(name: str, refs: Sequence[str], number: int) -> None:
    """Give so many contacts that no device holds to each of these references; nothing is logged."""
    with connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE res_partner DISABLE TRIGGER offline_capture_update")
        cursor.execute(
            """UPDATE res_partner SET ref = (%s::text[])[1 + (n - 1) / %s]
                 FROM (SELECT id AS i, row_number() OVER (ORDER BY id) AS n FROM res_partner
                        WHERE ref = %s ORDER BY id LIMIT %s) AS free WHERE id = i""",
            [list(refs), number, ELSEWHERE, len(refs) * number],
        )
        cursor.execute("ALTER TABLE res_partner ENABLE ALWAYS TRIGGER offline_capture_update")
    sql(name, "ANALYZE res_partner")


def touch(name: str, number: int, offset: int) -> None:
    """Change the phones of some contacts in scope."""
    sql(
        name,
        f"""UPDATE res_partner SET phone = phone || '0' WHERE id IN
            (SELECT id FROM res_partner WHERE ref = '{MINE}' ORDER BY id OFFSET {offset} LIMIT {number})""",
    )
