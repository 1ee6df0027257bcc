"""Sealed work: what a device hands over before it leaves, in boxes that only the office can open."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from offline_core.fields import format_instant
from offline_core.wire import EscrowKey

from .files import Files
from .keys import seal
from .outbox import Outbox
from .settings import Settings
from .store import Store


class Boxes:
    """Makes boxes of one device's work, and keeps those that the server does not have yet."""

    def __init__(
        self, store: Store, settings: Settings, outbox: Outbox, files: Files, clock: Callable[[], datetime]
    ):
        self._store, self._settings, self._outbox, self._files = store, settings, outbox, files
        self._clock = clock

    def seal(self, *, with_files: bool = True) -> Iterator[str] | None:
        """The device's work, box by box; None where the server has no key for it.

        First the operations: undelivered ones always, and of the journal as much as a call may carry, newest first.
        Then the files that were not sent, in parts that a call may carry.
        """
        settings = self._settings
        to = settings.profile.escrow_key if settings.profile_data is not None else None
        if to is None or settings.device is None:
            return None
        work = self._box(to, operations=self._outbox.for_escrow(self._room))
        files = (self._box(to, operations=[], files=[part]) for part in self._parts()) if with_files else ()
        return chain([work], files)

    def all(self) -> Iterator[str] | None:
        """The boxes that are kept, then the work of the present; None where there are none and can be none."""
        kept = self.numbers()
        needed = not kept or self._outbox.counts() or self._files.waiting()
        fresh = self.seal() if needed else None
        return chain(map(self.get, kept), fresh or ()) if kept or fresh else None

    def fill(self, *, with_files: bool) -> bool:
        """Seal what is unfinished and keep the boxes; False when there is work and no key to seal it with."""
        counts, waiting = self._outbox.counts(), self._files.waiting()
        if not counts and not waiting:
            return True
        boxes = self.seal(with_files=with_files)
        if boxes is None:
            return False
        with self._store.transaction() as db:
            for number, box in enumerate(boxes):
                if counts or number:
                    db.execute("INSERT INTO box (sealed) VALUES (?)", (box,))
        return True

    def numbers(self) -> list[int]:
        """The boxes that are kept, oldest first."""
        return [row["number"] for row in self._store.db.execute("SELECT number FROM box ORDER BY number")]

    def get(self, number: int) -> str:
        """A box that is kept."""
        row = self._store.db.execute("SELECT sealed FROM box WHERE number = ?", (number,)).fetchone()
        return str(row["sealed"])

    def drop(self, number: int) -> None:
        """The server has it."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM box WHERE number = ?", (number,))

    @property
    def _room(self) -> int:
        # A part grows by 16/9 on its way: base64 in the content, and again in the box.
        return self._settings.profile.limits.body_bytes // 2

    def _parts(self) -> Iterator[dict[str, Any]]:
        for one in self._files.waiting():
            for offset in range(0, max(one.size, 1), self._room):
                yield {
                    "sha256": one.sha256,
                    "size": one.size,
                    "name": one.name,
                    "type": one.type,
                    "offset": offset,
                    "data": base64.b64encode(self._files.part(one, offset, self._room)).decode(),
                }

    def _box(self, to: EscrowKey, **content: Any) -> str:
        head = {
            "device": self._settings.device,
            "epoch": self._settings.epoch,
            "made_at": format_instant(self._clock()),
        }
        return seal(to, {**head, **content}, self._settings.key)
