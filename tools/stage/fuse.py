"""A device whose process dies at any of its own steps: before and after a commit, a call, a change of its files.

Used by the tests that let a device die at every step in turn, and by the random histories.

    fuse = Fuse()
    device = fuse.open(home, HttpTransport(url))
    fuse.light(17)
    with suppress(Died):
        device.sync()       # dies at its 18th step from here, if it comes to that
    device = fuse.open(home, HttpTransport(url))   # a new process on the same store
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from offline_device import Device
from offline_device.transport import RawReply, Reply, Transport


class Died(BaseException):
    """The process died here; nothing in the device may catch it."""


class Fuse:
    """Counts the steps of one device and lets its process die at the one that it is lit for."""

    def __init__(self) -> None:
        #: What the device did, in order.
        self.passed: list[str] = []
        self._left: int | None = None
        self._open: Device | None = None

    def light(self, steps: int | None) -> None:
        """Let the process die when it has done so many further steps; None puts the fuse out."""
        self._left = steps

    def open(self, home: Path, transport: Transport, **options: Any) -> Device:
        """The device as a new process finds it; the one before is gone, and the fuse is out."""
        self.close()
        self.light(None)
        self._open = Device(home, transport=_Watched(transport, self), checkpoint=self, **options)
        # What a process has written outlives it without a sync of the disk; only a power cut takes that away.
        self._open.store.db.execute("PRAGMA synchronous=OFF")
        return self._open

    def close(self) -> None:
        """Let go of the home, as the end of a process does."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def __call__(self, step: str) -> None:
        self.passed.append(step)
        if self._left is None:
            return
        if self._left == 0:
            raise Died(step)
        self._left -= 1


class _Watched:
    """A transport whose calls are steps: before the request leaves, and when its answer is there."""

    def __init__(self, transport: Transport, fuse: Fuse) -> None:
        self._transport, self._fuse = transport, fuse

    def send(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> Reply:
        self._fuse(f"{method} {path}: asking")
        reply = self._transport.send(method, path, body, token)
        self._fuse(f"{method} {path}: answered")
        return reply

    def exchange(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], token: str
    ) -> RawReply:
        self._fuse(f"{method} {path}: asking")
        reply = self._transport.exchange(method, path, content, headers, token)
        self._fuse(f"{method} {path}: answered")
        return reply
