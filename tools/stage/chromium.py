"""Chromium as the tests use it: the distribution's own, without a screen and without calls home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

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
    """A browser until the block ends, whose contexts leave nothing behind; `ProvisionError` where there is none."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(**_how())
        yield opened
        opened.close()


@contextmanager
def chromium_with_profile(folder: Path, **options: Any) -> Iterator[BrowserContext]:
    """A browser that keeps what it is given in a folder, on the disk, as a person's does."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch_persistent_context(folder, **_how(), **options)
        yield opened
        opened.close()


def another(browser: Browser, folder: Path, *flags: str, **options: Any) -> BrowserContext:
    """A browser with a profile on the disk beside one that runs; who asks for it ends it, as gently as they like."""
    return browser.browser_type.launch_persistent_context(folder, **_how(*flags), **options)


def _how(*flags: str) -> dict[str, Any]:
    found = find_chromium()
    if found is None:
        raise ProvisionError(MISSING)
    # Chromium's sandbox refuses to run as root.
    args = [*_FLAGS, *flags, "--no-sandbox"] if is_root() else [*_FLAGS, *flags]
    return {"executable_path": found, "args": args}
