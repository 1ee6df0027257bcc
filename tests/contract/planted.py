"""What a device may not read, each piece marked: whatever answer shows the mark has leaked it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from tests.faults.wire import Wire, uuid7

from .world import World

MARK = "Zq7Leaked"
#: The bytes of a file that the device may not read; the mark is in them.
SECRET_FILE = f"{MARK} file\n".encode()


@dataclass
class Planted:
    """Ids and names of hidden records, by model; what else of others a device could ask for by name."""

    ids: dict[str, list[int]] = field(default_factory=dict)
    uids: list[str] = field(default_factory=list)
    ops: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    company: int = 0
    blob: str = hashlib.sha256(SECRET_FILE).hexdigest()

    def add(self, model: str, record: int) -> int:
        self.ids.setdefault(model, []).append(record)
        return record


def plant(world: World) -> Planted:
    """Records of another company, private things of another person, and the work of that person's device."""
    office = world.office
    found = Planted(company=office.create("res.company", name="Elsewhere"))
    partner = found.add(
        "res.partner",
        office.create("res.partner", name=f"{MARK} contact", company_id=found.company, phone=MARK),
    )
    child = office.create("res.partner", name="Employee of somebody", phone="+1 555 0177")
    with world.sql() as cursor:
        # A row as a merge or an import may leave it: the contact may be read, the one that it belongs to may not.
        cursor.execute("UPDATE res_partner SET parent_id = %s WHERE id = %s", [partner, child])
    found.add(
        "product.template",
        office.create("product.template", name=f"{MARK} product", company_id=found.company),
    )
    found.add(
        "product.product",
        _first(office, "product.product", ("product_tmpl_id.company_id", "=", found.company)),
    )
    visible = office.create("res.partner", name="Seen by everybody")
    found.add("mail.activity", _activity(world, visible))
    found.add("calendar.event", _event(world))
    [message] = office("res.partner", "message_post", [partner], body=f"{MARK} note", subject=MARK)
    found.add("mail.message", message)
    found.add("ir.attachment", _attachment(world, partner))
    office.create("offline.profile", name=f"{MARK} profile", sequence=99)
    _work_of_another(world, found)
    return found


def _first(office: Any, model: str, *domain: Any) -> int:
    return int(office.find(model, *domain))


def _activity(world: World, partner: int) -> int:
    activity = world.activity(partner, world.office.uid)
    world.office.write("mail.activity", activity, summary=f"{MARK} activity", note=MARK)
    return activity


def _event(world: World) -> int:
    times = {"start": "2026-11-23 09:00:00", "stop": "2026-11-23 10:00:00"}
    return world.office.create(
        "calendar.event", name=f"{MARK} event", privacy="private", description=MARK, location=MARK, **times
    )


def _attachment(world: World, partner: int) -> int:
    content = base64.b64encode(SECRET_FILE).decode()
    return world.office.create(
        "ir.attachment", name=f"{MARK}.txt", res_model="res.partner", res_id=partner, datas=content
    )


def _work_of_another(world: World, found: Planted) -> None:
    """Another person's device: applied, refused and undecided work, and its cursor."""
    other: Wire = world.device(world.user("Other", "base.group_partner_manager"))
    shared = world.contact()
    other.pull()
    held = other.held["res.partner"][shared]
    world.office.write("res.partner", shared, phone="+1 555 0199")
    edit = {"target": {"id": shared, "born": held["born"]}, "base_v": held["v"], "verb": "update"}
    work: list[dict[str, Any]] = [
        {
            "verb": "create",
            "target": {"uid": uuid7()},
            "values": {"name": f"{MARK} by a device", "type": MARK},
        },
        edit | {"values": {"phone": MARK}, "base": {"phone": "+1 555 0100"}},
        {"verb": "create", "target": {"uid": uuid7()}, "values": {"email": f"{MARK}@example.com"}},
    ]
    for number, operation in enumerate(work, 1):
        other.receipts({"seq": number, "op": uuid7(), "entity": "res.partner"} | operation)
    rows = world.office(
        "offline.operation", "search_read", [("device_id.uid", "=", other.uid)], ["op", "status"]
    )
    assert {row["status"] for row in rows} <= {"rejected", "conflict"}, rows
    found.ops += [row["op"] for row in rows]
    found.uids += [operation["target"]["uid"] for operation in work if "uid" in operation["target"]]
    assert other.cursor
    found.cursors.append(other.cursor)
