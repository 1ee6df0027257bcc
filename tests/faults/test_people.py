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


def test_clerk_does_everything_of_the_review_screen_over_rpc(stage):
    """Proves I8. Choosing, editing, undoing, correcting refused work, handing over: all by plain methods."""
    office, network, ann, _bob = stage
    groups = ("offline_base.offline_base_group_reviewer", "base.group_partner_manager")
    office.hire("clerk", "Clerk", *groups)
    clerk = Office(office.url, office.db, "clerk", "clerk")
    contact = office.create("res.partner", name="Reviewed", city="Before", street="Before")
    ann.sync()
    network.close()
    ann.edit("res.partner", contact, city="Ann's city", street="Ann's street")
    office.write("res.partner", contact, city="Office city", street="Office street")
    ann.create("res.partner", email="nameless@example.com")
    network.open()
    ann.sync()

    conflict = clerk.find("offline.conflict", ("res_id", "=", contact), ("state", "=", "open"))
    view = clerk("offline.conflict", "review", [conflict])
    assert {line["name"]: line["base"] for line in view["lines"]} == {"city": "Before", "street": "Before"}
    waiting = clerk("offline.conflict", "to_do")
    clerk("offline.conflict", "assign", [conflict], clerk.uid)
    assert clerk("offline.conflict", "to_do")["conflicts"] == waiting["conflicts"] + 1
    clerk("offline.conflict", "choose", [conflict], "city", "value", "Clerk's city")
    clerk("offline.conflict", "choose", [conflict], "street", "device")
    clerk("offline.conflict", "action_apply_choice", [conflict])
    assert clerk("offline.conflict", "to_do")["conflicts"] == waiting["conflicts"]
    ann.sync()
    shown = ann.show("res.partner", contact)["values"]
    assert (shown["city"], shown["street"]) == ("Clerk's city", "Ann's street")
    clerk("offline.conflict", "action_undo", [conflict])
    ann.sync()
    shown = ann.show("res.partner", contact)["values"]
    assert (shown["city"], shown["street"]) == ("Office city", "Office street")

    refused = clerk.find("offline.operation", ("status", "=", "rejected"), ("verb", "=", "create"))
    clerk("offline.operation", "run_with", [refused], {"name": "Named by the clerk"})
    assert clerk.read("offline.operation", refused, "status")["status"] == "applied"
    ann.sync()
    assert ann("outbox") == []
