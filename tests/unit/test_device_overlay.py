"""What the person sees: the server's content with their own work on it. Proves I8 and the overlay rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from offline_core.wire import Receipt
from offline_device import Device, Record
from offline_device.operations import Entry
from offline_device.overlay import lay_over

from .fake_server import FakeServer
from .fake_state import PARTNER, uid


@pytest.fixture
def synced(device: Device, server: FakeServer) -> Device:
    for number, name in ((1, "Azure"), (2, "Blue Café")):
        server.put(PARTNER, number, name=name, phone=None, city=None)
    device.sync()
    return device


def shown(device: Device, ref: int | str) -> dict[str, Any]:
    record = device.get(PARTNER, ref)
    assert record is not None
    return record.values


def test_an_edit_is_seen_at_once_and_marked(synced: Device) -> None:
    entry = synced.update(PARTNER, 1, {"phone": "1"})
    record = synced.get(PARTNER, 1)
    assert record is not None
    assert (record.values["phone"], record.pending) == ("1", (entry.seq,))
    assert synced.search(PARTNER, where={"phone": "1"}) == [record]


def test_the_base_of_an_edit_is_what_the_person_saw(synced: Device) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    entry = synced.update(PARTNER, 1, {"phone": "2", "city": "Namur"})
    assert entry.body["base"] == {"phone": "1", "city": None}


def test_an_edit_names_record_birth_and_version_as_received(synced: Device) -> None:
    entry = synced.update(PARTNER, 1, {"phone": "1"})
    row = synced.store.db.execute("SELECT born FROM record WHERE id = 1").fetchone()
    assert entry.body["target"] == {"id": 1, "born": row["born"]}
    assert len(entry.body["base_v"]) == 16


def test_delivered_work_is_covered_until_a_cut_contains_it(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    seen: list[Any] = []
    synced._checkpoint = lambda step: seen.append((step, shown(synced, 1)["phone"]))
    synced.sync()
    assert ("push.stored", "1") in seen
    assert {phone for _step, phone in seen} == {"1"}
    record = synced.get(PARTNER, 1)
    assert record is not None
    assert record.pending == ()


def test_what_the_server_made_of_a_value_is_shown_after_the_cut(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": " 1 "})
    synced._checkpoint = lambda step: server.put(PARTNER, 1, phone="+1") if step == "push.stored" else None
    synced.sync()
    assert shown(synced, 1)["phone"] == "+1"


def test_parked_work_stays_visible_over_newer_content(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("conflict", None)
    synced.update(PARTNER, 1, {"phone": "mine"})
    synced.sync()
    server.put(PARTNER, 1, phone="theirs", city="Namur")
    synced.sync()
    assert (shown(synced, 1)["phone"], shown(synced, 1)["city"]) == ("mine", "Namur")


def test_a_new_record_is_seen_found_and_edited_before_the_server_knows_it(
    synced: Device, server: FakeServer
) -> None:
    made = synced.create(PARTNER, {"name": "Née ici"})
    assert (made.id, made.held, made.present) == (None, False, True)
    assert made.values["category_id"] is None
    synced.update(PARTNER, made.ref, {"phone": "1"})
    assert [record.uid for record in synced.search(PARTNER, "nee")] == [made.uid]
    assert synced.outbox()[1].body["target"] == {"uid": made.uid}
    assert "base_v" not in synced.outbox()[1].body


def test_a_new_record_gets_its_id_and_keeps_its_uid(synced: Device, server: FakeServer) -> None:
    made = synced.create(PARTNER, {"name": "Born here"})
    synced.sync()
    assert made.uid is not None
    by_uid, by_id = synced.get(PARTNER, made.uid), synced.get(PARTNER, 100)
    assert by_uid == by_id
    assert by_uid is not None
    assert (by_uid.id, by_uid.uid, by_uid.held, by_uid.pending) == (100, made.uid, True, ())
    assert synced.update(PARTNER, 100, {"phone": "1"}).body["target"] == {"uid": made.uid}
    assert synced.count(PARTNER, "born") == 1


def test_between_push_and_pull_a_new_record_is_shown_once(synced: Device) -> None:
    made = synced.create(PARTNER, {"name": "Born here"})
    seen: list[list[Record]] = []
    synced._checkpoint = lambda step: seen.append(synced.search(PARTNER, "born"))
    synced.sync()
    assert {tuple(record.uid for record in found) for found in seen} == {(made.uid,)}


def test_references_name_records_by_uid_when_there_is_one(synced: Device, server: FakeServer) -> None:
    parent = synced.create(PARTNER, {"name": "Parent"})
    synced.create(PARTNER, {"name": "Child", "parent_id": {"uid": parent.uid}})
    synced.sync()
    assert server.content()[101]["parent_id"] == 100
    entry = synced.update(PARTNER, 1, {"parent_id": 100})
    assert entry.body["values"] == {"parent_id": {"uid": parent.uid}}


def test_a_deleted_record_is_hidden_at_once_and_still_there_to_look_at(
    synced: Device, server: FakeServer
) -> None:
    synced.delete(PARTNER, 1)
    assert [record.id for record in synced.search(PARTNER)] == [2]
    record = synced.get(PARTNER, 1)
    assert record is not None
    assert not record.present
    synced.sync()
    assert synced.get(PARTNER, 1) is None
    assert 1 not in server.content()


def test_work_on_a_record_that_is_gone_is_kept_and_readable(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("conflict", None)
    synced.update(PARTNER, 1, {"phone": "mine"})
    server.remove(PARTNER, 1)
    synced.sync()
    record = synced.get(PARTNER, 1)
    assert record is not None
    assert (record.present, record.values) == (False, {"phone": "mine"})
    assert [found.id for found in synced.search(PARTNER)] == [2]
    assert len(synced.unresolved()) == 1


def test_a_search_ignores_case_and_accents_and_wants_all_words(synced: Device) -> None:
    assert [record.id for record in synced.search(PARTNER, "CAFE blue")] == [2]
    assert synced.search(PARTNER, "cafe azure") == []
    assert synced.count(PARTNER) == 2


def test_search_pages_do_not_overlap(synced: Device) -> None:
    synced.update(PARTNER, 2, {"phone": "1"})
    pages = [synced.search(PARTNER, limit=1, offset=offset) for offset in range(3)]
    assert [[record.id for record in page] for page in pages] == [[1], [2], []]


def test_an_amendment_takes_the_place_of_what_was_rejected(synced: Device, server: FakeServer) -> None:
    server.verdicts |= {1: ("rejected", "validation_failed"), 2: ("deferred", None)}
    entry = synced.update(PARTNER, 1, {"phone": "wrong", "city": "Namur"})
    behind = synced.update(PARTNER, 1, {"city": "Liège"})
    synced.sync()
    synced.amend(entry.op, {"phone": "right"})
    assert (shown(synced, 1)["phone"], shown(synced, 1)["city"]) == ("right", "Liège")
    synced._checkpoint = lambda step: server.decide(behind.op, "applied") if step == "push.stored" else None
    synced.sync()
    assert synced.outbox() == []
    assert [kept.state for kept in reversed(synced.journal())] == ["amended", "applied", "applied"]
    assert shown(synced, 1) == server.content()[1] == {"name": "Azure", "phone": "right", "city": "Liège"}


def test_an_amendment_leaves_out_what_the_profile_no_longer_has(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("rejected", "field_unknown")
    entry = synced.update(PARTNER, 1, {"phone": "1", "city": "Namur"})
    partner = server.profile["entities"][0]
    partner["fields"] = [field for field in partner["fields"] if field["name"] != "city"]
    server.profile["profile_version"] += 1
    synced.sync()
    amended = synced.amend(entry.op, {"phone": "2"})
    assert amended.body["args"]["values"] == {"phone": "2"}


def test_discarded_work_is_no_longer_shown(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("rejected", "validation_failed")
    entry = synced.update(PARTNER, 1, {"phone": "wrong"})
    synced.sync()
    synced.discard(entry.op, "a mistake")
    assert shown(synced, 1)["phone"] is None
    synced.sync()
    assert synced.outbox() == []


def test_a_conflict_is_decided_on_the_device(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("conflict", None)
    entry = synced.update(PARTNER, 1, {"phone": "mine"})
    server.put(PARTNER, 1, phone="theirs")
    synced.sync()
    assert shown(synced, 1)["phone"] == "mine"
    synced.resolve(entry.op, "server")
    assert shown(synced, 1)["phone"] == "theirs"
    synced.sync()
    assert synced.outbox() == []


def test_a_conflict_decided_by_field_leaves_what_nobody_questioned_as_it_was() -> None:
    sides = {"base": None, "mine": "mine", "theirs": "theirs"}
    conflict = {"kind": "fields", "decider": "device", "fields": {"phone": sides, "city": sides}}
    receipt = {"seq": 1, "op": uid(1), "status": "conflict", "target": None, "code": None, "message": None}
    work = Entry(
        *("device", 1, uid(1), PARTNER, "update", 1, None, None),
        {"values": {"phone": "mine", "city": "mine", "street": "mine"}},
        *("conflict", Receipt.model_validate(receipt | {"conflict": conflict}), False),
    )
    args = {"op": uid(1), "by": "values", "values": {"phone": "third"}}
    decision = replace(work, seq=2, op=uid(2), verb="resolve", decides=uid(1), body={"args": args})
    seen = lay_over({"phone": "theirs", "city": "theirs", "street": "before"}, [work, decision])
    assert seen is not None
    assert seen.values == {"phone": "third", "city": "theirs", "street": "mine"}


def test_a_decision_that_the_server_refuses_leaves_the_work_parked(
    synced: Device, server: FakeServer
) -> None:
    server.verdicts |= {1: ("rejected", "validation_failed"), 2: ("rejected", "verb_unknown")}
    entry = synced.update(PARTNER, 1, {"phone": "mine"})
    synced.sync()
    synced.discard(entry.op, "a mistake")
    synced.sync()
    assert [(kept.seq, kept.state) for kept in synced.outbox()] == [(1, "rejected")]
    assert shown(synced, 1)["phone"] == "mine"
    assert [(kept.verb, kept.state) for kept in synced.journal()] == [("discard", "rejected")]
