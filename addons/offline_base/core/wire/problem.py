"""Errors: one shape for all of them."""

from __future__ import annotations

from pydantic import ConfigDict

from .basics import Answer, Instant, Seq


class ProblemDocument(Answer):
    """RFC 9457 problem details; ``code`` stands in the error catalogue."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    remedy: str
    detail: str | None = None
    errors: dict[str, str] | None = None
    expected_seq: Seq | None = None
    seq: Seq | None = None
    limit: dict[str, int] | None = None
    wipe: bool | None = None
    retry_after_s: int | None = None
    server_time: Instant | None = None
    minimum_app_version: str | None = None
    epoch: str | None = None
