"""A customer whom the office knows and a device makes anew, over the wire: one customer in the end, on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from offline_device import Device
from tests.contract.conftest import bare_office, served
from tests.faults.wire import Wire
from tools.provision.server import OdooServer
from tools.stage.office import Office

LEAD, PARTNER, ACTIVITY = "crm.lead", "res.partner", "mail.activity"


server = served("offline_crm")
office = bare_office()


@pytest.fixture(scope="module")
def code(office: Office) -> Callable[[], str]:
    """A code for a new device of a salesperson, whose profile links."""
    profile = office.ref("offline_crm.offline_profile_sales")
    line = office.find("offline.profile.entity", ("profile_id", "=", profile), ("entity", "=", PARTNER))
    office.write("offline.profile.entity", line, duplicate_policy="link")
    user = office.hire_salesperson("linker", "Linker")
    office.create("crm.team", name="North", member_ids=[(6, 0, [user])])
    return lambda: office.code(user, profile)


@pytest.fixture
def device(server: OdooServer, code: Callable[[], str], tmp_path: Path) -> Iterator[Device]:
    with Device(tmp_path / "device") as opened:
        opened.enrol(server.url, code())
        opened.sync()
        yield opened


def customers(office: Office, email: str) -> list[int]:
    found: list[int] = office(PARTNER, "search", [("email_normalized", "=", email)])
    return found


def test_customer_with_a_lead_and_an_activity_is_one_on_both_sides(
    server: OdooServer, office: Office, code: Callable[[], str], tmp_path: Path
) -> None:
    """Proves I6, I8."""
    there = office.create(PARTNER, name="Ann Ray", email="ann@ray.example", phone="+32 2 290 34 90")
    with Device(tmp_path / "device") as device:
        device.enrol(server.url, code())
        device.sync()
        made = device.create(PARTNER, {"name": "Ann R.", "email": "Ann@Ray.example", "city": "Ghent"})
        deal = device.create(LEAD, {"name": "Desks", "type": "opportunity", "partner_id": {"uid": made.uid}})
        call = device.create(
            ACTIVITY,
            {
                "res_model": PARTNER, "res_id": {"uid": made.uid}, "summary": "Ring", "date_deadline": "2026-12-01",
                "user_id": device.settings.user.id,
            },
        )  # fmt: skip
        device.update(PARTNER, made.ref, {"zip": "9000"})
        assert len(device.search(PARTNER, "ann")) == 2
        device.sync()
        assert device.outbox() == []
        assert [one.id for one in device.search(PARTNER, "ann")] == [there]
        assert device.get(PARTNER, made.ref) == device.get(PARTNER, there)
        assert device.get(LEAD, deal.ref).values["partner_id"] == there  # type: ignore[union-attr]
        assert device.get(ACTIVITY, call.ref).values["res_id"] == there  # type: ignore[union-attr]
        [created] = [one for one in device.journal() if one.target_uid == made.uid and one.verb == "create"]
        assert created.receipt is not None
        assert (created.state, created.receipt.result) == (
            "merged",
            {"linked_to": there, "left_out": ["email", "name"]},
        )
        device.sync()
        assert device.status().heals == 0
    assert customers(office, "ann@ray.example") == [there]
    found = office.read(PARTNER, there, "name", "city", "zip", "phone", "opportunity_ids")
    assert (found["name"], found["city"], found["zip"]) == ("Ann Ray", "Ghent", "9000")
    assert len(found["opportunity_ids"]) == 1


def test_person_says_on_the_device_which_of_two_it_is(office: Office, device: Device) -> None:
    """Proves I8. What hung on the new one waits for the word of its person, and follows it."""
    made = device.create(PARTNER, {"name": "Rooms", "email": "old@rooms.example"})
    device.create(LEAD, {"name": "Lamps", "type": "opportunity", "partner_id": {"uid": made.uid}})
    office.create(PARTNER, name="Old Rooms", email="old@rooms.example")
    other = office.create(PARTNER, name="New Rooms", email="old@rooms.example")
    device.sync()
    [asked, waiting] = device.unresolved()
    assert (asked.state, waiting.state) == ("conflict", "deferred")
    assert asked.receipt is not None
    assert isinstance(asked.receipt.result, dict)
    assert other in asked.receipt.result["duplicates"]
    device.resolve(asked.op, "server", same_as=other)
    device.sync()
    assert device.outbox() == []
    assert device.get(PARTNER, made.ref) == device.get(PARTNER, other)
    lead = office.find(LEAD, ("name", "=", "Lamps"))
    assert office.read(LEAD, lead, "partner_id")["partner_id"][0] == other


def test_device_that_knows_nothing_of_links_goes_on(
    server: OdooServer, office: Office, code: Callable[[], str]
) -> None:
    """Proves I8. It sends the uid that it chose for ever, and has a receipt that it understands."""
    there = office.create(PARTNER, name="Blue Mill", email="info@mill.example")
    old = Wire.enrol(server.url, code())
    old.pull()
    create = old.create(PARTNER, name="Mill", email="info@mill.example")
    uid = create["target"]
    edit = old.operation(PARTNER, "update", target=uid, values={"city": "Ghent"}, base={"city": None})
    receipts = old.push(create, edit)["receipts"]
    assert [one["status"] for one in receipts] == ["merged", "applied"]
    assert [one["target"]["id"] for one in receipts] == [there, there]
    assert [one["target"]["uid"] for one in receipts] == [uid["uid"], uid["uid"]]
    old.pull()
    assert old.held[PARTNER][there]["values"]["city"] == "Ghent"
    asked = office.create(PARTNER, name="Blue Mill, Sales", email="info@mill.example")
    again = old.create(PARTNER, name="Mill", email="info@mill.example")
    parked = old.push(again)["receipts"][0]
    assert sorted(parked["result"]["duplicates"]) == sorted([there, asked])
    by = old.operation(PARTNER, "resolve", args={"op": again["op"], "by": "server"})
    assert old.push(by)["receipts"][0]["status"] == "applied"
    assert customers(office, "info@mill.example") == [there, asked]
