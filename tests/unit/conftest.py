"""One home with a device in it, and the fake server that it talks to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offline_device import Device

from .fake_server import FakeServer
from .fake_state import uids


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Crashed(BaseException):
    """The process died here; nothing in the device may catch it."""


class Home:
    """A folder on which a device is opened, dies, and is opened again."""

    def __init__(self, path: Path, server: FakeServer, clock: Clock):
        self.path, self.server, self.clock = path, server, clock
        self.new_uid = uids()
        self._open: Device | None = None

    def open(self, **options: Any) -> Device:
        """The device as a new process finds it."""
        self.close()
        options = {
            "transport": self.server,
            "clock": self.clock,
            "chance": lambda: 0.5,
            "new_uid": self.new_uid,
            **options,
        }
        self._open = Device(self.path, **options)
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def enrolled(self, **options: Any) -> Device:
        device = self.open(**options)
        device.enrol("https://odoo.example", "CODE-1")
        return device

    def crash_at(self, step: str, act: Callable[[Device], object]) -> bool:
        """Let a process die at the first such step while it acts; whether it came to that."""

        def die(name: str) -> None:
            if name == step:
                raise Crashed(step)

        device = self.open(checkpoint=die)
        try:
            act(device)
        except Crashed:
            return True
        finally:
            self.close()
        return False


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, server: FakeServer, clock: Clock) -> Iterator[Home]:
    found = Home(tmp_path / "home", server, clock)
    yield found
    found.close()


@pytest.fixture
def device(home: Home) -> Device:
    """An enrolled device that has not synced."""
    return home.enrolled()
