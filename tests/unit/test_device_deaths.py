"""A device that dies at any of its own steps, at each of them in turn, comes back with all work, done once.

Each life is a fresh device object on the same home. The process dies before and after every commit of the store,
every call and every change of a file; each death is tried alone, and with a second one while it recovers.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest

from offline_device import Device, NotEnrolled, Refused

from .dying import ADDRESS, ATTACHMENT, MOST_STEPS, PHOTO, World, die_at_every_step, dies
from .fake_state import PARTNER, problem


def sync_twice(world: World, device: Device) -> None:
    device.sync()
    device.sync()


# --- syncing ----------------------------------------------------------------------------------------------------


def test_sync(tmp_path: Path) -> None:
    """Proves I2, I3, I5, I6, I8."""

    def begin(world: World) -> None:
        world.work(world.live())

    assert die_at_every_step(tmp_path, begin, lambda _world, device: device.sync(), World.check_done) > 15


def test_sync_that_changes_the_token(tmp_path: Path) -> None:
    """Proves I2. Neither the old nor the new token is lost, and none is shown again after it was spent."""

    def begin(world: World) -> None:
        world.work(world.live())
        world.clock.pass_s(91 * 86400)

    def check(world: World, device: Device) -> None:
        world.check_done(device)
        assert device.settings.token == world.server.token

    assert die_at_every_step(tmp_path, begin, lambda _world, device: device.sync(), check) > 20


def test_token_that_the_office_wants_changed(tmp_path: Path) -> None:
    """Proves I2."""

    def begin(world: World) -> None:
        world.work(world.live())
        world.server.refuse["push"] = problem("token_rotation_due")

    die_at_every_step(tmp_path, begin, lambda _world, device: device.sync(), World.check_done)


def test_coming_back_after_the_token_expired(tmp_path: Path) -> None:
    """Proves I2, I8."""

    def begin(world: World) -> None:
        world.work(world.live())
        world.server.refuse["push"] = problem("token_expired")

    die_at_every_step(tmp_path, begin, lambda _world, device: device.sync(), World.check_done)


def test_replay_after_a_restore(tmp_path: Path) -> None:
    """Proves I2, I9. Delivered work that the backup does not have, and work that nobody has yet."""

    def begin(world: World) -> None:
        device = world.live()
        backup = world.server.backup()
        world.work(device)
        device.sync()
        world.server.restore(backup)
        world.ops.append(device.call(PARTNER, 2, "visit", {"note": "after"}).op)

    assert die_at_every_step(tmp_path, begin, sync_twice, World.check_done) > 20


# --- files ------------------------------------------------------------------------------------------------------


def test_file_on_its_way_up(tmp_path: Path) -> None:
    """Proves I2, I8."""

    def begin(world: World) -> None:
        device = world.live()
        world.work(device)
        world.photo(device)

    def check(world: World, device: Device) -> None:
        world.check_done(device)
        assert world.server.files == {hashlib.sha256(PHOTO).hexdigest(): PHOTO}

    assert die_at_every_step(tmp_path, begin, lambda _world, device: device.sync(), check) > 20


def test_file_that_is_attached(tmp_path: Path) -> None:
    """Proves I2, I8. The record and the bytes are kept together or not at all, and nothing is left lying about."""

    def act(world: World, device: Device) -> None:
        if not device.count(ATTACHMENT):
            world.photo(device)

    def check(world: World, device: Device) -> None:
        [entry] = [entry for entry in device.outbox() if entry.entity == ATTACHMENT]
        waiting = [one.sha256 for one in device.files_waiting()]
        assert waiting == [entry.body["values"]["raw"]["sha256"]]
        names = [Path(name).name for name in world.everything_on_the_disk() if name.startswith("blobs")]
        assert names == waiting
        world.ops = [entry.op]
        device.sync()
        world.check_done(device)
        assert list(world.server.files.values()) == [PHOTO]

    die_at_every_step(tmp_path, lambda _world: None, act, check)


def test_file_whose_record_was_not_kept_is_neither_sent_nor_left(tmp_path: Path) -> None:
    """Proves I8. The process died while the file was copied, and the person did not come back to it."""
    first = World(tmp_path / "home")
    for deaths in range(MOST_STEPS):
        world = first.copy(tmp_path / f"home-{deaths}")
        if not dies(world, deaths, lambda world, device: world.photo(device)):
            break
        device = world.live()
        kept = device.count(ATTACHMENT)
        assert len(device.files_waiting()) == kept
        names = [name for name in world.everything_on_the_disk() if name.startswith("blobs")]
        assert len(names) == kept
        world.fuse.close()
    assert deaths > 2


def test_file_on_its_way_down(tmp_path: Path) -> None:
    name = hashlib.sha256(b"a contract").hexdigest()

    def begin(world: World) -> None:
        world.server.files[name] = b"a contract"

    def check(world: World, device: Device) -> None:
        world.server.down = True
        assert device.fetch(name).read_bytes() == b"a contract"
        on_disk = [found for found in world.everything_on_the_disk() if found.startswith("blobs")]
        assert [Path(found).name for found in on_disk] == [name]

    die_at_every_step(tmp_path, begin, lambda _world, device: device.fetch(name), check)


def test_file_that_a_restored_server_has_lost_is_sent_again(tmp_path: Path) -> None:
    """Proves I8, I9."""

    def begin(world: World) -> None:
        device = world.live()
        backup = world.server.backup()
        world.photo(device)
        device.sync()
        world.server.restore(backup)
        world.server.files.clear()
        world.server.uploads.clear()

    def check(world: World, device: Device) -> None:
        world.check_done(device)
        assert list(world.server.files.values()) == [PHOTO]

    die_at_every_step(tmp_path, begin, sync_twice, check)


# --- enrolling --------------------------------------------------------------------------------------------------


def test_enrolling_again_as_the_same_device(tmp_path: Path) -> None:
    """Proves I2, I3, I8. One code is enough, whatever answers were lost."""

    def begin(world: World) -> None:
        world.work(world.live())

    def act(world: World, device: Device) -> None:
        if device.settings.token in (world.first_token, None):
            device.enrol(ADDRESS, "CODE-2")
        device.sync()

    def check(world: World, device: Device) -> None:
        world.check_done(device)
        assert world.server.enrolments == 1

    die_at_every_step(tmp_path, begin, act, check)


@pytest.mark.parametrize("code", ["device_cloned", None])
def test_enrolling_again_as_another_device(tmp_path: Path, code: str | None) -> None:
    """Proves I2, I8. The copy of another device, and a device that the server does not know any more."""

    def begin(world: World) -> None:
        device = world.live()
        world.work(device)
        world.photo(device)
        world.server.forgot_devices = code is None
        if code:
            world.server.refuse["push"] = problem(code)
            with pytest.raises(Refused):
                device.sync()

    def act(world: World, device: Device) -> None:
        if device.settings.token in (world.first_token, None):
            device.enrol(ADDRESS, "CODE-2")
        device.sync()

    def check(world: World, device: Device) -> None:
        world.check_done(device)
        assert list(world.server.files.values()) == [PHOTO]

    die_at_every_step(tmp_path, begin, act, check)


# --- leaving ----------------------------------------------------------------------------------------------------


def leave(world: World, device: Device) -> None:
    """A device that is told to wipe itself, until it has nothing to call with any more."""
    with suppress(Refused, NotEnrolled):
        device.sync()
    with suppress(Refused, NotEnrolled):
        device.sync()


#: Two boxes of it.
SMALL_PHOTO = bytes(range(256)) * 250


def begin_leaving(world: World) -> None:
    device = world.live()
    device.call(PARTNER, 2, "visit", {"note": "delivered"})
    world.server.files[hashlib.sha256(b"a contract").hexdigest()] = b"a contract"
    device.fetch(hashlib.sha256(b"a contract").hexdigest())
    world.work(device)
    world.photo(device, SMALL_PHOTO)
    world.server.revoked = True


def check_left(world: World, device: Device) -> None:
    assert world.server.wiped
    assert device.settings.token is None
    assert (device.outbox(), device.journal(), device.status().held) == ([], [], {})
    world.fuse.close()
    for name, content in world.everything_on_the_disk().items():
        for secret in (b"delivered", b"Contact 1", b"a contract", SMALL_PHOTO[:1000]):
            assert secret not in content, (name, secret[:20])


def test_wipe_with_work_that_was_not_sent(tmp_path: Path) -> None:
    """Proves I8. The office has the work; of the rest nothing is left, also of files."""

    def check(world: World, device: Device) -> None:
        check_left(world, device)
        operations = {one["op"] for box in world.boxes() for one in box["operations"]}
        assert operations >= set(world.ops)
        assert world.file_in_boxes() == SMALL_PHOTO

    assert die_at_every_step(tmp_path, begin_leaving, leave, check) > 10


def test_enrolling_again_while_the_box_is_not_handed_over(tmp_path: Path) -> None:
    """Proves I8. A new code comes before the network: what the former device left is handed over first."""

    def begin(world: World) -> None:
        begin_leaving(world)
        world.server.lost = ["escrow"]
        with pytest.raises(Refused):
            world.live().sync()
        world.server.boxes.clear()

    def act(world: World, device: Device) -> None:
        if device.settings.token in (world.first_token, None):
            device.enrol(ADDRESS, "CODE-2")
        device.sync()

    def check(world: World, device: Device) -> None:
        operations = {one["op"] for box in world.boxes() for one in box["operations"]}
        assert operations >= set(world.ops)
        assert world.file_in_boxes() == SMALL_PHOTO
        world.ops.clear()
        world.check_done(device)

    die_at_every_step(tmp_path, begin, act, check)
