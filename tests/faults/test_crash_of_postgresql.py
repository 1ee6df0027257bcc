"""After a crash PostgreSQL gives out again the numbers of transactions that never reached the disk."""

from __future__ import annotations

import psycopg2

from tests.faults.cluster import Cluster
from tests.faults.wire import Wire
from tools.provision.server import OdooServer
from tools.stage.office import Office


def _burn_numbers(connection, count: int) -> int:
    """Take transaction numbers that leave nothing on disk; the last one taken."""
    cursor = connection.cursor()
    for _ in range(count):
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (number,) = cursor.fetchone()
        connection.rollback()
    return number


def test_change_that_got_its_number_anew_after_a_crash_is_not_lost(make_database):
    """Proves I1, I9. The pull before the crash had seen numbers that are given out again after it."""
    with Cluster(make_database()) as cluster:
        with OdooServer(cluster.db, extra=cluster.options) as server:
            office = Office(server.url, cluster.db)
            partners = [office.create("res.partner", name=f"Crash {n}") for n in range(12)]
            device = Wire.enrol(server.url, office.code(office.hire_traveller("crash", "Crash")))
            device.pull()
            side = psycopg2.connect(**cluster.dsn())
            side.cursor().execute("SET synchronous_commit = off")
            side.commit()
            before = _burn_numbers(side, 5)
            side.cursor().execute("UPDATE res_partner SET phone = 'unflushed' WHERE id = %s", [partners[0]])
            side.commit()
            device.pull()
            assert device.held["res.partner"][partners[0]]["values"]["phone"] == "unflushed"
            after = _burn_numbers(side, 50)
            side.close()
            cluster.crash()
        cluster.start()
        with (
            OdooServer(cluster.db, extra=cluster.options) as server,
            psycopg2.connect(**cluster.dsn()) as side,
        ):
            anew = _burn_numbers(side, 1)
            assert before < anew < after, "the crash lost no number: the test would prove nothing"
            device.url = server.url
            office = Office(server.url, cluster.db)
            for partner in partners:
                office.write("res.partner", partner, city="After the crash")
            device.pull()
            cities = {device.held["res.partner"][partner]["values"]["city"] for partner in partners}
            phones = {
                partner: office.read("res.partner", partner, "phone")["phone"] or None for partner in partners
            }
        assert cities == {"After the crash"}
        assert {p: device.held["res.partner"][p]["values"]["phone"] for p in partners} == phones
