"""Every action of the screens, called by a manager over JSON-RPC on a real server.

What stands here is held against the buttons of the views, the calls of the widgets and the table of public methods:
a new one without a row fails.
"""

from __future__ import annotations

import ast
import base64
import re
import xmlrpc.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from offline_core.wire import EscrowKey
from offline_device import keys
from tools.provision.server import OdooServer
from tools.stage.office import Office

from .world import Named, Wire, World, uuid7

ADDON = Path(__file__).resolve().parents[2] / "addons" / "offline_base"
_QUIET = "odoo.addons.rpc.controllers:ERROR"
_MANAGER = ("offline_base.offline_base_group_manager", "base.group_partner_manager")
#: The text that Python shows of an object where there should have been its content.
_SHOWN = re.compile(r"<[\w.]+ object at |^[\w.]+\((\d+,?\s*)*\)$")


@dataclass(frozen=True)
class Stage:
    """A database whose managers may do anything, such as calling it a copy."""

    world: World
    manager: Office
    db: str


@pytest.fixture(scope="module")
def stage(make_database: Callable[..., str]) -> Iterator[Stage]:
    with (
        OdooServer(db=make_database(), extra=["--log-handler", _QUIET]) as server,
        World(server.url, server.db) as world,
    ):
        world.office.hire("manager", "Manager", *_MANAGER)
        yield Stage(world, Office(server.url, server.db, "manager", "manager"), server.db)


# --- what there is ------------------------------------------------------------------------------------------------


def _buttons(office: Office) -> set[tuple[str, str]]:
    """(model, method) of each button of the views, and of each action that calls a method."""
    found = set()
    for path in sorted([*ADDON.glob("views/*.xml"), *ADDON.glob("wizards/*.xml")]):
        for record in ElementTree.parse(path).iter("record"):
            values = {child.get("name"): child for child in record.findall("field")}
            if record.get("model") == "ir.ui.view":
                found |= set(_buttons_in(values["arch"], values["model"].text or "", office))
            elif record.get("model") == "ir.actions.server":
                model = values["model_id"].attrib["ref"].removeprefix("model_").replace("_", ".")
                found |= {(model, m) for m in re.findall(r"\w+\.(action_\w+)\(", values["code"].text or "")}
    return found


def _buttons_in(node: Element, model: str, office: Office) -> Iterator[tuple[str, str]]:
    """Those of a part of a view; what stands inside a field is about the records of that field."""
    for child in node:
        if child.tag == "button" and child.get("type") == "object":
            yield model, child.attrib["name"]
        inner = model
        if child.tag == "field" and len(child):
            name = child.attrib["name"]
            inner = office(model, "fields_get", [name], ["relation"])[name]["relation"]
        yield from _buttons_in(child, inner, office)


def _calls_of_widgets() -> set[tuple[str, str]]:
    """(model, method) that scripts call by name."""
    texts = [path.read_text(encoding="utf-8") for path in ADDON.glob("static/src/backoffice/**/*.js")]
    return {pair for text in texts for pair in re.findall(r'\.call\(\s*"([\w.]+)",\s*"(\w+)"', text)}


def _public_methods() -> set[tuple[str, str]]:
    """What `addons/offline_base/tests/test_security.py` lists; what adapters do is called by devices."""
    tree = ast.parse((ADDON / "tests" / "test_security.py").read_text(encoding="utf-8"))
    [table] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PUBLIC_METHODS"
    ]
    methods = ast.literal_eval(table)
    return {(m, name) for m, names in methods.items() for name in names if ".entity." not in m}


# --- what a row needs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """What to call a method with, and what the first record says afterwards."""

    args: tuple[Any, ...]
    after: Mapping[str, Any] = field(default_factory=dict)


def _device(stage: Stage, **after: Any) -> Call:
    return Call(([_device_id(stage, stage.world.device())],), after)


def _device_id(stage: Stage, wire: Wire) -> int:
    return stage.manager.find("offline.device", ("uid", "=", wire.uid))


def _after(stage: Stage, action: str, **after: Any) -> Call:
    """A device on which the office did something before."""
    call = _device(stage, **after)
    stage.manager("offline.device", action, *call.args)
    return call


def _own_device(stage: Stage) -> Call:
    group = stage.world.office.ref("offline_base.offline_base_group_device_user")
    stage.world.office.write("res.users", stage.manager.uid, group_ids=[(4, group)])
    return Call(
        ([_device_id(stage, stage.world.device(stage.manager.uid))],), {"state": "revoked", "wipe": True}
    )


def _conflict(stage: Stage, state: str = "parked_one") -> int:
    with stage.world.given(state) as named:
        return _conflict_of(stage, named)


def _conflict_of(stage: Stage, named: Named) -> int:
    return stage.manager.find("offline.conflict", ("operation_id.op", "=", named["done_op"]))


def _decided(stage: Stage) -> int:
    conflict = _conflict(stage)
    stage.manager("offline.conflict", "action_keep_device", [conflict])
    return conflict


def _chosen(stage: Stage) -> int:
    conflict = _conflict(stage)
    stage.manager("offline.conflict", "choose_all", [conflict], "device")
    return conflict


def _deleted(stage: Stage) -> int:
    """The conflict of an edit of a contact that was deleted meanwhile."""
    with stage.world.given("office_deleted") as named:
        conflict = _conflict_of(stage, stage.world._expect(stage.world._edit_of_phone(named), "conflict"))
    stage.manager("offline.conflict", "choose", [conflict], "name", "value", "Once more")
    return conflict


def _hidden(stage: Stage) -> int:
    """The conflict of an edit of a contact that its user may not read any more, and the manager may."""
    with stage.world.given("office_hid_contact") as named:
        companies = stage.world.office.read("res.partner", named["partner_id"], "company_id")["company_id"]
        stage.world.office.write("res.users", stage.manager.uid, company_ids=[(4, companies[0])])
        return _conflict_of(stage, stage.world._expect(stage.world._edit_of_phone(named), "conflict"))


def _line(stage: Stage, side: str) -> Call:
    return Call(
        (stage.manager("offline.conflict.line", "search", [("conflict_id", "=", _conflict(stage))]),),
        {"chosen": side},
    )


def _operation(stage: Stage, state: str) -> int:
    with stage.world.given(state) as named:
        return stage.manager.find("offline.operation", ("op", "=", named["done_op"]))


def _interrupted(stage: Stage) -> int:
    """Work whose end nobody wrote down. Nothing of this addon commits by itself: the row is made to say so."""
    operation = _operation(stage, "rejected_one")
    with stage.world._sql.cursor() as cursor:
        cursor.execute(
            "UPDATE offline_operation SET status = 'unknown', code = 'interrupted' WHERE id = %s", [operation]
        )
    return operation


def _use(stage: Stage, state: str) -> int:
    """A file that a contact waits for. Only an emptied disk brings the other states about: the row is made so."""
    wire = stage.world.device()
    receipts = wire.push(
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
    with stage.world._sql.cursor() as cursor:
        cursor.execute("UPDATE offline_blob_use SET state = %s WHERE id = %s", [state, use])
    return use


def _sealed(stage: Stage) -> str:
    """What a device with one piece of unsent work seals for the office."""
    wire = stage.world.device()
    key = wire.http.get(f"{wire.url}/offline/v1/profile", timeout=60).json()["escrow_key"]
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
    values = {"act": "server", "conflict_ids": [(6, 0, [_conflict(stage), _conflict(stage)])]}
    return Call(([stage.manager.create("offline.decision", **values)],), {"done_count": 2, "failed_count": 0})


def _health(stage: Stage) -> Call:
    return Call(([stage.manager("offline.health", "action_open")["res_id"]],))


def _conflict_row(make: Callable[[Stage], int] = _conflict, **after: Any) -> Callable[[Stage], Call]:
    return lambda stage: Call(([make(stage)],), after)


def _epoch(stage: Stage) -> Call:
    return Call(([stage.manager.find("offline.epoch", ("ended_at", "=", False))],))


Row = Callable[[Stage], Call]
_CONFLICT: dict[str, Row] = {
    "action_keep_server": _conflict_row(state="done", outcome="server"),
    "action_keep_device": _conflict_row(state="done", outcome="device"),
    "action_apply_choice": _conflict_row(_chosen, state="done", outcome="fields"),
    "action_apply_as_reviewer": _conflict_row(_hidden, state="done", outcome="reviewer"),
    "action_create_again": _conflict_row(_deleted, state="done", outcome="created"),
    "action_undo": _conflict_row(_decided, outcome="undone"),
    "action_open_record": _conflict_row(),
    "action_open_operation": _conflict_row(),
    "action_assign_to_me": _conflict_row(state="open"),
    "assign": lambda stage: Call(([_conflict(stage)], stage.manager.uid)),
    "choose": lambda stage: Call(([_conflict(stage)], "phone", "value", "+1 555 0177")),
    "choose_all": lambda stage: Call(([_conflict(stage)], "device")),
    "decide_many": lambda stage: Call(([_conflict(stage), _conflict(stage)], "device"), {"state": "done"}),
    "review": _conflict_row(),
    "record_summary": lambda stage: Call(("res.partner", stage.world.contact())),
    "to_do": lambda stage: Call(()),
}
_DEVICE: dict[str, Row] = {
    "issue_enrolment_code": lambda stage: Call((stage.world.rider,)),
    "action_revoke": lambda stage: _device(stage, state="revoked", wipe=False),
    "action_revoke_and_wipe": lambda stage: _device(stage, state="revoked", wipe=True),
    "action_restore": lambda stage: _after(stage, "action_revoke", state="active"),
    "action_rotate": lambda stage: _device(stage, rotation_asked=True),
    "action_reload": _device,
    "action_verify": _device,
    "verify_now": _device,
    "action_report_lost": _own_device,
    "action_open_blobs": _device,
    "action_open_operations": _device,
    "action_open_escrows": _device,
}
_OPERATION: dict[str, Row] = {
    "action_forget": lambda stage: Call(([_operation(stage, "pushed_one")],), {"has_content": False}),
    "action_retry": lambda stage: Call(([_operation(stage, "rejected_one")],), {"status": "rejected"}),
    "action_discard": lambda stage: Call(
        ([_operation(stage, "rejected_one")], "Sent twice"), {"status": "discarded"}
    ),
    "action_open_record": lambda stage: Call(([_operation(stage, "pushed_one")],)),
    "action_open_conflict": lambda stage: Call(([_operation(stage, "parked_one")],)),
    "action_assign_to_me": lambda stage: Call(([_operation(stage, "rejected_one")],)),
    "action_happened": lambda stage: Call(([_interrupted(stage)],), {"status": "applied"}),
    "action_did_not_happen": lambda stage: Call(([_interrupted(stage)],), {"status": "rejected"}),
    "assign": lambda stage: Call(([_operation(stage, "rejected_one")], stage.manager.uid)),
    "decide_many": lambda stage: Call(
        ([_operation(stage, "rejected_one")], "discard", "Sent twice"), {"status": "discarded"}
    ),
    "review": lambda stage: Call(([_operation(stage, "rejected_one")],)),
    "run_with": lambda stage: Call(
        ([_operation(stage, "rejected_one")], {"type": "other"}), {"is_open": False}
    ),
    "similar": lambda stage: Call(([_operation(stage, "rejected_one")],)),
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
PAIRS = [(model, method) for model, methods in ROWS.items() for method in methods]


def test_every_button_call_and_public_method_has_a_row(stage: Stage):
    wanted = _buttons(stage.world.office) | _calls_of_widgets() | _public_methods()
    assert len(wanted) > 50
    assert wanted - set(PAIRS) == set()


@pytest.mark.parametrize(("model", "method"), PAIRS, ids=lambda name: name)
def test_manager_calls_every_action_of_the_screens_over_rpc(stage: Stage, model: str, method: str):
    """The answer is data that any client can read, and what it opens is there."""
    call = ROWS[model][method](stage)
    answer = stage.manager(model, method, *call.args)
    assert not _unreadable(answer)
    if isinstance(answer, dict) and answer.get("type") == "ir.actions.act_window":
        _open(stage.manager, answer)
    if call.after:
        assert stage.manager.read(model, call.args[0][0], *call.after) == {
            "id": call.args[0][0],
            **call.after,
        }


def _unreadable(value: Any) -> list[str]:
    """What is no content: texts that Python shows of an object, and null, which XML-RPC turns into a failure."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in _unreadable(item)]
    if isinstance(value, list):
        return [text for item in value for text in _unreadable(item)]
    if value is None:
        return ["null"]
    return [value] if isinstance(value, str) and _SHOWN.search(value) else []


def _open(manager: Office, action: dict[str, Any]) -> None:
    """What the action leads to can be read by who called it."""
    if action.get("res_id"):
        assert manager(action["res_model"], "read", [action["res_id"]], ["display_name"])
    else:
        manager(action["res_model"], "search_read", action.get("domain", []), ["display_name"], limit=1)


def test_what_is_no_content_would_be_noticed():
    shown = ["offline.device(3,)", "<odoo.api.X object at 0x7f>"]
    assert _unreadable({"a": [*shown, "Fine (1)", 3, False], "b": None}) == [*shown, "null"]


def test_older_clients_get_the_answers_by_xml_rpc_too(stage: Stage):
    proxy = xmlrpc.client.ServerProxy(f"{stage.world.url}/xmlrpc/2/object")
    who = (stage.db, stage.manager.uid, "manager")
    report: Any = proxy.execute_kw(*who, "offline.health", "report", [])
    assert report["state"] == "ok"
    assert proxy.execute_kw(*who, "offline.device", "action_revoke", [*_device(stage).args]) is True


@pytest.mark.parametrize("act", ["server", "device", "retry", "discard", "assign"])
def test_window_of_decisions_takes_every_act_over_rpc(stage: Stage, act: str):
    """As a list hands its records to it: by the context."""
    manager = stage.manager
    if act in ("server", "device"):
        model, ids = "offline.conflict", [_conflict(stage), _conflict(stage)]
    else:
        model, ids = "offline.operation", [_operation(stage, "rejected_one")]
    values = {"act": act, "reason": "Sent twice", "user_id": manager.uid}
    window = manager("offline.decision", "create", values, context={"active_model": model, "active_ids": ids})
    shown = manager.read("offline.decision", window, "count", "kinds_text", "similar_count")
    assert shown["count"] == len(ids)
    assert shown["kinds_text"]
    assert not _unreadable(manager("offline.decision", "action_decide", [window]))
    found = manager.read("offline.decision", window, "state", "done_count", "failed_count")
    done = 0 if act == "retry" else len(ids)  # Odoo refuses the same work again
    assert (found["state"], found["done_count"], found["failed_count"]) == ("done", done, len(ids) - done)


# --- what screens do without a method of ours ---------------------------------------------------------------------


def test_profile_is_made_changed_and_its_size_asked_for_over_rpc(stage: Stage):
    manager = stage.manager
    lines = [(0, 0, {"entity": "res.partner", "domain": "[('is_company', '=', True)]"})]
    profile = manager.create("offline.profile", name="Made over RPC", entity_ids=lines)
    manager.write("offline.profile", profile, sync_from_hour=6.5, minimum_app_version="1.0")
    found = manager.read("offline.profile", profile, "preview_text", "preview_is_large", "preview_user_id")
    assert "record" in found["preview_text"]
    assert found["preview_is_large"] is False
    [line] = manager("offline.profile.entity", "search_read", [("profile_id", "=", profile)], [])
    assert line["preview_count"] >= 1
    spec = {name: {} for name in ("preview_text", "preview_is_large", "preview_user_id")}
    shown = manager(
        "offline.profile", "onchange", [profile], {"preview_user_id": stage.world.rider}, [], spec
    )
    assert "preview_text" in shown["value"] or shown["value"] == {}
    manager.write("offline.profile", profile, size_confirmed=True)
    copy = manager("offline.profile", "copy", [profile])
    manager("offline.profile", "unlink", [profile, *(copy if isinstance(copy, list) else [copy])])


def test_records_of_ones_own_are_given_to_devices_and_taken_back_over_rpc(stage: Stage):
    office = stage.world.office
    model = office.find("ir.model", ("model", "=", "res.bank"))
    fields = office("ir.model.fields", "search", [("model_id", "=", model), ("name", "in", ["name", "bic"])])
    made = stage.manager.create("offline.custom.entity", model_id=model, field_ids=[(6, 0, fields)])
    assert "res.bank" in dict(
        stage.manager("offline.profile.entity", "fields_get", ["entity"])["entity"]["selection"]
    )
    stage.manager.unlink("offline.custom.entity", made)


def test_history_of_a_device_is_read_over_rpc(stage: Stage):
    [device] = _after(stage, "action_revoke").args[0]
    told = stage.manager(
        "mail.message", "search_read", [("model", "=", "offline.device"), ("res_id", "=", device)], ["body"]
    )
    assert told


def test_settings_are_saved_over_rpc(stage: Stage):
    office = stage.world.office
    settings = office.create("res.config.settings", offline_token_days=90, offline_log_days=45)
    assert not _unreadable(office("res.config.settings", "execute", [settings]))
    names = ["offline_token_days", "offline_log_days"]
    kept = office("res.config.settings", "default_get", names)
    assert [kept[name] for name in names] == [90, 45]
