"""A PostgreSQL cluster of its own, for faults that would hurt others: it can be crashed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from tools.provision import database, postgres
from tools.provision.workspace import Workspace

_OWNER = "cluster_owner"
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
    """Started with a copy of the database ``source`` of the ordinary cluster, named ``field``."""

    db = "field"

    def __init__(self, source: str) -> None:
        self.source = source
        self.folder = Path(tempfile.mkdtemp(prefix="offline-", dir="/tmp"))
        postgres.private_folder(self.folder)
        self.data = self.folder / "data"
        self.options = (f"--db_host={self.folder}", "--db_port=5432", f"--db_user={postgres.ROLE}")

    def __enter__(self) -> Cluster:
        self._run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            _OWNER,
            "--auth-local=trust",
            "--encoding=UTF8",
            "--no-locale",
            "-N",
        )
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(_SETTINGS.format(folder=self.folder))
        self.start()
        self._run("createuser", "-h", str(self.folder), "-U", _OWNER, "--createdb", postgres.ROLE)
        self._copy()
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

    def _copy(self) -> None:
        """Bring the database over; the numbers in its change log belong to the other cluster."""
        self._run("createdb", "-h", str(self.folder), "-U", postgres.ROLE, self.db)
        target = ["-h", str(self.folder), "-U", postgres.ROLE, "-d", self.db]
        source = {**Workspace.here().env, **database.environment()}
        with subprocess.Popen(
            [postgres.server_program("pg_dump"), "--no-owner", "-d", self.source],
            env=source,
            stdout=subprocess.PIPE,
        ) as dump:
            subprocess.run(
                [postgres.server_program("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", *target],
                stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip
        self._run("psql", "-Xq", *target, "-c", "TRUNCATE offline_change")

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = postgres.as_owner([postgres.server_program(program), *arguments])
        # Not captured: pg_ctl's server would keep the pipe open.
        subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=check)
