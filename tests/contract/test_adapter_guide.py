"""The guides for addons say what is so: their files are those of an addon that devices sync with."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.conftest import served
from tools.provision.server import OdooServer
from tools.stage.office import Office
from tools.stage.phone import Phone

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "tests" / "addons" / "offline_test_note"
GUIDE = (ROOT / "docs" / "writing-an-adapter.md").read_text(encoding="utf-8")
SCREENS = (ROOT / "docs" / "writing-a-screen.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", GUIDE + SCREENS, re.DOTALL))
NOTE = "offline.test.note"


def _hooks() -> set[str]:
    """What `offline.adapter` declares under the prefix of hooks."""
    source = (ROOT / "addons" / "offline_base" / "models" / "offline_adapter.py").read_text(encoding="utf-8")
    adapter = next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    names = {node.name for node in adapter.body if isinstance(node, ast.FunctionDef)}
    for node in adapter.body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if name.startswith("_offline_")}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_each_file_of_the_guide_is_the_file_of_the_addon(name: str) -> None:
    assert SHOWN[name] == (ADDON / name).read_text(encoding="utf-8")


def test_guides_show_every_file_of_the_addon() -> None:
    written = {
        str(path.relative_to(ADDON))
        for path in ADDON.rglob("*")
        if path.suffix in (".py", ".csv", ".xml", ".js", ".css") and path.parent.name != "tests"
    }
    assert written == SHOWN.keys()


def test_every_hook_of_the_guide_exists() -> None:
    named = set(re.findall(r"`(_offline_\w+)`", GUIDE))
    assert named
    assert named - _hooks() == set()


server = served("tests")


def test_note_of_the_guide_syncs_both_ways(server: OdooServer, tmp_path: Path) -> None:
    office = Office(server.url, server.db)
    user = office.hire("writer", "Writer", "offline_base.offline_base_group_device_user")
    phone = Phone(tmp_path / "phone")
    profile = office.ref("offline_test_note.offline_profile_notes")
    phone.enrol(server.url, office.code(user, profile), "Writer's phone")

    given = office.create(NOTE, name="Ring the bell", body="Twice.", user_id=user)
    office.create(NOTE, name="Somebody else's")
    phone.sync()
    assert [found["id"] for found in phone("search", NOTE)["records"]] == [given]

    phone("mode", "always_offline")
    made = phone.create(NOTE, name="Buy oil")["uid"]
    phone.edit(NOTE, given, body="Twice.\nThey are deaf.")
    phone("do", NOTE, made, "finish", "outcome=Five litres.")
    office.write(NOTE, given, body="Twice.\nNot on Sundays.")
    phone.sync()

    assert [entry["state"] for entry in phone("journal")] == ["applied", "merged", "applied"]
    bought = office(NOTE, "search_read", [("name", "=", "Buy oil")], ["user_id", "outcome"])
    assert [(one["user_id"][0], one["outcome"]) for one in bought] == [(user, "Five litres.")]
    assert office.read(NOTE, given, "body")["body"] == "Twice.\nNot on Sundays.\nThey are deaf."
    assert [found["id"] for found in phone("search", NOTE)["records"]] == [given]
    assert phone("status")["heals"] == 0


def test_terminal_of_the_guide_does_what_it_says(server: OdooServer, tmp_path: Path) -> None:
    """Line by line as printed, but for the record's name that the search has shown."""
    office = Office(server.url, server.db)
    user = office.hire("terminal", "Terminal", "offline_base.offline_base_group_device_user")
    phone = Phone(tmp_path / "phone")
    phone.enrol(server.url, office.code(user, office.ref("offline_test_note.offline_profile_notes")), "Phone")
    [block] = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line in block.splitlines():
        if f"{NOTE} 1 " in line:
            [made] = phone("search", NOTE)["records"]
            line = line.replace(f"{NOTE} 1 ", f"{NOTE} {made['uid']} ")
        env = {**os.environ, "OFFLINE_DEVICE_HOME": str(phone.home), "PATH": path}
        subprocess.run(["bash", "-ec", line], env=env, check=True, timeout=300)
    phone.sync()
    [bought] = office(NOTE, "search_read", [("user_id", "=", user)], ["name", "outcome"])
    assert (bought["name"], bought["outcome"]) == ("Buy oil", "Five litres.")
