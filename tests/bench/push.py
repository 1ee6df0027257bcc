"""P4: pushes of creates and updates in runs of 50, beside the same work by OdooRPC and by the ORM in process.

`python -m tests.bench.push`. By OdooRPC each record is a call, as it is for a program that must know what became of
each; `create` with a list of 50 stands beside it as the best case of all-or-nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

from tests.faults.wire import Wire
from tools.provision import database, odoo
from tools.provision.server import OdooServer
from tools.provision.workspace import Workspace
from tools.stage.office import Office

from .__main__ import _measure, _report

_OPERATIONS, _RUN, _REPEATS = 500, 50, 5
_PARTNER = "res.partner"
_numbers = count(1)


def main() -> int:
    """Make a database, measure, drop it."""
    name = f"offline_bench_{uuid4().hex[:8]}"
    database.create(name)
    try:
        with OdooServer(name) as server:
            report(server, Office(server.url, name), name)
        in_process(name)
    finally:
        database.drop(name)
    return 0


def report(server: OdooServer, office: Office, db: str) -> None:
    """Print creates and updates by push and by OdooRPC."""
    login = f"bench{next(_numbers)}"
    device = Wire.enrol(server.url, office.code(office.hire_traveller(login, "Pushes")))
    user = Office(server.url, db, login, login)
    ids: list[int] = user(_PARTNER, "create", [_values() for _ in range(_OPERATIONS)])
    device.pull(limit=10_000)

    def push(make: Callable[[int], dict[str, Any]]) -> None:
        for start in range(0, _OPERATIONS, _RUN):
            receipts = device.push(*(make(start + index) for index in range(_RUN)))["receipts"]
            assert {receipt["status"] for receipt in receipts} <= {"applied", "merged"}, receipts

    def edit(index: int) -> dict[str, Any]:
        record, phone = ids[index], f"555-{next(_numbers)}"
        before = device.held[_PARTNER][record]["values"]["phone"]
        device.held[_PARTNER][record]["values"]["phone"] = phone
        return device.update(_PARTNER, record, {"phone": phone}, {"phone": before})

    def each(call: Callable[[int], Any]) -> None:
        for index in range(_OPERATIONS):
            call(index)

    # Each way of editing has records of its own: the others' edits would be conflicts.
    others: list[int] = user(_PARTNER, "create", [_values() for _ in range(_OPERATIONS)])
    creates: dict[str, Callable[[], Any]] = {
        "push, runs of 50": lambda: push(lambda _index: device.create(_PARTNER, **_values())),
        "OdooRPC, a call each": lambda: each(lambda _index: user(_PARTNER, "create", _values())),
        "OdooRPC, lists of 50": lambda: [
            user(_PARTNER, "create", [_values() for _ in range(_RUN)]) for _ in range(_OPERATIONS // _RUN)
        ],
    }
    updates: dict[str, Callable[[], Any]] = {
        "push, runs of 50": lambda: push(edit),
        "OdooRPC, a call each": lambda: each(
            lambda index: user(_PARTNER, "write", [others[index]], {"phone": f"555-{next(_numbers)}"})
        ),
    }
    _report("P4  500 creates of contacts", _measure(creates, _REPEATS))
    _report("P4  500 updates of contacts", _measure(updates, _REPEATS))


def in_process(db: str) -> None:
    """Print what the engine costs over the same ORM calls with a savepoint each, in one process."""
    space = Workspace.here()
    command = [
        str(space.odoo_python),
        str(space.odoo_bin),
        "shell",
        "-c",
        str(space.odoo_conf),
        "-d",
        db,
        "--no-http",
    ]
    script = f"exec(open({str(space.root / 'tests/bench/in_odoo.py')!r}).read())"
    done = subprocess.run(
        [*command, "--log-level=error"],
        input=script, text=True, capture_output=True, env=odoo.environment(space), cwd=space.root, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("BENCH ")]
    if not lines:
        sys.exit(done.stderr[-2000:])
    for title, taken in json.loads(lines[0].removeprefix("BENCH ")).items():
        _report(title, taken)


def _values() -> dict[str, Any]:
    number = next(_numbers)
    return {
        "name": f"Bench {number}",
        "phone": f"555-{number}",
        "city": "Namur",
        "email": f"b{number}@example.com",
    }


if __name__ == "__main__":
    sys.exit(main())
