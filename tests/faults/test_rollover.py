"""Transaction numbers get another digit: positions are compared as numbers, never as text."""

from __future__ import annotations

import psycopg2

from tests.faults.wire import Wire
from tools.provision.server import OdooServer
from tools.stage.office import Office

PARTNER = "res.partner"
_BOUNDARY = 1_000_000
_BURN = "DO $$ BEGIN FOR i IN 1..%s LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


def test_nothing_is_lost_when_transaction_numbers_get_another_digit(make_cluster):
    """Proves I1. One transaction is under way across the boundary; pulls stand before, at and behind it."""
    with make_cluster() as cluster:
        cluster.stop()
        cluster.set_next_transaction(_BOUNDARY - 5_000)
        cluster.start()
        with OdooServer(cluster.db, extra=cluster.options) as server:
            office = Office(server.url, cluster.db)
            across, behind = (office.create(PARTNER, name=name) for name in ("Across", "Behind"))
            device = Wire.enrol(server.url, office.code(office.hire_traveller("digits", "Digits")))
            device.pull()
            side, open_one = (psycopg2.connect(**cluster.dsn()) for _ in range(2))
            side.autocommit = True
            _burn_up_to(side, _BOUNDARY - 50)
            office.write(PARTNER, behind, city="before")
            device.pull()
            open_one.cursor().execute("UPDATE res_partner SET phone = 'across' WHERE id = %s", [across])
            assert _number(open_one) < _BOUNDARY
            _burn_up_to(side, _BOUNDARY + 10)
            office.write(PARTNER, behind, street="behind")
            device.pull()
            values = device.held[PARTNER][behind]["values"]
            assert (values["city"], values["street"]) == ("before", "behind")
            assert device.held[PARTNER][across]["values"]["phone"] is None
            receipts = device.push(device.create(PARTNER, name="Pushed behind"))["receipts"]
            assert [receipt["status"] for receipt in receipts] == ["applied"]
            open_one.commit()
            page = device.pull()
            assert device.held[PARTNER][across]["values"]["phone"] == "across"
            assert "Pushed behind" in device.names()
            assert page["reset"] is False
            before = device.cursor
            assert device.pull()["changes"] == []
            assert device.cursor == before
            for connection in (side, open_one):
                connection.close()


def _number(connection) -> int:
    cursor = connection.cursor()
    cursor.execute("SELECT pg_current_xact_id()::text::bigint")
    return int(cursor.fetchone()[0])


def _burn_up_to(connection, number: int) -> None:
    present = _number(connection)
    assert present <= number
    connection.cursor().execute(_BURN, [number - present])
