"""Odoo itself: obtained once, configured by one file, run by our virtualenv."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import debian, postgres
from .errors import ProvisionError
from .steps import Stamp, digest, run
from .workspace import Workspace

_TOO_OLD = "Odoo Offline needs Odoo 19.0"


def ensure_odoo(space: Workspace) -> None:
    """Have an Odoo 19: `ODOO_HOME` as it is, else Debian's packages in a private prefix."""
    if space.odoo_home == space.prefix:
        stamp = Stamp(space.state, "odoo", digest(repr(debian.PACKAGES), str(space.prefix)))
        if not stamp.fresh():
            stamp.clear()
            debs = debian.fetch(space)
            debian.unpack(space, debs)
            space.record_versions(odoo=debian.version(debs))
            stamp.write()
    else:
        space.record_versions(odoo=_release(space.odoo_packages))
    if not space.odoo_bin.is_file():
        raise ProvisionError(f"no Odoo in {space.odoo_home}: expected odoo-bin or usr/bin/odoo there")


def _release(packages: Path) -> str:
    """The version of a source checkout, read without importing it."""
    release = packages / "odoo" / "release.py"
    if not release.is_file():
        raise ProvisionError(f"no odoo/release.py in {packages}: ODOO_HOME is not an installed Odoo")
    namespace: dict[str, object] = {}
    exec(compile(release.read_text(), str(release), "exec"), namespace)
    version = str(namespace.get("version", "?"))
    if not version.startswith("19.0"):
        raise ProvisionError(f"ODOO_HOME is Odoo {version}; {_TOO_OLD}")
    return version


def write_conf(space: Workspace) -> None:
    """Write `.offline/odoo.conf`, the same for every way of starting Odoo here.

    The database manager is off: databases are made by this tool. Only the loopback interface is served.
    """
    pg = postgres.ensure_running(space)
    options = {
        "addons_path": ",".join(map(str, space.addons_path)),
        "data_dir": space.data_dir,
        "http_interface": "127.0.0.1",
        "list_db": False,
        "server_wide_modules": "base,rpc,web",
    }
    # The private cluster is named in the file, so that a hand-started Odoo finds it too. A server chosen by
    # PG* variables is not: Odoo reads those itself, and a password does not belong in a file.
    if not postgres.is_external():
        options |= {"db_host": pg["PGHOST"], "db_port": pg["PGPORT"], "db_user": pg["PGUSER"]}
    space.data_dir.mkdir(parents=True, exist_ok=True)
    text = "[options]\n" + "".join(f"{name} = {value}\n" for name, value in options.items())
    if not space.odoo_conf.is_file() or space.odoo_conf.read_text() != text:
        space.odoo_conf.write_text(text)


def environment(space: Workspace) -> dict[str, str]:
    """The environment that Odoo runs in: the database server's variables, its programs on PATH."""
    env = {**space.env, **postgres.ensure_running(space)}
    env.pop("PGDATABASE", None)  # Odoo would open it besides the one we name
    env["PATH"] = f"{space.odoo_venv / 'bin'}:{postgres.bindir()}:{env.get('PATH', '')}"
    env["ODOO_RC"] = str(space.odoo_conf)
    # Odoo comes without bytecode, and some shells forbid to write any: each start would compile all of it again.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(space.state / "bytecode")
    return env


def command(space: Workspace, *arguments: str) -> list[str]:
    """The command line of Odoo with our configuration.

    Always the script, never `-m odoo`: with workers that one respawns a crashing gevent process.
    """
    head = [str(space.odoo_python), str(space.odoo_bin)]
    if arguments and not arguments[0].startswith("-"):  # a subcommand, like shell
        return [*head, arguments[0], "-c", str(space.odoo_conf), *arguments[1:]]
    return [*head, "-c", str(space.odoo_conf), *arguments]


def update(
    space: Workspace,
    db: str,
    *,
    install: Sequence[str] = (),
    upgrade: Sequence[str] = (),
    what: str,
    demo: bool = True,
    extra: Sequence[str] = (),
) -> None:
    """Install and upgrade modules, then stop. A module that does not load is an error."""
    arguments = ["-d", db, "--stop-after-init", "--no-http", "--max-cron-threads=0"]
    arguments += ["-i", ",".join(install)] if install else []
    arguments += ["-u", ",".join(upgrade)] if upgrade else []
    arguments += ["--with-demo"] if demo else []
    arguments += extra
    log = space.logs / f"update-{db}.log"
    run(command(space, *arguments), what=what, log=log, env=environment(space))
    for line in log.read_text(errors="replace").splitlines():
        if " ERROR " in line or " CRITICAL " in line:
            raise ProvisionError(f"{what}: {line[:300]} (log: {log})")


def script(space: Workspace, db: str, source: str, *, what: str) -> None:
    """Run Python in `odoo shell` on a database; the script commits what is to stay."""
    log = space.logs / f"script-{db}.log"
    # The shell reads its input like a person's: an error in it would not change the exit code.
    guarded = f"exec(compile({source!r}, 'script', 'exec'))\nprint('script ended well')\n"
    arguments = ["shell", "-d", db, "--no-http", "--max-cron-threads=0"]
    run(command(space, *arguments), what=what, log=log, env=environment(space), stdin=guarded)
    if "script ended well" not in log.read_text(errors="replace"):
        raise ProvisionError(f"{what} failed (log: {log})")


def interact(space: Workspace, arguments: Sequence[str]) -> int:
    """Run Odoo on this terminal; answers its exit code."""
    write_conf(space)
    return subprocess.run(command(space, *arguments), env=environment(space), check=False).returncode


def forget_files(space: Workspace, db: str) -> None:
    """Remove what Odoo may have kept of a database outside PostgreSQL."""
    shutil.rmtree(space.data_dir / "filestore" / db, ignore_errors=True)
