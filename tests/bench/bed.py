"""What all measurements stand on: the database, its server, the people and devices that work with it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import requests

from tests.faults.wire import Wire
from tools.provision import odoo
from tools.provision.server import OdooServer
from tools.provision.workspace import Workspace
from tools.stage.office import Office

from .data import CONTACTS, Kind

NO_LIMITS = {"sequence": 99, "limit_page": 10_000, "limit_records": 0, "size_confirmed": True}
_numbers = count(1)


@dataclass
class Bed:
    """One database under measurement."""

    db: str
    server: OdooServer

    @cached_property
    def office(self) -> Office:
        return Office(self.server.url, self.db)

    #: What devices hold that have no usual profile.
    kind: Kind = CONTACTS

    @cached_property
    def profile(self) -> int:
        """A profile of one kind of records alone, without limits."""
        line = {"entity": self.kind.model, "domain": repr(self.kind.domain)}
        return self.office.create("offline.profile", name="Bench", entity_ids=[(0, 0, line)], **NO_LIMITS)

    def person(self) -> tuple[int, Office]:
        """A new traveller, and the same person by OdooRPC."""
        login = f"bench{next(_numbers)}"
        user = getattr(self.office, self.kind.hire)(login, login.title())
        return user, Office(self.server.url, self.db, login, login)

    def device(self, user: int | None = None, *, usual: bool = False) -> Wire:
        """A new device; with the profile that such people usually have where ``usual``."""
        user = user or self.person()[0]
        profile = self.profile if not usual else self.kind.usual and self.office.ref(self.kind.usual)
        return Wire.enrol(self.server.url, self.office.code(user, profile))

    def fields(self, device: Wire) -> list[str]:
        """The names of the fields, as the device gets them."""
        url = f"{device.url}/offline/v1/profile"
        profile = requests.get(url, headers=device.headers, timeout=60).json()
        [entity] = [entity for entity in profile["entities"] if entity["name"] == self.kind.model]
        return [field["name"] for field in entity["fields"]]


def in_odoo(db: str, script: str, **names: Any) -> Any:
    """Run one of the scripts of this folder in `odoo shell`; answers the JSON that it prints after ``BENCH``."""
    space = Workspace.here()
    source = f"names = {names!r}\nexec(open({str(space.root / 'tests' / 'bench' / script)!r}).read())\n"
    command = odoo.command(space, "shell", "-d", db, "--no-http", "--log-level=error")
    done = subprocess.run(
        command, input=source, text=True, capture_output=True, env=odoo.environment(space), cwd=space.root,
        check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if "BENCH " in line]
    if not lines:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return json.loads(lines[-1].partition("BENCH ")[2])
