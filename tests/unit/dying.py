"""A world in which a device's process dies: at each of its own steps, and once more while it recovers."""

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

from joserfc import jwe
from joserfc.jwk import ECKey

from offline_core.wire import EscrowEnvelope
from offline_device import Device
from offline_device.blobs import PART_BYTES
from tools.stage.fuse import Died, Fuse

from .conftest import Clock
from .fake_server import FakeServer
from .fake_state import PARTNER, entity_profile, field_profile, uids

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
                done = not dies(world, deaths, act)
                if again is not None:
                    dies(world, again, act)
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


def dies(world: World, steps: int, act: Act) -> bool:
    """Whether so many steps into the act its process died; else the act was done."""
    device = world.live()
    world.fuse.light(steps)
    try:
        act(world, device)
    except Died:
        return True
    return False
