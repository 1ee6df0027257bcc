"""The data of all measurements: contacts as the ORM would have stored them, made by PostgreSQL from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg2

from tools.provision import database

SEED = 0.19
SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
PARTNER = "res.partner"
#: Devices of the bench hold the contacts of this reference.
MINE, ELSEWHERE = "bench", "elsewhere"
DOMAIN = [("ref", "=", MINE)]


@contextmanager
def bench_database() -> Iterator[str]:
    """A database with 10,000 contacts in scope, dropped afterwards."""
    name = f"offline_bench_{uuid4().hex[:8]}"
    database.create(name)
    try:
        # A worker of PostgreSQL's own would disturb the measuring, and dropping the database.
        sql(name, "ALTER TABLE res_partner SET (autovacuum_enabled = false)")
        sql(name, "ALTER TABLE offline_change SET (autovacuum_enabled = false)")
        add_contacts(name, SMALL, MINE)
        yield name
    finally:
        database.drop(name)


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


def enlarge(name: str, total: int) -> None:
    """Contacts that no device holds, up to a number in all, and as many rows in the log."""
    [(now,)] = sql(name, "SELECT count(*) FROM res_partner WHERE ref IN (%s, %s)", MINE, ELSEWHERE)
    if now < total:
        add_contacts(name, total - now, ELSEWHERE)


def take_in_scope(name: str, number: int) -> None:
    """Let devices hold so many contacts; nothing is logged."""
    sql(name, "ALTER TABLE res_partner DISABLE TRIGGER USER")
    sql(
        name,
        f"""UPDATE res_partner SET ref = '{MINE}' WHERE id IN
            (SELECT id FROM res_partner WHERE ref = '{ELSEWHERE}' ORDER BY id LIMIT {number - SMALL})""",
    )
    sql(name, "ALTER TABLE res_partner ENABLE TRIGGER USER")


def touch(name: str, number: int, offset: int) -> None:
    """Change the phones of some contacts in scope."""
    sql(
        name,
        f"""UPDATE res_partner SET phone = phone || '0' WHERE id IN
            (SELECT id FROM res_partner WHERE ref = '{MINE}' ORDER BY id OFFSET {offset} LIMIT {number})""",
    )
