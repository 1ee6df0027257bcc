"""Every action of the screens, called by a manager over JSON-RPC on a real server.

What stands here is held against the buttons of the views, the calls of the widgets and the table of public methods:
a new one without a row fails.
"""

from __future__ import annotations

import ast
import re
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from tools.provision.server import OdooServer
from tools.stage.office import Office

from .rpc_rows import ROWS, Stage, device_after, new_device, operation_of, parked_conflict
from .world import World

ADDON = Path(__file__).resolve().parents[2] / "addons" / "offline_base"
_QUIET = "odoo.addons.rpc.controllers:ERROR"
_MANAGER = ("offline_base.offline_base_group_manager", "base.group_partner_manager")
#: The text that Python shows of an object where there should have been its content.
_SHOWN = re.compile(r"<[\w.]+ object at |^[\w.]+\((\d+,?\s*)*\)$")


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
    assert proxy.execute_kw(*who, "offline.device", "action_revoke", [*new_device(stage).args]) is True


@pytest.mark.parametrize("act", ["server", "device", "retry", "discard", "assign"])
def test_window_of_decisions_takes_every_act_over_rpc(stage: Stage, act: str):
    """As a list hands its records to it: by the context."""
    manager = stage.manager
    if act in ("server", "device"):
        model, ids = "offline.conflict", [parked_conflict(stage), parked_conflict(stage)]
    else:
        model, ids = "offline.operation", [operation_of(stage, "rejected_one")]
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
    [device] = device_after(stage, "action_revoke").args[0]
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
