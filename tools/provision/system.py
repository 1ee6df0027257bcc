"""What the operating system offers: programs, the distribution's installer, free ports."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from .errors import ProvisionError
from .steps import run, step, warn
from .workspace import Workspace

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def is_root() -> bool:
    return os.geteuid() == 0


def can_install() -> bool:
    """True when missing programs may be installed from the distribution: root on a Debian-like system."""
    return is_root() and shutil.which("apt-get") is not None


def apt_install(space: Workspace, *packages: str) -> None:
    """Install distribution packages system-wide. Only called as root."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    names = ", ".join(packages)
    with step(f"Installing {names}"):
        run(["apt-get", "update"], what="apt-get update", log=space.logs / "apt-update.log", env=env)
        run(
            ["apt-get", "install", "-y", "--no-install-recommends", *packages],
            what=f"Installing {names}",
            log=space.logs / f"apt-{packages[0]}.log",
            env=env,
        )


def find_chromium() -> str | None:
    """The browser of the end-to-end tests: `CHROMIUM`, else one on PATH."""
    chosen = os.environ.get("CHROMIUM")
    if chosen and chosen != "install":
        return shutil.which(chosen)
    return next((found for name in _CHROMIUM_NAMES if (found := shutil.which(name))), None)


def ensure_chromium(space: Workspace) -> None:
    """Have a browser, if that is possible. Without one only the end-to-end tests do not run."""
    if find_chromium() is None and can_install():
        try:
            apt_install(space, "chromium")
        except ProvisionError as error:
            warn(str(error))
    if find_chromium() is None:
        missing = "no Chromium: install it (apt-get install chromium) or set CHROMIUM=/path/to/it"
        if os.environ.get("CI") == "true":
            raise ProvisionError(missing)
        warn(f"{missing}; until then the e2e tests do not run")


def free_port() -> int:
    """A TCP port that nobody uses on the loopback interface right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free_port(port: int) -> None:
    """Refuse a port that something already listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ProvisionError(
                f"port {port}: {error.strerror}; choose another, as in make demo PORT={port + 1}"
            ) from error


def require_space(folder: Path, gibibytes: int) -> None:
    """Refuse to begin what would fill the disk."""
    free = shutil.disk_usage(folder).free
    if free < gibibytes << 30:
        raise ProvisionError(f"{folder} has {free / (1 << 30):.1f} GiB free; setup needs {gibibytes} GiB")
