"""Databases that are restored or copied for real: noticed, and what was lost comes again, once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from offline_device import Device, Refused
from tests.faults.cluster import Cluster
from tools.provision import database, postgres
from tools.provision.server import OdooServer
from tools.provision.system import free_port
from tools.provision.workspace import Workspace
from tools.stage.office import Office

PARTNER = "res.partner"


@pytest.fixture
def port() -> int:
    """Where the server is found before and after."""
    return free_port()


@pytest.fixture
def enrol(tmp_path: Path) -> Iterator[Callable[..., Device]]:
    """`enrol(server, office, user, name)` answers a reference device that has synced."""
    opened = []

    def make(server: OdooServer, office: Office, user: int, name: str) -> Device:
        device = Device(tmp_path / name)
        opened.append(device)
        device.enrol(server.url, office.code(user), name=name)
        device.sync()
        return device

    yield make
    for device in opened:
        device.close()


@pytest.fixture
def copy() -> Iterator[Callable[[str, str], str]]:
    """`copy(source, name)` makes a database of this name, in the place of another; nobody may use either."""
    made = []

    def make(source: str, name: str) -> str:
        _sql("postgres", f'DROP DATABASE IF EXISTS "{name}"')
        _sql("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        made.append(name)
        return name

    yield make
    for name in made:
        database.drop(name)


def test_devices_bring_back_what_a_dump_from_before_did_not_have(make_database, enrol, port, tmp_path):
    """Proves I2, I6, I9. One device holds, and has changed, what the other created; it is the first to come."""
    db, dump = make_database(), tmp_path / "dump"
    with OdooServer(db, port=port) as server:
        office = Office(server.url, db)
        user = office.hire_traveller("restored", "Restored")
        kept = office.create(PARTNER, name="In the dump", phone="before")
        one, two = (enrol(server, office, user, name) for name in ("one", "two"))
        one.create(PARTNER, {"name": "Delivered before the dump"})
        one.sync()
        _program("pg_dump", "-Fc", "-Z0", "-d", db, "-f", str(dump))
        office.create(PARTNER, name="Lost with the office")
        lost = one.create(PARTNER, {"name": "Created by the one"})
        one.update(PARTNER, kept, {"phone": "from the one"})
        one.sync()
        two.sync()
        two.update(PARTNER, lost.uid, {"city": "Changed by the other"})
        two.create(PARTNER, {"name": "Its contact", "parent_id": {"uid": lost.uid}})
        two.sync()
        one.sync()
        epoch = one.settings.epoch
    # In place: name, number and cluster stay.
    _program("pg_restore", "--no-owner", "--clean", "--if-exists", "-d", db, str(dump))
    with OdooServer(db, port=port) as server:
        office = Office(server.url, db)
        names = ("Delivered before the dump", "Created by the one", "Its contact", "Lost with the office")
        assert _count(office, *names) == [1, 0, 0, 0]
        two.create(PARTNER, {"name": "Made after the restore"})
        assert two.sync().resets == 1
        assert two.settings.epoch != epoch
        assert {entry.state for entry in two.outbox()} == {"deferred"}
        assert one.sync().resets == 1
        assert (one.settings.epoch, one.outbox()) == (two.settings.epoch, [])
        _run_waiting(office)
        for device in (two, one):
            device.sync()
            assert device.outbox() == []
        assert _count(office, *names, "Made after the restore") == [1, 1, 1, 0, 1]
        found = office.find(PARTNER, ("name", "=", "Created by the one"))
        assert office.read(PARTNER, found, "city")["city"] == "Changed by the other"
        contact = office.find(PARTNER, ("name", "=", "Its contact"))
        assert office.read(PARTNER, contact, "parent_id")["parent_id"][0] == found
        assert office.read(PARTNER, kept, "phone")["phone"] == "from the one"
        assert _lives(office)[0][:2] == ["time_back", "two"]
        _assert_equal(one, two)


def test_snapshot_of_the_volumes_that_is_put_back_is_noticed(make_cluster, enrol, port):
    """Proves I2, I6, I9. Every identifier is as it was, and transactions get their numbers a second time."""
    with make_cluster() as cluster:
        with OdooServer(cluster.db, port=port, extra=cluster.options) as server:
            office = Office(server.url, cluster.db)
            user = office.hire_traveller("volumes", "Volumes")
            one, two = (enrol(server, office, user, name) for name in ("one", "two"))
        cluster.stop()
        cluster.take_snapshot()
        cluster.start()
        before = cluster.identifiers()
        with OdooServer(cluster.db, port=port, extra=cluster.options) as server:
            office = Office(server.url, cluster.db)
            one.create(PARTNER, {"name": "After the snapshot"})
            one.sync()
            office.create(PARTNER, name="Lost with the office")
            for device in (one, two):
                device.sync()
        cluster.stop()
        cluster.put_snapshot_back()
        cluster.start()
        assert cluster.identifiers() == before
        with OdooServer(cluster.db, port=port, extra=cluster.options) as server:
            office = Office(server.url, cluster.db)
            assert two.sync().resets == 1
            assert two.count(PARTNER, "Lost with the office") == 0
            assert one.sync().resets == 1
            two.sync()
            assert _count(office, "After the snapshot", "Lost with the office") == [1, 0]
            assert [life[0] for life in _lives(office)].count("time_back") == 1
            _assert_equal(one, two)


def test_ids_that_are_given_out_again_are_other_records(make_database, enrol, copy, port):
    """Proves I9. The office works on before any device calls; one new record even has the content of a lost one."""
    db = make_database()
    with OdooServer(db, port=port) as server:
        office = Office(server.url, db)
        device = enrol(server, office, office.hire_traveller("reissued", "Reissued"), "device")
    backup = copy(db, f"{db}_backup")
    with OdooServer(db, port=port) as server:
        office = Office(server.url, db)
        equal, other = (office.create(PARTNER, name=name) for name in ("Equal", "Other"))
        device.sync()
        lost = {record: device.records.get(PARTNER, _key(device, record)).born for record in (equal, other)}
        for record in lost:
            device.update(PARTNER, record, {"phone": "meant for the lost one"})
    copy(backup, db)
    with OdooServer(db, port=port) as server:
        office = Office(server.url, db)
        assert [office.create(PARTNER, name=name) for name in ("Equal", "Quite another")] == [equal, other]
        device.sync()
        assert [entry.state for entry in device.outbox()] == ["conflict", "conflict"]
        assert [office.read(PARTNER, record, "phone")["phone"] for record in (equal, other)] == [False, False]
        kinds = office("offline.conflict", "search_read", [("res_id", "in", [equal, other])], ["kind"])
        assert [conflict["kind"] for conflict in kinds] == ["deleted", "deleted"], kinds
        for record, name in ((equal, "Equal"), (other, "Quite another")):
            held = device.records.get(PARTNER, _key(device, record))
            assert held.values["name"] == name
            assert held.born != lost[record]
        for entry in device.unresolved():
            device.discard(entry.op, "the record is gone")
        device.update(PARTNER, equal, {"city": "Meant for this one"})
        device.sync()
        assert device.outbox() == []
        assert office.read(PARTNER, equal, "city", "phone")["city"] == "Meant for this one"


def test_copy_in_another_cluster_serves_nobody_until_it_is_said_to_be_the_live_one(
    make_database, enrol, port
):
    """Proves I2, I9. A database that moved, with its devices: they start again, and deliver what it lost."""
    db = make_database()
    with OdooServer(db, port=port) as server:
        office = Office(server.url, db)
        device = enrol(server, office, office.hire_traveller("moving", "Moving"), "device")
        device.create(PARTNER, {"name": "Before the move"})
        device.sync()
        with Cluster(db) as cluster:
            device.create(PARTNER, {"name": "Lost by the move"})
            device.sync()
            server.stop()
            options = cluster.options
            with OdooServer(cluster.db, port=port, extra=options) as moved:
                office = Office(moved.url, cluster.db)
                for _call in (device.sync, device.verify):
                    assert _refusal(_call) == (503, "copy_suspected")
                assert office("offline.epoch", "get_standing")["suspected"]
                office("offline.epoch", "declare_live")
                device.create(PARTNER, {"name": "After the move"})
                assert device.sync().resets == 1
                assert device.outbox() == []
                names = ("Before the move", "Lost by the move", "After the move")
                assert _count(office, *names) == [1, 1, 1]
                assert device.verify().differ == {}


def test_copy_under_another_name_serves_nobody_and_the_original_goes_on(make_database, enrol, copy, port):
    """Proves I9. A manager says which is the copy; it refuses the devices of the original for good."""
    db = make_database()
    with OdooServer(db, port=port) as server:
        office = Office(server.url, db)
        user = office.hire_traveller("copied", "Copied")
        device = enrol(server, office, user, "device")
    duplicate = copy(db, f"{db}_copy")
    with OdooServer(duplicate, port=port) as server:
        office = Office(server.url, duplicate)
        assert _refusal(device.sync) == (503, "copy_suspected")
        office("offline.epoch", "declare_copy")
        assert _refusal(device.sync) == (403, "device_revoked")
        # People may test with the copy, and with devices of its own.
        enrol(server, office, user, "tester")
    with OdooServer(db, port=port) as server:
        device.create(PARTNER, {"name": "At the original"})
        assert device.sync().receipts == {"applied": 1}
        assert _count(Office(server.url, db), "At the original") == [1]


def _key(device: Device, record: int) -> Any:
    return device.records.key(PARTNER, record)


def _refusal(call: Callable[[], object]) -> tuple[int | None, str]:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.status, refused.value.code


def _assert_equal(one: Device, two: Device) -> None:
    """Both have synced, hold the same content, and agree with the server."""
    for device in (one, two):
        device.sync()
        assert (device.verify().differ, device.verify().rotten) == ({}, [])
    assert one.records.digests() == two.records.digests() != {}


def _count(office: Office, *names: str) -> list[int]:
    return [office(PARTNER, "search_count", [("name", "=", name)]) for name in names]


def _lives(office: Office) -> list[list[Any]]:
    """[reason, the device that found it], the present life first."""
    lives = office("offline.epoch", "search_read", [], ["reason", "device_id"])
    return [[life["reason"], life["device_id"] and life["device_id"][1]] for life in lives]


def _run_waiting(office: Office) -> None:
    """What the scheduled action does every few minutes."""
    office("ir.cron", "method_direct_trigger", [office.ref("offline_base.offline_fence_cron")])


def _program(name: str, *arguments: str) -> None:
    env = {**Workspace.here().env, **database.environment()}
    subprocess.run([postgres.server_program(name), *arguments], env=env, check=True)


def _sql(db: str, statement: str) -> None:
    postgres.psql(Workspace.here(), db, statement)
