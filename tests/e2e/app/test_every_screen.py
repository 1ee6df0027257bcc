"""Every screen, with the worst that it may have to show: accessible to all, and inside its sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.app.places import PLACES, Visit, crowd, prepare
from tests.e2e.conftest import DESKTOP, PHONE
from tools.provision.workspace import Workspace

_AXE = (Workspace.here().npm / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
#: The narrowest phones that people still have.
SMALL = {"viewport": {"width": 360, "height": 740}}
_SERIOUS = ("serious", "critical")
#: Boxes that must not be narrower than what is in them; what scrolls sideways on purpose lies inside of them.
_BOXES = ".o_shell, .o_content, .o_card, .o_bar, .o_foot, .o_gate, [role=dialog]"
_TOO_WIDE = """
    (boxes) => [document.scrollingElement, ...document.querySelectorAll(boxes)]
        .filter((box) => box.scrollWidth > box.clientWidth + 1)
        .map((box) => `${box.className || box.tagName}: ${box.scrollWidth} in ${box.clientWidth}`)
"""


@pytest.fixture(scope="session")
def company(office, server) -> int:
    return crowd(office, server.db)


@pytest.fixture
def visit(make_app, office, hire, company, ask) -> Callable[..., Visit]:
    """`visit("he_IL")` is a phone of somebody with that language on which there is everything."""

    def make(lang: str) -> Visit:
        ask("city")
        user = hire("Ana Silva")
        office.write("res.users", user, company_ids=[(4, company)], company_id=company, lang=lang)
        device = make_app(PHONE, locale=lang.replace("_", "-")).enrol(office.code(user))
        return prepare(device, office, user, company)

    return make


def _findings(page: Page, **options: Any) -> list[str]:
    """What axe finds serious or critical on the screen as it is."""
    page.evaluate(_AXE)
    answer = page.evaluate(
        "(options) => axe.run(document, { resultTypes: ['violations'], ...options })", options
    )
    return [
        f"{found['id']}: {node['target']} {node['failureSummary']}"
        for found in answer["violations"]
        if found["impact"] in _SERIOUS
        for node in found["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """The boxes whose content is wider than they are."""
    return list(page.evaluate(_TOO_WIDE, _BOXES))


def faults(page: Page) -> list[str]:
    """What axe finds in both lights, and what leaves its sides at every size; the page is a light phone again."""
    page.set_viewport_size(PHONE["viewport"])
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = too_wide(page) + _findings(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"dark: {one}" for one in _findings(page, runOnly=["color-contrast"])]
    for name, size in (("desk", DESKTOP), ("small", SMALL)):
        page.set_viewport_size(size["viewport"])
        found += [f"{name}: {one}" for one in too_wide(page)]
    page.set_viewport_size(PHONE["viewport"])
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found


@pytest.mark.parametrize(("lang", "direction"), [("en_US", "ltr"), ("he_IL", "rtl")])
def test_every_screen_keeps_nobody_out_and_stays_inside_its_sides(visit, office, lang, direction):
    known = office.find("res.lang", ("code", "=", lang), ("active", "in", [True, False]))
    office.write("res.lang", known, active=True)
    here = visit(lang)
    page = here.device.page
    assert page.evaluate("document.documentElement.dir") == direction
    page.set_viewport_size(PHONE["viewport"])
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = {}
    for name, go in PLACES.items():
        go(here)
        if wrong := faults(page):
            found[name] = wrong
    assert found == {}


def test_the_table_knows_every_screen(make_app):
    device = make_app()
    device.open()
    device.page.wait_for_function("window.offlineApp?.phase === 'enrol'")
    names = device.page.evaluate(
        "odoo.loader.modules.get('@offline_base/app/ui/registries').screens.getEntries().map(([name]) => name)"
    )
    assert set(names) - set(PLACES) == set()
