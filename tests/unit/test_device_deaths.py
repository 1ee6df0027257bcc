"""A device that dies at any of its own steps, at each of them in turn, comes back with all work, done once.

Each life is a fresh device object on the same home. The process dies before and after every commit of the store,
every call and every change of a file; each death is tried alone, and with a second one while it recovers.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from offline_core.wire import EscrowEnvelope
from offline_device import Device, NotEnrolled, Refused
from offline_device.blobs import PART_BYTES
from tools.stage.fuse import Died, Fuse

from .conftest import Clock
from .fake_server import FakeServer
from .fake_state import PARTNER, entity_profile, field_profile, problem, uids

ATTACHMENT = "ir.attachment"
ADDRESS = "https://odoo.example"
OFFICE = ECKey.generate_key("P-256")
PHOTO = bytes(range(256)) * (PART_BYTES // 256) + b"end"
#: No device does more between two looks of a test.
MOST_STEPS = 400


class World:
    """A home, a server, and the work of a day on both sides."""

    def __init__(self, home: Path) -> None:
        self.home, self.clock, self.server, self.fuse = home, Clock(), FakeServer(), Fuse()
        self.new_uid = uids()
        files = ("name", "res_model"), ("res_id", "many2one_reference"), ("raw", "binary")
        fields = [field_profile("name"), field_profile("res_model")]
        fields += [field_profile(name, kind) for name, kind in files[1:]]
        self.server.profile["entities"].append(entity_profile(ATTACHMENT, *fields))
        self.server.profile["escrow_key"] = {**OFFICE.as_dict(private=False), "kid": OFFICE.thumbprint()}
        self.server.life.rows[ATTACHMENT] = {}
        for number in range(1, 5):
            self.server.put(PARTNER, number, name=f"Contact {number}", phone=None)
        self.ops: list[str] = []
        device = self.live()
        device.enrol(ADDRESS, "CODE-1")
        device.sync()
        self.first_token = device.settings.token

    def copy(self, home: Path) -> World:
        """The same home and server once more, as they are now and with nobody at work."""
        self.fuse.close()
        twin: World = copy.copy(self)
        shutil.copytree(self.home, home)
        twin.home, twin.fuse, twin.ops = home, Fuse(), list(self.ops)
        refuse = self.server.refuse
        twin.server = copy.deepcopy(self.server, {id(refuse): dict(refuse)})
        twin.new_uid = uids(2)
        return twin

    def live(self) -> Device:
        """The next process."""
        return self.fuse.open(
            self.home, self.server, clock=self.clock, chance=lambda: 0.5, new_uid=self.new_uid, page_size=2
        )

    def work(self, device: Device) -> None:
        """On both sides, some of it on the same record."""
        self.ops.append(device.call(PARTNER, 1, "visit", {"note": "delivered"}).op)
        self.ops.append(device.update(PARTNER, 2, {"phone": "1"}).op)
        born = device.create(PARTNER, {"name": "Born here"})
        self.ops += [entry.op for entry in device.outbox() if entry.target_uid == born.uid]
        self.server.put(PARTNER, 3, name="Renamed", phone="3")
        self.server.put(PARTNER, 4, name="Renamed, too", phone="4")
        with suppress(KeyError):
            self.server.remove(PARTNER, 5)

    def photo(self, device: Device, content: bytes = PHOTO) -> str:
        path = self.home.parent / f"{self.home.name}.jpg"
        path.write_bytes(content)
        record = device.attach(PARTNER, 1, path)
        self.ops += [entry.op for entry in device.outbox() if entry.target_uid == record.uid]
        return hashlib.sha256(content).hexdigest()

    # --- what must be so in the end -----------------------------------------------------------------------------

    def check_done(self, device: Device) -> None:
        """All work counts once, and the device shows what the server holds."""
        assert {op: self.server.life.effects.get(op, 0) for op in self.ops} == dict.fromkeys(self.ops, 1)
        assert {op for op, times in self.server.life.effects.items() if times != 1} == set()
        assert device.outbox() == []
        shown = {record.id: record.values for record in device.search(PARTNER, limit=100)}
        assert shown == self.server.content()
        assert not any(record.pending for record in device.search(PARTNER, limit=100))
        assert device.check() == []
        assert device.status().locked_out is None
        assert device.files_waiting() == []

    def boxes(self) -> list[dict[str, Any]]:
        registry = jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM"])
        registry.max_ciphertext_length = 1 << 20
        texts = (jwe.decrypt_compact(box, OFFICE, registry=registry).plaintext for box in self.server.boxes)
        return [EscrowEnvelope.model_validate_json(text or b"").content for text in texts]

    def file_in_boxes(self) -> bytes:
        """The one file that was handed over; the same box may have come twice."""
        parts = {
            part["offset"]: base64.b64decode(part["data"])
            for box in self.boxes()
            for part in box.get("files", ())
        }
        return b"".join(parts[at] for at in sorted(parts))

    def everything_on_the_disk(self) -> dict[str, bytes]:
        files = (path for path in self.home.rglob("*") if path.is_file())
        return {str(path.relative_to(self.home)): path.read_bytes() for path in files}


Begin = Callable[[World], object]
Act = Callable[[World, Device], object]
Check = Callable[[World, Device], object]


def die_at_every_step(tmp_path: Path, begin: Begin, act: Act, check: Check) -> int:
    """Act in a world for each death; ``act`` is also what the person does again afterwards. Answers how many."""
    first = World(tmp_path / "home")
    begin(first)
    for deaths in count():
        assert deaths < MOST_STEPS
        done = False
        for again in (None, deaths):
            world = first.copy(tmp_path / f"home-{deaths}-{again}")
            try:
                done = not _dies(world, deaths, act)
                if again is not None:
                    _dies(world, again, act)
                device = world.live()
                act(world, device)
                check(world, device)
            except (Exception, AssertionError) as error:
                steps = "\n  ".join(world.fuse.passed[-60:])
                error.add_note(f"died after {deaths} steps, then {again}; all steps:\n  {steps}")
                raise
            finally:
                world.fuse.close()
            shutil.rmtree(world.home)
        if done:
            return deaths
    raise AssertionError


def _dies(world: World, steps: int, act: Act) -> bool:
    device = world.live()
    world.fuse.light(steps)
    try:
        act(world, device)
    except Died:
        return True
    return False


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
        if not _dies(world, deaths, lambda world, device: world.photo(device)):
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
