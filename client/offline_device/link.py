"""The line to the server: which transport and token, when a sync is due, and what a failed one leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from offline_core.fields import format_instant, parse_instant

from . import modes
from .access import COPIED, Access
from .api import Api
from .errors import AnswerInvalid, NotEnrolled, Offline, Refused
from .files import Files
from .operations import PENDING
from .outbox import Outbox
from .settings import Settings
from .store import Store
from .sync import Sync, SyncResult
from .transport import HttpTransport, Transport

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Verified:
    """What `Device.verify` found, and repaired: rows that had rotted, shards that differed from the server's."""

    rotten: list[tuple[str, int]]
    differ: dict[str, list[int]]


class Link:
    """Calls of one device. ``transport`` replaces HTTP; ``new_sync`` makes a sync over an `Api`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        outbox: Outbox,
        access: Access,
        files: Files,
        new_sync: Callable[[Api], Sync],
        *,
        transport: Transport | None,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ):
        self._store, self._settings, self._outbox = store, settings, outbox
        self._access, self._files, self._new_sync = access, files, new_sync
        self._transport, self._clock, self._chance = transport, clock, chance
        self._own_transport: HttpTransport | None = None

    def close(self) -> None:
        """Let go of the connection."""
        if self._own_transport is not None:
            self._own_transport.close()

    def enrol(self, server: str, code: str, name: str | None, database: str | None) -> None:
        """Become a device of this server, which is the one to call from now on."""
        self._access.enrol(self._transport or HttpTransport(server, database), server, code, name, database)
        self._own_transport = None

    def sync(self) -> SyncResult:
        """Deliver and receive now, in any mode; raises `Offline` or `Refused`, and keeps what got through."""
        settings = self._settings
        if settings.device is None:
            raise NotEnrolled("this device is not enrolled: use an enrolment code")
        if settings.leaving and not self._access.finish_leaving(self.api()):
            raise Offline("this device has wiped itself, and the server does not know yet")
        self._access.rotate_if_due(self.api())
        sync = self._new_sync(self.api())
        try:
            result = self.admitted(sync.run)
        except (Offline, Refused, AnswerInvalid) as error:
            self._failed(error)
            raise
        now = self._clock()
        with self._store.transaction():
            settings.last_sync_at = format_instant(now)
            settings.last_error = settings.locked_out = None
            plan = (
                modes.after_success(now, result.poll_after_s)
                if result.retry_after_s is None
                else modes.after_failure(now, settings.failures, self._chance, result.retry_after_s)
            )
            self._keep(plan)
        self._files.prune(settings.cache_bytes)
        return result

    def due(self) -> bool:
        """Whether the mode and the schedule ask for a sync now."""
        settings = self._settings
        at = settings.next_sync_at
        plan = None if at is None else modes.Plan(settings.failures, parse_instant(at))
        unsent = self._outbox.counts().get(PENDING, 0)
        if settings.device is None:
            return False
        return modes.due(self.mode, self._clock(), plan, unsent, in_hours=self._is_in_hours())

    def _is_in_hours(self) -> bool:
        """Whether these are the hours of syncing in the user's day, by the server's clock as far as we know it."""
        settings = self._settings
        schedule = settings.profile.schedule
        now = self._clock() - timedelta(seconds=settings.clock_offset_s or 0)
        minute = modes.minute_of_day(now, settings.user.tz)
        return modes.in_hours(minute, schedule.from_minute, schedule.to_minute)

    def tick(self) -> SyncResult | None:
        """Sync if due; having no network, or a busy server, is no error here. None when nothing was done."""
        if not self.due():
            return None
        try:
            return self.sync()
        except Offline:
            return None
        except Refused as refused:
            if not refused.transient:
                raise
            return None

    def check(self) -> list[tuple[str, int]]:
        """Check every held row against its own hash; the next sync fetches rotten rows again."""
        return self._new_sync(self.api()).check()

    def verify(self) -> Verified:
        """Check every row against its own hash, compare all with the server, and repair what is wrong."""
        sync = self._new_sync(self.api())
        rotten = sync.check()
        if rotten:
            self.sync()
        differ = sync.verify()
        if differ:
            self.sync()
        return Verified(rotten, differ)

    @property
    def mode(self) -> str:
        """The mode in force."""
        return modes.chosen(self._settings.mode, self._settings.profile.modes)

    def api(self) -> Api:
        """The calls of the protocol, to the server of this device."""
        if self._transport is not None:
            return Api(self._transport, self._settings)
        if self._own_transport is None:
            if self._settings.server is None:
                raise NotEnrolled("this device is not enrolled: use an enrolment code")
            self._own_transport = HttpTransport(self._settings.server, self._settings.database)
        return Api(self._own_transport, self._settings)

    def admitted(self, call: Callable[[], T]) -> T:
        """Make a call, with a new token if the office asks for one first, or the old one has expired."""
        try:
            return call()
        except Refused as refused:
            if refused.code == "token_rotation_due":
                self._access.rotate(self.api())
            elif refused.code == "token_expired" and self._settings.key is not None:
                self._access.come_back(self.api())
            else:
                raise
        return call()

    def _keep(self, plan: modes.Plan) -> None:
        self._settings.failures = plan.failures
        self._settings.next_sync_at = format_instant(plan.at)

    def _failed(self, error: Offline | Refused | AnswerInvalid) -> None:
        now = self._clock()
        wait = None if isinstance(error, AnswerInvalid) else error.retry_after_s
        code = error.code if isinstance(error, Refused) else type(error).__name__.lower()
        with self._store.transaction():
            self._settings.last_error = {"at": format_instant(now), "code": code, "message": str(error)}
            self._keep(modes.after_failure(now, self._settings.failures, self._chance, wait))
            if isinstance(error, Refused) and (error.status in (401, 403) or error.code in COPIED):
                self._settings.locked_out = {"code": code, "wipe": _says_wipe(error)}
        if isinstance(error, Refused) and _says_wipe(error) and not self._settings.leaving:
            self._access.wipe(self.api())


def _says_wipe(error: Refused) -> bool:
    return bool(error.problem and error.problem.wipe)
