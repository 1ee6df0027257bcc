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


def _crash_after_a_pull(cluster: Cluster, device: Wire, partner: int) -> bool:
    """Pull a change that nobody flushed, take more numbers, crash; whether PostgreSQL gives some of them out anew."""
    with OdooServer(cluster.db, extra=cluster.options) as server:
        device.url = server.url
        side = psycopg2.connect(**cluster.dsn())
        side.cursor().execute("SET synchronous_commit = off")
        side.commit()
        before = _burn_numbers(side, 5)
        side.cursor().execute("UPDATE res_partner SET phone = 'n' || %s WHERE id = %s", [before, partner])
        side.commit()
        device.pull()
        assert device.held["res.partner"][partner]["values"]["phone"] == f"n{before}"
        after = _burn_numbers(side, 50)
        side.close()
        cluster.crash()
    cluster.start()
    side = psycopg2.connect(**cluster.dsn())
    anew = _burn_numbers(side, 1)
    side.close()
    return before < anew < after


def test_change_that_got_its_number_anew_after_a_crash_is_not_lost(make_cluster):
    """Proves I1, I9. The pull before the crash had seen numbers that are given out again after it."""
    with make_cluster() as cluster:
        with OdooServer(cluster.db, extra=cluster.options) as server:
            office = Office(server.url, cluster.db)
            partners = [office.create("res.partner", name=f"Crash {n}") for n in range(12)]
            device = Wire.enrol(server.url, office.code(office.hire_traveller("crash", "Crash")))
            device.pull()
        # The log writer wakes every ten seconds, perhaps just then: that crash loses nothing, the next one will.
        assert any(_crash_after_a_pull(cluster, device, partners[0]) for _attempt in range(3))
        with OdooServer(cluster.db, extra=cluster.options) as server:
            device.url = server.url
            office = Office(server.url, cluster.db)
            for partner in partners:
                office.write("res.partner", partner, city="After the crash")
            device.pull()
            stored = {p: office.read("res.partner", p, "phone", "city") for p in partners}
        for partner, values in stored.items():
            held = device.held["res.partner"][partner]["values"]
            assert (held["city"], held["phone"]) == ("After the crash", values["phone"] or None)
