"""When a device syncs by itself, and what it does without a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_device import Device, ModeRefused, Offline, modes

from .conftest import Clock
from .fake_server import FakeServer
from .fake_state import PARTNER, problem


@pytest.fixture
def synced(device: Device, server: FakeServer) -> Device:
    server.put(PARTNER, 1, name="A", phone=None)
    device.sync()
    return device


def test_automatic_polls_when_the_server_asked_for_it(synced: Device, clock: Clock) -> None:
    assert synced.tick() is None
    clock.pass_s(30)
    assert synced.tick() is not None


def test_automatic_delivers_new_work_at_once(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    assert synced.tick() is not None
    assert server.content()[1]["phone"] == "1"


def test_outside_of_its_hours_a_device_syncs_only_when_asked(
    synced: Device, server: FakeServer, clock: Clock
) -> None:
    server.profile["schedule"] = {"from_minute": 8 * 60, "to_minute": 11 * 60}
    server.profile["profile_version"] += 1
    synced.sync()
    clock.pass_s(30)
    assert synced.due()
    clock.pass_s(2 * 3600)
    synced.update(PARTNER, 1, {"phone": "1"})
    assert synced.tick() is None
    synced.sync()
    assert server.content()[1]["phone"] == "1"


def test_automatic_keeps_work_without_a_network_and_delivers_it_later(
    synced: Device, server: FakeServer, clock: Clock
) -> None:
    server.down = True
    synced.update(PARTNER, 1, {"phone": "1"})
    assert synced.tick() is None
    assert synced.status().last_error == {
        "at": "2026-11-21T10:00:00Z", "code": "offline", "message": "no connection",
    }  # fmt: skip
    server.down = False
    assert not synced.due()
    clock.pass_s(2)
    synced.tick()
    assert server.content()[1]["phone"] == "1"
    assert synced.status().last_error is None


def test_pauses_grow_with_failures_and_end_with_a_success(
    synced: Device, server: FakeServer, clock: Clock
) -> None:
    server.down = True
    waits = []
    for _ in range(4):
        with pytest.raises(Offline):
            synced.sync()
        start = clock.now
        while not synced.due():
            clock.pass_s(0.5)
        waits.append((clock.now - start).total_seconds())
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]
    server.down = False
    synced.sync()
    assert synced.status().failures == 0


def test_a_manual_sync_does_not_wait_for_the_pause(synced: Device, server: FakeServer) -> None:
    server.down = True
    with pytest.raises(Offline):
        synced.sync()
    server.down = False
    assert not synced.due()
    synced.sync()


def test_retry_after_is_respected(synced: Device, server: FakeServer, clock: Clock) -> None:
    server.refuse["pull"] = problem("contention", retry_after_s=60)
    clock.pass_s(30)
    assert synced.tick() is None
    clock.pass_s(59)
    assert not synced.due()
    clock.pass_s(31)
    assert synced.due()


def test_always_offline_syncs_only_when_asked(synced: Device, server: FakeServer, clock: Clock) -> None:
    synced.mode = "always_offline"
    synced.update(PARTNER, 1, {"phone": "1"})
    clock.pass_s(10_000)
    assert synced.tick() is None
    assert server.content()[1]["phone"] is None
    synced.sync()
    assert server.content()[1]["phone"] == "1"


def test_always_online_delivers_with_the_edit(synced: Device, server: FakeServer) -> None:
    synced.mode = "always_online"
    synced.update(PARTNER, 1, {"phone": "1"})
    assert server.content()[1]["phone"] == "1"
    assert synced.outbox() == []


def test_always_online_takes_no_edit_without_a_connection(synced: Device, server: FakeServer) -> None:
    synced.mode = "always_online"
    server.down = True
    with pytest.raises(Offline):
        synced.update(PARTNER, 1, {"phone": "1"})
    assert synced.outbox() == []


def test_always_online_keeps_an_edit_whose_answer_is_lost(synced: Device, server: FakeServer) -> None:
    synced.mode = "always_online"
    synced._checkpoint = lambda step: server.lost.append("push") if step == "edit.stored" else None
    entry = synced.update(PARTNER, 1, {"phone": "1"})
    assert [kept.op for kept in synced.outbox()] == [entry.op]
    synced._checkpoint = lambda step: None
    synced.sync()
    assert synced.outbox() == []
    assert server.content()[1]["phone"] == "1"


def test_only_modes_of_the_profile_can_be_chosen(synced: Device, server: FakeServer, clock: Clock) -> None:
    synced.mode = "always_offline"
    server.profile = {**server.profile, "profile_version": 2, "modes": ["automatic"]}
    synced.sync()
    assert synced.mode == "automatic"
    with pytest.raises(ModeRefused):
        synced.mode = "always_offline"


@given(st.integers(1, 10_000), st.floats(0, 1), st.none() | st.integers(0, 100_000))
def test_a_pause_is_bounded_and_never_shorter_than_asked(
    failures: int, chance: float, asked: int | None
) -> None:
    pause = modes.pause_s(failures, chance, asked)
    assert pause >= max(modes.FIRST_PAUSE_S / 2, asked or 0)
    assert pause <= max(modes.LONGEST_PAUSE_S, 1.5 * (asked or 0))
