"""References to records that no device has brought yet; after a restore another device may still do so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from odoo.tools import SQL

from ..core.wire import ByUid, Operation


def may_wait(env, operation: Operation) -> bool:
    """Whether an operation refers to a record that nobody has brought yet, and some device still may."""
    unseen = set(_references(operation))
    if not unseen:
        return False
    env.cr.execute(SQL("SELECT uid FROM offline_identity WHERE uid = ANY(%s)", list(unseen)))
    known = {uid for (uid,) in env.cr.fetchall()}
    return bool(unseen - known) and env["offline.epoch"]._replay_is_open()


def _references(operation: Operation) -> Iterator[str]:
    if isinstance(operation.target, ByUid) and operation.verb != "create":
        yield operation.target.uid
    yield from _uids_in(operation.values)
    yield from _uids_in(operation.args)


def _uids_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if set(value) == {"uid"} and isinstance(value["uid"], str):
            yield value["uid"]
        for item in value.values():
            yield from _uids_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _uids_in(item)
