"""What rotted or got lost on a device is found and fetched again, without anything having changed at the office."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from offline_device import Device

PARTNER = "res.partner"


def damage(home: Path, statement: str, *values: object) -> None:
    """Change the device's file behind its back."""
    with sqlite3.connect(next(home.glob("*.sqlite*"))) as db:
        assert db.execute(statement, values).rowcount == 1
    db.close()


def test_damaged_and_lost_rows_are_found_and_fetched_again(server, office, traveller, tmp_path):
    """Proves I6."""
    rotten, lost = (office.create(PARTNER, name=name, phone="+32 2 290 34 90") for name in ("Rotten", "Lost"))
    home = tmp_path / "verified"
    with Device(home) as device:
        device.enrol(server.url, office.code(traveller), name="Verified")
        device.sync()
        assert device.verify().differ == {}
        before = device.status().held
    damage(
        home,
        "UPDATE record SET content = replace(content, '290', '666') WHERE entity = ? AND id = ?",
        PARTNER,
        rotten,
    )
    damage(home, "DELETE FROM record WHERE entity = ? AND id = ?", PARTNER, lost)
    with Device(home) as device:
        found = device.verify()
        assert found.rotten == [(PARTNER, rotten)]
        assert device.get(PARTNER, rotten).values["phone"] == "+32 2 290 34 90"
        assert device.get(PARTNER, lost).values["name"] == "Lost"
        again = device.verify()
        assert (again.rotten, again.differ) == ([], {})
        assert device.status().held == before


def test_lost_row_alone_is_fetched_by_repairing_its_shard(server, office, traveller, tmp_path):
    """Proves I6. Its digest still agrees: nobody would notice before somebody looked for the record."""
    lost = office.create(PARTNER, name="Lost alone")
    home = tmp_path / "repaired"
    with Device(home) as device:
        device.enrol(server.url, office.code(traveller), name="Repaired")
        device.sync()
    damage(home, "DELETE FROM record WHERE entity = ? AND id = ?", PARTNER, lost)
    with Device(home) as device:
        device.sync()
        assert device.get(PARTNER, lost) is None
        assert device.verify().differ == {PARTNER: [lost % 64]}
        assert device.get(PARTNER, lost).values["name"] == "Lost alone"
        assert device.verify().differ == {}
