"""The routes of the wire, declared once: the server registers them, ``openapi.json`` lists them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from . import tus, wire

PREFIX = "/offline/v1"
_TRANSPORT = (
    "method_not_allowed", "protocol_unsupported", "content_type_unsupported", "body_malformed", "body_too_large",
    "envelope_invalid", "envelope_unknown_field", "contention", "server_error",
)  # fmt: skip
_TOKEN = ("token_missing", "token_invalid", "device_cloned", "copy_suspected")
_WORKING = (*_TOKEN, "token_expired", "device_revoked", "user_inactive")
_DEVICE = (*_WORKING, "token_rotation_due", "busy")
_BLOB_TRANSPORT = ("method_not_allowed", "protocol_unsupported", "contention", "server_error")
_BLOB = (*_BLOB_TRANSPORT, *_DEVICE[:-1])


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its method, its shapes and the codes that it can answer besides success.

    ``request`` None means no body.
    """

    name: str
    method: str
    path: str
    summary: str
    request: type[BaseModel] | None
    answer: type[BaseModel] | None
    status: int
    codes: tuple[str, ...]
    token: bool = True
    #: Not JSON but bytes and headers: the media types of request and answer, and the request's headers.
    raw: bool = False
    sends: str | None = None
    answers: str | None = None
    headers: tuple[str, ...] = ()


ROUTES: tuple[Route, ...] = (
    Route(
        "enrol", "POST", "/enroll", "Exchange an enrolment code for a device and its token",
        wire.EnrolRequest, wire.EnrolAnswer, 201,
        (*_TRANSPORT, "enrolment_code_invalid", "enrolment_locked", "user_inactive", "proof_invalid",
         "proof_outdated", "proof_needs_code", "device_revoked", "copy_suspected"),
        token=False,
    ),
    Route(
        "profile", "GET", "/profile", "What this device may hold and do",
        None, wire.Profile, 200, (*_TRANSPORT, *_DEVICE),
    ),
    Route(
        "pull", "POST", "/pull", "The changes since a position",
        wire.PullRequest, wire.PullAnswer, 200,
        (*_TRANSPORT, *_DEVICE, "crowded", "app_outdated", "cursor_invalid", "limit_exceeded"),
    ),
    Route(
        "find", "POST", "/find", "Search the records that the device may hold",
        wire.FindRequest, wire.FindAnswer, 200, (*_TRANSPORT, *_DEVICE),
    ),
    Route(
        "ask", "POST", "/ask", "Have Odoo answer a question about records that the device may hold",
        wire.AskRequest, wire.AskAnswer, 200, (*_TRANSPORT, *_DEVICE, "question_unknown", "question_refused"),
    ),
    Route(
        "verify", "POST", "/verify", "Compare what both sides hold, by shard",
        wire.VerifyRequest, wire.VerifyAnswer, 200, (*_TRANSPORT, *_DEVICE, "cursor_invalid"),
    ),
    Route(
        "push", "POST", "/push", "Hand over numbered operations",
        wire.PushRequest, wire.PushAnswer, 200,
        (
            *_TRANSPORT, *_DEVICE, "seq_gap", "seq_reused", "unit_incomplete", "limit_exceeded", "cursor_invalid",
            "epoch_changed", "dry_run_impossible",
        ),
    ),
    Route(
        "journal", "POST", "/journal", "Deliver again what was delivered before the database was restored",
        wire.JournalRequest, wire.PushAnswer, 200,
        (*_TRANSPORT, *_DEVICE, "seq_gap", "seq_reused", "unit_incomplete", "limit_exceeded", "cursor_invalid"),
    ),
    Route(
        "token", "POST", "/token", "Rotate the token",
        wire.TokenRequest, wire.TokenAnswer, 200, (*_TRANSPORT, *_WORKING),
    ),
    Route(
        "escrow", "POST", "/escrow", "Hand over the sealed outbox",
        wire.EscrowRequest, wire.EscrowAnswer, 201, (*_TRANSPORT, *_TOKEN, "limit_exceeded"),
    ),
    Route(
        "wipe", "POST", "/wipe", "Confirm a wipe",
        wire.WipeRequest, wire.WipeAnswer, 200, (*_TRANSPORT, *_TOKEN),
    ),
    Route(
        "blobs", "POST", "/blobs", "Begin the upload of a photo or document, or find where it stands (tus 1.0.0)",
        None, None, 201, (*_BLOB, "tus_unsupported", "blob_request_invalid", "limit_exceeded"),
        raw=True, headers=("Tus-Resumable", "Upload-Length", "Upload-Metadata"),
    ),
    Route(
        "blob_offset", "HEAD", "/blobs/uploads/{hash}", "Where an upload stands",
        None, None, 200, (*_BLOB, "tus_unsupported", "blob_unknown"), raw=True, headers=("Tus-Resumable",),
    ),
    Route(
        "blob_append", "PATCH", "/blobs/uploads/{hash}", "Send bytes from an offset on",
        None, None, 204,
        (
            *_BLOB, "tus_unsupported", "blob_request_invalid", "blob_type_unsupported", "blob_unknown",
            "blob_offset_wrong", "blob_checksum_wrong", "blob_hash_wrong", "limit_exceeded",
        ),
        raw=True, sends=tus.CONTENT_TYPE, headers=("Tus-Resumable", "Upload-Offset", "Upload-Checksum"),
    ),
    Route(
        "blob", "GET", "/blobs/sha256/{hash}", "The bytes of a photo or document that the user may read",
        None, None, 200,
        (*_BLOB, "blob_unknown", "blob_range_invalid", "blob_no_picture", "blob_request_invalid"),
        raw=True, answers="application/octet-stream", headers=("Range", "If-None-Match"),
    ),
)  # fmt: skip
