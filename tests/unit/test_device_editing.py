"""What cannot be delivered is refused where the person still sees the form, and nothing is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from offline_core.errors import Refusal
from offline_core.wire import Operation
from offline_device import Device

from .fake_server import FakeServer
from .fake_state import PARTNER, TAG, uid


@pytest.fixture
def synced(device: Device, server: FakeServer) -> Device:
    server.put(PARTNER, 1, name="Azure", phone=None)
    server.put(TAG, 5, name="Gold")
    device.sync()
    return device


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"colour": "red"}, "field_unknown"),
        ({"ref": "x"}, "field_read_only"),
        ({"visits": "three"}, "value_invalid"),
        ({"type": "friend"}, "value_invalid"),
        ({"parent_id": "one"}, "value_invalid"),
        ({"name": ""}, "required_missing"),
        ({"parent_id": {"uid": uid(77)}}, "reference_unknown"),
        ({}, "operation_invalid"),
        ({"phone": "5" * 200_000}, "operation_invalid"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_kept(
    synced: Device, values: Any, code: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        synced.update(PARTNER, 1, values)
    assert refusal.value.code == code
    assert synced.outbox() == []
    assert synced.get(PARTNER, 1).pending == ()  # type: ignore[union-attr]
    assert synced.update(PARTNER, 1, {"phone": "1"}).seq == 1


def test_every_wrong_field_is_named(synced: Device) -> None:
    with pytest.raises(Refusal) as refusal:
        synced.create(PARTNER, {"name": None, "visits": 1.5, "phone": "1"})
    assert set(refusal.value.fields) == {"name", "visits"}


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda device: device.update("res.users", 1, {"name": "x"}), "entity_unknown"),
        (lambda device: device.create(TAG, {"name": "x"}), "entity_read_only"),
        (lambda device: device.delete(TAG, 5), "entity_read_only"),
        (lambda device: device.update(PARTNER, 99, {"name": "x"}), "reference_unknown"),
        (lambda device: device.update(PARTNER, "ninety-nine", {"name": "x"}), "reference_unknown"),
        (lambda device: device.call(PARTNER, 1, "explode"), "verb_unknown"),
        (lambda device: device.call(PARTNER, 1, "visit"), "operation_invalid"),
        (lambda device: device.call(PARTNER, 1, "visit", {"note": "x", "mood": "y"}), "operation_invalid"),
        (lambda device: device.discard(uid(9), "x"), "operation_invalid"),
        (lambda device: device.resolve(uid(9), "nobody"), "operation_invalid"),
    ],
)
def test_what_the_profile_does_not_allow_is_refused(synced: Device, act: Any, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        act(synced)
    assert refusal.value.code == code
    assert synced.outbox() == []


def test_values_are_kept_in_canonical_form(synced: Device) -> None:
    entry = synced.update(PARTNER, 1, {"phone": "", "category_id": [9, 5, 9]})
    assert entry.body["values"] == {"phone": None, "category_id": [5, 9]}


def test_a_record_deleted_here_cannot_be_edited_again(synced: Device) -> None:
    synced.delete(PARTNER, 1)
    with pytest.raises(Refusal):
        synced.update(PARTNER, 1, {"phone": "1"})


def test_a_parked_operation_is_decided_once(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("rejected", "validation_failed")
    entry = synced.update(PARTNER, 1, {"phone": "1"})
    with pytest.raises(Refusal, match="is pending"):
        synced.discard(entry.op, "too early")
    synced.sync()
    with pytest.raises(Refusal, match="nothing to resolve"):
        synced.resolve(entry.op, "server")
    synced.discard(entry.op, "a mistake")
    with pytest.raises(Refusal, match="#2 decides"):
        synced.amend(entry.op, {"phone": "2"})


def test_every_recorded_operation_has_the_shape_of_the_wire(synced: Device) -> None:
    made = synced.create(PARTNER, {"name": "x"})
    synced.update(PARTNER, made.ref, {"phone": "1"}, after=[1])
    synced.call(PARTNER, 1, "visit", {"note": "x"}, expect={"phone": None})
    synced.delete(PARTNER, 1)
    bodies = [entry.body for entry in synced.outbox()]
    assert [Operation.model_validate(body).verb for body in bodies] == ["create", "update", "visit", "delete"]
    assert [body["seq"] for body in bodies] == [1, 2, 3, 4]
    assert len({body["op"] for body in bodies}) == 4
    assert {body["company"] for body in bodies} == {1}
    assert (bodies[1]["after"], bodies[2]["expect"]) == ([1], {"phone": None})


def test_what_another_operation_makes_can_be_worked_on_before_it_is_here(
    synced: Device, server: FakeServer
) -> None:
    """Proves I3. It was named by the argument `uid` of what makes it; a name that nothing gives is refused."""
    synced.call(PARTNER, 1, "visit", {"note": "Ida", "uid": uid(7)})
    entry = synced.call(PARTNER, uid(7), "visit", {"note": "coffee"})
    assert (entry.body["target"]["uid"], "base_v" in entry.body) == (uid(7), False)
    assert PARTNER not in {name for name, found in synced.status().held.items() if found > 1}
    with pytest.raises(Refusal, match="shows no"):
        synced.call(PARTNER, uid(8), "visit", {"note": "tea"})
    synced.sync()
    assert [entry.state for entry in synced.journal()] == ["applied", "applied"]
    assert synced.get(PARTNER, uid(7)).values["visits"] == 1  # type: ignore[union-attr]


def test_what_a_corrected_operation_makes_can_be_worked_on(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("rejected", "validation_failed")
    entry = synced.call(PARTNER, 1, "visit", {"note": "", "uid": uid(7)})
    synced.sync()
    synced.amend(entry.op, args={"note": "Ida"})
    assert synced.call(PARTNER, uid(7), "visit", {"note": "coffee"}).seq == 3


def test_what_a_given_up_operation_would_have_made_is_not_worked_on(
    synced: Device, server: FakeServer
) -> None:
    server.verdicts[1] = ("rejected", "validation_failed")
    entry = synced.call(PARTNER, 1, "visit", {"note": "", "uid": uid(7)})
    synced.sync()
    synced.discard(entry.op, "a mistake")
    synced.sync()
    with pytest.raises(Refusal, match="shows no"):
        synced.call(PARTNER, uid(7), "visit", {"note": "coffee"})
