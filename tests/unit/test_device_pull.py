"""What a device receives: whole cuts, once, whatever is lost on the way. Proves I5, I6, I9 on the device's side."""

from __future__ import annotations

import pytest

from offline_device import AnswerInvalid, Device, Offline

from .conftest import Home
from .fake_server import FakeServer
from .fake_state import PARTNER, TAG, entity_profile, field_profile, problem


def names(device: Device) -> dict[int | None, str]:
    return {record.id: record.values["name"] for record in device.search(PARTNER)}


def fill(server: FakeServer, count: int) -> None:
    for number in range(1, count + 1):
        server.put(PARTNER, number, name=f"Partner {number}")


def test_after_a_sync_the_device_holds_what_the_server_has(device: Device, server: FakeServer) -> None:
    fill(server, 3)
    device.sync()
    assert names(device) == {1: "Partner 1", 2: "Partner 2", 3: "Partner 3"}
    assert device.status().held == {PARTNER: 3}


def test_changes_and_removes_of_the_office_arrive(device: Device, server: FakeServer) -> None:
    fill(server, 3)
    device.sync()
    server.put(PARTNER, 1, name="Renamed")
    server.remove(PARTNER, 2)
    result = device.sync()
    assert names(device) == {1: "Renamed", 3: "Partner 3"}
    assert (result.upserts, result.removes, result.healed) == (1, 1, [])


def test_nothing_of_a_cut_is_seen_before_its_closing_page(home: Home, server: FakeServer) -> None:
    fill(server, 5)
    seen: dict[str, int] = {}
    device = home.enrolled(page_size=2)
    device._checkpoint = device._cut._checkpoint = lambda step: seen.update({step: device.count(PARTNER)})
    device.sync()
    assert (seen["pull.answered"], seen["pull.staged"], seen["pull.applying"]) == (0, 0, 0)
    assert (seen["pull.committing"], seen["pull.applied"]) == (5, 5)


def test_an_edit_during_a_cut_is_not_disturbed_by_its_pages(home: Home, server: FakeServer) -> None:
    fill(server, 5)
    home.enrolled().sync()
    for number in range(1, 6):
        server.put(PARTNER, number, city="Namur")
    assert home.crash_at("pull.staged", lambda device: small_pages(device).sync())
    device = home.open()
    device.update(PARTNER, 1, {"phone": "1"})
    record = device.get(PARTNER, 1)
    assert record is not None
    assert record.values.get("city") is None
    device.sync()
    assert server.content()[1] == {"name": "Partner 1", "city": "Namur", "phone": "1"}


def small_pages(device: Device) -> Device:
    device._page = 2
    return device


@pytest.mark.parametrize(
    "step", ["pull.sending", "pull.answered", "pull.staged", "pull.applying", "pull.committing"]
)
def test_a_first_pull_goes_on_from_the_last_stored_page(home: Home, server: FakeServer, step: str) -> None:
    fill(server, 7)
    home.enrolled()
    assert home.crash_at(step, lambda device: small_pages(device).sync())
    device = home.open(page_size=2)
    assert device.count(PARTNER) == 0
    stored = device.settings.cut
    server.requests.clear()
    device.sync()
    assert server.sent("pull")[0]["cursor"] == (stored["cursor"] if stored else None)
    assert device.count(PARTNER) == 7


def test_a_crash_after_the_cut_was_applied_repeats_nothing(home: Home, server: FakeServer) -> None:
    fill(server, 3)
    home.enrolled()
    assert home.crash_at("pull.applied", lambda device: device.sync())
    device = home.open()
    assert device.count(PARTNER) == 3
    assert device.sync().upserts == 0


def test_a_lost_answer_is_asked_for_again_with_the_same_cursor(device: Device, server: FakeServer) -> None:
    fill(server, 2)
    device.sync()
    server.put(PARTNER, 1, name="Renamed")
    server.lost = ["pull"]
    with pytest.raises(Offline):
        device.sync()
    device.sync()
    first, again = server.sent("pull")[-2:]
    assert first["cursor"] == again["cursor"]
    assert names(device)[1] == "Renamed"


def test_what_changes_between_pages_is_received_in_the_same_cut(home: Home, server: FakeServer) -> None:
    fill(server, 4)

    def change(step: str) -> None:
        if step == "pull.staged" and 9 not in server.content():
            server.put(PARTNER, 1, name="Renamed meanwhile")
            server.put(PARTNER, 9, name="New meanwhile")
            server.remove(PARTNER, 2)

    device = home.enrolled(page_size=2, checkpoint=change)
    device.sync()
    assert names(device) == {1: "Renamed meanwhile", 3: "Partner 3", 4: "Partner 4", 9: "New meanwhile"}


def test_a_reset_keeps_unsent_work_and_fetches_only_differences(device: Device, server: FakeServer) -> None:
    fill(server, 5)
    device.sync()
    server.life.cursors.clear()
    server.put(PARTNER, 2, name="Renamed")
    server.verdicts[1] = ("rejected", "validation_failed")
    device.update(PARTNER, 1, {"phone": "1"})
    result = device.sync()
    assert (result.resets, result.upserts) == (1, 1)
    assert len(server.sent("pull")[-1]["held"][PARTNER]) == 5
    assert [entry.state for entry in device.unresolved()] == ["rejected"]


def test_a_refused_cursor_starts_again_once_with_what_is_held(device: Device, server: FakeServer) -> None:
    fill(server, 2)
    device.sync()
    server.refuse["pull"] = problem("cursor_invalid")
    result = device.sync()
    assert result.upserts == 0
    assert [one["kind"] for one in device.status().incidents] == ["cursor_invalid"]


def test_a_server_that_resets_for_ever_is_a_fault_not_a_loop(device: Device, server: FakeServer) -> None:
    fill(server, 2)
    device.sync()
    answer = server._page

    def forget(cursor: str | None, **more: object) -> dict[str, object]:
        server.life.cursors.clear()
        return answer("gone", **{**more, "complete": False})  # type: ignore[arg-type]

    server._page = forget  # type: ignore[method-assign,assignment]
    with pytest.raises(AnswerInvalid, match="again and again"):
        device.sync()


def test_a_differing_digest_is_noted_and_healed_by_reading_everything_again(
    device: Device, server: FakeServer
) -> None:
    fill(server, 3)
    device.sync()
    server.put(PARTNER, 1, name="Renamed")
    server.wrong_digest = 1
    result = device.sync()
    assert (result.healed, result.unhealed) == ([PARTNER, TAG], [])
    assert server.sent("pull")[-1]["cursor"] is None
    assert device.status().heals == 1
    assert {one["kind"] for one in device.status().incidents} == {"digest_mismatch"}


def test_a_lost_row_is_found_by_the_digest_and_comes_back(device: Device, server: FakeServer) -> None:
    fill(server, 3)
    device.sync()
    device.store.db.execute("DELETE FROM record WHERE id = 2")
    device.store.db.execute("UPDATE digest SET count = 2")
    server.put(PARTNER, 1, name="Renamed")
    assert device.sync().healed == [PARTNER]
    assert len(names(device)) == 3


def test_a_rotten_row_is_reported_not_claimed_and_fetched_again(device: Device, server: FakeServer) -> None:
    fill(server, 3)
    device.sync()
    device.store.db.execute("""UPDATE record SET content = '{"name":"Rot"}' WHERE id = 2""")
    assert device.check() == [(PARTNER, 2)]
    device.sync()
    assert [pair[0] for pair in server.sent("pull")[-1]["held"][PARTNER]] == [1, 3]
    assert names(device)[2] == "Partner 2"
    assert "row_rotten" in {one["kind"] for one in device.status().incidents}


def test_every_sync_checks_some_rows_for_rot_until_all_were_checked(
    device: Device, server: FakeServer
) -> None:
    fill(server, 3)
    device.sync()
    device.store.db.execute("UPDATE record SET v = v + 1 WHERE id = 3")
    device.sync()  # finds it
    device.sync()  # fetches it
    assert device.check() == []
    assert device.settings.cursor is not None


def test_a_rotten_row_that_left_the_scope_does_not_stay(device: Device, server: FakeServer) -> None:
    fill(server, 2)
    device.sync()
    device.store.db.execute("UPDATE record SET born = 'x' WHERE id = 2")
    device.check()
    server.remove(PARTNER, 2)
    device.sync()
    assert names(device) == {1: "Partner 1"}


def test_claims_too_large_for_one_request_are_left_out_and_everything_comes_again(
    device: Device, server: FakeServer
) -> None:
    fill(server, 40)
    device.sync()
    server.profile = {
        **server.profile,
        "profile_version": 2,
        "limits": {"body_bytes": 1000, "operations": 50, "page": 1000},
    }
    device.sync()
    server.life.cursors.clear()
    server.remove(PARTNER, 7)
    device.sync()
    assert server.sent("pull")[-1]["held"] is None
    assert 7 not in names(device)
    assert len(names(device)) == 39


def test_a_new_profile_is_fetched_and_what_it_no_longer_has_is_dropped(
    device: Device, server: FakeServer
) -> None:
    fill(server, 1)
    server.put(TAG, 5, name="Gold")
    device.sync()
    assert device.status().held == {PARTNER: 1, TAG: 1}
    server.profile = {**server.profile, "profile_version": 2, "entities": server.profile["entities"][:1]}
    device.sync()
    assert device.status().held == {PARTNER: 1}
    assert device.status().profile_version == 2


def test_unsent_work_survives_its_entity_leaving_the_profile(device: Device, server: FakeServer) -> None:
    fill(server, 1)
    device.sync()
    server.verdicts[1] = ("rejected", "entity_unknown")
    entry = device.update(PARTNER, 1, {"phone": "1"})
    server.profile = {
        **server.profile, "profile_version": 2, "entities": [entity_profile(TAG, field_profile("name"))],
    }  # fmt: skip
    device.sync()
    assert device.count(PARTNER) == 0
    assert [(kept.op, kept.state) for kept in device.unresolved()] == [(entry.op, "rejected")]


def test_the_schema_versions_of_the_profile_travel_with_each_pull(device: Device, server: FakeServer) -> None:
    device.sync()
    assert server.sent("pull")[0]["schema"] == {PARTNER: 1, TAG: 1}


def test_names_of_records_that_values_point_to_are_kept(device: Device, server: FakeServer) -> None:
    answer = server._pull
    server._pull = lambda body: {**answer(body), "refs": {PARTNER: {"12": "Azure"}}}  # type: ignore[method-assign]
    device.sync()
    assert device.name_of(PARTNER, 12) == "Azure"


def test_a_new_name_is_kept_that_comes_without_any_record(device: Device, server: FakeServer) -> None:
    fill(server, 1)
    answer = server._pull
    server._pull = lambda body: {**answer(body), "refs": {PARTNER: {"12": "Azure"}}}  # type: ignore[method-assign]
    device.sync()
    server._pull = lambda body: {**answer(body), "changes": [], "refs": {PARTNER: {"12": "Azure Interior"}}}  # type: ignore[method-assign]
    device.sync()
    assert device.name_of(PARTNER, 12) == "Azure Interior"


def test_an_idle_sync_sends_one_pull_and_keeps_the_cursor(device: Device, server: FakeServer) -> None:
    fill(server, 1)
    device.sync()
    cursor = device.settings.cursor
    server.requests.clear()
    device.sync()
    assert [route for route, _body in server.requests] == ["pull"]
    assert device.settings.cursor == cursor
