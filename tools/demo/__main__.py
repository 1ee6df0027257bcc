"""Serve the demo database, play the day on it, say where to look."""

from __future__ import annotations

import argparse
import shutil
import sys
import time

import requests

from tools.provision import database, server
from tools.provision.__main__ import start
from tools.provision.errors import ProvisionError
from tools.provision.system import require_free_port
from tools.provision.workspace import Workspace
from tools.stage.network import Network
from tools.stage.office import Office

from .day import play
from .tell import Teller


def main() -> int:
    """Exit code 0 when the day went as it should; a person's error is one line."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--db", default="demo")
    parser.add_argument("--port", type=int, default=8069)
    options = parser.parse_args()
    tell = Teller()
    started = time.monotonic()
    space = Workspace.here()
    try:
        url = _serve(space, options.db, options.port)
        with Network(options.port) as network:
            home = space.state / "demo"
            shutil.rmtree(home, ignore_errors=True)
            office = Office(url, options.db)
            went_well = play(tell, office, network, home)
    except ProvisionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    tell.where_to_look(url, time.monotonic() - started)
    tell.what_to_try(f"{url}/offline/app#{_code(office)}")
    return 0 if went_well else 1


def _serve(space: Workspace, db: str, port: int) -> str:
    """The address of a server in the background that runs the present code on the demo database."""
    url = f"http://localhost:{port}"
    if database.exists(db) and database.is_up_to_date(db) and _runs(space, db, port):
        return url
    if _runs(space, db, port):
        server.stop_all(space)
    require_free_port(port)
    start(db, port)
    return url


def _code(office: Office) -> str:
    """A code for the device app of Marc, with what a salesperson needs."""
    marc = office.find("res.users", ("login", "=", "demo"))
    return office.code(marc, office.ref("offline_crm.offline_profile_sales"))


def _runs(space: Workspace, db: str, port: int) -> bool:
    """Whether a server of ours, started before, serves this database there."""
    if not any(path.read_text().split() == [db, str(port)] for path in space.run_dir.glob("*.pid")):
        return False
    try:
        return requests.get(f"http://127.0.0.1:{port}/web/health", timeout=5).ok
    except requests.RequestException:
        return False


if __name__ == "__main__":
    sys.exit(main())
