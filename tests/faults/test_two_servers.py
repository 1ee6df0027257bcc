"""Two Odoo servers with two workers each on one database: any of them may answer any call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest
import requests

from tests.faults.wire import Wire
from tools.provision.server import OdooServer
from tools.stage.office import Office

PARTNER = "res.partner"
_ROUNDS = 12
_TRIES = 60


@pytest.fixture(scope="module")
def servers(make_database: Callable[..., str]) -> Iterator[list[OdooServer]]:
    db = make_database()
    with OdooServer(db, workers=2) as one, OdooServer(db, workers=2) as two:
        yield [one, two]


class Wanderer(Wire):
    """A device whose every call reaches the other server; what is busy is asked again, as devices do."""

    def wander(self, servers: list[OdooServer]) -> Wanderer:
        self.urls = cycle([server.url for server in servers])
        return self

    def post(self, route: str, body: dict[str, Any]) -> requests.Response:
        for _ in range(_TRIES):
            self.url = next(self.urls)
            answer = super().post(route, body)
            if answer.status_code != 503:
                return answer
        raise AssertionError(f"{route} stayed busy: {answer.text}")


def test_devices_of_two_servers_converge_while_everybody_writes(servers, connect):
    """Proves I1, I2, I6. Offices and raw SQL write, devices pull and push, each call at another process."""
    offices = [Office(server.url, server.db) for server in servers]
    user = offices[0].hire_traveller("wanderer", "Wanderer")
    shared = [offices[0].create(PARTNER, name=f"Shared {n}") for n in range(6)]
    devices = [Wanderer.enrol(servers[0].url, offices[0].code(user)).wander(servers) for _ in range(3)]
    for device in devices:
        device.pull()

    def desk(number: int) -> None:
        office = Office(servers[number].url, servers[number].db)
        for turn in range(_ROUNDS):
            office.create(PARTNER, name=f"Desk {number} {turn}")

    def raw_sql() -> None:
        early, late = connect(servers[0].db), connect(servers[0].db)
        for turn in range(_ROUNDS):
            for connection, record in ((early, shared[turn % 3]), (late, shared[3 + turn % 3])):
                connection.cursor().execute(
                    "UPDATE res_partner SET phone = %s WHERE id = %s", [str(turn), record]
                )
            late.commit()
            devices[0].post("pull", {"cursor": devices[0].cursor})  # its answer is lost
            early.commit()

    def device(number: int) -> None:
        mine = devices[number]
        for turn in range(_ROUNDS):
            receipts = mine.push(mine.create(PARTNER, name=f"Device {number} {turn}"))["receipts"]
            assert [receipt["status"] for receipt in receipts] == ["applied"]
            mine.pull()

    with ThreadPoolExecutor(6) as pool:
        # The first device is the one whose answers get lost meanwhile; it pushes afterwards.
        jobs = [pool.submit(desk, 0), pool.submit(desk, 1), pool.submit(raw_sql)]
        jobs += [pool.submit(device, 1), pool.submit(device, 2)]
        for job in jobs:
            job.result()
    device(0)
    for one in devices:
        closing = one.pull()
        assert closing["digests"][PARTNER]["count"] == len(one.held[PARTNER])
    versions = [{i: row["v"] for i, row in one.held[PARTNER].items()} for one in devices]
    assert versions[0] == versions[1] == versions[2]
    made = [name for name in devices[0].names() if name.startswith(("Desk", "Device"))]
    assert len(made) == len(set(made)) == 5 * _ROUNDS
    phones = {record: devices[0].held[PARTNER][record]["values"]["phone"] for record in shared}
    assert phones == {record: str(_ROUNDS - 3 + n % 3) for n, record in enumerate(shared)}


def test_device_that_calls_both_servers_at_once_counts_once(servers, connect):
    """Proves I2, I3. The same push twice, at the same time, at two servers: one effect, equal receipts."""
    office = Office(servers[0].url, servers[0].db)
    user = office.hire_traveller("twin", "Twin")
    device = Wanderer.enrol(servers[0].url, office.code(user)).wander(servers)
    device.pull()
    body = [device.create(PARTNER, name="Once")]

    def send(server: OdooServer) -> dict[str, Any]:
        twin = Wanderer(server.url, device.token).wander([server])
        for _ in range(_TRIES):
            [receipt] = twin.push(*body)["receipts"]
            if receipt["status"] != "retry":
                return dict(receipt)
        raise AssertionError("the other call holds the lane for good")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send, servers)
    assert (first["status"], first["target"]["id"]) == (second["status"], second["target"]["id"])
    assert office(PARTNER, "search_count", [("name", "=", "Once")]) == 1
