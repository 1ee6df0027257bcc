"""The command: what it prints, for people and for programs, and how it exits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offline_device import Device, cli

from .conftest import Home
from .fake_server import FakeServer
from .fake_state import PARTNER, problem

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Home, server: FakeServer, capsys: pytest.CaptureFixture[str]) -> Run:
    def open_device(path: Path, **options: Any) -> Device:
        assert path == home.path
        return home.open(**options)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["--home", str(home.path), *arguments], open_device=open_device)
        out, err = capsys.readouterr()
        return code, out, err

    server.put(PARTNER, 1, name="Azure", phone=None, visits=None)
    return call


@pytest.fixture
def ready(run: Run) -> Run:
    assert run("enrol", "https://odoo.example", "CODE-1")[0] == cli.OK
    assert run("sync")[0] == cli.OK
    return run


def test_from_enrolment_to_a_delivered_edit(run: Run, server: FakeServer) -> None:
    assert "Mitchell" in run("enrol", "https://odoo.example", "CODE-1")[1]
    assert "1 records" in run("sync")[1]
    assert "Azure" in run("search", PARTNER, "azu")[1]
    code, out, _err = run("edit", PARTNER, "1", "phone=+1 555", "visits=3")
    assert (code, out.split()[:2]) == (cli.OK, ["#1", "applied"])
    assert server.content()[1]["phone"] == "+1 555"
    assert server.content()[1]["visits"] == 3
    assert "+1 555" in run("show", PARTNER, "1")[1]
    assert "applied" in run("journal")[1]
    assert run("outbox")[1] == "Nothing.\n"


def test_programs_read_json(ready: Run) -> None:
    found = json.loads(ready("--json", "search", PARTNER, "--where", "phone=")[1])
    assert (found["total"], found["records"][0]["values"]["name"]) == (1, "Azure")
    assert json.loads(ready("--json", "status")[1])["held"] == {PARTNER: 1}
    assert json.loads(ready("--json", "sync")[1])["upserts"] == 0


def test_every_command_that_changes_something_works(ready: Run, server: FakeServer) -> None:
    made = json.loads(ready("--json", "create", PARTNER, "name=New")[1])
    assert ready("edit", PARTNER, made["uid"], "parent_id=1")[0] == cli.OK
    assert ready("do", PARTNER, made["uid"], "visit", "note=hello")[0] == cli.OK
    assert server.content()[100]["parent_id"] == 1
    assert server.content()[100]["visits"] == 1
    assert ready("delete", PARTNER, made["uid"])[0] == cli.OK
    assert 100 not in server.content()


def test_parked_work_is_listed_and_decided(ready: Run, server: FakeServer) -> None:
    server.verdicts[1] = ("rejected", "validation_failed")
    assert "Odoo refused the change" in ready("edit", PARTNER, "1", "phone=1")[1]
    assert "1 operations wait" in ready("sync")[1]
    assert ready("outbox", "--parked")[1].startswith("#1")
    assert ready("discard", "1", "a mistake")[0] == cli.OK
    assert ready("sync")[0] == cli.OK
    assert ready("outbox")[1] == "Nothing.\n"


def test_the_exit_code_tells_failures_apart(run: Run, server: FakeServer) -> None:
    assert run("sync")[0] == cli.NOT_ENROLLED
    server.refuse["enroll"] = problem("enrolment_code_invalid")
    code, _out, err = run("enrol", "https://odoo.example", "WRONG")
    assert code == cli.REFUSED
    assert "new code" in err
    run("enrol", "https://odoo.example", "CODE-1")
    run("sync")
    assert run("edit", PARTNER, "1", "visits=many")[0] == cli.USAGE
    assert run("edit", PARTNER, "1", "colour=red")[0] == cli.REFUSED_HERE
    assert run("show", PARTNER, "9")[0] == cli.USAGE
    server.down = True
    assert run("sync")[0] == cli.NO_CONNECTION
    assert run("edit", PARTNER, "1", "phone=1")[:2][0] == cli.OK


def test_a_failure_is_json_for_programs(ready: Run) -> None:
    code, out, err = ready("--json", "edit", PARTNER, "1", "colour=red")
    assert (code, err) == (cli.REFUSED_HERE, "")
    assert json.loads(out)["error"] == "field_unknown"
    assert list(json.loads(out)["fields"]) == ["colour"]


def test_an_edit_is_kept_when_the_server_refuses_the_call(ready: Run, server: FakeServer) -> None:
    server.refuse["push"] = problem("device_revoked")
    code, out, err = ready("edit", PARTNER, "1", "phone=1")
    assert (code, out.split()[:2]) == (cli.OK, ["#1", "pending"])
    assert "revoked" in err


def test_a_busy_home_is_said(home: Home, ready: Run, capsys: pytest.CaptureFixture[str]) -> None:
    home.open()
    assert cli.main(["--home", str(home.path), "status"]) == cli.BUSY


def test_a_home_must_be_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv(cli.HOME_VARIABLE, raising=False)
    with pytest.raises(SystemExit) as exit_:
        cli.main(["status"])
    assert exit_.value.code == cli.USAGE


def test_modes_profile_and_check_are_shown(ready: Run) -> None:
    assert ready("mode")[1] == "automatic\n"
    assert ready("mode", "always_offline")[1] == "always_offline\n"
    assert ready("mode", "never")[0] == cli.OTHER
    assert "visit" in ready("profile")[1]
    assert "intact" in ready("check")[1]


def test_kind_of_network_and_room_for_files_are_said_and_shown(ready: Run) -> None:
    assert ready("network")[1] == "free\n"
    assert ready("network", "metered")[1] == "metered\n"
    assert json.loads(ready("--json", "status")[1])["metered"] is True
    assert ready("cache", "1000")[1] == "0 of 1000 bytes\n"
