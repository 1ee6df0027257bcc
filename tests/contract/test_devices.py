"""Devices over their life, on a real server: what only committed transactions and real calls can show."""

from __future__ import annotations

from tests.faults.wire import Wire
from tools.stage.office import Office

from .world import World

ABOUT = ("state", "wipe", "wiped_at", "copy_seen_at", "rotation_asked", "outbox_count", "last_contact_at")


def device_id(world: World, wire: Wire) -> int:
    return world.office.find("offline.device", ("uid", "=", wire.uid))


def about(world: World, wire: Wire) -> dict[str, object]:
    return world.office.read("offline.device", device_id(world, wire), *ABOUT)


def do(world: World, wire: Wire, action: str) -> None:
    """What a manager's button does, over RPC."""
    world.office("offline.device", action, [device_id(world, wire)])


def test_copy_of_a_device_is_refused_and_shown_to_the_office(world):
    wire = world.device()
    old = wire.token
    wire.push()
    wire.token = wire.call("token", {})["token"]
    wire.push()
    assert not about(world, wire)["copy_seen_at"]
    wire.token = old
    refused = wire.post("push", {"operations": []})
    assert (refused.status_code, refused.json()["code"]) == (409, "device_cloned")
    assert about(world, wire)["copy_seen_at"]


def test_device_is_rotated_by_the_office(world):
    wire = world.device()
    wire.push()
    do(world, wire, "action_rotate")
    assert wire.post("push", {"operations": []}).json()["code"] == "token_rotation_due"
    wire.token = wire.call("token", {})["token"]
    wire.push()
    assert not about(world, wire)["rotation_asked"]


def test_device_is_revoked_wiped_and_gone(world):
    wire = world.device()
    do(world, wire, "action_revoke_and_wipe")
    assert wire.post("pull", {"cursor": None}).json()["wipe"] is True
    assert wire.call("wipe", {"done": True})["state"] == "wiped"
    found = about(world, wire)
    assert found["state"] == "wiped"
    assert found["wiped_at"]


def test_device_is_reloaded_by_the_office(world):
    wire = world.device()
    wire.pull()
    do(world, wire, "action_reload")
    assert wire.call("pull", {"cursor": wire.cursor})["reset"] is True


def test_report_of_a_device_is_there_when_its_call_was_answered(world):
    wire = world.device()
    wire.call("push", {"operations": [], "state": {"outbox": 4, "oldest_seq": 2}})
    found = about(world, wire)
    assert found["outbox_count"] == 4
    assert found["last_contact_at"]


def test_report_of_a_refused_pull_is_kept_although_the_call_is_rolled_back(world):
    wire = world.device()
    refused = wire.post("pull", {"cursor": "x", "state": {"outbox": 5}})
    assert refused.json()["code"] == "cursor_invalid"
    assert about(world, wire)["outbox_count"] == 5


def test_person_enrols_and_gives_up_an_own_device_without_a_manager(world):
    world.office.hire_traveller("own-devices", "Own Devices")
    person = Office(world.url, world.db, "own-devices", "own-devices")
    wizard = person.create("offline.enrolment.wizard")
    person("offline.enrolment.wizard", "action_issue", [wizard])
    issued = person.read("offline.enrolment.wizard", wizard, "code", "url", "qr_code")
    assert issued["url"].endswith(issued["code"])
    assert issued["qr_code"]
    wire = Wire.enrol(world.url, issued["code"], "n" * 20)
    wire.push()
    [mine] = person("offline.device", "search", [])
    assert person.read("offline.device", mine, "uid")["uid"] == wire.uid
    person("offline.device", "action_report_lost", [mine])
    refused = wire.post("pull", {"cursor": None})
    assert (refused.json()["code"], refused.json()["wipe"]) == ("device_revoked", True)
