"""Phones that die, are wiped, stay away for too long, or exist twice: their work counts once all the same."""

from __future__ import annotations

import base64
import os
import shutil

import pytest

from tools.stage.phone import Phone, PhoneFailed


def count(office, name: str) -> int:
    return int(office("res.partner", "search_count", [("name", "=", name)]))


def device_of(office, phone: Phone) -> int:
    return office.find("offline.device", ("uid", "=", phone("status")["device"]))


def replay(office, box: int) -> str:
    office("offline.escrow", "action_replay", [box])
    return str(office.read("offline.escrow", box, "state")["state"])


def test_work_of_a_dead_phone_is_imported_and_counts_once_when_it_comes_back(
    office, traveller, make_phone, network, tmp_path
):
    """Proves I2, I8."""
    phone = make_phone(traveller, "dying")
    phone.create("res.partner", name="Delivered before")
    phone.sync()
    network.close()
    for number in range(3):
        phone.create("res.partner", name=f"Only on the phone {number}")
    file = tmp_path / "work.jwe"
    phone("escrow", "--file", str(file))
    content = base64.b64encode(file.read_bytes()).decode()
    wizard = office.create("offline.escrow.import", file=content, filename=file.name)
    box = office("offline.escrow.import", "action_import", [wizard])["res_id"]
    assert office.read("offline.escrow", box, "operation_count")["operation_count"] == 3
    assert replay(office, box) == "replayed"
    network.open()
    assert phone.sync()["receipts"] == {"applied": 3}
    assert phone("outbox") == []
    assert [count(office, f"Only on the phone {number}") for number in range(3)] == [1, 1, 1]
    assert count(office, "Delivered before") == 1


def wipe(office, phone, network):
    """Revoke a phone that works without a network, and let it come back to hear of it; answers its device."""
    device = device_of(office, phone)
    office("offline.device", "action_revoke_and_wipe", [device])
    network.open()
    with pytest.raises(PhoneFailed, match="revoked"):
        phone.sync()
    assert office.read("offline.device", device, "state")["state"] == "wiped"
    return device


def test_wiped_phone_hands_its_work_over_first(office, traveller, make_phone, network):
    """Proves I8. The answer to the first box is lost; the wipe goes on with the next call."""
    phone = make_phone(traveller, "stolen")
    network.close()
    phone.create("res.partner", name="On the stolen phone")
    device = wipe(office, phone, network)
    status = phone("status")
    assert (status["held"], status["unsent"]) == ({}, 0)
    assert replay(office, office.find("offline.escrow", ("device_id", "=", device))) == "replayed"
    assert count(office, "On the stolen phone") == 1
    phone.enrol(network.url, office.code(traveller), "found again")
    assert phone.sync()["upserts"] > 0
    assert device_of(office, phone) != device


def test_photo_that_only_a_wiped_phone_had_reaches_its_record(
    office, traveller, make_phone, network, tmp_path
):
    """Proves I8. It is larger than what one call carries."""
    partner = office.create("res.partner", name="With a photo from a stolen phone")
    phone = make_phone(traveller, "stolen with a photo")
    photo = tmp_path / "meter.bin"
    photo.write_bytes(os.urandom(5_000_000))
    network.close()
    phone("attach", "res.partner", str(partner), str(photo))
    device = wipe(office, phone, network)
    assert not list((phone.home / "blobs").iterdir())
    boxes = office("offline.escrow", "search", [("device_id", "=", device)], order="id")
    assert len(boxes) == 3
    assert replay(office, boxes[0]) == "replayed"
    assert {box["state"] for box in office("offline.escrow", "read", boxes, ["state"])} == {"replayed"}
    [attached] = office(
        "ir.attachment",
        "search_read",
        [("res_model", "=", "res.partner"), ("res_id", "=", partner)],
        ["name", "datas"],
    )
    assert (attached["name"], base64.b64decode(attached["datas"])) == ("meter.bin", photo.read_bytes())


def test_phone_that_stayed_away_too_long_comes_back_as_itself(
    office, traveller, make_phone, network, connect
):
    """Proves I2, I3. Nobody has to hand out a code."""
    phone = make_phone(traveller, "traveller")
    network.close()
    phone.create("res.partner", name="First")
    network.open()
    phone.sync()
    device = device_of(office, phone)
    network.close()
    phone.create("res.partner", name="From the jungle")
    expire = connect()
    expire.cursor().execute(
        "UPDATE offline_token SET expires_at = now() - interval '30 days' WHERE device_id = %s", [device]
    )
    expire.commit()
    network.open()
    assert phone.sync()["receipts"] == {"applied": 1}
    assert device_of(office, phone) == device
    assert [entry["seq"] for entry in phone("journal")] == [2, 1]
    assert count(office, "From the jungle") == 1


def test_copy_of_a_phone_becomes_a_device_of_its_own_and_all_work_counts_once(
    office, traveller, make_phone, network, tmp_path
):
    """Proves I2, I8. A home was copied with work in it; both copies went on working."""
    one = make_phone(traveller, "one")
    network.close()
    one.create("res.partner", name="Before the copy")
    other = Phone(tmp_path / "other")
    shutil.copytree(one.home, other.home)
    one.create("res.partner", name="By the one")
    other.create("res.partner", name="By the other")
    network.open()
    one.sync()
    with pytest.raises(PhoneFailed, match="number was already used"):
        other.sync()
    other.enrol(network.url, office.code(traveller), "other")
    other.sync()
    assert device_of(office, one) != device_of(office, other)
    assert [count(office, name) for name in ("Before the copy", "By the one", "By the other")] == [1, 1, 1]
    assert other("outbox") == []
    one.create("res.partner", name="The one goes on")
    one.sync()
    assert (count(office, "The one goes on"), one("outbox")) == (1, [])
