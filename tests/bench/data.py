"""The data of all measurements: contacts as the ORM would have stored them, made by PostgreSQL from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2

from tools.provision import database, postgres, templates
from tools.provision.steps import digest, step
from tools.provision.workspace import Workspace

SEED = 0.19
SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
PARTNER = "res.partner"
#: Devices of the bench hold the contacts of this reference.
MINE, ELSEWHERE = "bench", "elsewhere"
DOMAIN = [("ref", "=", MINE)]


@dataclass(frozen=True, slots=True)
class Kind:
    """Records that a device holds: who asks for them how, and what SQL says of fields that are no columns."""

    model: str
    #: The text field that says which are of the bench.
    marked: str
    beside: Mapping[str, str]
    #: How the office hires who works with them, and the profile that they usually have; None: everybody's.
    hire: str = "hire_traveller"
    usual: str | None = None

    @property
    def table(self) -> str:
        return self.model.replace(".", "_")

    @property
    def domain(self) -> list[Any]:
        return [(self.marked, "=", MINE)]


CONTACTS = Kind(
    PARTNER,
    "ref",
    {
        "category_id": """ARRAY(SELECT category_id FROM res_partner_res_partner_category_rel
                                 WHERE partner_id = p.id ORDER BY category_id)""",
        "image_1920": """(SELECT checksum FROM ir_attachment
                           WHERE res_model = 'res.partner' AND res_field = 'image_1920' AND res_id = p.id)""",
    },
)
LEADS = Kind(
    "crm.lead",
    "referred",
    {"tag_ids": "ARRAY(SELECT tag_id FROM crm_tag_rel WHERE lead_id = p.id ORDER BY tag_id)"},
    hire="hire_salesperson",
    usual="offline_crm.offline_profile_sales",
)


@contextmanager
def bench_database(contacts: int, template: str = "suite") -> Iterator[str]:
    """A database with so many contacts, 10,000 of them in scope, and as many rows in the log; dropped afterwards.

    With the template of an addon it has what that brings besides.
    """
    name = f"offline_bench_{uuid4().hex[:8]}"
    database.copy(name, _template(contacts, template))
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


def _template(contacts: int, template: str) -> str:
    """The database that others are copied from; kept until the code that shapes it is another."""
    space = Workspace.here()
    suite = templates.ensure(space, template)
    family = f"offline_{space.ident}_bench_{template}_{contacts}_"
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
        if contacts:
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
    made = {
        "name": "who",
        "complete_name": "who",
        "active": "true",
        "is_company": "random() < 0.2",
        "type": "'contact'",
        "email": "'c' || n || '@example.com'",
        "phone": "'+32 ' || (1e8 * random())::int",
        "street": "(1 + 200 * random())::int || ' Main Street'",
        "city": "'Town ' || (100 * random())::int",
        "zip": "(1000 + 9000 * random())::int::text",
        "lang": "'en_US'",
        "ref": "%s",
        "comment": "CASE WHEN random() < 0.1 THEN '<p>' || repeat('Known since ' || n || '. ', 5) || '</p>' END",
        "color": "(11 * random())::int",
        "create_date": "moment",
        "write_date": "moment",
        "create_uid": "1",
        "write_uid": "1",
    }
    # What other addons ask of every contact is as the company has it.
    needed = sql(
        name,
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = 'res_partner' AND is_nullable = 'NO' AND column_default IS NULL
              AND column_name <> ALL(%s)""",
        list(made),
    )
    made |= {column: f"(SELECT {column} FROM res_partner ORDER BY id LIMIT 1)" for (column,) in needed}
    sql(
        name,
        f"""SELECT setseed({SEED});
            INSERT INTO res_partner ({", ".join(made)})
            SELECT {", ".join(made.values())}
              FROM (SELECT n, 'Contact ' || n || ' ' || md5(random()::text) AS who,
                           now() AT TIME ZONE 'UTC' - random() * interval '300 days' AS moment
                      FROM generate_series(1, {number}) AS n) AS made""",
        ref,
    )
    sql(name, "ANALYZE res_partner")
    sql(name, "ANALYZE offline_change")


def add_leads(name: str, number: int, user: int) -> None:
    """So many opportunities of a person, spread over the stages; the same ones for the same seed."""
    sql(
        name,
        f"""SELECT setseed({SEED});
            INSERT INTO crm_lead (name, type, active, user_id, team_id, stage_id, referred, contact_name, partner_name,
                                  email_from, phone, street, city, zip, priority, probability, automated_probability,
                                  expected_revenue, prorated_revenue, won_status, date_open, date_last_stage_update,
                                  create_date, write_date, create_uid, write_uid)
            SELECT 'Deal ' || n || ' ' || md5(random()::text), 'opportunity', true, %s,
                   (SELECT min(id) FROM crm_team), stages[1 + n %% cardinality(stages)], '{MINE}', 'Person ' || n,
                   'Firm ' || n, 'c' || n || '@example.com', '+32 ' || (1e8 * random())::int,
                   (1 + 200 * random())::int || ' Main Street', 'Town ' || (100 * random())::int,
                   (1000 + 9000 * random())::int::text, (n %% 4)::text, 10, 10, 1000 + n, 100 + n, 'pending', moment,
                   moment, moment, moment, 1, 1
              FROM (SELECT n, now() AT TIME ZONE 'UTC' - random() * interval '300 days' AS moment,
                           ARRAY(SELECT id FROM crm_stage WHERE is_won IS NOT TRUE ORDER BY id) AS stages
                      FROM generate_series(1, {number}) AS n) AS made""",
        user,
    )
    sql(name, "ANALYZE crm_lead")


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
