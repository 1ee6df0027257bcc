"""Whatever is lost, repeated or killed: an operation counts once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.faults.waiting import until_blocked
from tests.faults.wire import Wire
from tools.stage.network import Network
from tools.stage.office import Office


def _count(office, name: str) -> int:
    return office("res.partner", "search_count", [("name", "=", name)])


def test_lost_answer_of_a_push_is_asked_for_again_and_the_effect_is_there_once(
    office, traveller, make_wire, network
):
    """Proves I2, I8. The server did its work; nobody heard of it."""
    device = make_wire(traveller)
    operation = device.create("res.partner", name="Lost answer")
    network.lose_answers()
    with pytest.raises(requests.ConnectionError):
        device.push(operation)
    assert _count(office, "Lost answer") == 1
    again = device.push(operation)
    assert [r["status"] for r in again["receipts"]] == ["applied"]
    assert again["next_seq"] == 2
    assert _count(office, "Lost answer") == 1


def test_answer_that_breaks_off_in_its_body_changes_nothing_about_that(office, traveller, make_wire, network):
    """Proves I2. Half an answer is no answer."""
    device = make_wire(traveller)
    operation = device.create("res.partner", name="Half an answer")
    network.cut_answers(after_bytes=200)
    with pytest.raises(requests.RequestException):
        device.push(operation)
    first = device.push(operation)
    assert device.push(operation)["receipts"] == first["receipts"]
    assert _count(office, "Half an answer") == 1


def test_six_parallel_sends_of_one_operation_count_once(office, traveller, make_wire):
    """Proves I2. Each send gets the receipt, or is told to come back."""
    device = make_wire(traveller)
    operation = device.create("res.partner", name="Six at once")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: device.post("push", {"operations": [operation]}), range(6)))
    outcomes = [
        a.json()["receipts"][0]["status"] if a.status_code == 200 else a.json()["code"] for a in answers
    ]
    assert "applied" in outcomes
    assert set(outcomes) <= {"applied", "retry", "contention"}
    assert _count(office, "Six at once") == 1
    assert device.push(operation)["receipts"][0]["status"] == "applied"
    assert _count(office, "Six at once") == 1


def test_same_operation_from_two_devices_at_once_counts_once(office, traveller, make_wire):
    """Proves I2. A person enrolled again while the last push of the old device was still under way."""
    for turn in range(5):
        old, new = make_wire(traveller), make_wire(traveller)
        operation = old.create("res.partner", name=f"Two devices {turn}")
        with ThreadPoolExecutor(2) as pool:
            sent = [pool.submit(device.post, "push", {"operations": [operation]}) for device in (old, new)]
            answers = [one.result() for one in sent]
        assert {answer.status_code for answer in answers} <= {200, 503}
        for device in (old, new):
            assert [r["status"] for r in device.push(operation)["receipts"]] == ["applied"]
        assert _count(office, f"Two devices {turn}") == 1


def test_lost_answer_of_a_pull_is_answered_again_and_correctly(office, traveller, make_wire, network):
    """Proves I1, I4. Scope changed between the answer that was lost and the one that came."""
    partner = office.create("res.partner", name="Here then gone")
    device = make_wire(traveller)
    device.pull()
    office.write("res.partner", partner, city="Somewhere")
    network.lose_answers()
    with pytest.raises(requests.ConnectionError):
        device.pull()
    office.write("res.partner", partner, active=False)
    page = device.pull()
    removes = [r for change in page["changes"] for r in change["removes"]]
    assert {"id": partner, "why": "scope"} in removes
    assert partner not in device.held["res.partner"]


def test_server_killed_in_the_middle_of_a_push_did_all_of_it_or_nothing(make_database, make_server, connect):
    """Proves I2, I5. SIGKILL while the push waits for a lock that another transaction holds."""
    db = make_database()
    server = make_server(db, workers=2)
    office = Office(server.url, db)
    user = office.hire_traveller("killed", "Killed")
    partner = office.create("res.partner", name="Locked")
    device = Wire.enrol(server.url, office.code(user))
    device.pull()
    operations = [
        device.create("res.partner", name="Before the kill"),
        device.update("res.partner", partner, {"city": "After the kill"}),
    ]
    blocker = connect(db)
    blocker.cursor().execute("SELECT 1 FROM res_partner WHERE id = %s FOR UPDATE", [partner])
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(device.post, "push", {"operations": operations})
        until_blocked(connect(db))
        server.kill()
        with pytest.raises(requests.RequestException):
            sent.result()
    blocker.rollback()
    server.start()
    office = Office(server.url, db)
    assert _count(office, "Before the kill") == 0
    receipts = device.push(*operations)["receipts"]
    assert [r["status"] for r in receipts] == ["applied", "applied"]
    assert _count(office, "Before the kill") == 1
    assert office.read("res.partner", partner, "city")["city"] == "After the kill"


def test_two_workers_give_one_device_one_history(make_database, make_server):
    """Proves I2, I3. Pushes of one device spread over worker processes; the numbers stay in order."""
    db = make_database()
    server = make_server(db, workers=2)
    with Network(server.port) as network:
        office = Office(server.url, db)
        device = Wire.enrol(network.url, office.code(office.hire_traveller("workers", "Workers")))
        operations = [device.create("res.partner", name=f"Spread {n}") for n in range(12)]

        def send(batch):
            return device.post("push", {"operations": batch})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, [operations[:3], operations[:6], operations[:9], operations]))
        device.push(*operations)
        ids = office("res.partner", "search", [("name", "=like", "Spread %")], order="id")
        names = [row["name"] for row in office("res.partner", "read", ids, ["name"])]
    assert names == [f"Spread {n}" for n in range(12)]
