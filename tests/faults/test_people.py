"""Two devices and the office edit the same contact; devices and server are separate processes."""

from __future__ import annotations

import re

import pytest

from tools.provision.server import OdooServer
from tools.stage.network import Network
from tools.stage.office import Office
from tools.stage.phone import NoConnection, Phone


@pytest.fixture(scope="module", params=[0, 2], ids=["threaded", "two-workers"])
def stage(request, tmp_path_factory, make_database):
    """An office, two phones and the network between, on a server of either kind."""
    db = make_database()
    with OdooServer(db, workers=request.param) as server, Network(server.port) as network:
        office = Office(server.url, db)
        phones = []
        for name in ("ann", "bob"):
            phone = Phone(tmp_path_factory.mktemp(name))
            phone.enrol(network.url, office.code(office.hire_traveller(name, name.title())), name)
            phone.sync()
            phones.append(phone)
        yield office, network, *phones


def test_disjoint_fields_merge_and_nothing_is_lost(stage):
    """Proves I2, I6. Ann, Bob and the office each change another field while nobody is connected."""
    office, network, ann, bob = stage
    contact = office.create("res.partner", name="Shared", phone="0")
    ann.sync(), bob.sync()
    network.close()
    ann.edit("res.partner", contact, phone="ann")
    bob.edit("res.partner", contact, email="bob@example.com")
    office.write("res.partner", contact, street="Office street")
    with pytest.raises(NoConnection):
        ann.sync()
    network.open()
    ann.sync(), bob.sync(), ann.sync(), bob.sync()
    wanted = {"phone": "ann", "email": "bob@example.com", "street": "Office street"}
    stored = office.read("res.partner", contact, *wanted)
    assert {name: stored[name] for name in wanted} == wanted
    for phone in (ann, bob):
        shown = phone.show("res.partner", contact)["values"]
        assert {name: shown[name] for name in wanted} == wanted
        assert phone("outbox") == []


def test_same_field_conflicts_by_policy_and_the_office_decides(stage):
    """Proves I8. Text is for review, the function is the server's by the profile, tags are united."""
    office, network, ann, bob = stage
    red, blue = (office.create("res.partner.category", name=name) for name in ("Red", "Blue"))
    contact = office.create("res.partner", name="Contested", city="Before", function="Before")
    ann.sync(), bob.sync()
    network.close()
    ann.edit("res.partner", contact, city="Ann's city", function="Ann's function", category_id=str(red))
    office.write("res.partner", contact, function="Office function", category_id=[(6, 0, [blue])])
    network.open()
    ann.sync()
    merged = office.read("res.partner", contact, "city", "function", "category_id")
    assert (merged["city"], merged["function"]) == ("Ann's city", "Office function")
    assert sorted(merged["category_id"]) == sorted([red, blue])
    network.close()
    bob.edit("res.partner", contact, city="Bob's city")
    network.open()
    bob.sync()
    assert office.read("res.partner", contact, "city")["city"] == "Ann's city"
    conflict = office("offline.conflict", "search", [("res_id", "=", contact), ("state", "=", "open")])
    assert len(conflict) == 1
    office("offline.conflict", "action_keep_device", conflict)
    ann.sync(), bob.sync()
    assert office.read("res.partner", contact, "city")["city"] == "Bob's city"
    for phone in (ann, bob):
        assert phone.show("res.partner", contact)["values"]["city"] == "Bob's city"
    assert "applied" in {entry["state"] for entry in bob("journal")}
    assert bob("outbox") == []


def test_device_process_never_loads_odoo(stage):
    """The reference device is a program of its own."""
    _office, _network, ann, _bob = stage
    ann("sync", python_options=("-X", "importtime"))
    imported = {line.rsplit("|", 1)[-1].strip() for line in ann.stderr.splitlines() if "import time:" in line}
    assert "offline_device.sync" in imported
    assert not [name for name in imported if re.match(r"odoo(\.|$)", name)]
