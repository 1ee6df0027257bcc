"""A device gets in: by a code, by the session of Odoo, by the link of the office; and what it says when it does not."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP


def test_typed_code_makes_a_device_that_holds_what_concerns_its_person(make_app, office, hire):
    company = office.create("res.partner", name="Corner Bakery", is_company=True)
    device = make_app().enrol(office.code(hire("Ana Silva")))
    assert company in [record["id"] for record in device.search("res.partner", "corner bakery")]
    held = office.find("offline.device", ("user_id.name", "=", "Ana Silva"), ("state", "=", "active"))
    assert office.read("offline.device", held, "name")["name"]


def test_link_of_the_office_enrols_without_typing_and_does_not_stay_in_the_address(make_app, office, hire):
    device = make_app()
    device.open(office.code(hire("Ben Link")))
    device.until_synced()
    assert office.find("offline.device", ("user_id.name", "=", "Ben Link"))
    assert "-" not in device.page.url.partition("#")[2]


def test_session_of_odoo_enrols_a_device_of_ones_own(make_app, office, hire):
    user = hire("Cleo Session")
    login = office.read("res.users", user, "login")["login"]
    device = make_app(DESKTOP)
    device.open()
    device.button("Use my Odoo session").click()
    device.page.get_by_role("link", name="Sign in to Odoo").click()
    device.page.get_by_label("Email", exact=True).fill(login)
    device.page.get_by_label("Password", exact=True).fill(login)
    device.page.get_by_role("button", name="Log in", exact=True).click()
    device.button("Use my Odoo session").click()
    device.until_synced()
    assert device.status()["user"] == "Cleo Session"


def test_refused_code_says_what_to_do_and_another_one_works(make_app, office, hire):
    user = hire("Dora Typo")
    device = make_app()
    device.open()
    field = device.page.get_by_label("Enrolment code")
    field.fill("ABCD")
    device.button("Use this code").click()
    expect(device.page.get_by_role("alert")).to_contain_text("sixteen letters and digits")
    field.fill("ABCD-EFGH-JKMN-PQRS")
    device.button("Use this code").click()
    expect(device.page.get_by_role("alert")).to_contain_text("Ask your office for a new code")
    field.fill(office.code(user).lower())
    device.button("Use this code").click()
    device.until_synced()


def test_without_network_enrolling_says_so_and_goes_on_when_there_is_one(make_app, office, hire):
    device = make_app()
    device.open()
    device.page.get_by_label("Enrolment code").fill(office.code(hire("Emil Cellar")))
    device.go_offline()
    device.button("Use this code").click()
    expect(device.page.get_by_role("alert")).to_contain_text("Odoo cannot be reached")
    device.go_online()
    device.button("Use this code").click()
    device.until_synced()


def test_app_speaks_the_language_of_the_browser_before_anybody_signs_in(make_app, office):
    office(
        "base.language.install",
        "lang_install",
        [
            office.create(
                "base.language.install",
                lang_ids=[
                    (6, 0, [office.find("res.lang", ("code", "=", "fr_FR"), ("active", "in", [True, False]))])
                ],
            )
        ],
    )
    device = make_app(locale="fr-CA")
    device.open()
    expect(device.page.locator("html")).to_have_attribute("lang", "fr-FR")
