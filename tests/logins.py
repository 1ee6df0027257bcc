"""Passwords that are quick to check: with its caches Odoo forgets, in each worker, whose password it has checked.

Its 600,000 rounds take most of a second of a processor, and tests make it drop its caches all the time.
"""

from __future__ import annotations

from tools.provision import postgres
from tools.provision.server import OdooServer
from tools.provision.workspace import Workspace

#: "admin", hashed with one round.
_ADMIN = (
    "$pbkdf2-sha512$1$b2ZmbGluZQ"
    "$rTdzNoNpfwxwhgpCNKaW.bvd43qdGL2qTFuJDx2yWv0tDTKA7nnDEaeZRWhsudd1cDh7d/9jhKjWzg8QRzoy7Q"
)


def make_quick() -> None:
    """Let every server of this process hash with one round, as Odoo's own tests do."""
    OdooServer.common = ("--load=base,rpc,web,offline_test_logins",)


def reset(db: str) -> None:
    """Hash the administrator's password of a database anew."""
    statement = f"UPDATE res_users SET password = '{_ADMIN}' WHERE login = 'admin'"
    postgres.psql(Workspace.here(), db, statement)
