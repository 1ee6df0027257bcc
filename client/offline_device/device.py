"""The device: one home, one person, everything that a screen or a script needs.

Reading and editing never wait for a network (but see ``always_online``); `Device.sync` delivers and receives.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import uuid6

from offline_core.errors import Refusal
from offline_core.fields import format_instant
from offline_core.wire import Profile

from . import modes
from .access import Access
from .api import Api
from .blobs import Blobs
from .cut import Cut
from .editing import Editing
from .errors import DeviceError, ModeRefused, Offline, Refused
from .files import Files, Waiting
from .journal import Journal
from .link import Link, Verified
from .operations import PARKED, Entry
from .outbox import Outbox
from .overlay import Overlay
from .records import Records, Ref
from .settings import Settings
from .status import Status, status_of
from .store import Store
from .sync import Progress, Sync, SyncResult
from .transport import Transport
from .version import APP_VERSION
from .view import Record, View

T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)


def _uid() -> str:
    return str(uuid6.uuid7())


def _nothing(_step: object) -> None:
    return None


class Device:
    """An open home. Close it, or use it in a ``with`` statement: one process at a time.

    ``transport`` replaces HTTP; ``clock``, ``chance`` and ``new_uid`` replace time, chance and identity;
    ``checkpoint`` is called with a name between any two durable steps, so that a test can stop the world there.
    """

    def __init__(
        self,
        home: Path,
        *,
        transport: Transport | None = None,
        clock: Callable[[], datetime] = _now,
        chance: Callable[[], float] = random.random,
        new_uid: Callable[[], str] = _uid,
        checkpoint: Callable[[str], None] = _nothing,
        progress: Callable[[Progress], None] = _nothing,
        push_batch: int = 50,
        page_size: int = 1000,
    ):
        self.home = Path(home)
        self._clock = clock
        self._checkpoint, self._progress = checkpoint, progress
        self._batch, self._page = push_batch, page_size
        self._in_unit = False
        self.store = Store(self.home, lambda: format_instant(clock()), self._step)
        self.settings = Settings(self.store)
        self.records = Records(self.store)
        overlay = self._overlay = Overlay(self.store, self.settings, self.records)
        self._journal = Journal(self.store)
        self._outbox = Outbox(self.store, self.settings, self.records, self._journal, overlay, new_uid)
        self._cut = Cut(self.store, self.settings, self.records, self._outbox, overlay, checkpoint)
        self._files = Files(self.home, self.store, lambda: format_instant(clock()), self._step)
        self._access = Access(
            self.store,
            self.settings,
            self.records,
            self._outbox,
            self._cut,
            overlay,
            self._files,
            clock=clock,
            checkpoint=checkpoint,
        )
        self._blobs = Blobs(self._files, self.store, self.settings, checkpoint)
        self._link = Link(
            self.store,
            self.settings,
            self._outbox,
            self._access,
            self._files,
            self._new_sync,
            transport=transport,
            clock=clock,
            chance=chance,
        )
        self._view = View(self.store, self.records)
        self._editing = Editing(
            self.store, self.settings, self.records, self._outbox, self._view, clock, new_uid
        )

    def __enter__(self) -> Device:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the home and the connection."""
        self.store.close()
        self._link.close()

    # --- enrolment ----------------------------------------------------------------------------------------------

    def enrol(
        self, server: str, code: str, *, name: str | None = None, database: str | None = None
    ) -> Profile:
        """Become a device of this server with an enrolment code; then `sync`.

        A lost answer is asked for again by the same code. A home that is enrolled already stays the same device, by
        its key, and keeps its work and numbers. If the server does not know it any more, or it is a copy of another,
        it becomes a new device: records and unsent work are kept, what is unsent gets new numbers. Changing the user
        or the server of a home that has work in it is refused: that work belongs to its user.
        """
        self._link.enrol(server, code, name, database)
        return self.settings.profile

    # --- sync ---------------------------------------------------------------------------------------------------

    def sync(self) -> SyncResult:
        """Deliver and receive now, in any mode; raises `Offline` or `Refused`, and keeps what got through."""
        return self._link.sync()

    def due(self) -> bool:
        """Whether the mode and the schedule ask for a sync now."""
        return self._link.due()

    def tick(self) -> SyncResult | None:
        """Sync if due; having no network, or a busy server, is no error here. None when nothing was done."""
        return self._link.tick()

    def check(self) -> list[tuple[str, int]]:
        """Check every held row against its own hash; the next sync fetches rotten rows again."""
        return self._link.check()

    def verify(self) -> Verified:
        """Check every row against its own hash, compare all with the server, and repair what is wrong."""
        return self._link.verify()

    def escrow(self) -> None:
        """Hand this device's work to the server, sealed for the office; nothing changes here."""
        self._access.escrow(self._link.api())

    def sealed(self) -> Iterator[str] | None:
        """The same boxes, to be saved as a file and imported in the office; None where the server has no key.

        Boxes of a former wipe that the server did not take come first.
        """
        return self._access.boxes.all()

    @property
    def mode(self) -> str:
        """The mode in force."""
        return self._link.mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in self.settings.profile.modes:
            raise ModeRefused(f"the profile offers {', '.join(self.settings.profile.modes)}, not {mode}")
        self.settings.mode = mode

    # --- work ---------------------------------------------------------------------------------------------------

    def create(self, entity: str, values: Mapping[str, Any], *, after: list[int] | None = None) -> Record:
        """Make a record; it has a uid at once, and an id when the server has it."""
        return self._edit(lambda: self._editing.create(entity, values, after))

    def update(
        self, entity: str, ref: Ref, values: Mapping[str, Any], *, after: list[int] | None = None
    ) -> Entry:
        """Change fields of a record that this device shows."""
        return self._edit(lambda: self._editing.update(entity, ref, values, after))

    def attach(self, entity: str, ref: Ref, path: Path) -> Record:
        """Put a file on a record: its bytes are kept here at once and sent with the next syncs."""
        record = self.get(entity, ref)
        if record is None:
            raise DeviceError(f"{entity} {ref} is not known here")
        kept = self._files.keep(path)
        target = {"uid": record.uid} if record.uid else record.id
        content = {"sha256": kept.sha256, "size": kept.size, "type": kept.type}
        values = {"name": kept.name, "res_model": entity, "res_id": target, "raw": content}

        def edit() -> Record:
            with self.store.transaction():
                self._files.note(kept)
                return self._editing.create("ir.attachment", values, None)

        try:
            return self._edit(edit)
        except (DeviceError, Refusal):
            self._files.sweep()
            raise

    def fetch(self, sha256: str, size: int | None = None) -> Path:
        """A file that a record names, or a small picture of it; from here if it is here, else from the server."""
        self._files.prune(self.settings.cache_bytes)
        return self._link.api().fetch_blob(self._blobs, sha256, size)

    def keep_at_most(self, cache_bytes: int) -> None:
        """Choose the room for files that the server has; what is over goes now. What was not sent never goes."""
        self.settings.cache_bytes = max(0, cache_bytes)
        self._files.prune(self.settings.cache_bytes)

    def files_waiting(self) -> list[Waiting]:
        """The files that the server does not have in full yet."""
        return self._files.waiting()

    def delete(self, entity: str, ref: Ref, *, after: list[int] | None = None) -> Entry:
        """Delete a record that this device shows."""
        return self._edit(lambda: self._editing.delete(entity, ref, after))

    def call(
        self,
        entity: str,
        ref: Ref | None,
        operation: str,
        args: Mapping[str, Any] | None = None,
        *,
        expect: Mapping[str, Any] | None = None,
        after: list[int] | None = None,
    ) -> Entry:
        """Ask for a named operation: a complete business function on the server."""
        return self._edit(lambda: self._editing.call(entity, ref, operation, args or {}, expect or {}, after))

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Record what is done inside as one unit: it succeeds or fails together; an error leaves nothing recorded.

        >>> with device.unit():  # doctest: +SKIP
        ...     visit = device.create("crm.visit", {"name": "Visit"})
        ...     device.call("crm.lead", 7, "close")
        """
        online, self._in_unit = self.mode == modes.ALWAYS_ONLINE, True
        try:
            if online:
                self._reach()
            with self._outbox.unit():
                yield
        finally:
            self._in_unit = False
        self._kept(online)

    def wanted(self, entry: Entry) -> Mapping[str, Any]:
        """What an operation is to do: its body, or for an amendment that of what it replaces, amended."""
        return self._outbox.effective(entry)

    def amend(
        self, op: str, values: Mapping[str, Any] | None = None, args: Mapping[str, Any] | None = None
    ) -> Entry:
        """Send a rejected operation again with these values (or arguments) in place of its own."""
        return self._edit(lambda: self._editing.amend(op, values, args))

    def discard(self, op: str, reason: str) -> Entry:
        """Give a parked operation up."""
        return self._edit(lambda: self._editing.discard(op, reason))

    def resolve(
        self, op: str, by: str, values: Mapping[str, Any] | None = None, *, same_as: int | None = None
    ) -> Entry:
        """Decide a conflict: ``by`` server (keep theirs), device (keep mine) or values (these).

        ``same_as``: by server, the id of the record that a new one is, of those that its receipt names.
        """
        return self._edit(lambda: self._editing.resolve(op, by, values, same_as))

    def _edit(self, edit: Callable[[], T]) -> T:
        """Keep an edit. In ``always_online`` the server must answer before, and gets the change right after.

        If the connection breaks in between, the change stays in the outbox like any other: nobody can tell whether
        it arrived.
        """
        if self._in_unit:
            return edit()
        online = self.mode == modes.ALWAYS_ONLINE
        if online:
            self._reach()
        done = edit()
        self._kept(online)
        return done

    def _reach(self) -> None:
        self._link.admitted(
            lambda: self._link.api().push(
                (), self._outbox.report(app_version=APP_VERSION, clock=format_instant(self._clock())), None
            )
        )

    def _kept(self, online: bool) -> None:
        self._checkpoint("edit.stored")
        if online:
            with suppress(Offline, Refused):
                # `sync` has noted the failure; the edit itself is safe.
                self.sync()

    # --- reading ------------------------------------------------------------------------------------------------

    def get(self, entity: str, ref: Ref) -> Record | None:
        """The record as the person sees it, own unsettled work included; None when it is not known here."""
        return self._view.get(entity, ref)

    def search(
        self,
        entity: str,
        text: str = "",
        where: Mapping[str, Any] | None = None,
        *,
        limit: int = 80,
        offset: int = 0,
    ) -> list[Record]:
        """Records that contain all words and have these values, own unsettled work included."""
        return self._view.search(entity, text, where, limit=limit, offset=offset)

    def count(self, entity: str, text: str = "", where: Mapping[str, Any] | None = None) -> int:
        """How many records `search` finds in all."""
        return self._view.count(entity, text, where)

    def name_of(self, entity: str, record_id: int) -> str | None:
        """What to call a record that a value points to."""
        return self.records.name(entity, record_id)

    def outbox(self) -> list[Entry]:
        """Everything that has no final state yet, in order."""
        return self._outbox.entries()

    def unresolved(self) -> list[Entry]:
        """What waits for a decision, of this person or of the office."""
        return self._outbox.entries(states=PARKED)

    def journal(self, limit: int = 100) -> list[Entry]:
        """What was delivered and decided, newest first."""
        return self._journal.entries(limit=limit)

    def operation(self, op: str) -> Entry | None:
        """An operation by its id, wherever it is."""
        return self._outbox.find(op)

    def status(self) -> Status:
        """Everything that a status line or an administrator asks for."""
        mode = self.mode if self.settings.profile_data is not None else modes.AUTOMATIC
        found = status_of(self.store, self.settings, self.records, self._outbox, self._journal, mode)
        waiting = self._files.waiting()
        held = sum(map(self._blobs.is_held, waiting)) if self.settings.profile_data is not None else 0
        return replace(
            found,
            metered=self.settings.metered,
            files_waiting=len(waiting),
            files_held=held,
            bytes_waiting=sum(one.size for one in waiting),
            bytes_cached=self._files.cached_bytes(),
        )

    # --- inside -------------------------------------------------------------------------------------------------

    def _new_sync(self, api: Api) -> Sync:
        return Sync(
            self.store,
            self.settings,
            self.records,
            self._outbox,
            self._cut,
            api,
            clock=self._clock,
            checkpoint=self._checkpoint,
            progress=self._progress,
            batch=self._batch,
            page=self._page,
            blobs=self._blobs,
        )

    def _step(self, name: str) -> None:
        self._checkpoint(name)
