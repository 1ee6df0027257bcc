"""What takes minutes, or rights that not everybody has: `make faults-deep`, part of `make prove`."""

from __future__ import annotations

import contextlib
import subprocess

import psycopg2
import pytest

from tests.faults.cluster import Cluster
from tests.faults.wire import Wire
from tools.provision import postgres
from tools.provision.server import OdooServer
from tools.provision.system import is_root
from tools.stage.office import Office

PARTNER = "res.partner"
pytestmark = pytest.mark.deep

_SMALL_KB = 4096


class SmallDisk:
    """A tmpfs of a few megabytes, as a tablespace of a cluster; a file fills it up or makes room again."""

    def __init__(self, cluster: Cluster) -> None:
        self.folder = cluster.folder / "small"
        self.folder.mkdir()
        size = f"size={_SMALL_KB}k,mode=0777"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", str(self.folder)], check=True)
        self.space = self.folder / "space"
        subprocess.run(postgres.as_owner(["mkdir", str(self.space)]), cwd="/", check=True)
        with contextlib.closing(psycopg2.connect(**cluster.dsn() | {"user": "cluster_owner"})) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(f"CREATE TABLESPACE small LOCATION '{self.space}'")
            for table in ("offline_operation", "offline_holding", "offline_delta", "offline_position"):
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE small")

    def fill(self) -> None:
        """Take all that is left."""
        with (self.folder / "filler").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def make_room(self) -> None:
        (self.folder / "filler").unlink()

    def remove(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


@pytest.mark.skipif(not is_root(), reason="only root may mount a small disk")
def test_full_disk_refuses_for_now_and_loses_nothing(make_database):
    """Proves I2, I8, I10. Both directions are told to come back; with room again they go on where they were."""
    with Cluster(make_database()) as cluster:
        disk = SmallDisk(cluster)
        try:
            with OdooServer(cluster.db, extra=cluster.options) as server:
                office = Office(server.url, cluster.db)
                device = Wire.enrol(server.url, office.code(office.hire_traveller("full", "Full")))
                device.pull()
                # More than the pages that are begun have room for.
                push = {
                    "operations": [
                        device.create(PARTNER, name=f"Full {n}", comment="x" * 3000) for n in range(60)
                    ]
                }
                disk.fill()
                for n in range(300):
                    office.create(PARTNER, name=f"Office {n}")
                assert device.post("push", push).status_code == 503
                pull = device.post("pull", {"cursor": device.cursor})
                assert pull.status_code in (200, 503)
                assert office(PARTNER, "search_count", [("name", "=like", "Full %")]) == 0
                disk.make_room()
                receipts = device.push(*push["operations"])["receipts"]
                assert [receipt["status"] for receipt in receipts] == ["applied"] * 60
                device.pull()
                assert office(PARTNER, "search_count", [("name", "=like", "Full %")]) == 60
                assert len([name for name in device.names() if name.startswith(("Full ", "Office "))]) == 360
        finally:
            cluster.crash()
            disk.remove()
