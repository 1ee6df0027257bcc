"""A home belongs to one process, one user and one server at a time, and loses no work over it."""

from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from offline_device import Device, DeviceError, HomeBusy, HomeUnreadable, NotEnrolled, Offline, Refused

from .conftest import Home
from .fake_server import FakeServer
from .fake_state import PARTNER, problem


def test_a_home_is_used_by_one_device_at_a_time(home: Home, device: Device) -> None:
    with pytest.raises(HomeBusy):
        Device(home.path)


def test_a_home_is_used_by_one_process_at_a_time(home: Home, device: Device) -> None:
    code = "import sys, offline_device as o\ntry: o.Device(sys.argv[1])\nexcept o.HomeBusy: print('busy')"
    done = subprocess.run(
        [sys.executable, "-c", code, str(home.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "busy\n"


def test_a_killed_process_leaves_the_home_free(home: Home) -> None:
    code = "import os, signal, sys, offline_device as o\no.Device(sys.argv[1])\nos.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run([sys.executable, "-c", code, str(home.path)], check=False)
    assert done.returncode == -9
    assert home.open().status().device is None


def test_only_the_owner_can_read_the_store(home: Home, device: Device) -> None:
    assert stat.S_IMODE(device.store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_store_of_a_newer_version_is_left_alone(home: Home, device: Device) -> None:
    device.store.db.execute("PRAGMA user_version = 99")
    home.close()
    with pytest.raises(HomeUnreadable, match="newer version"):
        home.open()


def test_a_file_that_is_no_store_is_left_alone(home: Home) -> None:
    home.path.mkdir()
    (home.path / "device.sqlite3").write_bytes(b"something else" * 100)
    with pytest.raises(HomeUnreadable, match="damaged"):
        home.open()
    assert (home.path / "device.sqlite3").read_bytes() == b"something else" * 100


def test_a_device_that_is_not_enrolled_says_so(home: Home) -> None:
    device = home.open()
    with pytest.raises(NotEnrolled):
        device.sync()
    with pytest.raises(NotEnrolled):
        device.create(PARTNER, {"name": "x"})
    assert device.tick() is None


def test_a_lost_enrolment_is_asked_for_again_with_the_same_nonce(home: Home, server: FakeServer) -> None:
    server.lost = ["enroll"]
    with pytest.raises(Offline):
        home.open().enrol("https://odoo.example", "CODE-1")
    home.enrolled()
    first, again = server.sent("enroll")
    assert first["nonce"] == again["nonce"]
    assert server.enrolments == 1


@pytest.mark.parametrize("step", ["enrol.sending", "enrol.answered", "enrol.stored"])
def test_a_crash_during_enrolment_can_be_repeated(home: Home, server: FakeServer, step: str) -> None:
    assert home.crash_at(step, lambda device: device.enrol("https://odoo.example", "CODE-1"))
    if step != "enrol.stored":
        home.enrolled()
    home.open().sync()
    assert server.enrolments == 1


def test_a_revoked_device_shows_it_and_deletes_nothing(device: Device, server: FakeServer) -> None:
    server.put(PARTNER, 1, name="A")
    device.sync()
    device.update(PARTNER, 1, {"phone": "1"})
    server.refuse["push"] = problem("device_revoked", wipe=False)
    with pytest.raises(Refused):
        device.sync()
    status = device.status()
    assert status.locked_out == {"code": "device_revoked", "wipe": False}
    assert (status.held, status.unsent) == ({PARTNER: 1}, 1)
    device.sync()
    assert device.status().locked_out is None


def test_a_wipe_deletes_records_and_token_and_keeps_work(device: Device, server: FakeServer) -> None:
    server.put(PARTNER, 1, name="A")
    device.sync()
    device.update(PARTNER, 1, {"phone": "1"})
    server.refuse["push"] = problem("device_revoked", wipe=True)
    with pytest.raises(Refused):
        device.sync()
    status = device.status()
    assert (status.held, status.unsent) == ({}, 1)
    assert device.settings.token is None
    assert server.sent("wipe") == [{"done": True}]
    assert device.search(PARTNER) == []
    with pytest.raises(NotEnrolled):
        device.sync()


def test_a_wipe_is_confirmed_by_the_next_sync_when_the_network_broke(
    device: Device, server: FakeServer
) -> None:
    server.put(PARTNER, 1, name="A")
    device.sync()
    server.refuse["pull"] = problem("device_revoked", wipe=True)
    server.lost = ["wipe"]
    with pytest.raises(Refused):
        device.sync()
    assert (device.status().held, device.settings.leaving) == ({}, True)
    with pytest.raises(NotEnrolled):
        device.sync()
    assert len(server.sent("wipe")) == 2
    assert device.settings.token is None


def test_a_token_is_rotated_by_itself_halfway_through_its_life(home: Home, server: FakeServer) -> None:
    device = home.enrolled()
    first = device.settings.token
    home.clock.pass_s(89 * 86400)
    device.sync()
    assert device.settings.token == first
    home.clock.pass_s(2 * 86400)
    device.sync()
    assert device.settings.token != first
    assert server.tokens[-1] == device.settings.token
    device.sync()
    assert len(server.sent("token")) == 1


def test_a_lost_answer_to_the_rotation_stops_nothing(home: Home, server: FakeServer) -> None:
    device = home.enrolled()
    first = device.settings.token
    home.clock.pass_s(91 * 86400)
    server.lost = ["token"]
    device.sync()
    assert server.tokens[-1] == first
    device.sync()
    assert device.settings.token != first


def test_a_rotation_that_the_office_asks_for_is_done_at_once(device: Device, server: FakeServer) -> None:
    first = device.settings.token
    server.put(PARTNER, 1, name="A", phone=None)
    device.sync()
    device.update(PARTNER, 1, {"phone": "1"})
    server.refuse["push"] = problem("token_rotation_due")
    device.sync()
    assert device.settings.token != first
    assert server.content()[1]["phone"] == "1"


def test_a_device_enrolled_anew_keeps_its_work_and_renumbers_it(device: Device, server: FakeServer) -> None:
    """The server does not know its key any more."""
    server.forgot_devices = True
    server.put(PARTNER, 1, name="A", phone=None)
    device.sync()
    device.call(PARTNER, 1, "visit", {"note": "delivered"})
    device.sync()
    first = device.call(PARTNER, 1, "visit", {"note": "answer lost"})
    server.lost = ["push"]
    with pytest.raises(Offline):
        device.sync()
    second = device.update(PARTNER, 1, {"phone": "1"}, after=[2])
    device.enrol("https://odoo.example", "CODE-2")
    assert [(entry.seq, entry.op) for entry in device.outbox()] == [(1, first.op), (2, second.op)]
    assert device.outbox()[1].body["after"] == [1]
    assert device.get(PARTNER, 1).values["phone"] == "1"  # type: ignore[union-attr]
    device.sync()
    assert server.content()[1] == {"name": "A", "phone": "1", "visits": 2}
    assert server.sent("pull")[-1]["held"] == {
        PARTNER: server.sent("pull")[-1]["held"][PARTNER],
        "res.partner.category": [],
    }


def test_unsent_work_is_not_handed_to_another_user_or_server(device: Device, server: FakeServer) -> None:
    server.put(PARTNER, 1, name="A")
    device.sync()
    device.update(PARTNER, 1, {"phone": "1"})
    with pytest.raises(DeviceError, match="unsent work"):
        device.enrol("https://other.example", "CODE-2")
    server.user = 7
    with pytest.raises(DeviceError, match="unsent work of Mitchell"):
        device.enrol("https://odoo.example", "CODE-3")
    assert device.status().unsent == 1


def test_another_user_of_an_empty_home_sees_nothing_of_the_first(device: Device, server: FakeServer) -> None:
    server.put(PARTNER, 1, name="A")
    device.sync()
    server.user = 7
    device.enrol("https://odoo.example", "CODE-2")
    assert device.search(PARTNER) == []
    assert device.status().held == {}


def test_another_user_of_a_home_finds_no_work_and_no_files_of_the_first(
    home: Home, device: Device, server: FakeServer, tmp_path: Path
) -> None:
    """Proves I4, I8. A file that was not sent belongs to its user like other work."""
    server.put(PARTNER, 1, name="A", phone=None)
    device.sync()
    device.update(PARTNER, 1, {"phone": "1"})
    device.sync()
    contract = hashlib.sha256(b"a contract").hexdigest()
    server.files[contract] = b"a contract"
    device.fetch(contract)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"a photo")
    device._files.note(device._files.keep(photo))
    server.user = 7
    with pytest.raises(DeviceError, match="unsent work of Mitchell"):
        device.enrol("https://odoo.example", "CODE-2")
    server.user = 2
    device.sync()
    server.user = 7
    device.enrol("https://odoo.example", "CODE-3")
    assert device.journal() == []
    assert list((home.path / "blobs").iterdir()) == []
    del server.files[contract]
    with pytest.raises(Refused):
        device.fetch(contract)


def test_the_clock_offset_is_measured(home: Home, server: FakeServer) -> None:
    device = home.enrolled()
    home.clock.pass_s(95)
    device.sync()
    assert device.status().clock_offset_s == 95
