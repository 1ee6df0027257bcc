"""How the device gets in, stays in and leaves: enrolment, the token, the wipe.

Every step ends in one durable transaction, so that whatever breaks in between is gone on with later.
"""

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable
from datetime import datetime

from offline_core.fields import format_instant, parse_instant
from offline_core.wire import DeviceDescription, EnrolAnswer, EnrolRequest

from .api import Api
from .cut import Cut
from .errors import DeviceError, Offline, Refused
from .outbox import Outbox
from .overlay import Overlay
from .records import Records
from .settings import Settings
from .store import Store
from .transport import Transport
from .version import APP_VERSION


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
        *,
        clock: Callable[[], datetime],
        checkpoint: Callable[[str], None],
    ):
        self._store, self._settings, self._records = store, settings, records
        self._outbox, self._cut, self._overlay = outbox, cut, overlay
        self._clock, self._checkpoint = clock, checkpoint

    # --- in -----------------------------------------------------------------------------------------------------

    def enrol(
        self, transport: Transport, server: str, code: str, name: str | None, database: str | None
    ) -> None:
        """See `Device.enrol`."""
        settings = self._settings
        if settings.server not in (None, server) and self._outbox.counts():
            raise DeviceError(
                f"this home holds unsent work for {settings.server}: deliver or discard it first"
            )
        started = settings.enrolment
        if started is None or started["code"] != code:
            started = {"code": code, "nonce": secrets.token_urlsafe(24)}
            settings.enrolment = started
        self._checkpoint("enrol.sending")
        request = EnrolRequest(code=code, nonce=started["nonce"], device=self._describe(name))
        answer = Api(transport, settings).enrol(request)
        self._checkpoint("enrol.answered")
        self._take(answer, server, database)
        self._checkpoint("enrol.stored")

    def _describe(self, name: str | None) -> DeviceDescription:
        return DeviceDescription(
            name=name or platform.node()[:100] or "device",
            platform=platform.platform()[:100],
            app_version=APP_VERSION,
        )

    def _take(self, answer: EnrolAnswer, server: str, database: str | None) -> None:
        settings = self._settings
        if settings.user_data is not None and self._outbox.counts() and settings.user.id != answer.user.id:
            raise DeviceError(
                f"this home holds unsent work of {settings.user.name}: deliver or discard it first"
            )
        with self._store.transaction():
            same_life = settings.server in (None, server) and (
                settings.user_data is None or settings.user.id == answer.user.id
            )
            if not same_life:
                self._records.forget_all()
            if settings.device not in (None, answer.device):
                self._outbox.renumber(answer.device)
            if settings.device != answer.device:
                self._cut.start_over()
            settings.server, settings.database = server, database
            settings.device, settings.epoch = answer.device, answer.epoch
            self._keep_token(answer.token, answer.token_expires_at)
            settings.user_data = answer.user.model_dump(mode="json")
            settings.put_profile(answer.profile)
            settings.enrolment = settings.locked_out = settings.last_error = settings.next_sync_at = None
            settings.leaving = False
            settings.failures = 0
            self._overlay.rebuild_all()

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
            except (Offline, Refused) as error:
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

    def wipe(self, api: Api) -> None:
        """Delete every record, and the token once the server knows. Outbox and journal stay."""
        with self._store.transaction():
            self._records.forget_all()
            self._cut.start_over()
            self._overlay.rebuild_all()
            self._settings.leaving = True
        self._checkpoint("wipe.erased")
        self.finish_leaving(api)

    def finish_leaving(self, api: Api) -> None:
        """Confirm the wipe and forget the token; without a network the next sync does it."""
        try:
            api.wiped()
        except Offline:
            return
        except Refused as refused:
            if refused.transient:
                return
            self._store.incident("wipe_not_confirmed", code=refused.code)
        self._checkpoint("wipe.confirmed")
        with self._store.transaction():
            self._settings.token = self._settings.token_span = None
            self._settings.leaving = False
