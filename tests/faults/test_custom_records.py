"""Records that a manager made known to devices by clicking, on servers that were not asked."""

from __future__ import annotations

import pytest

from tests.faults.wire import Wire
from tools.provision.server import OdooServer
from tools.stage.office import Office

_FIELDS = [
    (0, 0, {"name": "x_name", "ttype": "char", "field_description": "Name"}),
    (0, 0, {"name": "x_hours", "ttype": "integer", "field_description": "Hours"}),
]


@pytest.fixture
def machines(make_database):
    """A database of its own, with two servers."""
    db = make_database()
    with OdooServer(db) as asked, OdooServer(db) as other:
        yield asked, other


def test_every_server_knows_records_that_a_manager_added_and_a_restart_keeps_them(machines):
    """Proves I1. The click goes to one process; the other builds the adapter when Odoo tells it to load anew."""
    asked, other = machines
    office = Office(asked.url, asked.db)
    group = office.ref("base.group_user")
    rights = {f"perm_{right}": True for right in ("read", "write", "create", "unlink")}
    access = [(0, 0, {"name": "machines", "group_id": group, **rights})]
    described = {"name": "Machine", "model": "x_machine", "field_id": _FIELDS, "access_ids": access}
    model = office("ir.model", "create", described)
    user = office.hire_traveller("ana", "Ana Silva")
    press = office.create("x_machine", x_name="Press", x_hours=7)
    wire = Wire.enrol(other.url, office.code(user))
    wire.pull()
    assert "x_machine" not in wire.held
    field = office.find("ir.model.fields", ("model", "=", "x_machine"), ("name", "=", "x_hours"))
    office.create("offline.custom.entity", model_id=model, field_ids=[(6, 0, [field])])
    profile = office.ref("offline_base.offline_profile_contacts")
    office.create("offline.profile.entity", profile_id=profile, entity="x_machine")
    wire.pull()
    assert wire.held["x_machine"][press]["values"] == {"x_hours": 7}
    office.write("x_machine", press, x_hours=8)
    wire.pull()
    assert wire.held["x_machine"][press]["values"] == {"x_hours": 8}
    other.stop()
    other.start()
    wire.url = other.url
    office.write("x_machine", press, x_hours=9)
    wire.pull()
    assert wire.held["x_machine"][press]["values"] == {"x_hours": 9}
