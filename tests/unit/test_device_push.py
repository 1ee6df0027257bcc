"""What a device delivers: every operation once, in order, none skipped. Proves I2, I3, I8 on the device's side."""

from __future__ import annotations

import pytest

from offline_device import AnswerInvalid, Device, Offline, Refused

from .conftest import Home
from .fake_server import FakeServer
from .fake_state import PARTNER, problem


@pytest.fixture
def synced(device: Device, server: FakeServer) -> Device:
    for number in (1, 2, 3):
        server.put(PARTNER, number, name=f"Partner {number}", phone=None, city=None)
    device.sync()
    return device


def states(device: Device) -> list[tuple[int, str]]:
    return [(entry.seq, entry.state) for entry in device.outbox()]


def test_delivered_work_moves_to_the_journal(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    synced.sync()
    assert server.content()[1]["phone"] == "1"
    assert synced.outbox() == []
    assert [(entry.seq, entry.state) for entry in synced.journal()] == [(1, "applied")]


def test_numbers_are_consecutive_and_bodies_never_change(synced: Device, server: FakeServer) -> None:
    for phone in "123":
        synced.update(PARTNER, 1, {"phone": phone})
    server.lost = ["push"]
    with pytest.raises(Offline):
        synced.sync()
    synced.sync()
    first, again = server.sent("push")
    assert [operation["seq"] for operation in first["operations"]] == [1, 2, 3]
    assert first["operations"] == again["operations"]


def test_a_lost_answer_has_one_effect(synced: Device, server: FakeServer) -> None:
    synced.call(PARTNER, 1, "visit", {"note": "x"})
    server.lost = ["push"]
    with pytest.raises(Offline):
        synced.sync()
    assert states(synced) == [(1, "pending")]
    synced.sync()
    assert server.content()[1]["visits"] == 1
    assert synced.outbox() == []


@pytest.mark.parametrize("step", ["push.sending", "push.answered", "push.stored"])
def test_a_crash_around_a_push_has_one_effect(home: Home, server: FakeServer, step: str) -> None:
    server.put(PARTNER, 1, name="A")
    device = home.enrolled()
    device.sync()
    device.call(PARTNER, 1, "visit", {"note": "x"})
    assert home.crash_at(step, lambda device: device.sync())
    device = home.open()
    device.sync()
    assert server.content()[1]["visits"] == 1
    assert [entry.state for entry in device.journal()] == ["applied"]


def test_a_prefix_is_gone_on_with(synced: Device, server: FakeServer) -> None:
    for phone in "12345":
        synced.update(PARTNER, 1, {"phone": phone})
    server.at_most = 2
    assert synced.sync().receipts == {"applied": 5}
    assert [len(body["operations"]) for body in server.sent("push")] == [5, 3, 1]


def test_operations_travel_in_batches(home: Home, server: FakeServer) -> None:
    server.put(PARTNER, 1, name="A", phone=None)
    device = home.enrolled(push_batch=2)
    device.sync()
    for phone in "123":
        device.update(PARTNER, 1, {"phone": phone})
    device.sync()
    assert [len(body["operations"]) for body in server.sent("push")] == [2, 1]


def test_a_batch_stays_below_the_servers_limit_of_bytes(synced: Device, server: FakeServer) -> None:
    for number in (1, 2, 3):
        synced.update(PARTNER, number, {"phone": "5" * 40_000})
    synced.sync()
    assert [len(body["operations"]) for body in server.sent("push")] == [2, 1]


def test_a_push_that_is_too_large_all_the_same_is_cut_in_half(synced: Device, server: FakeServer) -> None:
    for phone in "1234":
        synced.update(PARTNER, 1, {"phone": phone})
    server.refuse["push"] = problem("body_too_large")
    synced.sync()
    assert [len(body["operations"]) for body in server.sent("push")] == [2, 2]


def test_retry_ends_the_push_and_takes_no_number(synced: Device, server: FakeServer) -> None:
    for phone in "123":
        synced.update(PARTNER, 1, {"phone": phone})
    server.retry_at = 2
    result = synced.sync()
    assert result.receipts == {"applied": 1, "retry": 1}
    assert result.retry_after_s == 7
    assert states(synced) == [(2, "pending"), (3, "pending")]
    synced.sync()
    assert server.content()[1]["phone"] == "3"


@pytest.mark.parametrize("status", ["conflict", "rejected", "deferred", "unknown"])
def test_parked_work_is_kept_and_holds_up_nothing(synced: Device, server: FakeServer, status: str) -> None:
    server.verdicts[1] = (status, None)
    synced.update(PARTNER, 1, {"phone": "1"})
    synced.update(PARTNER, 2, {"phone": "2"})
    synced.sync()
    assert [(entry.seq, entry.state) for entry in synced.unresolved()] == [(1, status)]
    assert server.content()[2]["phone"] == "2"
    server.requests.clear()
    synced.sync()
    assert server.sent("push") == []


@pytest.mark.parametrize("status", ["merged", "amended", "discarded", "resolved_server"])
def test_final_states_move_to_the_journal(synced: Device, server: FakeServer, status: str) -> None:
    server.verdicts[1] = (status, None)
    synced.update(PARTNER, 1, {"phone": "1"})
    synced.sync()
    assert synced.outbox() == []
    assert [entry.state for entry in synced.journal()] == [status]


@pytest.mark.parametrize("status", ["applied", "merged", "amended", "discarded", "resolved_server"])
def test_the_decision_of_the_office_arrives_with_a_pull(
    synced: Device, server: FakeServer, status: str
) -> None:
    server.verdicts[1] = ("rejected", "validation_failed")
    entry = synced.update(PARTNER, 1, {"phone": "1"})
    synced.sync()
    server.decide(entry.op, status)
    synced.sync()
    assert synced.outbox() == []
    assert [kept.state for kept in synced.journal()] == [status]
    record = synced.get(PARTNER, 1)
    assert record is not None
    assert record.values["phone"] == ("1" if status == "applied" else None)


def test_a_decision_whose_answer_is_lost_comes_again(synced: Device, server: FakeServer) -> None:
    server.verdicts[1] = ("conflict", None)
    entry = synced.update(PARTNER, 1, {"phone": "1"})
    synced.sync()
    server.decide(entry.op, "resolved_server")
    server.lost = ["pull"]
    with pytest.raises(Offline):
        synced.sync()
    synced.sync()
    assert [kept.state for kept in synced.journal()] == ["resolved_server"]


def test_after_a_restore_of_the_server_lost_work_is_delivered_again(
    synced: Device, server: FakeServer
) -> None:
    synced.call(PARTNER, 1, "visit", {"note": "kept"})
    synced.sync()
    backup = server.backup()
    synced.call(PARTNER, 1, "visit", {"note": "lost"})
    made = synced.create(PARTNER, {"name": "Born here"})
    synced.sync()
    server.restore(backup)
    synced.update(PARTNER, made.ref, {"city": "Namur"})
    synced.sync()
    assert server.content()[1]["visits"] == 2
    assert [row["city"] for row in server.content().values() if row["name"] == "Born here"] == ["Namur"]
    assert synced.outbox() == []
    assert synced.settings.resend_from is None
    # What was delivered goes the way of the journal, what is new that of a push, after it.
    ways = [
        (route, [sent["seq"] for sent in body["operations"]])
        for route, body in server.requests
        if "operations" in (body or {})
    ]
    assert ways[-3:] == [("push", [4]), ("journal", [2, 3]), ("push", [4])]


def test_delivered_work_stays_visible_while_a_restored_server_lacks_it(
    synced: Device, server: FakeServer
) -> None:
    backup = server.backup()
    synced.update(PARTNER, 1, {"phone": "1"})
    synced.sync()
    server.restore(backup)
    seen: list[object] = []
    synced._checkpoint = lambda step: seen.append(synced.get(PARTNER, 1).values["phone"])  # type: ignore[union-attr]
    synced.sync()
    assert set(seen) == {"1"}
    assert server.content()[1]["phone"] == "1"


def test_a_gap_is_filled_from_the_journal(synced: Device, server: FakeServer) -> None:
    synced.call(PARTNER, 1, "visit", {"note": "1"})
    synced.sync()
    server.life.next_seq = 1
    server.life.receipts.clear()
    server.life.rows[PARTNER][1].values["visits"] = 0
    synced.call(PARTNER, 1, "visit", {"note": "2"})
    synced.sync()
    assert server.content()[1]["visits"] == 2
    assert "seq_gap" in {one["kind"] for one in synced.status().incidents}


def test_a_number_whose_content_is_lost_is_filled_with_void(synced: Device, server: FakeServer) -> None:
    for phone in "12":
        synced.update(PARTNER, 1, {"phone": phone})
    synced.store.db.execute("DELETE FROM outbox WHERE seq = 1")
    synced.sync()
    assert [operation["verb"] for operation in server.sent("push")[-1]["operations"]] == ["void", "update"]
    assert [(entry.seq, entry.state) for entry in reversed(synced.journal())] == [
        (1, "discarded"),
        (2, "applied"),
    ]


def test_a_receipt_that_does_not_come_is_asked_for_again(synced: Device, server: FakeServer) -> None:
    for phone in "12":
        synced.update(PARTNER, 1, {"phone": phone})
    answer = server._push

    def forget_one(body: str) -> dict[str, object]:
        server._push = answer  # type: ignore[method-assign]
        found = answer(body)
        return {**found, "receipts": found["receipts"][:1]}

    server._push = forget_one  # type: ignore[method-assign]
    synced.sync()
    assert [[operation["seq"] for operation in body["operations"]] for body in server.sent("push")] == [
        [1, 2],
        [2],
    ]
    assert synced.outbox() == []


def test_an_answer_without_receipts_is_a_fault_not_a_loop(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    server._push = lambda body: {"receipts": [], "next_seq": 2, "server_time": "2026-11-21T10:00:00Z"}  # type: ignore[method-assign]
    with pytest.raises(AnswerInvalid):
        synced.sync()
    assert states(synced) == [(1, "pending")]


def test_numbers_that_only_the_server_knows_are_not_used_again(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    answer = server._push

    def ahead(body: str) -> dict[str, object]:
        found = answer(body)
        server.life.next_seq = 9
        return {**found, "next_seq": 9}

    server._push = ahead  # type: ignore[method-assign]
    synced.sync()
    server._push = answer  # type: ignore[method-assign]
    assert synced.update(PARTNER, 1, {"phone": "2"}).seq == 9
    synced.sync()
    assert server.content()[1]["phone"] == "2"
    assert "numbers_unknown" in {one["kind"] for one in synced.status().incidents}


def test_a_receipt_for_nothing_of_ours_is_noted_and_changes_nothing(
    synced: Device, server: FakeServer
) -> None:
    server.life.outcomes.append(
        {
            "seq": 5,
            "op": server.epoch,
            "status": "applied",
            "target": None,
            "code": None,
            "message": None,
            "fields": {},
        }
    )
    synced.sync()
    assert [one["kind"] for one in synced.status().incidents] == ["receipt_unknown"]


def test_a_reused_number_stops_the_push_and_loses_nothing(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    server.life.next_seq = 5
    with pytest.raises(Refused, match="number was already used"):
        synced.sync()
    assert states(synced) == [(1, "pending")]
    assert synced.status().last_error is not None


def test_the_devices_own_view_travels_with_each_call(synced: Device, server: FakeServer) -> None:
    synced.update(PARTNER, 1, {"phone": "1"})
    synced.sync()
    state = server.sent("push")[0]["state"]
    assert (state["outbox"], state["oldest_seq"], state["highest_seq"], state["unresolved"]) == (1, 1, 1, 0)
    assert state["clock"] == "2026-11-21T10:00:00Z"


def test_what_a_device_does_not_say_it_does_not_send(synced: Device, server: FakeServer) -> None:
    """An older server refuses members that it does not know, with the whole call."""
    synced.update(PARTNER, 1, {"phone": "1"})
    synced.sync()
    assert set(server.sent("push")[0]) == {"operations", "cursor", "state"}
