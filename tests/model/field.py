"""The real parts that the histories drive: devices that crash, a network that loses, an office over RPC."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from offline_device import Device, Offline
from offline_device.transport import HttpTransport, Reply

from .truth import FIELDS, Truth

PARTNER = "res.partner"


class Crash(BaseException):
    """The device's process dies here; nothing may catch it."""


class LossyTransport:
    """HTTP to the real server that can be down, lose an answer, or deliver a request twice."""

    def __init__(self, url: str, heard: Callable[[dict[str, Any], Reply], None]) -> None:
        self._http = HttpTransport(url)
        self._heard = heard
        self.up = True
        self.lose = 0
        self.repeat = 0

    def send(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> Reply:
        if not self.up:
            raise Offline("the network is down")
        if self.repeat:
            self.repeat -= 1
            self._deliver(method, path, body, token)
        reply = self._deliver(method, path, body, token)
        if self.lose:
            self.lose -= 1
            raise Offline("the answer was lost")
        return reply

    def _deliver(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> Reply:
        reply = self._http.send(method, path, body, token)
        if path == "/push" and body is not None:
            self._heard(body, reply)
        return reply


class Handset:
    """One reference device whose process can die at a named step and start again from its store."""

    def __init__(self, name: str, home: Path, url: str, truth: Truth) -> None:
        self.name, self.home, self.truth = name, home, truth
        self.transport = LossyTransport(url, self._heard)
        self.crash_after: int | None = None
        self.device = self._open()

    def restart(self) -> None:
        """A new process on the same store."""
        self.device.close()
        self.crash_after = None
        self.device = self._open()

    def sync(self) -> bool:
        """True when the sync went through."""
        try:
            self.device.sync()
            return True
        except Offline:
            return False
        except Crash:
            self.restart()
            return False

    def contacts(self) -> dict[str, dict[str, Any]]:
        """What the device holds from the server, own unsettled work left out: {name: values}."""
        found = self.device.search(PARTNER, limit=10_000)
        shown = {record.values["name"]: record for record in found if record.held and record.present}
        return {name: {field: record.values[field] for field in FIELDS} for name, record in shown.items()}

    def states(self) -> dict[str, str]:
        """{operation id: state} of all that this device ever did."""
        return {entry.op: entry.state for entry in [*self.device.journal(10_000), *self.device.outbox()]}

    def _open(self) -> Device:
        # Bob's pages are as small as can be: his cuts are closed by walks over many of them.
        page = 2 if self.name == "bob" else 1000
        return Device(self.home, transport=self.transport, checkpoint=self._checkpoint, page_size=page)

    def _checkpoint(self, _step: str) -> None:
        if self.crash_after is not None:
            self.crash_after -= 1
            if self.crash_after < 0:
                raise Crash

    def _heard(self, body: dict[str, Any], reply: Reply) -> None:
        """The server answered a push: the model learns what reached it, and the answer must be as it predicts."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for operation in body["operations"]:
            groups.setdefault((operation.get("unit") or {}).get("id", operation["op"]), []).append(operation)
        said = {receipt["op"]: receipt for receipt in reply.body["receipts"] if receipt["status"] != "retry"}
        for group in groups.values():
            answered = [operation["op"] in said for operation in group]
            assert len(set(answered)) == 1, ("a unit was split", group, reply.body)
            if answered[0]:
                names = [self.name_of(operation) for operation in group]
                predicted = self.truth.arrive(self.name, group, names)
                found = [said[operation["op"]]["status"] for operation in group]
                assert found == predicted, (group, [said[operation["op"]] for operation in group], predicted)

    def name_of(self, operation: dict[str, Any]) -> str:
        """The contact that an operation is about."""
        if operation["verb"] in ("amend", "discard", "resolve"):
            return str(self.truth.operations[operation["args"]["op"]].body["contact"])
        return str(self.names[_key(operation["target"])])

    names: dict[Any, str]


def _key(target: dict[str, Any]) -> Any:
    return target.get("uid") or target["id"]
