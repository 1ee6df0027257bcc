"""Workers that die where a request says: "7" before the seventh thing that it does in the database, "c1" after its
first commit. Or that wait: "2" before the second commit of something, until nobody holds the lock any more.
"""

import os
import signal
import subprocess

from odoo.http import request
from odoo.service.server import PreforkServer
from odoo.sql_db import Cursor

HEADER = "X-Oracle-Dies-At"
WAITS = "X-Oracle-Waits-At"
#: Whoever holds this advisory lock keeps such workers waiting.
LOCK = 20260101
_installed = False


def install():
    """Let requests with the header count what they do in the database, and end their process at that number."""
    global _installed
    if _installed:
        return
    _installed = True
    Cursor.execute = _counted(Cursor.execute)
    Cursor.commit = _waiting(_counted(Cursor.commit, after=True))
    PreforkServer.long_polling_spawn = _nobody_listens


def _nobody_listens(server):
    """Instead of the process for what is told at once, which takes seconds with every start of a server."""
    server.long_polling_pid = subprocess.Popen(["sleep", "infinity"]).pid


def _counted(method, *, after=False):
    def run(self, *args, **kwargs):
        _count()
        result = method(self, *args, **kwargs)
        if after:
            _count()
            _count_commits()
        return result

    return run


def _waiting(commit):
    def run(self, *args, **kwargs):
        if request and (wanted := request.httprequest.headers.get(WAITS)):
            self.flush()
            _wait(self._obj, request.httprequest.environ, wanted)
        return commit(self, *args, **kwargs)

    return run


def _wait(cursor, here, wanted):
    """Only a transaction that wrote something counts."""
    cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
    if not cursor.fetchone()[0]:
        return
    here["oracle.written"] = here.get("oracle.written", 0) + 1
    if here["oracle.written"] == int(wanted):
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", (LOCK,))


def _count():
    if not request:
        return
    here = request.httprequest.environ
    left = here.get("oracle.left")
    if left is None:
        wanted = request.httprequest.headers.get(HEADER, "-1")
        left = -1 if wanted.startswith("c") else int(wanted)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    here["oracle.left"] = left - 1 if left > 0 else -1


def _count_commits():
    if not request:
        return
    here = request.httprequest.environ
    here["oracle.commits"] = here.get("oracle.commits", 0) + 1
    if request.httprequest.headers.get(HEADER) == f"c{here['oracle.commits']}":
        os.kill(os.getpid(), signal.SIGKILL)
