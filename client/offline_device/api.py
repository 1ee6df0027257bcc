"""The routes that this device uses, typed: wire models in, wire models out."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from offline_core.wire import (
    DeviceState,
    EnrolAnswer,
    EnrolRequest,
    EscrowAnswer,
    EscrowRequest,
    JournalRequest,
    OperationHead,
    Profile,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    TokenAnswer,
    TokenRequest,
    VerifyAnswer,
    VerifyRequest,
    WipeAnswer,
    WipeRequest,
)

from .blobs import Blobs, Sent
from .errors import AnswerInvalid, NotEnrolled
from .operations import Entry
from .settings import Settings
from .transport import Reply, Transport

A = TypeVar("A", bound=BaseModel)


class Api:
    """Calls the server with this device's token; an answer of the wrong shape is `AnswerInvalid`."""

    def __init__(self, transport: Transport, settings: Settings):
        self._transport, self._settings = transport, settings

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Exchange a code for a device and its token."""
        return _read(EnrolAnswer, self._transport.send("POST", "/enroll", _dump(request), None))

    def rotate(self) -> TokenAnswer:
        """A new token; the one in use stays good until the new one is first used."""
        return _read(TokenAnswer, self._transport.send("POST", "/token", _dump(TokenRequest()), self._token))

    def escrow(self, sealed: str) -> EscrowAnswer:
        """Hand over sealed work."""
        reply = self._transport.send("POST", "/escrow", _dump(EscrowRequest(sealed=sealed)), self._token)
        return _read(EscrowAnswer, reply)

    def wiped(self) -> WipeAnswer:
        """Say that this device has forgotten everything."""
        reply = self._transport.send("POST", "/wipe", _dump(WipeRequest(done=True)), self._token)
        return _read(WipeAnswer, reply)

    def profile(self) -> Profile:
        """What this device may hold and do."""
        return _read(Profile, self._transport.send("GET", "/profile", None, self._token))

    def pull(self, request: PullRequest) -> PullAnswer:
        """One page."""
        return _read(PullAnswer, self._transport.send("POST", "/pull", _dump(request), self._token))

    def verify(self, request: VerifyRequest) -> VerifyAnswer:
        """Which shards of what this device holds differ from what the server says."""
        return _read(VerifyAnswer, self._transport.send("POST", "/verify", _dump(request), self._token))

    def send_blobs(self, blobs: Blobs) -> Sent:
        """Send the files that wait."""
        return blobs.send(self._transport, self._token)

    def fetch_blob(self, blobs: Blobs, sha256: str, size: int | None) -> Path:
        """A file by its hash, or a small picture of it."""
        return blobs.fetch(self._transport, self._token, sha256, size)

    def push(
        self, entries: tuple[Entry, ...], state: DeviceState, cursor: str | None
    ) -> tuple[PushAnswer, int | None]:
        """Hand over operations; answers also how long to wait when some are to be sent again.

        By the ``cursor`` the server notices that it was restored, before it takes anything.
        """
        request = PushRequest(operations=_heads(entries), cursor=cursor, state=state)
        reply = self._transport.send("POST", "/push", _dump(request), self._token)
        return _read(PushAnswer, reply), reply.retry_after_s

    def journal(self, entries: tuple[Entry, ...], state: DeviceState) -> tuple[PushAnswer, int | None]:
        """Hand over again what a server had answered before it was restored; as a push."""
        request = JournalRequest(operations=_heads(entries), state=state)
        reply = self._transport.send("POST", "/journal", _dump(request), self._token)
        return _read(PushAnswer, reply), reply.retry_after_s

    @property
    def _token(self) -> str:
        if self._settings.token is None:
            raise NotEnrolled("this device has no token: use an enrolment code")
        return self._settings.token


def _heads(entries: tuple[Entry, ...]) -> list[OperationHead]:
    return [OperationHead.model_validate(entry.body) for entry in entries]


def _dump(request: BaseModel) -> dict[str, object]:
    # What was not said is not sent: an older server refuses members that it does not know.
    return request.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _read(model: type[A], reply: Reply) -> A:
    try:
        return model.model_validate(reply.body)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise AnswerInvalid(
            f"the answer has a wrong {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
        ) from error
