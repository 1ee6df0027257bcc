"""A network between a device and the real server that does, to the next requests, what networks do."""

from __future__ import annotations

import json
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from offline_core.routes import PREFIX
from offline_device import Offline, Refused
from offline_device.transport import HttpTransport, RawReply, Reply

Body = dict[str, Any]
#: What may befall one request: (kind, how far). "die" kills the server's worker at its n-th step in the database,
#: "die committed" after its n-th commit there,
#: "cut" breaks the request off after n percent of its bytes, "delay" delivers it when `deliver_late` is called,
#: "wait" keeps the worker before its n-th commit until others have synced.
Fault = tuple[str, int]
FINE: Fault = ("fine", 0)
_PUSHES = ("/push", "/journal")
_DIES_AT = "X-Oracle-Dies-At"
_WAITS_AT = "X-Oracle-Waits-At"
_NEVER = "-1"
_DEATHS = ("die", "die committed")


class Gate(Protocol):
    """Keeps workers waiting while it is closed."""

    def is_reached(self) -> bool:
        """Whether one stands before it."""

    def open(self) -> None:
        """Let it go on."""


class Owed:
    """The records of lost answers to pulls. A device may hold them: whoever asks again must hear of each (I1, I4)."""

    def __init__(self) -> None:
        self._records: set[tuple[str, int]] = set()

    def missed(self, path: str, request: Body | None, answer: Body) -> None:
        """An answer was given and did not arrive, or so the server has to believe."""
        if path == "/pull" and request and request["cursor"] and not answer["reset"]:
            self._records |= {(entity, one["id"]) for entity, one in _given(answer, "upserts")}

    def got(self, path: str, request: Body | None, answer: Body) -> None:
        """The next answer came; the one that closes the cut leaves nothing open."""
        if path != "/pull" or request is None:
            return
        if answer["reset"] or not request["cursor"]:
            self._records.clear()
        for part in ("upserts", "removes"):
            self._records -= {(entity, one["id"]) for entity, one in _given(answer, part)}
        if answer["complete"]:
            assert not self._records, (
                "a lost answer gave records that the next one does not speak of",
                self._records,
            )


def _given(answer: Body, part: str) -> list[tuple[str, Body]]:
    return [(changes["entity"], one) for changes in answer["changes"] for one in changes[part]]


def _death(kind: str, number: int) -> str:
    """Where the worker that serves a request dies, as its header says it."""
    return {"die": str(number), "die committed": f"c{number}"}.get(kind, _NEVER)


class Network:
    """HTTP to the server, with faults; ``heard`` gets each push that was answered, ``lost`` those that may not be."""

    def __init__(
        self,
        url: str,
        faults: Counter[str],
        heard: Callable[[Body, Body], None],
        lost: Callable[[Body], None],
    ) -> None:
        self._url, self._heard, self._lost, self._faults = url, heard, lost, faults
        self._session = requests.Session()
        self._http = HttpTransport(url, session=self._session)
        self._late: list[tuple[str, str, Body | None, str | None]] = []
        self._owed = Owed()
        #: What befalls the next requests, in order.
        self.ahead: deque[Fault] = deque()
        #: Closes a gate before the workers that are to wait, and what the others do while one stands there.
        self.gate: Callable[[], Gate] | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def send(self, method: str, path: str, body: Body | None, token: str | None) -> Reply:
        kind, number = self._next()
        if kind == "down":
            raise Offline("the network is down")
        if kind == "cut":
            headers = {"Content-Type": "application/json"}
            self._send_a_part(method, path, json.dumps(body or {}).encode(), headers, token, number)
            raise Offline("the request broke off")
        if kind == "delay":
            self._late.append((method, path, body, token))
            raise Offline("the request is on its way")
        if kind == "repeat":
            self._deliver(method, path, body, token)
        if kind == "wait":
            reply = self._deliver_slowly(method, path, body, token, number)
        else:
            with self._counting_deaths(kind):
                reply = self._deliver(method, path, body, token, _death(kind, number))
        if kind == "lose":
            self._owed.missed(path, body, reply.body)
            raise Offline("the answer was lost")
        self._owed.got(path, body, reply.body)
        if kind == "later":
            self._late.append((method, path, body, token))
        return reply

    def exchange(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], token: str
    ) -> RawReply:
        kind, number = self._next()
        if kind == "cut":
            self._send_a_part(method, path, content or b"", headers, token, number)
            raise Offline("the request broke off")
        if kind in ("down", "delay"):
            raise Offline("the network is down")
        self._session.headers[_DIES_AT] = _death(kind, number)
        with self._counting_deaths(kind):
            reply = self._http.exchange(method, path, content, headers, token)
        if kind == "lose":
            raise Offline("the answer was lost")
        return reply

    def deliver_late(self) -> None:
        """What was held up, or repeated, arrives now; nobody waits for the answers any more."""
        late, self._late = self._late, []
        for request in reversed(late):
            try:
                self._deliver(*request)
                self._faults["late"] += 1
            except (Offline, Refused):
                self._faults["late and refused"] += 1

    def close(self) -> None:
        self._http.close()

    def _next(self) -> Fault:
        kind, number = self.ahead.popleft() if self.ahead else FINE
        if kind not in ("fine", *_DEATHS, "wait"):
            self._faults[kind] += 1
        return kind, number

    @contextmanager
    def _counting_deaths(self, kind: str) -> Iterator[None]:
        """A worker died only if its request came that far."""
        try:
            yield
        except Offline:
            if kind in _DEATHS:
                self._faults[kind] += 1
            raise

    def _deliver(
        self, method: str, path: str, body: Body | None, token: str | None, dies_at: str = _NEVER
    ) -> Reply:
        self._session.headers[_DIES_AT] = dies_at
        return self._told(path, body, lambda: self._http.send(method, path, body, token))

    def _deliver_slowly(
        self, method: str, path: str, body: Body | None, token: str | None, number: int
    ) -> Reply:
        """While its worker waits before its n-th commit the others sync: of this nothing is there for them yet."""
        assert self.gate is not None
        headers = {_WAITS_AT: str(number), _DIES_AT: _NEVER}
        gate = self.gate()
        self._session.headers.update(headers)
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(self._http.send, method, path, body, token)
            try:
                while not (call.done() or gate.is_reached()):
                    time.sleep(0.005)
                if not call.done():
                    self._faults["committing"] += 1
                    self.meanwhile()
            finally:
                gate.open()
                wait([call])
                del self._session.headers[_WAITS_AT]
        return self._told(path, body, call.result)

    def _told(self, path: str, body: Body | None, deliver: Callable[[], Reply]) -> Reply:
        """The reply to a request, of which the model learns what reached the server."""
        try:
            reply = deliver()
        except Offline:
            if path in _PUSHES and body is not None:
                self._lost(body)
            raise
        if path in _PUSHES and body is not None:
            self._heard(body, reply.body)
        return reply

    def _send_a_part(
        self, method: str, path: str, content: bytes, headers: dict[str, str], token: str | None, percent: int
    ) -> None:
        """Promise the whole and send less; wait until the server has let go of it."""
        where = urlsplit(self._url)
        head = [
            f"{method} {PREFIX}{path} HTTP/1.1",
            f"Host: {where.netloc}",
            f"Authorization: Bearer {token}",
            *(f"{name}: {value}" for name, value in headers.items()),
            f"Content-Length: {len(content)}",
            "Connection: close",
        ]
        with socket.create_connection((where.hostname, where.port), timeout=60) as connection:
            connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
            connection.sendall(content[: len(content) * percent // 100])
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass
