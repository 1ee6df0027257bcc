"""A PostgreSQL cluster of its own, for faults that would hurt others: it can be crashed."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg2

from tools.provision import database, postgres
from tools.provision.workspace import Workspace

_OWNER = "cluster_owner"
_PAGE = 8192
# Nobody but a committing transaction writes the log out, if it can be helped: the log writer sleeps as long as it may,
# there are neither checkpoints nor snapshots for standbys. What was not flushed is in memory when the crash comes.
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
wal_writer_delay = 10s
wal_writer_flush_after = 1GB
autovacuum = off
wal_level = minimal
max_wal_senders = 0
checkpoint_timeout = 1h
max_connections = 60
"""


class Cluster:
    """Started with one database, named ``field``: that of another cluster, which is stopped and whose files are copied,
    or a database ``source`` of the ordinary one, which takes seconds.
    """

    db = "field"

    def __init__(self, source: str | Cluster) -> None:
        self.source = source
        self.folder = Path(tempfile.mkdtemp(prefix="offline-", dir="/tmp"))
        postgres.private_folder(self.folder)
        self.data = self.folder / "data"
        self.options = (f"--db_host={self.folder}", "--db_port=5432", f"--db_user={postgres.ROLE}")

    def __enter__(self) -> Cluster:
        if isinstance(self.source, Cluster):
            self._copy_files(self.source.data, self.data)
            self._configure()
            self.start()
            return self
        options = ("-U", _OWNER, "--auth-local=trust", "--encoding=UTF8", "--no-locale", "-N")
        self._run("initdb", "-D", str(self.data), *options)
        self._configure()
        self.start()
        self._run("createuser", "-h", str(self.folder), "-U", _OWNER, "--createdb", postgres.ROLE)
        self._fill(self.source)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self) -> dict[str, str]:
        return {"dbname": self.db, "host": str(self.folder), "user": postgres.ROLE}

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.data / "server.log"), "-w", "start")

    def crash(self) -> None:
        """Every process gone at once, nothing written out: recovery starts from the log on disk."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop", check=False)

    def stop(self) -> None:
        """An orderly end; the files are complete."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def set_next_transaction(self, number: int) -> None:
        """Go on with this transaction number; the cluster was stopped in order, and its numbers are smaller.

        The file that says which transactions committed must reach as far: four of them to a byte, in pages of 8 KiB.
        """
        size = (number // (4 * _PAGE) + 1) * _PAGE
        commits = self.data / "pg_xact" / "0000"
        subprocess.run(postgres.as_owner(["truncate", "-s", str(size), str(commits)]), cwd="/", check=True)
        self._run("pg_resetwal", "-x", str(number), "-D", str(self.data))

    def take_snapshot(self) -> None:
        """Copy the files, as a snapshot of the volumes would; the cluster is stopped."""
        self._copy_files(self.data, self.folder / "snapshot")

    def put_snapshot_back(self) -> None:
        """Lay the files of the snapshot in the place of those that went on; the cluster is stopped."""
        shutil.rmtree(self.data)
        self._copy_files(self.folder / "snapshot", self.data)

    def identifiers(self) -> tuple[Any, ...]:
        """What tells the database from others, for PostgreSQL and for Odoo."""
        with contextlib.closing(psycopg2.connect(**self.dsn())) as connection, connection.cursor() as cursor:
            cursor.execute(
                """SELECT c.system_identifier, t.timeline_id, d.oid, d.datname, p.value
                     FROM pg_control_system() c, pg_control_checkpoint() t, pg_database d, ir_config_parameter p
                    WHERE d.datname = current_database() AND p.key = 'database.uuid'"""
            )
            return tuple(cursor.fetchone())

    def _configure(self) -> None:
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(_SETTINGS.format(folder=self.folder))

    def _copy_files(self, source: Path, target: Path) -> None:
        subprocess.run(postgres.as_owner(["cp", "-a", str(source), str(target)]), cwd="/", check=True)

    def _fill(self, db: str) -> None:
        """Bring a database over, by a dump."""
        self._run("createdb", "-h", str(self.folder), "-U", postgres.ROLE, self.db)
        target = ["-h", str(self.folder), "-U", postgres.ROLE, "-d", self.db]
        source = {**Workspace.here().env, **database.environment()}
        with subprocess.Popen(
            [postgres.server_program("pg_dump"), "--no-owner", "-d", db],
            env=source,
            stdout=subprocess.PIPE,
        ) as dump:
            subprocess.run(
                [postgres.server_program("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", *target],
                stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = postgres.as_owner([postgres.server_program(program), *arguments])
        # Not captured: pg_ctl's server would keep the pipe open.
        subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=check)
