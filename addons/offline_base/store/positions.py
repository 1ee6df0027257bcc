"""From the cursor that a device sends to the position behind it, and from a new position to its cursor."""

from __future__ import annotations

from ..core.errors import Problem
from ..core.position import Handle, HandleInvalid, Snapshot
from . import feed


def find(device, cursor: str | None):
    """The position behind a cursor; an empty recordset for a start from nothing; None for a reset.

    `Problem` for what is not a cursor of this device.
    """
    positions = device.env["offline.position"]
    if cursor is None:
        return positions
    try:
        handle = Handle.open(cursor, device.env["offline.epoch"]._secret())
    except HandleInvalid:
        raise Problem("cursor_invalid") from None
    if handle.device != device.id:
        raise Problem("cursor_invalid")
    position = positions.search([("device_id", "=", device.id), ("generation", "=", handle.generation)])
    if position.nonce != handle.nonce.hex():
        return None
    latest = position.walk_snapshot or position.snapshot
    if latest and feed.is_ahead(device.env.cr, Snapshot.parse(latest)):
        return None
    return position


def cursor(device, generation: int, nonce: bytes) -> str:
    """The cursor of a position that was stored under this generation and nonce."""
    return Handle(device.id, generation, nonce).seal(device.env["offline.epoch"]._secret())
