"""How a device comes, keeps its token, and goes: enrolment, rotation, wipe."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .basics import Answer, Instant, Request, Signature, Storable, Uid
from .profile import Profile, User


class PublicKey(Request):
    """An EC P-256 public key as JWK (RFC 7517); coordinates are base64url of 32 bytes."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    y: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class DeviceDescription(Request):
    """What a device says of itself when it enrols."""

    name: Annotated[str, Storable, Field(min_length=1, max_length=100)]
    platform: Annotated[str, Storable, Field(max_length=100)] = ""
    app_version: Annotated[str, Storable, Field(max_length=50)] = ""
    public_key: PublicKey | None = None


class DeviceProof(Request):
    """That the caller is an enrolled device: its key signs {device, epoch, nonce, time} as canonical JSON."""

    device: Uid
    epoch: Annotated[str, Storable, Field(max_length=64)] | None
    time: Instant
    signature: Signature


class EnrolRequest(Request):
    """The same code with the same nonce gives a fresh token again (the answer was lost).

    With a ``proof`` the device stays the same one; a code is needed then only if its token had not expired.
    """

    code: Annotated[str, Storable, Field(min_length=4, max_length=64)] | None = None
    nonce: Annotated[str, Field(min_length=16, max_length=128)]
    device: DeviceDescription
    proof: DeviceProof | None = None

    @model_validator(mode="after")
    def _code_or_proof(self) -> EnrolRequest:
        if self.code is None and self.proof is None:
            raise ValueError("a code or a proof is needed")
        return self


class EnrolAnswer(Answer):
    """201: the device exists. The token is shown once and stored on the server only as a hash."""

    device: Uid
    token: str
    token_expires_at: Instant
    epoch: str
    user: User
    profile: Profile
    server_time: Instant


class TokenRequest(Request):
    """Nothing needs to be said: the token that is shown is the one to be replaced."""


class TokenAnswer(Answer):
    """The new token. The old one stays good until the new one is first used, or until it expires."""

    token: str
    token_expires_at: Instant
    server_time: Instant


class WipeRequest(Request):
    """The device has forgotten its records, its work and its key, and will forget its token."""

    done: Literal[True]


class WipeAnswer(Answer):
    """The device's state on the server: ``wiped``, for good."""

    state: Literal["wiped"]
    server_time: Instant
