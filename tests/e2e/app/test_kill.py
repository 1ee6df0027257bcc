"""A browser that is killed in the middle of a save: what it had kept is there, once, and nothing half."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.app.device import AppDevice
from tests.e2e.conftest import PATIENCE_MS
from tools.stage.chromium import another
from tools.stage.network import Network


def main_process(profile: Path) -> int:
    """The process of the browser that has this profile; those that it started name their kind."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if f"--user-data-dir={profile}" in words and not any(word.startswith("--type=") for word in words):
            return int(folder.name)
    raise LookupError(f"no browser has the profile {profile}")


@pytest.fixture
def start_browser(browser: Browser, network: Network, tmp_path: Path) -> Iterator[Callable[[], AppDevice]]:
    """`start_browser()` is a browser of its own with a profile on the disk; again: the same profile."""
    profile = tmp_path / "profile"
    contexts = []

    def start() -> AppDevice:
        context = another(browser, profile, timezone_id="UTC", locale="en-US")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return AppDevice(context, network)

    yield start
    contexts[-1].close()


def test_killed_browser_has_kept_every_save_that_it_had_confirmed(
    start_browser, network, office, hire, tmp_path
):
    """Proves I2, I5, I8."""
    device = start_browser().enrol(office.code(hire("Lea Killed"))).until_installed()
    device.only_by_hand()
    device.page.evaluate(
        """() => void (async () => {
            for (let number = 0; ; number++) {
                await offlineApp.device.create("res.partner", {name: `Saved ${number}`, comment: "x".repeat(20_000)});
                window.confirmed = number;
            }
        })()"""
    )
    device.page.wait_for_function("window.confirmed >= 15")
    confirmed = device.page.evaluate("window.confirmed")
    os.killpg(main_process(tmp_path / "profile"), signal.SIGKILL)
    network.close()
    device = start_browser().open().until_ready()
    names = device.page.evaluate(
        "offlineApp.device.outbox().then((entries) => entries.map(({seq, body}) => [seq, body.values.name]))"
    )
    assert len(names) > confirmed
    assert names == [[number + 1, f"Saved {number}"] for number in range(len(names))]
    network.open()
    assert device.sync()
    assert office("res.partner", "search_count", [("name", "like", "Saved ")]) == len(names)
