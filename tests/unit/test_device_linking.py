"""A new record that turns out to be one that is there: one record on the device, by whichever name it is asked for."""

from __future__ import annotations

import pytest

from offline_core.errors import Refusal
from offline_device import Device
from offline_device.records import Key
from offline_device.view import Record

from .conftest import Home
from .fake_server import FakeServer
from .fake_state import PARTNER, uid


@pytest.fixture
def synced(device: Device, server: FakeServer) -> Device:
    server.put(PARTNER, 1, name="Azure Group", phone="1", city=None)
    device.sync()
    return device


def names(device: Device) -> list[str]:
    return sorted(record.values["name"] for record in device.search(PARTNER))


def test_there_is_one_record_by_both_names_at_every_step(synced: Device, server: FakeServer) -> None:
    server.there[1] = 1
    made = synced.create(PARTNER, {"name": "Azure", "city": "Ghent"})
    assert names(synced) == ["Azure", "Azure Group"]
    seen: list[list[Record]] = []
    synced._checkpoint = lambda step: seen.append(synced.search(PARTNER)) if step == "push.stored" else None
    synced.sync()
    assert [len(records) for records in seen] == [1]
    assert (names(synced), synced.count(PARTNER)) == (["Azure Group"], 1)
    by_uid, by_id = synced.get(PARTNER, made.ref), synced.get(PARTNER, 1)
    assert by_uid is not None
    assert by_uid == by_id
    assert (by_uid.id, by_uid.values["city"], by_uid.pending) == (1, "Ghent", ())


def test_work_that_names_it_by_the_uid_goes_on(synced: Device, server: FakeServer) -> None:
    server.there[1] = 1
    made = synced.create(PARTNER, {"name": "Azure"})
    server.verdicts[2] = ("rejected", "validation_failed")
    child = synced.create(PARTNER, {"name": "Ann", "parent_id": {"uid": made.uid}})
    synced.update(PARTNER, made.ref, {"city": "Ghent"})
    synced.sync()
    [refused] = synced.unresolved()
    del server.verdicts[2]
    synced.amend(refused.op, {"name": "Anna", "parent_id": {"uid": made.uid}})
    synced.update(PARTNER, made.ref, {"phone": "2"})
    synced.sync()
    assert synced.outbox() == []
    assert (server.content()[1]["city"], server.content()[1]["phone"]) == ("Ghent", "2")
    assert child.uid is not None
    assert synced.status().incidents == []


def test_record_of_another_device_keeps_its_own_name(synced: Device, server: FakeServer) -> None:
    other = uid(7, 0xA)
    server.life.rows[PARTNER][1].uid = other
    server.put(PARTNER, 1, city="Namur")
    synced.sync()
    server.there[1] = 1
    made = synced.create(PARTNER, {"name": "Azure"})
    synced.update(PARTNER, made.ref, {"phone": "2"})
    server.verdicts[2] = ("conflict", None)
    synced.sync()
    for ref in (made.ref, other, 1):
        record = synced.get(PARTNER, ref)
        assert record is not None
        assert (record.id, record.uid, record.values["phone"], record.pending) == (1, other, "2", (2,)), ref
    assert synced.update(PARTNER, made.ref, {"city": "Ghent"}).body["target"] == {"uid": other}
    assert synced.count(PARTNER) == 1


def test_record_that_is_not_here_yet_is_told_by_its_own_name_once_it_is(
    synced: Device, server: FakeServer
) -> None:
    other = uid(7, 0xA)
    server.there[1] = 5
    made = synced.create(PARTNER, {"name": "Blue", "city": "Ghent"})
    server.put(PARTNER, 5, name="Blue Group", city=None)
    server.life.rows[PARTNER][5].uid = other
    synced.sync()
    record = synced.get(PARTNER, made.ref)
    assert record is not None
    assert (record.id, record.uid, record.values["name"]) == (5, other, "Blue Group")
    assert names(synced) == ["Azure Group", "Blue Group"]


def test_two_new_ones_that_are_the_same_are_one(synced: Device, server: FakeServer) -> None:
    server.there |= {1: 1, 2: 1}
    made = [synced.create(PARTNER, {"name": name}) for name in ("Azure", "Azur")]
    synced.sync()
    assert names(synced) == ["Azure Group"]
    for record in made:
        assert synced.get(PARTNER, record.ref) == synced.get(PARTNER, 1)


def test_link_that_a_person_decides_comes_with_a_pull(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("conflict", None)
    made = synced.create(PARTNER, {"name": "Azure"})
    synced.sync()
    assert names(synced) == ["Azure", "Azure Group"]
    [parked] = synced.unresolved()
    with pytest.raises(Refusal):
        synced.resolve(parked.op, "device", same_as=1)
    entry = synced.resolve(parked.op, "server", same_as=1)
    assert entry.body["args"] == {"op": parked.op, "by": "server", "same_as": 1}
    assert names(synced) == ["Azure Group"]
    synced.sync()
    assert (synced.outbox(), names(synced)) == ([], ["Azure Group"])
    assert synced.get(PARTNER, made.ref) == synced.get(PARTNER, 1)


def test_link_that_a_restored_server_lost_is_made_again(synced: Device, server: FakeServer) -> None:
    """Proves I9."""
    server.there[1] = 1
    backup = server.backup()
    made = synced.create(PARTNER, {"name": "Azure", "city": "Ghent"})
    synced.sync()
    server.restore(backup)
    del server.there[1]  # this time nobody finds them alike
    server.life.rows[PARTNER].pop(1)
    synced.sync()
    record = synced.get(PARTNER, made.ref)
    assert record is not None
    assert (record.id, record.uid, names(synced)) == (100, made.uid, ["Azure"])
    assert synced.get(PARTNER, 1) is None


def test_id_given_out_again_does_not_answer_to_the_linked_name(synced: Device, server: FakeServer) -> None:
    """Proves I9."""
    server.there[1] = 1
    made = synced.create(PARTNER, {"name": "Azure"})
    synced.sync()
    server.life.rows[PARTNER].pop(1)
    server.put(PARTNER, 1, name="Somebody else")
    server.life.rows[PARTNER][1].born = "2026-11-22T08:00:00.000000Z"
    synced.sync()
    assert synced.get(PARTNER, made.ref) is None
    assert names(synced) == ["Somebody else"]


def test_store_of_the_version_before_knows_links_after_an_upgrade(
    home: Home, device: Device, server: FakeServer
) -> None:
    for statement in ("DROP TABLE linked", "PRAGMA user_version=2"):
        device.store.db.execute(statement)
    device = home.open()
    server.put(PARTNER, 1, name="Azure Group")
    server.there[1] = 1
    made = device.create(PARTNER, {"name": "Azure"})
    device.sync()
    record = device.get(PARTNER, made.ref)
    assert record is not None
    assert record.id == 1


def test_later_receipt_by_the_linked_name_takes_no_name_away(synced: Device) -> None:
    records, own, other = synced.records, uid(7, 0xA), uid(8, 0xA)
    records.learn_identity(PARTNER, own, 1, "born")
    records.learn_identity(PARTNER, other, 1, "born", linked=True)
    for _time in range(2):
        records.learn_identity(PARTNER, other, 1, "born")
        assert records.key(PARTNER, other) == records.key(PARTNER, own) == Key(1, own)
