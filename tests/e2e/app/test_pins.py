"""A record that the profile leaves out is found in Odoo, pinned, there without network, and let go again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

PARTNER = "res.partner"


@pytest.fixture
def narrow(make_app, office, hire):
    """A phone with a profile of the contacts of one city."""
    lines = [(0, 0, {"entity": PARTNER, "domain": "[('city', '=', 'Pinville')]"})]
    profile = office.create("offline.profile", name="One city", entity_ids=lines)
    office.create(PARTNER, name="Near By", city="Pinville")
    return make_app().enrol(office.code(hire("Pia Pinner"), profile))


def test_record_outside_of_the_profile_is_found_pinned_used_offline_and_let_go(narrow, office):
    app = narrow
    far = office.create(PARTNER, name="Zora Faraway", city="Elsewhere", phone="+32 81 55 01 42")
    app.open(f"/list/{PARTNER}")
    app.page.get_by_role("searchbox").fill("faraway")
    app.says("Nothing fits “faraway”")
    app.button("Search in Odoo").click()
    app.page.get_by_role("dialog").get_by_role("button", name="Zora Faraway").click()
    expect(app.heading("Zora Faraway")).to_be_visible()
    expect(app.button("Pinned to this device")).to_be_visible()

    app.go_offline()
    app.restart()
    app.until_ready()
    app.open(f"/record/{PARTNER}/{far}")
    expect(app.heading("Zora Faraway")).to_be_visible()
    app.edit(PARTNER, far, phone="+32 81 55 01 43")
    app.go_online()
    app.until_synced()
    assert office.read(PARTNER, far, "phone")["phone"] == "+32 81 55 01 43"

    app.page.evaluate("offlineApp.router.go('settings')")
    app.page.get_by_role("button", name="Pinned records").click()
    app.button("Keep no longer: Zora Faraway").click()
    app.says("Nothing is pinned")
    assert app.sync()
    assert {one["values"]["name"] for one in app.search(PARTNER)} == {"Near By"}


def test_record_that_the_user_may_not_read_is_neither_found_nor_pinned(narrow, office):
    """Proves I4."""
    app = narrow
    company = office.create("res.company", name="Secret Ltd")
    hidden = office.create(PARTNER, name="Hidden Harry", company_id=company)
    app.open(f"/list/{PARTNER}")
    app.page.get_by_role("searchbox").fill("hidden harry")
    app.button("Search in Odoo").click()
    app.says("Odoo has nothing that fits")
    app.page.keyboard.press("Escape")
    app.page.evaluate("(id) => offlineApp.device.pins.put('res.partner', id, true)", hidden)
    assert app.sync()
    assert {one["values"]["name"] for one in app.search(PARTNER)} == {"Near By"}
