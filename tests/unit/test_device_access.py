"""How a device comes back as itself, and how it leaves without losing work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rfc8785
from joserfc import jwe
from joserfc.jwk import ECKey

from offline_core.wire import EscrowContent, EscrowEnvelope
from offline_device import Device, Offline, Refused, cli
from offline_device.errors import DeviceError, NotEnrolled

from .conftest import Home
from .fake_server import FakeServer
from .fake_state import PARTNER, problem

OFFICE = ECKey.generate_key("P-256")


@pytest.fixture
def sealing(server: FakeServer) -> FakeServer:
    """A server that has a key for sealed work."""
    server.profile["escrow_key"] = {**OFFICE.as_dict(private=False), "kid": OFFICE.thumbprint()}
    return server


def with_work(home: Home, server: FakeServer) -> Device:
    device = home.enrolled()
    server.put(PARTNER, 1, name="A", phone=None)
    device.sync()
    device.call(PARTNER, 1, "visit", {"note": "delivered"})
    device.sync()
    device.update(PARTNER, 1, {"phone": "1"})
    return device


def opened(box: str) -> EscrowEnvelope:
    registry = jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM"])
    text = jwe.decrypt_compact(box, OFFICE, registry=registry).plaintext
    return EscrowEnvelope.model_validate_json(text or b"")


def test_a_code_typed_again_keeps_device_numbers_and_work(home: Home, server: FakeServer) -> None:
    device = with_work(home, server)
    before = device.status().device
    server.put(PARTNER, 1, name="B")
    device.enrol("https://odoo.example", "CODE-2")
    assert device.status().device == before
    assert [entry.seq for entry in device.outbox()] == [2]
    device.sync()
    assert server.content()[1]["phone"] == "1"
    assert device.outbox() == []


def test_an_expired_token_is_replaced_by_the_key_alone(home: Home, server: FakeServer) -> None:
    device = with_work(home, server)
    server.refuse["push"] = problem("token_expired")
    device.sync()
    asked = server.sent("enroll")[-1]
    assert asked["code"] is None
    signed = {name: asked["proof"][name] for name in ("device", "epoch", "time")} | {"nonce": asked["nonce"]}
    assert set(json.loads(rfc8785.dumps(signed))) == {"device", "epoch", "nonce", "time"}
    assert (server.content()[1]["phone"], device.outbox()) == ("1", [])


def test_a_device_that_may_not_come_back_by_its_key_asks_for_a_code_and_keeps_its_work(
    home: Home, server: FakeServer
) -> None:
    device = with_work(home, server)
    server.refuse["push"] = problem("token_expired")
    server.refuse["enroll"] = problem("proof_needs_code")
    with pytest.raises(Refused, match="code"):
        device.sync()
    assert device.status().unsent == 1
    device.enrol("https://odoo.example", "CODE-2")
    device.sync()
    assert device.outbox() == []


def test_a_wrong_clock_does_not_keep_a_device_out(home: Home, server: FakeServer) -> None:
    device = with_work(home, server)
    home.clock.pass_s(86400)
    server.refuse["push"] = problem("token_expired")
    device.sync()
    assert [asked["proof"]["time"][:10] for asked in server.sent("enroll")[1:]] == [
        "2026-11-22",
        "2026-11-21",
    ]
    assert device.outbox() == []


@pytest.mark.parametrize("code", ["device_cloned", "seq_reused"])
def test_a_copy_becomes_a_device_of_its_own_with_a_key_of_its_own(
    home: Home, server: FakeServer, code: str
) -> None:
    device = with_work(home, server)
    before, key = device.status().device, device.settings.key
    [entry] = device.outbox()
    server.refuse["push"] = problem(code)
    with pytest.raises(Refused):
        device.sync()
    assert device.status().locked_out == {"code": code, "wipe": False}
    device.enrol("https://odoo.example", "CODE-2")
    assert "proof" not in server.sent("enroll")[-1]
    assert device.status().device != before
    assert device.settings.key != key
    assert [(one.seq, one.op) for one in device.outbox()] == [(1, entry.op)]
    device.sync()
    assert server.content()[1]["phone"] == "1"


def test_escrow_hands_over_the_work_signed_and_sealed_and_changes_nothing(
    home: Home, sealing: FakeServer
) -> None:
    device = with_work(home, sealing)
    work = device.outbox()
    device.escrow()
    envelope = opened(sealing.boxes[0])
    content = EscrowContent.model_validate_json(json.dumps(envelope.content))
    assert [operation.seq for operation in content.operations] == [1, 2]
    assert content.device == device.status().device
    assert envelope.signature
    assert device.outbox() == work


def test_a_wipe_hands_the_work_over_and_leaves_nothing(home: Home, sealing: FakeServer) -> None:
    """Proves I8."""
    device = with_work(home, sealing)
    sealing.refuse["push"] = problem("device_revoked", wipe=True)
    with pytest.raises(Refused):
        device.sync()
    operations = opened(sealing.boxes[0]).content["operations"]
    assert [operation["seq"] for operation in operations] == [1, 2]
    assert sealing.sent("wipe") == [{"done": True}]
    assert (device.outbox(), device.journal(), device.status().held) == ([], [], {})
    assert (device.settings.token, device.settings.key) == (None, None)
    home.close()
    for file in home.path.iterdir():
        assert b"delivered" not in file.read_bytes(), file


def test_a_wipe_without_network_keeps_the_sealed_work_for_the_next_try(
    home: Home, sealing: FakeServer
) -> None:
    """Proves I8. What was erased is in a box that only the office can open."""
    device = with_work(home, sealing)
    sealing.refuse["push"] = problem("device_revoked", wipe=True)
    sealing.lost = ["escrow"]
    with pytest.raises(Refused):
        device.sync()
    assert device.status().held == {}
    assert sealing.sent("wipe") == []
    with pytest.raises(NotEnrolled):
        home.open().sync()
    assert sealing.boxes[0] == sealing.boxes[1]
    assert len(sealing.sent("wipe")) == 1


@pytest.mark.parametrize("step", ["wipe.erased", "wipe.escrowed", "wipe.confirmed"])
def test_a_crash_during_a_wipe_is_gone_on_with(home: Home, sealing: FakeServer, step: str) -> None:
    with_work(home, sealing)
    sealing.refuse["push"] = problem("device_revoked", wipe=True)
    assert home.crash_at(step, lambda device: device.sync())
    device = home.open()
    with pytest.raises(NotEnrolled):
        device.sync()
    assert sealing.boxes
    assert sealing.sent("wipe")
    assert device.settings.token is None
    assert not device.store.db.execute("SELECT * FROM box").fetchall()


def test_a_box_that_the_server_refuses_stays_on_the_device(home: Home, sealing: FakeServer) -> None:
    device = with_work(home, sealing)
    sealing.refuse["push"] = problem("device_revoked", wipe=True)
    sealing.refuse["escrow"] = problem("limit_exceeded")
    with pytest.raises(Refused):
        device.sync()
    assert len(sealing.sent("wipe")) == 1
    [box] = device.sealed() or ()
    assert opened(box).content["operations"]


def test_a_server_without_a_key_gets_no_box(device: Device) -> None:
    assert device.sealed() is None
    with pytest.raises(DeviceError, match="no key"):
        device.escrow()


def test_escrow_without_network_says_so(device: Device, sealing: FakeServer) -> None:
    device.sync()
    sealing.down = True
    with pytest.raises((Offline, DeviceError)):
        device.escrow()


def test_a_box_is_saved_as_a_file_for_its_owner_alone(
    home: Home, sealing: FakeServer, tmp_path: Path
) -> None:
    with_work(home, sealing)
    home.close()
    file = tmp_path / "work.jwe"
    done = cli.main(
        ["--home", str(home.path), "escrow", "--file", str(file)],
        open_device=lambda _path, **options: home.open(),
    )
    assert done == cli.OK
    [box] = file.read_text().splitlines()
    assert opened(box).content["operations"]
    assert file.stat().st_mode & 0o077 == 0


def test_a_wipe_goes_on_where_there_is_no_room_to_seal_files(
    home: Home, sealing: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves I8. The work itself is in its box; that a file is lost is noted."""
    device = with_work(home, sealing)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"a photo")
    device._files.note(device._files.keep(photo))

    def broken(*_asked: object) -> bytes:
        raise OSError("the disk is full")

    monkeypatch.setattr(device._files, "part", broken)
    sealing.refuse["push"] = problem("device_revoked", wipe=True)
    with pytest.raises(Refused):
        device.sync()
    assert [operation["seq"] for operation in opened(sealing.boxes[0]).content["operations"]] == [1, 2]
    assert "files_not_sealed" in [one["kind"] for one in device.status().incidents]
    assert not list((home.path / "blobs").iterdir())
    assert sealing.sent("wipe") == [{"done": True}]
