"""How the device gets in, stays in and leaves: enrolment, token, escrow, wipe.

Every step ends in one durable transaction, so that whatever breaks in between is gone on with later.
"""

from __future__ import annotations

import platform
import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from offline_core.fields import format_instant, parse_instant
from offline_core.wire import DeviceDescription, DeviceProof, EnrolAnswer, EnrolRequest

from .api import Api
from .boxes import Boxes
from .cut import Cut
from .errors import AnswerInvalid, DeviceError, NotEnrolled, Offline, Refused
from .files import Files
from .keys import Key, new_key, public_part, sign
from .outbox import Outbox
from .overlay import Overlay
from .records import Records
from .settings import Settings
from .store import Store
from .transport import Transport
from .version import APP_VERSION

#: Two stores call as one device: this one has to enrol as another.
COPIED = ("device_cloned", "seq_reused")


class Access:
    """Works on the parts of one device."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        records: Records,
        outbox: Outbox,
        cut: Cut,
        overlay: Overlay,
        files: Files,
        *,
        clock: Callable[[], datetime],
        checkpoint: Callable[[str], None],
    ):
        self._store, self._settings, self._records = store, settings, records
        self._outbox, self._cut, self._overlay, self._files = outbox, cut, overlay, files
        self._clock, self._checkpoint = clock, checkpoint
        self._boxes = Boxes(store, settings, outbox, files, clock)

    @property
    def boxes(self) -> Boxes:
        """The device's work, sealed."""
        return self._boxes

    # --- in -----------------------------------------------------------------------------------------------------

    def enrol(
        self, transport: Transport, server: str, code: str, name: str | None, database: str | None
    ) -> None:
        """See `Device.enrol`."""
        settings = self._settings
        if settings.server not in (None, server) and self._has_work():
            raise DeviceError(
                f"this home holds unsent work for {settings.server}: deliver or discard it first"
            )
        self._checkpoint("enrol.sending")
        api = Api(transport, settings)
        if settings.leaving and settings.server == server and not self.finish_leaving(api):
            raise Offline("what this device left before could not be handed over: try again")
        answer, key = self._ask_in(api, code, name) if self._is_same(server) else (None, None)
        if answer is None:
            answer, key = self._ask_anew(api, code, name)
        self._checkpoint("enrol.answered")
        self._take(answer, key, server, database)
        self._checkpoint("enrol.stored")

    def _is_same(self, server: str) -> bool:
        """Whether this home can come back as the device that it was."""
        settings = self._settings
        lost = (settings.locked_out or {}).get("code")
        return settings.key is not None and settings.server == server and lost not in COPIED

    def _ask_in(self, api: Api, code: str | None, name: str | None) -> tuple[EnrolAnswer | None, Key | None]:
        """Come back as the same device, by its key; nothing when the server does not know it any more."""
        settings = self._settings
        device, key = settings.device, settings.key
        assert device is not None
        assert key is not None
        # A code is good for one nonce: a lost answer is asked for again by the same.
        nonce = self._started(code)["nonce"] if code is not None else secrets.token_urlsafe(24)
        now = self._clock() - timedelta(seconds=settings.clock_offset_s or 0)
        time = format_instant(now)
        for _with_the_servers_time in range(2):
            said = {"device": device, "epoch": settings.epoch, "nonce": nonce, "time": time}
            signature = sign(key, said)
            request = EnrolRequest(
                code=code,
                nonce=nonce,
                device=self._describe(name, None),
                proof=DeviceProof(device=device, epoch=settings.epoch, time=time, signature=signature),
            )
            try:
                return api.enrol(request), key
            except Refused as refused:
                if code is not None and refused.code in ("proof_invalid", "device_revoked"):
                    return None, None
                right = refused.problem and refused.problem.server_time
                if refused.code != "proof_outdated" or not right:
                    raise
                time = right
        raise AnswerInvalid("the server takes no time as the present one")

    def _ask_anew(self, api: Api, code: str, name: str | None) -> tuple[EnrolAnswer, Key]:
        """Become a device. Code, nonce and key are kept, so that a lost answer can be asked for again."""
        started = self._started(code)
        key: Key = started["key"]
        request = EnrolRequest(code=code, nonce=started["nonce"], device=self._describe(name, key))
        return api.enrol(request), key

    def _started(self, code: str) -> dict[str, Any]:
        started = self._settings.enrolment
        if started is None or started["code"] != code or "key" not in started:
            started = {"code": code, "nonce": secrets.token_urlsafe(24), "key": new_key()}
            self._settings.enrolment = started
        return started

    def come_back(self, api: Api) -> None:
        """The token has expired: get another by the key alone, as the same device."""
        settings = self._settings
        if settings.key is None or settings.server is None:
            raise NotEnrolled("the token has expired, and this device has no key: use an enrolment code")
        answer, key = self._ask_in(api, None, None)
        assert answer is not None
        self._take(answer, key, settings.server, settings.database)

    def _describe(self, name: str | None, key: Key | None) -> DeviceDescription:
        return DeviceDescription(
            name=name or platform.node()[:100] or "device",
            platform=platform.platform()[:100],
            app_version=APP_VERSION,
            public_key=public_part(key) if key else None,
        )

    def _take(self, answer: EnrolAnswer, key: Key | None, server: str, database: str | None) -> None:
        settings = self._settings
        if settings.user_data is not None and self._has_work() and settings.user.id != answer.user.id:
            raise DeviceError(
                f"this home holds unsent work of {settings.user.name}: deliver or discard it first"
            )
        with self._store.transaction():
            same_life = settings.server in (None, server) and (
                settings.user_data is None or settings.user.id == answer.user.id
            )
            if not same_life:
                # Nobody may find what another person held, sent or looked at.
                self._records.forget_all()
                self._outbox.forget_all()
                self._files.forget(waiting=True)
            if settings.device not in (None, answer.device):
                self._outbox.renumber(answer.device)
            if settings.device != answer.device:
                self._cut.start_over()
                # The same device learns of another epoch by its next pull, which tells what to send again.
                settings.epoch = answer.epoch
            settings.server, settings.database = server, database
            settings.device, settings.key = answer.device, key
            self._keep_token(answer.token, answer.token_expires_at)
            settings.user_data = answer.user.model_dump(mode="json")
            settings.put_profile(answer.profile)
            settings.enrolment = settings.locked_out = settings.last_error = settings.next_sync_at = None
            settings.leaving = False
            settings.failures = 0
            self._overlay.rebuild_all()
        self._files.sweep()

    def _has_work(self) -> bool:
        return bool(self._outbox.counts() or self._files.waiting())

    # --- the token ----------------------------------------------------------------------------------------------

    def rotate_if_due(self, api: Api) -> None:
        """Change the token once half of its life is over: there is time for many tries before it ends."""
        span = self._settings.token_span
        if span is None or self._settings.token is None:
            return
        given, ends = parse_instant(span[0]), parse_instant(span[1])
        if self._clock() >= given + (ends - given) / 2:
            # Whatever speaks against it, the present token is still good: the sync says what is wrong.
            try:
                self.rotate(api)
            except (Offline, Refused, AnswerInvalid) as error:
                self._store.incident("token_not_rotated", message=str(error))

    def rotate(self, api: Api) -> None:
        """Change the token. A lost answer is no harm: the old one is good until the new one is used."""
        self._checkpoint("token.sending")
        answer = api.rotate()
        self._checkpoint("token.answered")
        self._keep_token(answer.token, answer.token_expires_at)
        self._checkpoint("token.stored")

    def _keep_token(self, token: str, expires_at: str) -> None:
        with self._store.transaction():
            self._settings.token = token
            self._settings.token_span = [format_instant(self._clock()), expires_at]

    # --- out ----------------------------------------------------------------------------------------------------

    def escrow(self, api: Api) -> None:
        """Hand the device's work over; nothing changes here."""
        boxes = self._boxes.seal()
        if boxes is None:
            raise DeviceError("the server has no key for sealed work")
        for box in boxes:
            api.escrow(box)

    def wipe(self, api: Api) -> None:
        """Seal the unfinished work, delete everything else, hand the boxes over, say that it is done.

        The work leaves the store in the same step in which its boxes are stored. A server without a key for boxes
        gets none: then outbox, journal and files that were not sent stay.
        """
        try:
            self._erase(with_files=True)
        except (OSError, sqlite3.OperationalError) as error:
            # No room for the boxes, or a file that cannot be read: nothing keeps a device from wiping itself.
            self._store.incident("files_not_sealed", message=str(error))
            self._erase(with_files=False)
        self._checkpoint("wipe.erased")
        self.finish_leaving(api)

    def _erase(self, *, with_files: bool) -> None:
        settings = self._settings
        with self._store.transaction():
            done = self._boxes.fill(with_files=with_files)
            self._records.forget_all()
            if done or not self._outbox.counts():
                self._outbox.forget_all()
            self._files.forget(waiting=done)
            self._cut.start_over()
            self._overlay.rebuild_all()
            settings.key = None
            settings.leaving = True

    def finish_leaving(self, api: Api) -> bool:
        """Erase what is left of a wipe, hand over the boxes, confirm, forget the token; False without a network."""
        settings = self._settings
        self._files.sweep()
        self._store.scrub()
        try:
            for number in self._boxes.numbers():
                if self._handed_over(api, self._boxes.get(number)):
                    self._boxes.drop(number)
                    self._checkpoint("wipe.escrowed")
            api.wiped()
        except Offline:
            return False
        except Refused as refused:
            if refused.transient:
                return False
            self._store.incident("wipe_not_confirmed", code=refused.code)
        self._checkpoint("wipe.confirmed")
        with self._store.transaction():
            settings.token = settings.token_span = None
            settings.leaving = False
        return True

    def _handed_over(self, api: Api, box: str) -> bool:
        """A box that the server will not have stays here: nobody but the office can open it."""
        try:
            api.escrow(box)
        except Refused as refused:
            if refused.transient:
                raise
            self._store.incident("escrow_refused", code=refused.code)
            return False
        return True
