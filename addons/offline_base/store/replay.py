"""Work that was delivered before and comes again, since the database lost it: each piece counts once.

It runs as it came first, but for what reaches people outside: mail is written and held back for the office to see,
and a record that no device has brought yet is waited for while other devices may still bring it.
"""

from __future__ import annotations

import logging
from typing import Any

from odoo.exceptions import UserError

from ..core.wire import PUSH_LIMIT, JournalRequest, Operation, OperationHead
from . import decisions, positions
from .push import Push
from .unseen import may_wait

_logger = logging.getLogger(__name__)

#: Under these keys nothing leaves the house: see models/mail_mail.py and models/mail_thread.py.
QUIETLY = {"offline_base__replay": True, "mail_notify_force_send": False}


class Replay(Push):
    """One call with operations that the device delivered before: as a push, quietly. ``device`` is a sudo recordset.

    For a journal after a restore as for one that a manager imports: what is known gets its receipt again.
    """

    def __init__(self, device, request: JournalRequest, *, most: int = PUSH_LIMIT):
        super().__init__(device.with_context(**QUIETLY), request, most=most)

    @classmethod
    def of(cls, device, operations: list[dict[str, Any]]) -> Replay:
        """A replay of operations in their wire form, in the order of their numbers."""
        heads = [OperationHead.model_validate(operation) for operation in operations]
        return cls(device, JournalRequest(operations=heads))

    def _check_life(self) -> None:
        positions.check_life(self.device, self.request.cursor, former=True)


def run_waiting(env) -> None:
    """Run what waits for records from other devices, device by device, if they have come or the window has closed.

    A device that is sending just now is left for the next time.
    """
    waiting = env["offline.operation"].search(
        [("status", "=", "deferred"), ("code", "=", "reference_unknown"), ("is_repeat", "=", False)]
    )
    ready = waiting.filtered(lambda o: not may_wait(env, Operation.model_validate(o.payload)))
    for device in ready.device_id:
        try:
            decisions.release(device.with_context(**QUIETLY))
        except UserError:
            _logger.info("%s is sending just now: what it waits for is run the next time", device.name)
