"""Every example of the documents that can be run is run as it stands, but for addresses, codes and keys."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import crossplane
import psycopg2
import pytest
import requests

from offline_core import tus, wire
from tests.faults.wire import Wire, uuid7
from tools.provision import database, node, postgres
from tools.provision.workspace import Workspace

from .test_adapter_guide import test_terminal_of_the_guide_does_what_it_says as _adapter_guide
from .test_rpc import PAIRS
from .world import World

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DEVICE, ADMIN, README = DOCS / "writing-a-device.md", DOCS / "admin-guide.md", ROOT / "README.md"
PAGES = sorted(
    [*DOCS.glob("*.md"), README, ROOT / "CONTRIBUTING.md", ROOT / "tests" / "vectors" / "README.md"]
)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ADDRESS, _CODE = "https://odoo.example.com", "K7QF-2M9X-HT4R-PQRS"
#: (page, language): who runs or checks its blocks. JSON is checked by test_docs.py, Python by test_adapter_guide.py.
RUN = {
    ("writing-a-device.md", "sh"): "test_walk_through_of_a_device_runs_as_it_is_printed",
    ("writing-a-device.md", "ts"): "test_typescript_of_the_guide_compiles_strictly_and_runs",
    ("writing-an-adapter.md", "sh"): "test_terminal_of_the_guide_does_what_it_says",
    ("admin-guide.md", "sh"): "test_copy_is_neutralised_as_the_guide_says",
    ("admin-guide.md", "sql"): "test_sql_of_the_guide_runs",
    ("admin-guide.md", "nginx"): "test_nginx_sample_is_valid_and_lets_through_what_the_server_takes",
    ("README.md", "sh"): "test_shell_of_the_readme_runs",
    ("CONTRIBUTING.md", "sh"): "test_commands_for_contributors_are_there",
}
ELSEWHERE = {"json": "test_docs.py", **dict.fromkeys(("python", "xml", "js"), "test_adapter_guide.py")}
#: What a block shows and nobody runs: the shape of a tree, words on a terminal.
SHOWN = {"text"}

pytestmark = pytest.mark.usefixtures("quiet_log")


def blocks(page: Path, language: str) -> list[str]:
    return [text for found, text in _FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


def shell(script: str, folder: Path, **more: str) -> str:
    """What a script prints; a command that fails ends it, and is an error."""
    env = {**os.environ, **database.environment(), **more}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def answer(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_code_is_run_by_a_test(page):
    tests = {name for name in globals() if name.startswith("test_")} | {_adapter_guide.__name__}
    for language in {found for found, _text in _FENCE.findall(page.read_text(encoding="utf-8"))}:
        assert language in SHOWN | ELSEWHERE.keys() or RUN.get((page.name, language)) in tests, language


# --- writing a device ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def walk(server, world, tmp_path_factory):
    """The folder in which the session of the guide was played, from its first line to its last."""
    folder = tmp_path_factory.mktemp("walk")
    (folder / "node_modules").symlink_to(Workspace.here().npm / "node_modules")
    user = world.user("Rider", "base.group_partner_manager")
    script = "\n".join(blocks(DEVICE, "sh"))
    for printed, live in (
        (f"ODOO={_ADDRESS}", f"ODOO={server.url}"),
        (_CODE, world.code(user)),
        ("API_KEY=the-key", f"API_KEY={api_key(world)}"),
    ):
        assert script.count(printed) == 1, printed
        script = script.replace(printed, live)
    printed = shell(script, folder, PATH=node.environment(Workspace.here())["PATH"])
    (folder / "printed.txt").write_text(printed, encoding="utf-8")
    return folder


def api_key(world: World) -> str:
    """A key of the administrator as *Preferences / Security* would make it: Odoo keeps a hash of passlib's kind."""

    def text(raw: bytes) -> str:
        return base64.b64encode(raw, altchars=b"./").rstrip(b"=").decode()

    key, salt = secrets.token_hex(20), os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha512", key.encode(), salt, 6000)
    with world.sql() as cursor:
        cursor.execute(
            "INSERT INTO res_users_apikeys (name, user_id, key, index) VALUES ('Guide', %s, %s, %s)",
            [world.office.uid, f"$pbkdf2-sha512$6000${text(salt)}${text(digest)}", key[:8]],
        )
    return key


def test_walk_through_of_a_device_runs_as_it_is_printed(walk, world):
    """Enrol, pull to the end, push twice, pull what came of it, send a photo, fetch it."""
    assert answer(walk, "profile.json") == answer(walk, "enrolled.json")["profile"]
    page = answer(walk, "page.json")
    assert (page["complete"], page["reset"], page["applied_seq"]) == (True, False, 1)
    [contact] = next(c["upserts"] for c in page["changes"] if c["entity"] == "res.partner")
    assert contact["values"]["name"] == "Bakery Nova"
    printed = (walk / "printed.txt").read_text(encoding="utf-8").split("\n")
    assert printed[:3] == ["applied", str(contact["id"]), "1"]
    [receipt] = answer(walk, "pushed.json")["receipts"]
    assert receipt["status"] == "applied"
    assert (walk / "fetched.txt").read_text() == "Photo of the oven\n"
    [file] = world.office(
        "ir.attachment",
        "search_read",
        [("id", "=", receipt["target"]["id"])],
        ["name", "res_model", "res_id", "raw"],
    )
    assert (file["name"], file["res_model"], file["res_id"]) == ("photo.txt", "res.partner", contact["id"])
    assert "201" in (walk / "begun.txt").read_text().splitlines()[0]


def test_dry_run_of_the_guide_says_what_odoo_would_say(walk):
    """Proves I7."""
    tried = answer(walk, "tried.json")
    assert (tried["dry_run"], tried["next_seq"]) == (True, 3)
    [receipt] = tried["receipts"]
    assert (receipt["status"], receipt["target"]["id"]) == ("rejected", None)
    assert receipt["message"] in (walk / "printed.txt").read_text(encoding="utf-8")


def test_program_of_its_own_works_without_a_person_and_cannot_sign_in(walk, server, world):
    """Proves I4. With the code that the guide has issued; it holds what its profile names, and nothing else."""
    issued = answer(walk, "issued.json")
    gate = Wire.enrol(server.url, issued["code"], "n" * 16)
    gate.pull()
    assert set(gate.held) == {"res.partner"}
    [receipt] = gate.receipts(
        {"seq": 1, "op": uuid7(), "entity": "res.partner", "verb": "create", "target": {"uid": uuid7()}}
        | {"values": {"name": "Weighed"}}
    )
    made = world.office.read("res.partner", receipt["target"]["id"], "create_uid")
    assert made["create_uid"][1] == "Warehouse gate"
    for password in ("", "warehouse-gate", False):
        session = requests.post(
            f"{server.url}/web/session/authenticate",
            json={"params": {"db": server.db, "login": "warehouse-gate", "password": password}},
            timeout=60,
        )
        assert not (session.json().get("result") or {}).get("uid")


def test_typescript_of_the_guide_compiles_strictly_and_runs(walk, server, world):
    """With the types that the line of the guide made of the served document."""
    [script] = blocks(DEVICE, "ts")
    folder, env = walk, node.environment(Workspace.here())
    script = script.replace(_ADDRESS, server.url).replace("the token", world.device().token)
    (folder / "device.mts").write_text(script, encoding="utf-8")
    strict = "--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --noEmit --skipLibCheck false"
    shell(
        f"npx tsc {strict} --target es2022 --module nodenext --allowImportingTsExtensions device.mts",
        folder,
        PATH=env["PATH"],
    )
    assert shell("node device.mts", folder, PATH=env["PATH"]).strip() == "1 applied"


def test_types_notice_what_the_wire_would_refuse(walk):
    """Types that allow anything would be of no use."""
    head = 'import type { components } from "./offline.d.ts";\ntype Wire = components["schemas"];\n'
    wrong = (
        'const push: Wire["PushRequest"] = { operations: [], dry_run: "yes" };',
        'const push: Wire["PushRequest"] = { operation: [] };',
        'const status: Wire["Receipt"]["status"] = "done";',
        'const unit: Wire["Unit"] = { id: "x" };',
    )
    for number, line in enumerate(wrong):
        (walk / f"wrong{number}.mts").write_text(head + line, encoding="utf-8")
    with pytest.raises(AssertionError) as refused:
        shell(
            "npx tsc --strict --noEmit --module nodenext --allowImportingTsExtensions wrong*.mts",
            walk,
            PATH=node.environment(Workspace.here())["PATH"],
        )
    noticed = set(re.findall(r"wrong(\d)\.mts\(3,\d+\): error TS", str(refused.value)))
    assert noticed == {str(number) for number in range(len(wrong))}


# --- README and CONTRIBUTING --------------------------------------------------------------------------------------


def test_shell_of_the_readme_runs(server, world, tmp_path):
    """The device on a terminal; it is installed here already, and the contact has another id."""
    commands, terminal = blocks(README, "sh")
    assert_targets(commands)
    user = world.user("Traveller", "base.group_partner_manager")
    contact = world.contact(name="Corner bakery")
    for printed, live in (
        ("pip install . && ", ""),
        ("~/my-device", str(tmp_path / "device")),
        (_ADDRESS, server.url),
        ("ABCD-EFGH-JKMN-PQRS", world.code(user)),
        ("res.partner 42", f"res.partner {contact}"),
    ):
        assert terminal.count(printed) == 1, printed
        terminal = terminal.replace(printed, live)
    path = f"{Workspace.here().dev_venv / 'bin'}:{os.environ['PATH']}"
    printed = shell(terminal + "offline-device sync\n", tmp_path, PATH=path)
    assert "Corner bakery" in printed
    assert world.office.read("res.partner", contact, "phone")["phone"] == "555-0199"


def test_commands_for_contributors_are_there():
    for block in blocks(ROOT / "CONTRIBUTING.md", "sh"):
        assert_targets(block)
        for module in re.findall(r"-m (tools\.\w+)", block):
            assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
        for path in re.findall(r"\btests/\S+\.py", block):
            assert (ROOT / path).is_file()


def assert_targets(block: str) -> None:
    """What `make` is asked for in a block, it has."""
    for target in re.findall(r"^make (\w+)", block, re.MULTILINE):
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


# --- the administrator's guide ------------------------------------------------------------------------------------


def test_sql_of_the_guide_runs(world):
    found = []
    for query in blocks(ADMIN, "sql"):
        with world.sql() as cursor:
            cursor.execute(query)
            found += cursor.fetchall()
    assert {"offline_change", "offline_holding", "offline_operation"} <= {row[0] for row in found}


def test_copy_is_neutralised_as_the_guide_says(make_database, tmp_path):
    """Proves I9."""
    [script] = blocks(ADMIN, "sh")
    assert script.count("-d COPY") == 1
    db = make_database()
    query = "SELECT uid, reason FROM offline_epoch WHERE ended_at IS NULL"
    before = _row(db, query)
    shell(
        f"cd {ROOT}\n" + script.replace("-d COPY", f"-d {db}"),
        tmp_path,
        PATH=f"{postgres.bindir()}:{os.environ['PATH']}",
    )
    after = _row(db, query)
    assert after[1] == "copy"
    assert after[0] != before[0]


def _row(db: str, query: str) -> tuple[Any, ...]:
    connection = psycopg2.connect(**database.reach(db))
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            assert row is not None
            return tuple(row)
    finally:
        connection.close()


def test_nginx_sample_is_valid_and_lets_through_what_the_server_takes(tmp_path):
    """By nginx's own table of directives: which there are, where they may stand, and how many values they take."""
    [sample] = blocks(ADMIN, "nginx")
    path = tmp_path / "nginx.conf"
    path.write_text(f"events {{}}\nhttp {{\nserver {{\nlisten 443 ssl;\n{sample}\n}}\n}}\n", encoding="utf-8")
    found = crossplane.parse(str(path), strict=True, check_ctx=True, check_args=True)
    assert found["status"] == "ok", found["errors"]
    [_events, http] = found["config"][0]["parsed"]
    [server] = http["block"]
    bodies = {
        " ".join(one["args"]): next(
            d["args"] for d in one["block"] if d["directive"] == "client_max_body_size"
        )
        for one in server["block"]
        if one["directive"] == "location"
    }
    mib = 1024 * 1024
    assert bodies == {
        "/offline/v1/blobs": [f"{tus.BLOB_BYTES_MAX // mib}m"],
        "/offline/v1/": [f"{wire.BODY_BYTES // mib}m"],
    }


def test_nginx_checker_notices_what_nginx_would_refuse(tmp_path):
    for wrong in ("proxy_passs http://x;", "client_max_body_size;", "events {}"):
        path = tmp_path / "wrong.conf"
        path.write_text(f"http {{ server {{ location / {{ {wrong} }} }} }}\n", encoding="utf-8")
        assert crossplane.parse(str(path), strict=True)["status"] == "failed"


def test_every_method_that_the_guide_names_is_public_and_takes_what_it_says():
    """`test_rpc.py` calls them all."""
    page = ADMIN.read_text(encoding="utf-8")
    named = set(re.findall(r"`(offline\.[a-z.]+)\.([a-z_]+)\(([^)`]*)\)`", page))
    for sentence in re.findall(r"Over RPC: (`offline\.conflict` has .*?)\n\n", page, re.DOTALL):
        for model, listed in re.findall(
            r"`(offline\.[a-z.]+)` has(.*?)(?=; `offline|\.$|\Z)", sentence, re.DOTALL
        ):
            named |= {
                (model, m, args or "") for m, args in re.findall(r"`([a-z_]+)(?:\(([^)`]*)\))?`", listed)
            }
    assert len(named) > 20
    signatures = _signatures()
    for model, method, args in named:
        assert (model, method) in PAIRS, f"{model}.{method}"
        wanted = [a for a in re.split(r",\s*", args) if a]
        taken = signatures[method]
        assert any(len(wanted) <= len(names) for names in taken), f"{method}({args}) takes {taken}"
        words = [name for name in wanted if re.fullmatch(r"[a-z_]+", name)]
        assert any(set(words) <= set(names) for names in taken), f"{method}({args}) takes {taken}"


def _signatures() -> dict[str, list[list[str]]]:
    """{method: the names of its parameters, of each model that has it}."""
    found: dict[str, list[list[str]]] = {}
    addon = ROOT / "addons" / "offline_base"
    for path in [*addon.glob("models/*.py"), *addon.glob("wizards/*.py")]:
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(one, ast.FunctionDef):
                found.setdefault(one.name, []).append([argument.arg for argument in one.args.args[1:]])
    return found


def test_tools_of_the_walk_through_are_on_this_machine():
    """Said by name before half of the tests above fail for want of one."""
    assert [name for name in ("bash", "curl", "python3") if shutil.which(name) is None] == []
