"""Building blocks of provisioning: timed steps, stamps for finished ones, locks, logged commands."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import ProvisionError


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print what is being done, then how long it took, on one line."""
    started = time.monotonic()
    print(f"  {title} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)


def warn(message: str) -> None:
    """Something that a person should know but that stops nothing."""
    print(f"warning: {message}", file=sys.stderr, flush=True)


def digest(*parts: str | bytes) -> str:
    """A short key for a set of inputs: equal inputs give equal keys, on any machine.

    >>> digest("a", "b") == digest("ab")
    False
    """
    hasher = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        hasher.update(len(raw).to_bytes(8, "big"))
        hasher.update(raw)
    return hasher.hexdigest()[:10]


class Stamp:
    """Says that a step ended, and with which inputs. Written last, so an interrupted step is done again."""

    def __init__(self, state: Path, name: str, key: str) -> None:
        self.path = state / "stamps" / name
        self.key = key

    def fresh(self) -> bool:
        try:
            return self.path.read_text() == self.key
        except FileNotFoundError:
            return False

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.key)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock; says so when it has to wait. The kernel frees it if the holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"  waiting for another process that holds {path.name} …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    log: Path,
    hint: str = "",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
) -> None:
    """Run a command with its output in `log`; a failure becomes one line with its last words."""
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("w") as out:
            done = subprocess.run(
                [str(part) for part in command],
                input=stdin,
                text=True,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                check=False,
            )
    except FileNotFoundError as error:
        raise ProvisionError(f"{what}: program not found: {error.filename}. {hint}".rstrip()) from error
    if done.returncode:
        raise ProvisionError(f"{what} failed: {last_words(log)} {hint}".rstrip() + f" (log: {log})")


def last_words(log: Path) -> str:
    """The line of a log that most likely names the cause: the last that mentions an error, else the last."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or line.startswith("E: ")]
    return (telling or lines or ["it said nothing"])[-1][:300]
