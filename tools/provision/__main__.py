"""`python3 -m tools.provision <command>`: the commands behind the Makefile."""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from . import database, node, odoo, postgres, server, system, venv
from .errors import ProvisionError
from .server import OdooServer
from .steps import locked
from .workspace import Workspace

_DISK_GIB = 4  # Odoo unpacked 1.3, the virtualenvs 0.7, two templates and some copies, and room to work


def setup(space: Workspace) -> None:
    """Have everything that is needed. Done steps are skipped, so a second run takes a moment."""
    started = time.monotonic()
    venv.require_python()
    space.state.mkdir(exist_ok=True)
    with locked(space.state / "setup.lock"):
        if not space.odoo_python.exists():
            system.require_space(space.state, _DISK_GIB)
        postgres.ensure_programs(space)
        odoo.ensure_odoo(space)
        venv.ensure_odoo_venv(space)
        venv.ensure_dev_venv(space)
        node.ensure_packages(space)
        system.ensure_chromium(space)
        odoo.write_conf(space)
        space.record_versions(python=sys.version.split()[0])
    print(f"Ready ({time.monotonic() - started:.1f} s). Next: make serve, make demo or make test.")


def serve(space: Workspace, db: str, port: int) -> int:
    """Serve a database on this terminal until Ctrl-C."""
    system.require_free_port(port)
    database.bring_up_to_date(db)
    odoo.write_conf(space)
    process = subprocess.Popen(
        server.arguments(space, db, port, ["--max-cron-threads=1"]), env=odoo.environment(space)
    )
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    server.pid_file(space, process.pid).write_text(f"{db} {port}\n")
    try:
        server.wait_until_ready(f"http://127.0.0.1:{port}", process, 180.0, None)
        print(
            f"\nReady: http://localhost:{port} (login admin, password admin). Ctrl-C ends it.\n", flush=True
        )
        return abs(process.wait())
    except KeyboardInterrupt:
        process.wait()  # the terminal sent it the same signal
        return 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        server.pid_file(space, process.pid).unlink(missing_ok=True)


def start(db: str, port: int) -> None:
    """Start a server in the background; `stop` ends it."""
    system.require_free_port(port)
    database.bring_up_to_date(db)
    running = OdooServer(db, port=port, cron_threads=1).start()
    print(f"Ready: {running.url} (login admin, password admin). End it with: make stop")


def stop(space: Workspace) -> None:
    """End the background servers, and the private PostgreSQL when nobody else is connected."""
    count = server.stop_all(space)
    postgres.stop(space, only_if_idle=True)
    print(f"Stopped {count} server{'' if count == 1 else 's'}.")


def clean(space: Workspace, cache: bool) -> None:
    """Undo setup: no process, no folder of ours remains. Downloads stay unless `cache`."""
    server.stop_all(space)
    if postgres.is_external():
        from . import templates

        templates.drop_all(space)
    postgres.remove(space)
    for folder in (space.state, *(space.root.glob("*.egg-info")), *([space.cache] if cache else [])):
        shutil.rmtree(folder, ignore_errors=True)
    print("Clean.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a person's error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.provision", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="download, unpack, install")
    for name in ("serve", "start"):
        command = commands.add_parser(name, help=f"{name} Odoo on a demo database")
        command.add_argument("--db", default="demo")
        command.add_argument("--port", type=int, default=8069)
    commands.add_parser("stop", help="end background servers")
    commands.add_parser("clean", help="remove all of it").add_argument("--cache", action="store_true")
    for name in ("odoo-bin", "shell"):
        command = commands.add_parser(name, help=f"Odoo's own command, with our configuration ({name})")
        command.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(argv)
    space = Workspace.here()
    try:
        match options.command:
            case "setup":
                setup(space)
            case "serve":
                setup(space)
                return serve(space, options.db, options.port)
            case "start":
                start(options.db, options.port)
            case "stop":
                stop(space)
            case "clean":
                clean(space, options.cache)
            case "odoo-bin":
                return odoo.interact(space, options.arguments)
            case "shell":
                return odoo.interact(space, ["shell", "--no-http", *options.arguments])
    except ProvisionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
