"""An Odoo server as a process group of its own: started, awaited, stopped or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from . import odoo
from .errors import ProvisionError
from .system import free_port
from .workspace import Workspace

_POLL_S = 0.1
_STOP_S = 20.0
_KILL_S = 5.0


class OdooServer:
    """One Odoo on 127.0.0.1 serving one database.

        with OdooServer(db="x") as server:
            requests.get(server.url + "/web/login")

    The statement leaves by force: nothing depends on an orderly end, which takes Odoo seconds.
    `workers=0` is one threaded process; more is Odoo's prefork mode with its gevent process. Cron jobs do not
    run unless `cron_threads` says so. The registry is loaded when `start` returns.
    """

    #: Arguments of every server of this process.
    common: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        db: str,
        workers: int = 0,
        port: int | None = None,
        extra: Sequence[str] = (),
        *,
        cron_threads: int = 0,
        deadline_s: float = 120.0,
    ) -> None:
        self.db = db
        self.workers = workers
        self.port = port or free_port()
        self.deadline_s = deadline_s
        self._space = Workspace.here()
        self._extra = [f"--workers={workers}", f"--max-cron-threads={cron_threads}", *self.common, *extra]
        self._process: subprocess.Popen[bytes] | None = None
        self.log_path = self._space.logs / f"server-{db}-{self.port}.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the main process, which also names the process group."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> OdooServer:
        """Start and wait until it serves; the log of an earlier run on this port is kept and continued."""
        odoo.write_conf(self._space)
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                arguments(self._space, self.db, self.port, self._extra),
                env=odoo.environment(self._space),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        pid_file(self._space, self.pid).write_text(f"{self.db} {self.port}\n")
        try:
            wait_until_ready(self.url, self._process, self.deadline_s, self.log_path)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """End it as an administrator would, and by force what does not end in time."""
        if self.running:
            os.kill(self.pid, signal.SIGTERM)
            try:
                self._process.wait(_STOP_S)  # type: ignore[union-attr]
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self) -> None:
        """SIGKILL the whole group at once, as a power cut would."""
        if self._process is None:
            return
        kill_group(self._process.pid)
        self._process.wait()
        pid_file(self._space, self._process.pid).unlink(missing_ok=True)

    def log_text(self) -> str:
        return self.log_path.read_text(errors="replace")

    def __enter__(self) -> OdooServer:
        return self if self.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def arguments(space: Workspace, db: str, port: int, extra: Sequence[str] = ()) -> list[str]:
    """The command line of a server for one database, seen by nobody but this machine."""
    gevent = free_port()
    ports = [f"--http-port={port}", f"--gevent-port={gevent}", "--http-interface=127.0.0.1"]
    return odoo.command(space, "-d", db, f"--db-filter=^{db}$", *ports, *extra)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], deadline_s: float, log: Path | None) -> None:
    """Wait for `/web/health`, then for the login page: only that one needs the registry."""
    end = time.monotonic() + deadline_s
    where = f" (log: {log})" if log else ""
    for path in ("/web/health", "/web/login"):
        while not _answers(url + path, max(1.0, end - time.monotonic())):
            if process.poll() is not None:
                raise ProvisionError(f"Odoo ended with code {process.returncode} before it served{where}")
            if time.monotonic() > end:
                raise ProvisionError(f"Odoo did not answer on {url}{path} within {deadline_s:.0f} s{where}")
            time.sleep(_POLL_S)


def pid_file(space: Workspace, pid: int) -> Path:
    space.run_dir.mkdir(parents=True, exist_ok=True)
    return space.run_dir / f"{pid}.pid"


def stop_all(space: Workspace) -> int:
    """End every server that was started from this checkout and outlived its starter; how many."""
    count = 0
    for path in space.run_dir.glob("*.pid"):
        pid = int(path.stem)
        if _is_ours(space, pid):
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + _STOP_S
            while _is_ours(space, pid) and time.monotonic() < end:
                time.sleep(_POLL_S)
            kill_group(pid)
            count += 1
        path.unlink(missing_ok=True)
    return count


def kill_group(pid: int) -> None:
    """SIGKILL a process group and wait until none of it runs, also when its leader is long gone."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    end = time.monotonic() + _KILL_S
    while _group_runs(pid) and time.monotonic() < end:
        time.sleep(_POLL_S / 10)


def _group_runs(pgid: int) -> bool:
    """Zombies do not count: whoever adopted them may be slow to collect them."""
    shown = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=False).stdout
    rows = (line.split() for line in shown.splitlines())
    return any(row[0] == str(pgid) and not row[1].startswith("Z") for row in rows)


def _is_ours(space: Workspace, pid: int) -> bool:
    """A process id is used again by others: only a process that runs our Odoo counts, and no zombie."""
    shown = subprocess.run(
        ["ps", "-o", "stat=,args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(space.odoo_conf) in shown.stdout and not shown.stdout.startswith("Z")


def _answers(url: str, timeout: float) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
