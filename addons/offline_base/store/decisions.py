"""What the office decides about parked operations: the environment's user is who decides.

What is entered by the office itself is in `store.review`; what devices decide is in `store.follow_ups`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from odoo.exceptions import UserError

from .desk import Desk, desk_of
from .outcome import Edit, Force, Outcome


def retry(operation) -> None:
    """Run an open operation again as it is, as its device's user, with its whole unit."""
    with at_desk(operation) as desk:
        # One that commits by itself runs as soon as this decision is committed.
        desk.run(operation)


def amend(operation, values: Mapping[str, Any] | None = None, args: Mapping[str, Any] | None = None) -> None:
    """Run an open operation with these values, or arguments as a whole, in place of its own: as the reviewer."""
    with at_desk(operation) as desk:
        desk.run_edited(operation, Edit(values or {}, args), reviewer=operation.env.user)


def discard(operation, reason: str | None = None) -> None:
    """Give an open operation up, with its whole unit. It stays findable; what needed its record is refused in turn."""
    with at_desk(operation) as desk:
        desk.discard(operation, reason)


def keep_server(operation) -> None:
    """Decide a conflict for the server: nothing is written, the device learns what stands."""
    with at_desk(operation) as desk:
        desk.keep_server(operation)


def link(operation, record_id: int) -> None:
    """Decide that a new record is this one, which was there: no second one is made."""
    with at_desk(operation) as desk:
        desk.link(operation, record_id)


def keep_device(operation, force: Force | None = None) -> None:
    """Decide a conflict for the device: as the office chose, and by policy what needed no choice.

    What somebody changed since the conflict was shown, and nobody decided, parks it again with its present sides.
    """
    with at_desk(operation) as desk:
        desk.run(operation, force=force or Force(None))


def set_values(operation, values: Mapping[str, Any]) -> None:
    """Decide a conflict by other values than either side's, as the reviewer; fields not named keep the server's."""
    shown = frozenset((operation.conflict or {}).get("fields", ()))
    force = Force(frozenset(), shown - set(values))
    with at_desk(operation) as desk:
        desk.run_edited(operation, Edit(values), reviewer=operation.env.user, force=force)


def happened(operation) -> None:
    """Say that a function which was interrupted did happen: nothing is run."""
    if operation.status != "unknown":
        raise UserError(operation.env._("%s was already decided.", operation.display_name))
    with at_desk(operation) as desk:
        desk.sign(operation)
        desk.finish(operation, Outcome("applied", operation.res_id))


def release(device) -> None:
    """Run what waits no longer, for instance because another device brought what it refers to."""
    with _desk_of(device, device.env.user):
        pass


def at_desk(operation) -> AbstractContextManager[Desk]:
    """The desk of the operation's device; the environment's user decides."""
    return _desk_of(operation.device_id, operation.env.user)


@contextmanager
def _desk_of(device, user) -> Iterator[Desk]:
    """Hold the device's push lane, as a push would: decisions and new operations never overtake one another."""
    with desk_of(device, user) as desk:
        if desk is None:
            raise UserError(
                device.env._("%s is sending its work right now: try again in a moment.", device.name)
            )
        yield desk
