"""Workers that die where a request says: before a statement of its own, before a commit or after it."""

import os
import signal

from odoo.http import request
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


def _counted(method, *, after=False):
    def run(self, *args, **kwargs):
        _count()
        result = method(self, *args, **kwargs)
        if after:
            _count()
        return result

    return run


def _count():
    if not request:
        return
    here = request.httprequest.environ
    left = here.get("oracle.left")
    if left is None:
        left = int(request.httprequest.headers.get(HEADER, -1))
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    here["oracle.left"] = left - 1 if left > 0 else -1
