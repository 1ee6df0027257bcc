"""Positions: a snapshot knows exactly what had been committed, and handles cannot be forged. Proves I1, I9."""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_core.position import Handle, HandleInvalid, Snapshot

handles = st.builds(
    Handle,
    st.integers(0, (1 << 32) - 1),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, (1 << 32) - 1),
    st.binary(min_size=8, max_size=8),
)
secrets = st.binary(min_size=1, max_size=32)


@dataclass
class Database:
    """Transactions that take numbers in order and commit in any order: what PostgreSQL promises of snapshots."""

    next_xid: int = 3

    def __post_init__(self) -> None:
        self.running: set[int] = set()
        self.committed: set[int] = set()

    def begin(self) -> None:
        self.running.add(self.next_xid)
        self.next_xid += 1

    def commit(self, choice: int) -> None:
        if self.running:
            xid = sorted(self.running)[choice % len(self.running)]
            self.running.remove(xid)
            self.committed.add(xid)

    def snapshot(self) -> Snapshot:
        return Snapshot(min(self.running, default=self.next_xid), self.next_xid, tuple(sorted(self.running)))


steps = st.lists(st.none() | st.integers(0, 20), max_size=40)


def play(database: Database, history: list[int | None]) -> None:
    for step in history:
        if step is None:
            database.begin()
        else:
            database.commit(step)


@given(steps)
def test_a_snapshot_saw_exactly_what_had_committed(history: list[int | None]) -> None:
    database = Database()
    play(database, history)
    snapshot = database.snapshot()
    assert {xid for xid in range(3, database.next_xid + 5) if snapshot.saw(xid)} == database.committed


@given(steps, steps)
def test_a_late_commit_is_new_whatever_number_it_has(
    before: list[int | None], after: list[int | None]
) -> None:
    database = Database()
    play(database, before)
    old, then = database.snapshot(), set(database.committed)
    play(database, after)
    new = database.snapshot()
    assert {
        xid for xid in database.committed if new.saw(xid) and not old.saw(xid)
    } == database.committed - then


@given(steps, steps)
def test_what_a_fence_saw_is_needed_by_no_position_that_covers_it(
    before: list[int | None], after: list[int | None]
) -> None:
    """Also by none that was taken earlier: late committers have numbers below the fence that it did not see."""
    database = Database()
    positions = []
    for step in before:
        play(database, [step])
        positions.append(database.snapshot())
    fence, pruned = database.snapshot(), set(database.committed)
    play(database, after)
    positions.append(database.snapshot())
    assert positions[-1].covers(fence)
    for position in positions:
        needed = {xid for xid in database.committed if not position.saw(xid)}
        assert not (position.covers(fence) and needed & pruned)


@given(steps)
def test_the_text_of_a_snapshot_reads_back(history: list[int | None]) -> None:
    database = Database()
    play(database, history)
    assert Snapshot.parse(str(database.snapshot())) == database.snapshot()


@given(handles, secrets)
def test_a_handle_reads_back(handle: Handle, secret: bytes) -> None:
    assert Handle.open(handle.seal(secret), secret) == handle


@given(handles, secrets, st.data())
def test_any_flipped_bit_of_a_handle_is_refused(handle: Handle, secret: bytes, data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(handle.seal(secret) + "="))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(HandleInvalid):
        Handle.open(base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode(), secret)


@given(handles, secrets, secrets)
def test_a_handle_made_with_another_secret_is_refused(handle: Handle, secret: bytes, other: bytes) -> None:
    if secret.rstrip(b"\0") != other.rstrip(b"\0"):  # HMAC pads short keys with zero bytes
        with pytest.raises(HandleInvalid):
            Handle.open(handle.seal(other), secret)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_as_a_handle(text: str) -> None:
    with pytest.raises(HandleInvalid):
        Handle.open(text, b"secret")


@given(handles, st.binary(min_size=1))
def test_a_handle_has_one_text_only(handle: Handle, secret: bytes) -> None:
    """The last letter has bits to spare: another letter there must not open the same handle."""
    text = handle.seal(secret)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    opened = []
    for letter in alphabet:
        with suppress(HandleInvalid):
            opened.append(Handle.open(text[:-1] + letter, secret))
    assert opened == [handle]
