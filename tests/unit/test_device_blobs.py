"""Files of a device: kept at once, sent once, fetched on demand, whatever breaks in between."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from offline_core.errors import Refusal
from offline_device import Device
from offline_device.blobs import PART_BYTES
from offline_device.errors import AnswerInvalid, DeviceError, Offline, Refused

from .conftest import Home
from .fake_server import FakeServer
from .fake_state import PARTNER, entity_profile, field_profile, problem

ATTACHMENT = "ir.attachment"


@pytest.fixture
def server() -> FakeServer:
    """With files among what the device holds."""
    found = FakeServer()
    found.profile["entities"].append(
        entity_profile(
            ATTACHMENT,
            field_profile("name", required=True),
            field_profile("res_model"),
            field_profile("res_id", "many2one_reference"),
            field_profile("raw", "binary"),
        )
    )
    found.life.rows[ATTACHMENT] = {}
    found.put(PARTNER, 7, name="Azure")
    return found


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file that takes three parts."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(bytes(range(256)) * (PART_BYTES // 256) * 2 + b"end")
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def parts(server: FakeServer) -> list[Any]:
    return server.sent("PATCH blobs")


def test_file_is_attached_without_a_network_and_sent_with_the_next_sync(
    home: Home, server: FakeServer, photo: Path
) -> None:
    device = home.enrolled()
    device.sync()
    server.down = True
    record = device.attach(PARTNER, 7, photo)
    assert record.values["raw"] == {
        "sha256": sha256(photo),
        "size": photo.stat().st_size,
        "type": "image/jpeg",
    }
    assert (device.status().files_waiting, device.status().bytes_waiting) == (1, photo.stat().st_size)
    photo_bytes = photo.read_bytes()
    photo.unlink()
    server.down = False
    device = home.open()
    assert device.sync().files == 1
    assert list(server.files.values()) == [photo_bytes]
    assert device.status().files_waiting == 0
    held = server.content(ATTACHMENT)
    assert [row["res_id"] for row in held.values()] == [7]


def test_broken_upload_goes_on_where_it_stood(device: Device, server: FakeServer, photo: Path) -> None:
    """Proves I2. The answer to a part was lost: the part is not sent again."""
    device.sync()
    device.attach(PARTNER, 7, photo)
    server.lost = ["PATCH blobs"]
    with pytest.raises(Offline):
        device.sync()
    assert device.sync().files == 1
    assert len(parts(server)) == 3
    assert server.files[sha256(photo)] == photo.read_bytes()


@pytest.mark.parametrize("step", ["blob.beginning", "blob.part", "blob.done"])
def test_process_that_dies_while_sending_loses_no_file(
    home: Home, server: FakeServer, photo: Path, step: str
) -> None:
    """Proves I2, I8."""
    device = home.enrolled()
    device.sync()
    device.attach(PARTNER, 7, photo)
    assert home.crash_at(step, lambda device: device.sync())
    device = home.open()
    device.sync()
    assert server.files[sha256(photo)] == photo.read_bytes()
    assert device.files_waiting() == []


def test_same_file_twice_is_sent_once(
    device: Device, server: FakeServer, photo: Path, tmp_path: Path
) -> None:
    twin = tmp_path / "copy.jpg"
    twin.write_bytes(photo.read_bytes())
    device.sync()
    device.attach(PARTNER, 7, photo)
    device.attach(PARTNER, 7, twin)
    device.sync()
    device.attach(PARTNER, 7, photo)
    device.sync()
    assert len(parts(server)) == 3
    assert len(server.content(ATTACHMENT)) == 3


def test_refused_file_is_told_and_holds_up_nothing(device: Device, server: FakeServer, photo: Path) -> None:
    """Proves I8."""
    device.sync()
    device.attach(PARTNER, 7, photo)
    device.update(PARTNER, 7, {"city": "Namur"})
    server.refuse["POST blobs"] = problem("limit_exceeded", limit={"blob_bytes": 1})
    device.sync()
    assert server.content()[7]["city"] == "Namur"
    assert [one["kind"] for one in device.status().incidents] == ["blob_refused"]
    assert device.status().files_waiting == 1
    assert device.sync().files == 1


def test_upload_that_the_server_forgot_begins_anew(device: Device, server: FakeServer, photo: Path) -> None:
    device.sync()
    device.attach(PARTNER, 7, photo)
    server.refuse["PATCH blobs"] = problem("blob_unknown")
    assert device.sync().files == 1


def test_refused_token_ends_the_sync(device: Device, server: FakeServer, photo: Path) -> None:
    device.sync()
    device.attach(PARTNER, 7, photo)
    server.refuse["POST blobs"] = problem("device_revoked", wipe=False)
    with pytest.raises(Refused):
        device.sync()
    assert device.files_waiting()


def test_file_is_fetched_once_and_then_read_from_here(device: Device, server: FakeServer) -> None:
    device.sync()
    data = b"a contract"
    name = hashlib.sha256(data).hexdigest()
    server.files[name] = data
    assert device.fetch(name).read_bytes() == data
    server.down = True
    assert device.fetch(name).read_bytes() == data
    with pytest.raises(Offline):
        device.fetch(name, 256)


def test_own_file_is_read_from_here_before_it_was_sent(
    device: Device, photo: Path, server: FakeServer
) -> None:
    device.sync()
    device.attach(PARTNER, 7, photo)
    server.down = True
    assert device.fetch(sha256(photo)).read_bytes() == photo.read_bytes()


def test_other_bytes_than_asked_for_are_not_kept(device: Device, server: FakeServer) -> None:
    device.sync()
    name = hashlib.sha256(b"a contract").hexdigest()
    server.files[name] = b"another one"
    with pytest.raises(AnswerInvalid):
        device.fetch(name)
    server.files[name] = b"a contract"
    assert device.fetch(name).read_bytes() == b"a contract"


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_name_that_is_no_hash_leads_nowhere(device: Device, name: str) -> None:
    device.sync()
    with pytest.raises(DeviceError):
        device.fetch(name)


def test_wipe_erases_files_and_keeps_those_that_nobody_else_has(
    home: Home, server: FakeServer, photo: Path
) -> None:
    """Proves I8. This server has no key for sealed work: the file that was not sent is nowhere else."""
    device = home.enrolled()
    device.sync()
    device.attach(PARTNER, 7, photo)
    contract = hashlib.sha256(b"a contract").hexdigest()
    server.files[contract] = b"a contract"
    device.fetch(contract)
    server.refuse["push"] = problem("device_revoked", wipe=True)
    with pytest.raises(Refused):
        device.sync()
    assert [path.name for path in (home.path / "blobs").rglob("*")] == [sha256(photo)]


# --- networks that cost, room, former homes ------------------------------------------------------------------------


def test_large_files_wait_for_a_network_without_a_meter(
    device: Device, server: FakeServer, photo: Path, tmp_path: Path
) -> None:
    """A signature goes all the same, and so does the work that names the photo."""
    server.profile["wifi_only_blobs"] = True
    device.enrol("https://odoo.example", "CODE-2")
    device.sync()
    signature = tmp_path / "signature.png"
    signature.write_bytes(b"signed")
    device.attach(PARTNER, 7, photo)
    device.attach(PARTNER, 7, signature)
    device.settings.metered = True
    result = device.sync()
    assert (result.files, result.files_held) == (1, 1)
    status = device.status()
    assert (status.metered, status.files_waiting, status.files_held) == (True, 1, 1)
    assert list(server.files) == [sha256(signature)]
    assert len(server.content(ATTACHMENT)) == 2
    device.settings.metered = False
    result = device.sync()
    assert (result.files, result.files_held) == (1, 0)
    assert server.files[sha256(photo)] == photo.read_bytes()


def test_metered_network_holds_nothing_where_the_profile_does_not_ask_for_it(
    device: Device, server: FakeServer, photo: Path
) -> None:
    device.sync()
    device.settings.metered = True
    device.attach(PARTNER, 7, photo)
    assert (device.sync().files, device.status().files_held) == (1, 0)


def fetched(device: Device, server: FakeServer, content: bytes) -> str:
    name = hashlib.sha256(content).hexdigest()
    server.files[name] = content
    device.fetch(name)
    return name


def here(home: Home) -> set[str]:
    return {path.name for path in (home.path / "blobs").iterdir()}


def test_least_recently_used_files_make_room(
    home: Home, device: Device, server: FakeServer, photo: Path
) -> None:
    """Proves I8. What was not sent stays, whatever room it takes; so does what was sent this week."""
    device.sync()
    device.attach(PARTNER, 7, photo)
    device.sync()
    server.down = True
    unsent = photo.with_name("unsent.jpg")
    unsent.write_bytes(photo.read_bytes() + b"more")
    device.attach(PARTNER, 7, unsent)
    server.down = False
    first = fetched(device, server, b"1" * 1000)
    home.clock.pass_s(86400)
    second = fetched(device, server, b"2" * 1000)
    home.clock.pass_s(86400)
    device.fetch(first)
    device.keep_at_most(photo.stat().st_size + 1500)
    assert here(home) == {sha256(photo), sha256(unsent), first}
    device.keep_at_most(0)
    assert here(home) == {sha256(photo), sha256(unsent)}
    home.clock.pass_s(8 * 86400)
    device.keep_at_most(0)
    assert here(home) == {sha256(unsent)}
    assert device.fetch(second).read_bytes() == b"2" * 1000


def test_files_that_nobody_uses_go(home: Home, device: Device, server: FakeServer) -> None:
    device.sync()
    used, _unused = fetched(device, server, b"used"), fetched(device, server, b"unused")
    home.clock.pass_s(20 * 86400)
    device.fetch(used)
    home.clock.pass_s(20 * 86400)
    device.sync()
    assert here(home) == {used}


def test_file_that_somebody_removed_before_it_was_sent_is_told(
    home: Home, device: Device, photo: Path
) -> None:
    """Proves I8."""
    device.sync()
    device.attach(PARTNER, 7, photo)
    (home.path / "blobs" / sha256(photo)).unlink()
    device = home.open()
    device.sync()
    assert [one["kind"] for one in device.status().incidents] == ["file_lost"]
    assert device.status().files_waiting == 0


def test_home_of_the_first_version_keeps_its_files_and_its_box(
    home: Home, device: Device, server: FakeServer, photo: Path
) -> None:
    """Proves I8."""
    device.sync()
    store = device.store
    for statement in ("DROP TABLE blob", "DROP TABLE box", "DROP TABLE linked", "PRAGMA user_version=1"):
        store.db.execute(statement)
    store.put_setting("sealed", "a.b.c.d.e")
    home.close()
    out, cache = home.path / "blobs" / "out", home.path / "blobs" / "cache"
    out.mkdir(parents=True)
    cache.mkdir()
    (out / sha256(photo)).write_bytes(photo.read_bytes())
    (out / f"{sha256(photo)}.json").write_text('{"name": "photo.jpg", "type": "image/jpeg"}')
    (out / "tmpabc").write_bytes(b"half a file")
    contract = hashlib.sha256(b"a contract").hexdigest()
    (cache / contract).write_bytes(b"a contract")
    (cache / f"{contract}-256").write_bytes(b"small")
    device = home.open()
    assert [(one.sha256, one.name, one.type) for one in device.files_waiting()] == [
        (sha256(photo), "photo.jpg", "image/jpeg")
    ]
    assert here(home) == {sha256(photo), contract, f"{contract}-256"}
    assert list(device.sealed() or ()) == ["a.b.c.d.e"]
    assert device.sync().files == 1
    server.down = True
    assert device.fetch(contract, 256).read_bytes() == b"small"


def test_file_of_refused_work_is_not_left_behind(home: Home, device: Device, photo: Path) -> None:
    device.sync()
    device.settings.profile_data = {
        **(device.settings.profile_data or {}),
        "limits": {"body_bytes": 2100, "operations": 50, "page": 1000},
    }
    with pytest.raises(Refusal):
        device.attach(PARTNER, 7, photo)
    assert (here(home), device.files_waiting()) == (set(), [])
