"""What each method of the screens is called with over RPC, and what its record says afterwards."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from offline_core.wire import EscrowKey
from offline_device import keys
from tests.faults.wire import Wire, uuid7
from tools.stage.office import Office

from .place import Named
from .world import World


@dataclass(frozen=True)
class Stage:
    """A database whose managers may do anything, such as calling it a copy."""

    world: World
    manager: Office
    db: str


@dataclass(frozen=True)
class Call:
    """What to call a method with, and what the first record says afterwards."""

    args: tuple[Any, ...]
    after: Mapping[str, Any] = field(default_factory=dict)


def new_device(stage: Stage, **after: Any) -> Call:
    return Call(([_device_id(stage, stage.world.device())],), after)


def _device_id(stage: Stage, wire: Wire) -> int:
    return stage.manager.find("offline.device", ("uid", "=", wire.uid))


def device_after(stage: Stage, action: str, **after: Any) -> Call:
    """A device on which the office did something before."""
    call = new_device(stage, **after)
    stage.manager("offline.device", action, *call.args)
    return call


def _own_device(stage: Stage) -> Call:
    group = stage.world.office.ref("offline_base.offline_base_group_device_user")
    stage.world.office.write("res.users", stage.manager.uid, group_ids=[(4, group)])
    return Call(
        ([_device_id(stage, stage.world.device(stage.manager.uid))],), {"state": "revoked", "wipe": True}
    )


def parked_conflict(stage: Stage, state: str = "parked_one") -> int:
    with stage.world.given(state) as named:
        return _conflict_of(stage, named)


def _conflict_of(stage: Stage, named: Named) -> int:
    return stage.manager.find("offline.conflict", ("operation_id.op", "=", named["done_op"]))


def _decided(stage: Stage) -> int:
    conflict = parked_conflict(stage)
    stage.manager("offline.conflict", "action_keep_device", [conflict])
    return conflict


def _chosen(stage: Stage) -> int:
    conflict = parked_conflict(stage)
    stage.manager("offline.conflict", "choose_all", [conflict], "device")
    return conflict


def _deleted(stage: Stage) -> int:
    """The conflict of an edit of a contact that was deleted meanwhile."""
    with stage.world.given("office_deleted") as named:
        conflict = _conflict_of(stage, stage.world.expect(stage.world.edit_of_phone(named), "conflict"))
    stage.manager("offline.conflict", "choose", [conflict], "name", "value", "Once more")
    return conflict


def _hidden(stage: Stage) -> int:
    """The conflict of an edit of a contact that its user may not read any more, and the manager may."""
    with stage.world.given("office_hid_contact") as named:
        companies = stage.world.office.read("res.partner", named["partner_id"], "company_id")["company_id"]
        stage.world.office.write("res.users", stage.manager.uid, company_ids=[(4, companies[0])])
        return _conflict_of(stage, stage.world.expect(stage.world.edit_of_phone(named), "conflict"))


def _alike(stage: Stage) -> int:
    """The conflict of a new contact that has the tax number of another one."""
    office, wire, vat = stage.world.office, stage.world.device(), uuid7()
    stage.world.contact(vat=vat)
    lines = office("offline.profile.entity", "search", [("entity", "=", "res.partner")])
    office("offline.profile.entity", "write", lines, {"duplicate_policy": "review"})
    create = wire.create("res.partner", name="Met again", vat=vat)
    [receipt] = wire.receipts(create)
    office("offline.profile.entity", "write", lines, {"duplicate_policy": "flag"})
    assert receipt["status"] == "conflict", receipt
    return stage.manager.find("offline.conflict", ("operation_id.op", "=", create["op"]))


def _line(stage: Stage, side: str) -> Call:
    return Call(
        (stage.manager("offline.conflict.line", "search", [("conflict_id", "=", parked_conflict(stage))]),),
        {"chosen": side},
    )


def operation_of(stage: Stage, state: str) -> int:
    with stage.world.given(state) as named:
        return stage.manager.find("offline.operation", ("op", "=", named["done_op"]))


def _interrupted(stage: Stage) -> int:
    """Work whose end nobody wrote down. Nothing of this addon commits by itself: the row is made to say so."""
    operation = operation_of(stage, "rejected_one")
    with stage.world.sql() as cursor:
        cursor.execute(
            "UPDATE offline_operation SET status = 'unknown', code = 'interrupted' WHERE id = %s", [operation]
        )
    return operation


def _use(stage: Stage, state: str) -> int:
    """A file that a contact waits for. Only an emptied disk brings the other states about: the row is made so."""
    wire = stage.world.device()
    receipts = wire.receipts(
        {
            "seq": 1,
            "op": uuid7(),
            "entity": "ir.attachment",
            "verb": "create",
            "target": {"uid": uuid7()},
            "values": {
                "name": "Photo.txt",
                "raw": {"sha256": "0" * 64},
                "res_model": "res.partner",
                "res_id": stage.world.contact(),
            },
        }
    )
    assert receipts[0]["status"] == "applied", receipts
    use = stage.manager.find("offline.blob.use", ("device_id.uid", "=", wire.uid))
    with stage.world.sql() as cursor:
        cursor.execute("UPDATE offline_blob_use SET state = %s WHERE id = %s", [state, use])
    return use


def _sealed(stage: Stage) -> str:
    """What a device with one piece of unsent work seals for the office."""
    wire = stage.world.device()
    key = wire.profile()["escrow_key"]
    work = {
        "seq": 1,
        "op": uuid7(),
        "entity": "res.partner",
        "verb": "create",
        "target": {"uid": uuid7()},
        "values": {"name": "From a box"},
        "at": "2026-11-21T09:58:12Z",
    }
    made_at = "2026-11-21T10:00:00Z"
    content = {"device": wire.uid, "epoch": wire.epoch, "made_at": made_at, "operations": [work]}
    return keys.seal(EscrowKey.model_validate(key), content, wire.key)


def _import(stage: Stage) -> Call:
    file = base64.b64encode(_sealed(stage).encode()).decode()
    return Call(([stage.manager.create("offline.escrow.import", file=file, filename="work.jwe")],))


def _box(stage: Stage, state: str) -> Call:
    answer = stage.manager("offline.escrow.import", "action_import", *_import(stage).args)
    return Call(([answer["res_id"]],), {"state": state})


def _decision(stage: Stage) -> Call:
    values = {"act": "server", "conflict_ids": [(6, 0, [parked_conflict(stage), parked_conflict(stage)])]}
    return Call(([stage.manager.create("offline.decision", **values)],), {"done_count": 2, "failed_count": 0})


def _health(stage: Stage) -> Call:
    return Call(([stage.manager("offline.health", "action_open")["res_id"]],))


def _conflict_row(make: Callable[[Stage], int] = parked_conflict, **after: Any) -> Callable[[Stage], Call]:
    return lambda stage: Call(([make(stage)],), after)


def _epoch(stage: Stage) -> Call:
    return Call(([stage.manager.find("offline.epoch", ("ended_at", "=", False))],))


Row = Callable[[Stage], Call]
_CONFLICT: dict[str, Row] = {
    "action_keep_server": _conflict_row(state="done", outcome="server"),
    "action_keep_device": _conflict_row(state="done", outcome="device"),
    "action_link": _conflict_row(_alike, state="done", outcome="linked"),
    "action_show_next": _conflict_row(_alike, state="open"),
    "action_apply_choice": _conflict_row(_chosen, state="done", outcome="fields"),
    "action_apply_as_reviewer": _conflict_row(_hidden, state="done", outcome="reviewer"),
    "action_create_again": _conflict_row(_deleted, state="done", outcome="created"),
    "action_undo": _conflict_row(_decided, outcome="undone"),
    "action_open_record": _conflict_row(),
    "action_open_operation": _conflict_row(),
    "action_assign_to_me": _conflict_row(state="open"),
    "assign": lambda stage: Call(([parked_conflict(stage)], stage.manager.uid)),
    "choose": lambda stage: Call(([parked_conflict(stage)], "phone", "value", "+1 555 0177")),
    "choose_all": lambda stage: Call(([parked_conflict(stage)], "device")),
    "decide_many": lambda stage: Call(
        ([parked_conflict(stage), parked_conflict(stage)], "device"), {"state": "done"}
    ),
    "review": _conflict_row(),
    "record_summary": lambda stage: Call(("res.partner", stage.world.contact())),
    "to_do": lambda stage: Call(()),
}
_DEVICE: dict[str, Row] = {
    "issue_enrolment_code": lambda stage: Call((stage.world.rider,)),
    "action_revoke": lambda stage: new_device(stage, state="revoked", wipe=False),
    "action_revoke_and_wipe": lambda stage: new_device(stage, state="revoked", wipe=True),
    "action_restore": lambda stage: device_after(stage, "action_revoke", state="active"),
    "action_rotate": lambda stage: new_device(stage, rotation_asked=True),
    "action_reload": new_device,
    "action_verify": new_device,
    "verify_now": new_device,
    "action_report_lost": _own_device,
    "action_open_blobs": new_device,
    "action_open_operations": new_device,
    "action_open_escrows": new_device,
}
_OPERATION: dict[str, Row] = {
    "action_forget": lambda stage: Call(([operation_of(stage, "pushed_one")],), {"has_content": False}),
    "action_retry": lambda stage: Call(([operation_of(stage, "rejected_one")],), {"status": "rejected"}),
    "action_discard": lambda stage: Call(
        ([operation_of(stage, "rejected_one")], "Sent twice"), {"status": "discarded"}
    ),
    "action_open_record": lambda stage: Call(([operation_of(stage, "pushed_one")],)),
    "action_open_conflict": lambda stage: Call(([operation_of(stage, "parked_one")],)),
    "action_assign_to_me": lambda stage: Call(([operation_of(stage, "rejected_one")],)),
    "action_happened": lambda stage: Call(([_interrupted(stage)],), {"status": "applied"}),
    "action_did_not_happen": lambda stage: Call(([_interrupted(stage)],), {"status": "rejected"}),
    "assign": lambda stage: Call(([operation_of(stage, "rejected_one")], stage.manager.uid)),
    "decide_many": lambda stage: Call(
        ([operation_of(stage, "rejected_one")], "discard", "Sent twice"), {"status": "discarded"}
    ),
    "review": lambda stage: Call(([operation_of(stage, "rejected_one")],)),
    "run_with": lambda stage: Call(
        ([operation_of(stage, "rejected_one")], {"type": "other"}), {"is_open": False}
    ),
    "similar": lambda stage: Call(([operation_of(stage, "rejected_one")],)),
}
ROWS: dict[str, dict[str, Row]] = {
    "offline.conflict": _CONFLICT,
    "offline.conflict.line": {
        "action_choose_device": lambda stage: _line(stage, "device"),
        "action_choose_server": lambda stage: _line(stage, "server"),
    },
    "offline.decision": {"action_decide": _decision},
    "offline.device": _DEVICE,
    "offline.operation": _OPERATION,
    "offline.blob.use": {
        "action_open_record": lambda stage: Call(([_use(stage, "waiting")],)),
        "action_retry": lambda stage: Call(([_use(stage, "replaced")],)),
    },
    "offline.enrolment.wizard": {
        "action_issue": lambda stage: Call(
            ([stage.manager.create("offline.enrolment.wizard", user_id=stage.world.rider)],)
        ),
        "get_standing": lambda stage: Call(
            ([stage.manager.create("offline.enrolment.wizard", user_id=stage.world.rider)],)
        ),
    },
    "offline.escrow.import": {"action_import": _import},
    "offline.escrow": {
        "action_open": lambda stage: _box(stage, "waiting"),
        "action_replay": lambda stage: _box(stage, "replayed"),
    },
    "offline.health": {
        "report": lambda stage: Call(()),
        "repair": lambda stage: Call(()),
        "action_open": lambda stage: Call(()),
        "action_repair": _health,
    },
    "offline.profile": {
        "action_open_devices": lambda stage: Call(
            ([stage.world.office.ref("offline_base.offline_profile_contacts")],)
        )
    },
    "offline.retention": {
        "action_apply": lambda stage: Call(([stage.manager.create("offline.retention", log_days=40)],))
    },
    "res.users": {"action_open_offline_devices": lambda stage: Call(([stage.world.rider],))},
    # The last ones: what they say of the database goes for all that comes after.
    "offline.epoch": {
        "get_standing": lambda stage: Call(()),
        "action_declare_live": _epoch,
        "declare_live": lambda stage: Call(()),
        "declare_copy": lambda stage: Call(()),
        "action_declare_copy": _epoch,
    },
}
