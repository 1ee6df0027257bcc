"""Chromium as the tests use it: the distribution's own, without a screen and without calls home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tools.provision.errors import ProvisionError
from tools.provision.system import find_chromium, is_root

MISSING = "no Chromium: apt-get install chromium, or set CHROMIUM"
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the block ends; `ProvisionError` where there is none."""
    found = find_chromium()
    if found is None:
        raise ProvisionError(MISSING)
    # Chromium's sandbox refuses to run as root.
    flags = [*_FLAGS, "--no-sandbox"] if is_root() else list(_FLAGS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=flags)
        yield opened
        opened.close()
