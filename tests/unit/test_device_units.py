"""Units and follow-ups on the device: recorded as a whole, sent as a whole, shown where they belong. Proves I5, I8."""

from __future__ import annotations

import tracemalloc

import pytest

from offline_core.errors import Refusal
from offline_device import Device

from .fake_server import FakeServer
from .fake_state import PARTNER


@pytest.fixture
def synced(device: Device, server: FakeServer) -> Device:
    server.put(PARTNER, 1, name="Azure", phone=None, city=None)
    device.sync()
    return device


def sent_units(server: FakeServer) -> list[list[str | None]]:
    """The unit of each operation, push by push."""
    return [
        [(operation.get("unit") or {}).get("id") for operation in body["operations"]]
        for body in server.sent("push")
    ]


def test_what_is_recorded_in_a_unit_says_so(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"city": "Alone"})
    with synced.unit():
        made = synced.create(PARTNER, {"name": "New"})
        synced.update(PARTNER, made.ref, {"phone": "1"})
    synced.sync()
    [[alone, first, second]] = sent_units(server)
    assert alone is None
    assert first == second is not None
    assert [one.get("unit", {}).get("size") for one in server.sent("push")[0]["operations"]] == [None, 2, 2]


def test_an_error_inside_leaves_nothing_of_the_unit(synced: Device) -> None:
    def work() -> None:
        with synced.unit():
            synced.create(PARTNER, {"name": "New"})
            synced.update(PARTNER, 1, {"colour": "red"})

    with pytest.raises(Refusal):
        work()
    assert synced.outbox() == []
    assert synced.update(PARTNER, 1, {"phone": "1"}).seq == 1


def test_a_unit_is_never_split_over_two_pushes(synced: Device, server: FakeServer) -> None:
    for number in range(48):
        synced.update(PARTNER, 1, {"phone": str(number)})
    with synced.unit():
        for number in range(5):
            synced.update(PARTNER, 1, {"city": str(number)})
    synced.sync()
    first, second = sent_units(server)
    assert len(first) == 48
    assert len(second) == 5
    assert None not in second


def test_a_unit_that_no_push_could_carry_is_refused(synced: Device) -> None:
    def work() -> None:
        with synced.unit():
            for number in range(51):
                synced.update(PARTNER, 1, {"phone": str(number)})

    with pytest.raises(Refusal):
        work()
    assert synced.outbox() == []


def test_an_amendment_that_is_refused_again_still_shows_the_work(synced: Device, server: FakeServer) -> None:
    server.verdicts = {1: ("rejected", "validation_failed"), 2: ("rejected", "validation_failed")}
    entry = synced.update(PARTNER, 1, {"phone": "wrong"})
    synced.sync()
    second = synced.amend(entry.op, {"phone": "still wrong"})
    server.life.outcomes.append({**server.life.receipts[entry.op], "status": "amended", "code": None})
    synced.sync()
    assert [(kept.op, kept.state) for kept in synced.outbox()] == [(second.op, "rejected")]
    assert synced.get(PARTNER, 1).values["phone"] == "still wrong"  # type: ignore[union-attr]
    third = synced.amend(second.op, {"city": "Liège"})
    assert third.body["args"]["values"] == {"phone": "still wrong", "city": "Liège"}
    assert third.body["base"] == {"city": None}
    assert synced.get(PARTNER, 1).values["city"] == "Liège"  # type: ignore[union-attr]


def test_a_conflict_for_the_office_is_not_resolved_here(synced: Device, server: FakeServer) -> None:
    server.decider = "office"
    server.verdicts[1] = ("conflict", None)
    entry = synced.update(PARTNER, 1, {"phone": "mine"})
    synced.sync()
    with pytest.raises(Refusal) as refusal:
        synced.resolve(entry.op, "device")
    assert refusal.value.code == "decision_for_office"
    synced.discard(entry.op, "not so important")
    synced.sync()
    assert synced.outbox() == []


def test_memory_of_a_push_does_not_grow_with_the_outbox(synced: Device) -> None:
    """Three hundred edits of 10 kB: what is read for a push is what fits into one."""
    for number in range(300):
        synced.update(PARTNER, 1, {"phone": f"{number:05}" * 2000})
    tracemalloc.start()
    batch = synced._outbox.batch(50)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert batch is not None
    assert 1 < len(batch.entries) <= 50
    assert peak < 1_000_000
