"""Workers that die where a request says: "7" before the seventh thing that it does in the database, "c1" after its
first commit.
"""

import os
import signal
import subprocess

from odoo.http import request
from odoo.service.server import PreforkServer
from odoo.sql_db import Cursor

HEADER = "X-Oracle-Dies-At"
_installed = False


def install():
    """Let requests with the header count what they do in the database, and end their process at that number."""
    global _installed
    if _installed:
        return
    _installed = True
    Cursor.execute = _counted(Cursor.execute)
    Cursor.commit = _counted(Cursor.commit, after=True)
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
