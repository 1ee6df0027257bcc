"""A database of the first release is brought to the present code, with devices in the middle of their work.

`tests/fixtures/releases` holds what of a release is needed to run it, made by ``git archive`` from its commit.
"""

from __future__ import annotations

import tarfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import odoorpc
import psycopg2
import pytest
import requests

from tests.faults.waiting import until
from tests.faults.wire import Wire
from tools.provision import database, odoo
from tools.provision.server import OdooServer
from tools.provision.workspace import Workspace
from tools.stage.office import Office

RELEASE = Path(__file__).parents[1] / "fixtures" / "releases" / "offline_base-19.0.1.0.0.tar.gz"
PARTNER = "res.partner"


@dataclass
class Story:
    """What the first release left behind, and the upgraded server."""

    office: Office
    device: Wire
    user: int
    ids: dict[str, int]
    receipts: dict[str, dict[str, Any]]
    connect: Callable[..., Any]
    db: str

    def outcome(self, page: dict[str, Any], name: str) -> str | None:
        """What a pull says became of an operation."""
        seq = self.receipts[name]["seq"]
        return next((o["status"] for o in page["outcomes"] if o["seq"] == seq), None)


@pytest.fixture(scope="module")
def story(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Install the first release, work with it, upgrade, and serve with the present code."""
    space = Workspace.here()
    db = make_database(template="base")
    with tarfile.open(RELEASE) as release:
        release.extractall(folder := tmp_path_factory.mktemp("release"))
    paths = [folder / "addons", *(p for p in space.addons_path if p not in (space.addons, space.test_addons))]
    old = [f"--addons-path={','.join(map(str, paths))}", "--load=base,rpc,web"]
    odoo.update(
        space, db, install=["offline_base"], what="Installing the first release", demo=False, extra=old
    )
    with OdooServer(db, extra=old) as server:
        office = Office(server.url, db)
        user = office.hire_traveller("first", "First User")
        names = ("Parked", "Waiting", "Refused", "Changed", "Quiet")
        ids = {name: office.create(PARTNER, name=name, phone="0") for name in names}
        device = Wire.enrol(server.url, office.code(user))
        device.pull()
        device.pull()  # confirms what it holds
        office.write(PARTNER, ids["Parked"], phone="office")
        sent = {
            "born": device.create(PARTNER, name="Born on the device"),
            "parked": device.update(PARTNER, ids["Parked"], {"phone": "device"}),
            "waiting": device.update(PARTNER, ids["Parked"], {"phone": "device again"}, {"phone": "device"}),
            "refused": device.update(PARTNER, ids["Refused"], {"name": ""}),
        }
        answer = device.push(*sent.values())["receipts"]
        receipts = dict(zip(sent, answer, strict=True))
        assert [r["status"] for r in answer] == ["applied", "conflict", "deferred", "rejected"], answer
        office.write(PARTNER, ids["Changed"], phone="before the upgrade")
    odoo.update(space, db, upgrade=["offline_base"], what="Upgrading the first release", demo=False)
    with OdooServer(db) as server:
        device.url = server.url
        yield Story(Office(server.url, db), device, user, ids, receipts, _connect, db)


def _connect(db: str) -> Any:
    return psycopg2.connect(**database.reach(db))


def test_device_goes_on_where_it_was(story: Story) -> None:
    """Proves I1. Token and cursor are good; what changed before the upgrade arrives."""
    page = story.device.pull()
    assert page["reset"] is False
    assert story.device.held[PARTNER][story.ids["Changed"]]["values"]["phone"] == "before the upgrade"
    assert "Born on the device" in story.device.names()
    held = story.device.held[PARTNER].values()
    assert page["digests"][PARTNER]["count"] == len(held)
    total = sum(int(upsert["v"], 16) for upsert in held) % (1 << 64)
    assert int(page["digests"][PARTNER]["sum"], 16) == total


def test_conflict_of_the_old_release_can_be_decided_and_releases_what_waited(story: Story) -> None:
    """Proves I8."""
    conflict = story.office.find("offline.conflict", ("res_id", "=", story.ids["Parked"]))
    story.office("offline.conflict", "action_keep_device", [conflict])
    assert story.office.read(PARTNER, story.ids["Parked"], "phone")["phone"] == "device again"
    page = story.device.pull()
    assert {story.outcome(page, "parked"), story.outcome(page, "waiting")} <= {"applied", "merged"}


def test_rejected_work_of_the_old_release_is_still_there(story: Story) -> None:
    """Proves I8."""
    refused = story.office.find("offline.operation", ("op", "=", story.receipts["refused"]["op"]))
    assert story.office.read("offline.operation", refused, "status")["status"] == "rejected"
    story.office("offline.operation", "action_discard", [refused])
    assert story.outcome(story.device.pull(), "refused") == "discarded"


def test_operation_counts_once_across_the_upgrade(story: Story) -> None:
    """Proves I2. The answer of the old release was lost; the device sends again, and goes on with its numbers."""
    born = story.receipts["born"]
    again = {
        "seq": born["seq"],
        "op": born["op"],
        "entity": PARTNER,
        "verb": "create",
        "at": "2026-11-21T10:00:00Z",
    }
    again |= {"target": {"uid": born["target"]["uid"]}, "values": {"name": "Born on the device"}}
    following = story.device.create(PARTNER, name="Born afterwards")
    first = story.device.push(again)["receipts"][0]
    assert (first["status"], first["target"]["id"]) == ("applied", born["target"]["id"])
    assert story.device.push(following)["receipts"][0]["status"] == "applied"
    assert story.office(PARTNER, "search_count", [("name", "=", "Born on the device")]) == 1


def test_capture_of_the_upgraded_database_is_sound(story: Story) -> None:
    """Proves I1. The old log is kept; new changes carry what the new release asks for."""
    report = story.office("offline.health", "report")
    assert report["state"] == "ok", report
    story.office.write(PARTNER, story.ids["Quiet"], city="Afterwards")
    connection = story.connect(story.db)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """SELECT columns, at IS NOT NULL FROM offline_change
                WHERE model = %s AND res_id = %s ORDER BY seq DESC LIMIT 1""",
            [PARTNER, story.ids["Quiet"]],
        )
        assert cursor.fetchone() == ("city", True)
    connection.close()
    story.device.pull()
    assert story.device.held[PARTNER][story.ids["Quiet"]]["values"]["city"] == "Afterwards"


def test_field_added_on_a_screen_is_captured_at_once_and_known_after_a_repair(story: Story) -> None:
    """Proves I1. It exists with a column before anybody repairs anything."""
    model = story.office.find("ir.model", ("model", "=", PARTNER))
    values = {"name": "x_added", "model_id": model, "ttype": "char", "field_description": "Added"}
    story.office.create("ir.model.fields", **values)
    tables = {line["table"]: line["state"] for line in story.office("offline.health", "report")["tables"]}
    assert tables["res_partner"] == "outdated"
    for value in ("before the repair", "after it"):
        mark = _last_change(story)
        story.office.write(PARTNER, story.ids["Quiet"], x_added=value)
        assert _last_change(story) > mark
        assert story.office("offline.health", "repair")["state"] == "ok"


def test_repair_of_a_table_in_use_fails_cleanly_and_works_afterwards(story: Story) -> None:
    """Nobody waits for long behind a trigger that waits."""
    busy = story.connect(story.db)
    busy.cursor().execute("DROP TRIGGER offline_capture_update ON res_partner")
    busy.commit()
    busy.cursor().execute("UPDATE res_partner SET city = 'Busy' WHERE id = %s", [story.ids["Quiet"]])
    with pytest.raises(odoorpc.error.RPCError, match="working in a table"):
        story.office("offline.health", "repair")
    busy.commit()
    busy.close()
    assert story.office("offline.health", "repair")["state"] == "ok"
    story.device.pull()
    assert story.device.held[PARTNER][story.ids["Quiet"]]["values"]["city"] == "Busy"


def test_module_is_upgraded_while_devices_pull_and_push_and_a_table_is_in_use(story: Story) -> None:
    """Proves I1, I2, I10. Functions are replaced without a lock on their tables; what was refused is sent again."""
    busy = story.connect(story.db)
    busy.cursor().execute("UPDATE res_partner SET city = 'Again' WHERE id = %s", [story.ids["Quiet"]])
    devices = [Wire.enrol(story.device.url, story.office.code(story.user)) for _ in range(2)]
    done = threading.Event()

    def work(number: int) -> int:
        """Create one contact after the other, each pulled by its own device; how many."""
        device = devices[number]
        for turn in count():
            operation = device.create(PARTNER, name=f"Upgrade {number} {turn}")
            until(partial(_pushed, device, operation), requests.RequestException)
            until(device.pull, requests.RequestException)
            assert f"Upgrade {number} {turn}" in device.names()
            if done.is_set():
                return turn + 1
        raise AssertionError

    with ThreadPoolExecutor(len(devices)) as pool:
        working = [pool.submit(work, number) for number in range(len(devices))]
        try:
            odoo.update(
                Workspace.here(), story.db, upgrade=["offline_base"], what="Upgrading under load", demo=False
            )
        finally:
            done.set()
        made = [one.result() for one in working]
    busy.commit()
    busy.close()
    names = [f"Upgrade {number} {turn}" for number, turns in enumerate(made) for turn in range(turns)]
    assert len(names) > len(devices)
    for device in (story.device, *devices):
        device.pull()
        assert device.held[PARTNER][story.ids["Quiet"]]["values"]["city"] == "Again"
        assert sorted(name for name in device.names() if name.startswith("Upgrade ")) == sorted(names)


def _pushed(device: Wire, operation: dict[str, Any]) -> None:
    [receipt] = device.push(operation)["receipts"]
    if receipt["status"] == "retry":
        raise requests.ConnectionError("busy")
    assert receipt["status"] == "applied", receipt


def _last_change(story: Story) -> int:
    connection = story.connect(story.db)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT max(seq) FROM offline_change WHERE model = %s", [PARTNER])
        (found,) = cursor.fetchone()
    connection.close()
    return int(found or 0)
