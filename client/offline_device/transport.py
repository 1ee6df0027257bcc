"""HTTP, and what its failures mean: `Offline` when nobody answered usefully, `Refused` when the server said no.

Redirects are not followed: a token goes to the server that gave it, never to a hotel's sign-in page.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import requests
from pydantic import ValidationError

from offline_core.routes import PREFIX
from offline_core.wire import PROTOCOL_VERSION, ProblemDocument

from .errors import AnswerInvalid, Offline, Refused
from .version import APP_VERSION

#: Smaller bodies do not win from compression: one network packet.
GZIP_FROM_BYTES = 1400
CONNECT_S = 10
READ_S = 90


@dataclass(frozen=True, slots=True)
class Reply:
    """A success: the JSON object, and the Retry-After that may come with receipts."""

    body: dict[str, Any]
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class RawReply:
    """A success that is no JSON: headers in lower case, and bytes."""

    headers: dict[str, str]
    content: bytes


class Transport(Protocol):
    """What the device needs of a network; tests bring their own."""

    def send(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> Reply:
        """Call a route (path below the prefix) and give its answer, or raise `Offline` or `Refused`."""

    def exchange(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], token: str
    ) -> RawReply:
        """The same for bytes instead of JSON."""


def retry_after(header: str | None, date: str | None = None) -> int | None:
    """Seconds to wait, from the header's seconds or date (counted from the answer's own Date).

    >>> retry_after("7"), retry_after(None), retry_after("soon")
    (7, None, None)
    >>> retry_after("Sat, 21 Nov 2026 10:00:30 GMT", "Sat, 21 Nov 2026 10:00:00 GMT")
    30
    """
    if header is None:
        return None
    if header.strip().isdigit():
        return int(header)
    try:
        until, since = parsedate_to_datetime(header), parsedate_to_datetime(date or "")
        return max(0, round((until - since).total_seconds()))
    except (TypeError, ValueError):
        return None


def judge(status: int, headers: dict[str, str], content: bytes) -> Reply:
    """What an answer means; ``headers`` in lower case.

    >>> judge(200, {}, b'{"a": 1}').body
    {'a': 1}
    >>> judge(502, {}, b"<html>")
    Traceback (most recent call last):
    ...
    offline_device.errors.Offline: the address answered with status 502
    """
    wait = retry_after(headers.get("retry-after"), headers.get("date"))
    if 200 <= status < 300:
        try:
            body = json.loads(content)
        except ValueError:
            # A captive portal or a proxy stands between: its page is no answer of the server.
            raise Offline("something that is not the server answered") from None
        if not isinstance(body, dict):
            raise AnswerInvalid("the answer is no JSON object")
        return Reply(body, wait)
    if headers.get("content-type", "").startswith("application/problem+json"):
        try:
            problem = ProblemDocument.model_validate_json(content)
        except ValidationError:
            problem = None
        if problem is not None:
            raise Refused(problem.code, status, problem, problem.retry_after_s if wait is None else wait)
    if status >= 500 or status in (408, 425, 429) or 300 <= status < 400:
        raise Offline(f"the address answered with status {status}", wait)
    raise Refused(f"http_{status}", status, None, wait)


class HttpTransport:
    """The protocol's calls over HTTP, with one kept-alive connection."""

    def __init__(self, server: str, database: str | None = None, session: requests.Session | None = None):
        """``server`` is the address of Odoo; ``database`` where its host filter cannot tell."""
        self._base = server.rstrip("/") + PREFIX
        self._session = session or requests.Session()
        self._session.headers.update(
            {
                "Accept": "application/json, application/problem+json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"offline-device/{APP_VERSION}",
                "X-Offline-Protocol": str(PROTOCOL_VERSION),
            }
        )
        if database:
            self._session.headers["X-Odoo-Database"] = database

    def send(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> Reply:
        """See `Transport.send`."""
        headers: dict[str, str] = {}
        data: bytes | None = None
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
            if len(data) >= GZIP_FROM_BYTES:
                data = gzip.compress(data, compresslevel=6, mtime=0)
                headers["Content-Encoding"] = "gzip"
        status, found, content = self._request(method, path, data, headers)
        return judge(status, found, content)

    def exchange(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], token: str
    ) -> RawReply:
        """See `Transport.exchange`."""
        asked = {**headers, "Authorization": f"Bearer {token}", "Accept": "*/*"}
        status, found, received = self._request(method, path, content, asked)
        if not 200 <= status < 300:
            judge(status, found, received)
        return RawReply(found, received)

    def _request(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        try:
            answer = self._session.request(
                method,
                self._base + path,
                data=data,
                headers=headers,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Offline(f"no connection to {self._base}: {type(error).__name__}") from error
        return answer.status_code, {n.lower(): v for n, v in answer.headers.items()}, answer.content

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()


def clock_offset(server_time: datetime, here: datetime) -> float:
    """By how many seconds this device's clock is ahead of the server's.

    >>> clock_offset(datetime(2026, 11, 21, 10), datetime(2026, 11, 21, 10, 0, 5))
    5.0
    """
    return (here - server_time).total_seconds()
