"""From the cursor that a device sends to the position behind it, and from a new position to its cursor.

Here the database notices that it went back in time: a cursor that it authenticates and does not have. Nothing else
proves it. A restored snapshot of the volumes keeps every identifier, and what a device merely says proves nothing.
"""

from __future__ import annotations

from odoo.exceptions import ConcurrencyError

from ..core.errors import Problem
from ..core.position import Handle, HandleInvalid, Snapshot, life_mark
from . import feed


class TimeWentBack(ConcurrencyError):
    """Another life of the database has begun, and is committed: the call starts again in it."""


def find(device, cursor: str | None, epoch: str, kept=None):
    """The position behind a cursor; an empty recordset for a start from nothing; None for a reset.

    ``kept``: all positions of the device, where the caller read them.

    ``epoch`` is the present one. `Problem` for what is not a cursor of this device; `TimeWentBack` when it begins
    another life.
    """
    positions = device.env["offline.position"]
    if cursor is None:
        _check_numbers(device)
        return positions
    epochs = device.env["offline.epoch"]
    handle = _opened(device, cursor)
    if handle.life != life_mark(epoch):
        # 0: given out by a version that knew no lives.
        if handle.life and not epochs._had(handle.life):
            _begin(device, epoch, "its cursor is of a life that this database never had", lost=handle.life)
        return None
    known = positions._of(device) if kept is None else kept
    position = known.filtered(lambda one: one.generation == handle.generation)
    if position and position.nonce != handle.nonce.hex():
        _begin(device, epoch, f"answer {handle.generation} was given out twice")
    if not position:
        if handle.generation >= device.env["offline.lane"]._peek(device, "pull"):
            _begin(device, epoch, f"answer {handle.generation} was given out, the database knows of none")
        return None
    seen = Snapshot.parse(position.snapshot or position.walk_snapshot)
    latest = Snapshot.parse(position.walk_snapshot or position.snapshot)
    if feed.is_ahead(device.env.cr, latest):
        _begin(device, epoch, f"answer {handle.generation} had seen transaction {latest.xmax}, still to come")
    pruned = feed.pruned(device.env.cr)
    return None if pruned is not None and not seen.covers(pruned) else position


def replay_from(device, cursor: str | None) -> int | None:
    """The first operation that the database does not know, for a cursor of a former life; else None."""
    if cursor is None or _is_of_this_life(device, cursor):
        return None
    return int(device.env["offline.lane"]._peek(device, "push"))


def check_life(device, cursor: str | None, *, former: bool) -> None:
    """See that a push or journal is of this life: `TimeWentBack`, or `Problem` for one of a former life.

    ``former``: the device knows that it is, and delivers what the former one had.
    """
    if cursor is None:
        _check_numbers(device)
    elif (
        find(device, cursor, device.env["offline.epoch"]._current()) is None
        and not former
        and not _is_of_this_life(device, cursor)
    ):
        raise Problem("epoch_changed", epoch=device.env["offline.epoch"]._current())


def cursor(device, generation: int, nonce: bytes, epoch: str) -> str:
    """The cursor of a position that was stored under this generation and nonce in the present epoch."""
    secret = device.env["offline.epoch"]._secret()
    return Handle(device.id, life_mark(epoch), generation, nonce).seal(secret)


def _opened(device, cursor: str) -> Handle:
    try:
        handle = Handle.open(cursor, device.env["offline.epoch"]._secret())
    except HandleInvalid:
        raise Problem("cursor_invalid") from None
    if handle.device != device.id:
        raise Problem("cursor_invalid")
    return handle


def _is_of_this_life(device, cursor: str) -> bool:
    return _opened(device, cursor).life == life_mark(device.env["offline.epoch"]._current())


def _check_numbers(device) -> None:
    """Without a cursor only the database's own notes can show it: a fence that saw numbers still to come."""
    epochs = device.env["offline.epoch"]
    if epochs._numbers_are_ahead():
        _begin(device, epochs._current(), "a fence had seen transactions that are still to come")


def _begin(device, epoch: str, proof: str, lost: int | None = None) -> None:
    """Begin another life in a transaction of its own, so that no answer tells of it before it is committed."""
    with device.env.registry.cursor() as cr:
        epochs = device.with_env(device.env(cr=cr)).env["offline.epoch"]
        epochs._begin("time_back", epoch, proof=f"{device.name}: {proof}", lost=lost, device=device)
    raise TimeWentBack(proof)
