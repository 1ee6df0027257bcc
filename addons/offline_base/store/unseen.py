"""References to records that no device has brought yet; after a restore another device may still do so."""

from __future__ import annotations

from odoo.tools import SQL

from ..core.wire import Operation
from .history import given_up, named_uids


def may_wait(env, operation: Operation) -> bool:
    """Whether an operation refers to a record that nobody has brought yet, and some device still may.

    One whose ``create``, or whose function, was given up was brought: nobody brings it again.
    """
    unseen = named_uids(
        [operation.values, operation.args, operation.target if operation.verb != "create" else None]
    )
    if not unseen or not env["offline.epoch"]._replay_is_open():
        return False
    env.cr.execute(SQL("SELECT uid FROM offline_identity WHERE uid = ANY(%s)", list(unseen)))
    unseen -= {uid for (uid,) in env.cr.fetchall()}
    return bool(unseen and unseen - given_up(env.cr, unseen))
