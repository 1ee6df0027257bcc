"""Escrow: the work of a device, sealed for the office."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from .basics import BODY_BYTES, Answer, BlobHash, Instant, Request, Signature, Uid
from .push import OperationHead


class EscrowRequest(Request):
    """The device's work, sealed: a JWE in compact form (ECDH-ES, A256GCM) of an `EscrowEnvelope`."""

    sealed: Annotated[
        str, Field(min_length=20, max_length=BODY_BYTES, pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$")
    ]


class EscrowAnswer(Answer):
    """201: the box is kept. ``sha256`` is that of the sealed text as it arrived."""

    sha256: str
    server_time: Instant


class EscrowEnvelope(Request):
    """What is inside a box: the content, and the device's signature over it as canonical JSON (RFC 8785)."""

    content: dict[str, JsonValue]
    signature: Signature | None = None


class EscrowFile(Request):
    """A part of a file that was not sent: its bytes from ``offset`` on, in base64."""

    sha256: BlobHash
    size: Annotated[int, Field(ge=0)]
    name: Annotated[str, Field(max_length=255)] = ""
    type: Annotated[str, Field(max_length=255)] = ""
    offset: Annotated[int, Field(ge=0)]
    data: Annotated[str, Field(max_length=BODY_BYTES)]


class EscrowContent(Request):
    """The operations of a device, delivered and undelivered, in the order of their numbers; or parts of files."""

    device: Uid
    epoch: Annotated[str, Field(max_length=64)] | None
    made_at: Instant
    operations: list[OperationHead]
    files: list[EscrowFile] = []
