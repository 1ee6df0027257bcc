"""All connections to the database are taken: devices are told to come back, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.faults.waiting import until_blocked
from tests.faults.wire import Wire
from tools.stage.office import Office

PARTNER = "res.partner"
_CONNECTIONS = 3


def test_devices_that_find_no_connection_come_back_and_everything_counts_once(
    make_database, make_server, connect
):
    """Proves I2, I10. Pushes wait for a row that somebody holds, each with a connection, until there is none left."""
    db = make_database()
    server = make_server(db, extra=[f"--db_maxconn={_CONNECTIONS}"])
    office = Office(server.url, db)
    contested = office.create(PARTNER, name="Contested")
    user = office.hire_traveller("pool", "Pool")
    devices = [Wire.enrol(server.url, office.code(user)) for _ in range(_CONNECTIONS + 3)]
    for device in devices:
        device.pull()
    waiting, turned_away = devices[:_CONNECTIONS], devices[_CONNECTIONS:]
    work = {
        device: [
            device.create(PARTNER, name=f"Pool {number}"),
            device.update(PARTNER, contested, {field: "1"}),
        ]
        for number, (device, field) in enumerate(
            zip(devices, ("phone", "email", "city", "street", "street2", "function"), strict=True)
        )
    }
    blocker = connect(db)
    blocker.cursor().execute("SELECT 1 FROM res_partner WHERE id = %s FOR UPDATE", [contested])
    with ThreadPoolExecutor(len(waiting)) as pool:
        sent = [pool.submit(device.post, "push", {"operations": work[device]}) for device in waiting]
        until_blocked(connect(db), "res_partner", len(waiting))
        for device in turned_away:
            for route, body in (("push", {"operations": work[device]}), ("pull", {"cursor": device.cursor})):
                answer = device.post(route, body)
                # Odoo answers itself: without a connection none of ours has begun.
                assert answer.status_code == 500, answer.text
        blocker.rollback()
        assert {one.result().status_code for one in sent} <= {200, 503}
    for device in devices:
        assert [receipt["status"] for receipt in device.push(*work[device])["receipts"]] == ["applied"] * 2
    for device in devices:
        device.pull()
        held = device.held[PARTNER][contested]["values"]
        assert {held[name] for name in ("phone", "email", "city", "street", "street2", "function")} == {"1"}
    for number in range(len(devices)):
        assert office(PARTNER, "search_count", [("name", "=", f"Pool {number}")]) == 1
