"""The widgets of the office's screens alone, by Odoo's own unit tests for the browser (`static/tests`)."""

from __future__ import annotations

import re

from tests.e2e.conftest import DESKTOP

#: The tests' modules are compiled by the server when they are asked for the first time.
_PATIENCE_MS = 180_000


def suite_id(name: str) -> str:
    """What HOOT calls a suite or a test in addresses: Java's hash of its name, as web/tests/test_js.py has it."""
    found = 0
    for letter in name:
        found = ((found << 5) - found + ord(letter)) & 0xFFFFFFFF
    return f"{found:08x}"


def test_widgets_pass_their_own_tests(open_page):
    screen = open_page("head", DESKTOP)
    with screen.page.expect_console_message(
        lambda message: re.search(r"Test suite succeeded|Failed \d+ tests", message.text),
        timeout=_PATIENCE_MS,
    ) as ended:
        suite = suite_id("@offline_base")
        screen.page.goto(f"{screen.url}/web/tests?headless&loglevel=2&preset=desktop&id={suite}")
    assert "Test suite succeeded" in ended.value.text, "\n".join(screen.complaints)
