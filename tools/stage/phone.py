"""A phone: the reference device in an operating-system process of its own, driven by its command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from offline_device.cli import NO_CONNECTION


class NoConnection(Exception):
    """The phone could not reach the server; its work is kept."""


class PhoneFailed(RuntimeError):
    """The command ended with another error."""


class Phone:
    """One home of `offline-device`; every call is a process that starts, works and ends."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str, python_options: tuple[str, ...] = ()) -> Any:
        """Run a command, answer its JSON."""
        command = [
            sys.executable,
            *python_options,
            "-m",
            "offline_device",
            "--home",
            str(self.home),
            "--json",
        ]
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, check=False, timeout=300
        )
        self.stderr = done.stderr
        if done.returncode == NO_CONNECTION:
            raise NoConnection(done.stderr or done.stdout)
        if done.returncode:
            raise PhoneFailed(f"{' '.join(arguments)}: {done.returncode} {done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def enrol(self, url: str, code: str, name: str) -> Any:
        return self("enrol", url, code, "--name", name)

    def sync(self) -> Any:
        return self("sync")

    def edit(self, entity: str, ref: int | str, **values: str) -> Any:
        return self("edit", entity, str(ref), *(f"{name}={value}" for name, value in values.items()))

    def create(self, entity: str, **values: str) -> Any:
        return self("create", entity, *(f"{name}={value}" for name, value in values.items()))

    def show(self, entity: str, ref: int | str) -> Any:
        return self("show", entity, str(ref))
