"""A device that was away for a week: it brings ten thousand operations, into a database that is no longer the same."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faults.wire import Json, Wire
from tools.provision.server import OdooServer
from tools.stage.network import Network
from tools.stage.office import Office
from tools.stage.phone import Phone

PARTNER = "res.partner"
_DAYS = 5
_CREATED_A_DAY, _EDITS_OF_EACH = 250, 7
_CALL = 500
#: What the worker may have grown between the first thousand operations and the last, in MiB.
_GROWTH = 40


@pytest.fixture
def place(make_database):
    """A database and a server of its own: what tests do to its fields and its size stays here."""
    with OdooServer(make_database()) as server, Network(server.port) as network:
        yield server, network, Office(server.url, server.db)


def _memory(pid: int) -> float:
    """The resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _a_weeks_work(device: Wire) -> list[Json]:
    """Each day contacts, each edited again and again that day; the last edit of each says its number."""
    operations = []
    for day in range(_DAYS):
        made = [
            device.create(PARTNER, name=f"Contact {day}-{number}", ref="0")
            for number in range(_CREATED_A_DAY)
        ]
        operations += made
        for edit in range(1, _EDITS_OF_EACH + 1):
            operations += [
                device.operation(
                    PARTNER,
                    "update",
                    target=create["target"],
                    values={"ref": str(edit)},
                    base={"ref": str(edit - 1)},
                )
                for create in made
            ]
    return operations


def _deliver(
    device: Wire, network: Network, operations: list[Json], pid: int
) -> tuple[list[Json], dict[str, Any]]:
    """Push all of it in calls of the allowed size; two answers get lost. The receipts, and what it took."""
    receipts: dict[int, Json] = {}
    calls, memory = 0, []
    started, at = time.monotonic(), 0
    while at < len(operations):
        calls += 1
        if calls in (3, 9):
            network.lose_answers()
        try:
            answer = device.push(*operations[at : at + _CALL])
        except requests.ConnectionError:
            continue
        receipts |= {
            receipt["seq"]: receipt for receipt in answer["receipts"] if receipt["status"] != "retry"
        }
        at = answer["next_seq"] - 1
        if at >= 1000:
            memory.append(_memory(pid))
    took = {
        "seconds": round(time.monotonic() - started, 1),
        "calls": calls,
        "first MiB": round(memory[0]),
        "growth MiB": round(max(memory) - memory[0], 1),
    }
    return [receipts[seq] for seq in sorted(receipts)], took


def test_ten_thousand_operations_count_once_in_order_in_bounded_calls_and_memory(place, capsys):
    """Proves I2, I3, I10. A push loads nothing of what was pushed before; the last edit of each contact wins."""
    server, network, office = place
    device = Wire.enrol(network.url, office.code(office.hire_traveller("ana", "Ana Silva")))
    operations = _a_weeks_work(device)
    assert len(operations) == 10_000
    receipts, took = _deliver(device, network, operations, server.pid)
    with capsys.disabled():
        print(f"\n10,000 operations: {took}")
    assert [receipt["seq"] for receipt in receipts] == list(range(1, 10_001))
    assert {receipt["status"] for receipt in receipts} == {"applied"}
    found = office(PARTNER, "search_read", [("name", "like", "Contact %-%")], ["name", "ref"], order="id")
    in_order = [op["values"]["name"] for op in operations if op["verb"] == "create"]
    assert [(row["name"], row["ref"]) for row in found] == [(name, str(_EDITS_OF_EACH)) for name in in_order]
    # A call carries 500 or ends after some five seconds: the two that were lost, and twice that for a busy machine.
    assert took["calls"] <= 2 * len(operations) // _CALL + 2
    assert took["growth MiB"] < _GROWTH
    assert device.push()["next_seq"] == 10_001


def _field(office: Office, model: int, name: str, **more: Any) -> int:
    return office.create(
        "ir.model.fields", model_id=model, name=name, ttype="char", field_description=name[2:].title(), **more
    )


def test_work_of_before_a_field_went_and_another_became_required_is_corrected_on_the_device(place, tmp_path):
    """Proves I7, I8, I10. The server was restarted in between: nothing of it is in anybody's memory."""
    server, network, office = place
    model = office.find("ir.model", ("model", "=", PARTNER))
    fields = [_field(office, model, name) for name in ("x_route", "x_grade")]
    office.create("offline.custom.entity", model_id=model, field_ids=[(6, 0, fields)])
    contact = office.create(PARTNER, name="Azure Interior", x_route="North", x_grade="A")
    phone = Phone(tmp_path / "ana")
    phone.enrol(network.url, office.code(office.hire_traveller("ana", "Ana Silva")), "ana")
    phone.sync()
    network.close()
    phone.edit(PARTNER, contact, x_route="South", city="Ghent")
    phone.edit(PARTNER, contact, x_grade="")
    phone.edit(PARTNER, contact, street="1 Quay")
    for unnamed in office(PARTNER, "search", [("x_grade", "=", False), ("active", "in", [True, False])]):
        office.write(PARTNER, unnamed, x_grade="-")
    office("ir.model.fields", "unlink", [fields[0]])
    office.write("ir.model.fields", fields[1], required=True)
    server.stop()
    server.start()
    network.target_port = server.port
    network.open()
    phone.sync()
    refused = {entry["seq"]: entry for entry in phone("outbox", "--parked")}
    assert {seq: entry["receipt"]["code"] for seq, entry in refused.items()} == {
        1: "field_unknown",
        2: "required_missing",
    }
    assert [list(entry["receipt"]["fields"]) for entry in refused.values()] == [["x_route"], ["x_grade"]]
    stored = office.read(PARTNER, contact, "city", "street", "x_grade")
    assert (stored["city"], stored["street"], stored["x_grade"]) == (False, "1 Quay", "A")
    phone("amend", "1", "city=Ghent")
    phone("amend", "2", "x_grade=B")
    phone.sync()
    assert phone("outbox") == []
    stored = office.read(PARTNER, contact, "city", "street", "x_grade")
    assert (stored["city"], stored["street"], stored["x_grade"]) == ("Ghent", "1 Quay", "B")
    shown = phone.show(PARTNER, contact)["values"]
    assert (shown["city"], shown["x_grade"]) == ("Ghent", "B")
    assert "x_route" not in shown
