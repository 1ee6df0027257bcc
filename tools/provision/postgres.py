"""PostgreSQL: the server named by PG* variables, else a private cluster without any TCP port."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import stat
import subprocess
from functools import cache
from pathlib import Path

from .errors import ProvisionError
from .steps import Stamp, digest, locked, run, step
from .system import apt_install, can_install, is_root
from .workspace import Workspace

ROLE = "odoo_offline"  # Odoo refuses to run as `postgres`; this one is no superuser but may create databases
_OWNER = "cluster_owner"
_PORT = "5432"  # only the name of the socket file: nothing listens on TCP
_CLIENTS = ("psql", "createdb", "dropdb")
_SERVER = ("initdb", "pg_ctl", "postgres", "psql", "createdb")
_CHOICE = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE", "PGPASSWORD", "PGPASSFILE")

# Development data that `make` can rebuild: it need not survive a power cut, so nothing waits for the disk.
# synchronous_commit stays on: the order in which commits become visible is what this project is about.
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
max_connections = 200
shared_buffers = 256MB
fsync = off
full_page_writes = off
synchronous_commit = on
autovacuum_naptime = 5min
log_line_prefix = '%m [%p] %d '
timezone = 'UTC'
"""


def is_external() -> bool:
    """True when the caller chose a server by the usual variables; we then never start or stop one."""
    return any(os.environ.get(name) for name in _CHOICE)


def environment(space: Workspace) -> dict[str, str]:
    """PG* variables for libpq, psql and psycopg2. Does not start anything."""
    if is_external():
        return {
            name: value
            for name, value in os.environ.items()
            if name.startswith("PG") and name != "PGDATABASE"
        }
    return {"PGHOST": str(_socket_dir(space)), "PGPORT": _PORT, "PGUSER": ROLE}


def ensure_running(space: Workspace) -> dict[str, str]:
    """Have a server that answers; the variables to reach it."""
    env = environment(space)
    if not is_external() and not _answers(space):
        with locked(space.state / "postgres.lock"):
            if not _answers(space):
                _start(space)
    return env


def psql(space: Workspace, db: str, statement: str) -> str:
    """Run SQL, answer what it prints (unaligned rows, no header). Errors are one line."""
    done = subprocess.run(
        [program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", db, "-c", statement],
        env={**space.env, **ensure_running(space)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProvisionError(f"PostgreSQL: {(done.stderr.strip() or 'psql failed').splitlines()[0]}")
    return done.stdout.strip()


def drop(space: Workspace, db: str) -> None:
    """Drop a database with its connections; nothing happens when there is none."""
    statement = f'DROP DATABASE IF EXISTS "{db}"'
    try:
        psql(space, "postgres", f"{statement} WITH (FORCE)")
    except ProvisionError:
        # Refused while PostgreSQL itself vacuums there; without force it ends that and waits for it.
        disconnect(space, db)
        psql(space, "postgres", statement)


def disconnect(space: Workspace, db: str) -> None:
    """End the connections of all programs to a database."""
    clients = f"datname = '{db}' AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    query = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {clients}"
    psql(space, "postgres", query)


def stop(space: Workspace, *, only_if_idle: bool = False) -> None:
    """Stop the private cluster. With `only_if_idle`, not while any program is connected to it."""
    if is_external() or not _answers(space):
        return
    if only_if_idle:
        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        if psql(space, "postgres", f"SELECT count(*) FROM pg_stat_activity WHERE {others}") != "0":
            return
    command = as_owner([program("pg_ctl"), "-D", str(_data_dir(space)), "-m", "fast", "-w", "stop"])
    run(command, what="Stopping PostgreSQL", log=space.logs / "pg_ctl.log", cwd=Path("/"))


def remove(space: Workspace) -> None:
    """Stop the private cluster and remove its data and its socket folder."""
    stop(space)
    for folder in (_data_dir(space), _socket_dir(space), _fallback(space)):
        shutil.rmtree(folder, ignore_errors=True)


def ensure_programs(space: Workspace) -> None:
    """Have PostgreSQL's programs; as root on a Debian-like system they are installed if missing."""
    if not _candidates() and can_install():
        apt_install(space, "postgresql")
        _candidates.cache_clear()
    bindir()
    space.record_versions(postgresql=_version(bindir()))


def program(name: str) -> str:
    return str(bindir() / name)


def server_program(name: str) -> str:
    """A program of a complete server, for clusters besides the one that we use or were told to use."""
    found = _folders(_SERVER)
    if not found:
        raise ProvisionError("no PostgreSQL server programs: apt-get install postgresql")
    return str(found[0] / name)


def bindir() -> Path:
    """The folder with `initdb` and its kin: the newest that is installed, or that made our cluster."""
    found = _candidates()
    if not found:
        raise ProvisionError(
            "no PostgreSQL server programs: apt-get install postgresql (or set PGHOST, PGUSER, …)"
        )
    data = _data_dir(Workspace.here()) / "PG_VERSION"
    if data.is_file() and not is_external():
        made_by = data.read_text().strip()
        for folder in found:
            if _version(folder).split(".")[0] == made_by:
                return folder
        raise ProvisionError(
            f"the cluster was made by PostgreSQL {made_by}, which is gone: make clean, make setup"
        )
    return found[0]


@cache
def _candidates() -> tuple[Path, ...]:
    """Folders with what we need, newest first: a complete server, or the clients of one that we were told to use."""
    return _folders(_CLIENTS if is_external() else _SERVER)


@cache
def _folders(wanted: tuple[str, ...]) -> tuple[Path, ...]:
    """Folders that hold all these programs, newest first."""
    folders = [Path(part) for part in os.environ.get("PATH", "").split(":") if part]
    if shutil.which("pg_config"):
        shown = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(shown.stdout.strip()))
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    complete = {f.resolve() for f in folders if all(os.access(f / name, os.X_OK) for name in wanted)}
    return tuple(sorted(complete, key=lambda f: [int(n) for n in _version(f).split(".")], reverse=True))


@cache
def _version(folder: Path) -> str:
    shown = subprocess.run([str(folder / "psql"), "--version"], capture_output=True, text=True, check=False)
    return next((word for word in shown.stdout.split() if word.replace(".", "").isdigit()), "0")


@cache
def _owner_ids() -> tuple[int, int]:
    """Who runs the cluster: us, or for root (which PostgreSQL refuses) `postgres`, else `nobody`."""
    if not is_root():
        return os.getuid(), os.getgid()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise ProvisionError("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def as_owner(command: list[str]) -> list[str]:
    """The command, run as the user who owns our clusters."""
    if not is_root():
        return command
    uid, gid = _owner_ids()
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--", *command]


@cache
def _data_dir(space: Workspace) -> Path:
    """In the state folder, unless the cluster's user cannot get there (as below a 0700 home)."""
    if not is_root() or _reachable(space.root):
        return space.state / "pg"
    return _fallback(space) / "pg"


def _reachable(folder: Path) -> bool:
    return subprocess.run(as_owner(["test", "-x", str(folder)]), cwd="/", check=False).returncode == 0


def _fallback(space: Workspace) -> Path:
    return Path("/var/tmp") / f"odoo-offline-{os.getuid()}-{space.ident}"


def _socket_dir(space: Workspace) -> Path:
    """Short, because the path of a socket may not pass 107 bytes; private, because access is not checked."""
    return Path("/tmp") / f"odoo-offline-{os.getuid()}-{space.ident}"


def _answers(space: Workspace) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(_socket_dir(space) / f".s.PGSQL.{_PORT}"))
        except OSError:
            return False
        return True


def private_folder(folder: Path) -> None:
    """Make a folder that only the cluster's user may enter; refuse one that somebody else prepared."""
    uid, gid = _owner_ids()
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), uid):
        raise ProvisionError(f"{folder} belongs to somebody else: remove it")
    folder.chmod(0o700)
    if is_root():
        os.chown(folder, uid, gid)


def _start(space: Workspace) -> None:
    data, log = _data_dir(space), space.logs / "pg_ctl.log"
    if data.parent != space.state:
        private_folder(data.parent)
    private_folder(_socket_dir(space))
    stamp = Stamp(space.state, "postgres", digest(str(data)))
    if not stamp.fresh() or not (data / "PG_VERSION").is_file():
        stamp.clear()
        shutil.rmtree(data, ignore_errors=True)
        private_folder(data)
        with step("Making a private PostgreSQL cluster"):
            options = [
                "--auth-local=trust",
                "--auth-host=reject",
                "--no-locale",
                "--encoding=UTF8",
                "--no-sync",
            ]
            command = [program("initdb"), "-D", str(data), "-U", _OWNER, *options]
            run(as_owner(command), what="initdb", log=space.logs / "initdb.log", cwd=Path("/"))
            with (data / "postgresql.conf").open("a") as conf:
                conf.write("include 'offline.conf'\n")
            _launch(space, data, log)
            create = [program("createuser"), "-h", str(_socket_dir(space)), "-p", _PORT, "-U", _OWNER]
            run([*create, "--createdb", ROLE], what="createuser", log=log, env=space.env)
        stamp.write()
    else:
        with step("Starting PostgreSQL"):
            _launch(space, data, log)


def _launch(space: Workspace, data: Path, log: Path) -> None:
    (data / "offline.conf").write_text(_SETTINGS.format(socket=_socket_dir(space)))
    server_log = data / "server.log"
    command = [program("pg_ctl"), "-D", str(data), "-l", str(server_log), "-w", "-t", "60", "start"]
    hint = f"See {server_log}."
    run(
        as_owner(command),
        what="Starting PostgreSQL",
        log=log,
        cwd=Path("/"),
        hint=hint,
        env={**space.env, "LC_ALL": "C"},
    )
