"""The screens of a salesperson in French: what they say in English, too, is what people wrote, or the same word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.selling import furniture_office
from tests.e2e.conftest import served
from tools.stage.office import Office

server = served("offline_crm")
office = furniture_office()

#: What people wrote: names of records.
WRITTEN = {
    "Azure Interior", "Library extension", "Oak desk", "Brass lamp", "Autumn", "A tenth off", "Public", "Libraries",
    "Classroom", "Three parts in a year", "Sam Seller", "Oak & Sons", "Odoo Offline", "VAT", "USD",
    "English (US)", "12 Mill Lane", "4000 Oldtown", "info@yourcompany.com",
}  # fmt: skip
#: Words that both languages write alike.
ALIKE = {
    "Agenda",
    "Contact",
    "Contacts",
    "Code",
    "Expiration",
    "Note",
    "Photo",
    "Pipeline",
    "Promotions",
    "Proposition",
    "Section",
    "Taxes",
    "Total",
}

#: Every word that a person may read or hear, as it stands in the page.
_WORDS = """() => {
    const found = new Set();
    const shown = (element) => element.checkVisibility() && !element.closest("[aria-hidden=true]");
    const root = document.querySelector(".o_app") ?? document.body;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { parentElement, textContent } = walker.currentNode;
        if (shown(parentElement)) {
            found.add(textContent.trim().replace(/\\s+/g, " "));
        }
    }
    for (const name of ["aria-label", "placeholder", "title"]) {
        for (const element of root.querySelectorAll(`[${name}]`)) {
            if (shown(element)) {
                found.add(element.getAttribute(name).trim());
            }
        }
    }
    return [...found].filter((text) => /\\p{L}{3}/u.test(text));
}"""


@pytest.fixture(scope="module")
def french(office: Office) -> str:
    """The code of French, which the office speaks as well."""
    code = "fr_FR"
    language = office.find("res.lang", ("code", "=", code), ("active", "in", [True, False]))
    wizard = office.create("base.language.install", lang_ids=[(6, 0, [language])])
    office("base.language.install", "lang_install", [wizard])
    return code


def work(make_app: Callable[..., AppDevice], office: Office, lang: str) -> AppDevice:
    """A salesperson who speaks a language, with an opportunity and an order."""
    login = f"seller_{lang}"
    user = office.hire_salesperson(login, "Sam Seller")
    office.write("res.users", user, lang=lang)
    customer = office.create("res.partner", name="Azure Interior", is_company=True)
    lead = office.create(
        "crm.lead", name="Library extension", type="opportunity", user_id=user, partner_id=customer
    )
    desk = office.find("product.product", ("name", "=", "Oak desk"))
    office.create(
        "sale.order",
        partner_id=customer,
        user_id=user,
        opportunity_id=lead,
        order_line=[(0, 0, {"product_id": desk})],
    )
    app = make_app(locale=lang.replace("_", "-"))
    app.open()
    app.page.locator("input.o_code").fill(office.code(user, office.ref("offline_crm.offline_profile_sales")))
    app.page.locator("button[type=submit]").click()
    app.until_synced().until_installed()
    app.go_offline()
    return app


def words(device: AppDevice) -> dict[str, set[str]]:
    """What each screen says."""
    page = device.page
    lead = device.search("crm.lead", "Library")[0]["id"]
    order = device.search("sale.order")[0]["id"]
    partner = device.search("crm.lead", "Library")[0]["values"]["partner_id"]
    said: dict[str, set[str]] = {}

    def look(name: str) -> None:
        page.wait_for_function("document.fonts.status === 'loaded'")
        said[name] = set(page.evaluate(_WORDS))

    def visit(name: str, path: str, mark: str) -> None:
        device.go(path)
        expect(page.locator(mark).first).to_be_visible()
        look(name)

    visit("home", "/home", ".o_tile")
    visit("pipeline", "/pipeline", ".o_board")
    visit("list", "/list/crm.lead", ".o_chips")
    visit("customer", f"/record/res.partner/{partner}", ".o_numbers")
    visit("lead", f"/record/crm.lead/{lead}", ".o_deal_head")
    visit("order", f"/record/sale.order/{order}", ".o_operations .fa-check")
    # Each operation that asks for something, by its place: its name is what is looked at.
    buttons = page.locator(".o_operations button")
    expect(buttons.first).to_be_visible()
    for at in range(buttons.count()):
        given = device.status()["given"]
        if at in _silent(page):
            continue
        buttons.nth(at).click()
        expect(page.get_by_role("dialog").first).to_be_visible()
        look(f"order, operation {at}")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert device.status()["given"] == given
    _make_quotation(device, lead, look)
    page.evaluate(
        "(id) => offlineApp.device.call('sale.order', id, 'cancel', { reason: 'Oak desk' }).then(() => null)",
        order,
    )
    visit("work", "/unsynchronized", ".o_piece")
    for entry in page.evaluate("offlineApp.device.outbox()"):
        mark = f".o_support_mark:text-is('{entry['op']}')"
        visit(f"work: {entry['verb']}", f"/operation/{entry['op']}", mark)
    visit("lead with a quotation", f"/record/crm.lead/{lead}", ".o_made")
    return said


def _silent(page: Page) -> list[int]:
    """The places of operations that are done at once, or open a screen of their own."""
    return list(
        page.evaluate(
            """() => {
                const { entityOf } = odoo.loader.modules.get("@offline_base/app/ui/model/entities");
                const { argumentsOf } = odoo.loader.modules.get("@offline_base/app/ui/forms/arguments");
                const entity = entityOf(offlineApp.entity("sale.order"));
                const asks = new Map(entity.profile.operations.map((operation) => {
                    const hints = entity.operations[operation.name] ?? {};
                    return [operation.label, !hints.run && argumentsOf(operation, hints)?.profile.fields.length > 0];
                }));
                const buttons = [...document.querySelectorAll(".o_operations button")];
                return buttons.flatMap((one, at) => (asks.get(one.textContent.trim()) ? [] : [at]));
            }"""
        )
    )


def _make_quotation(device: AppDevice, lead: int, look: Callable[[str], None]) -> None:
    page = device.page
    device.go(f"/quotation/{lead}")
    add = page.locator(".o_quote_buttons button")
    expect(add.first).to_be_visible()
    look("empty quotation")
    add.first.click()
    look("choosing a product")
    page.get_by_role("dialog").get_by_text("Oak desk").click()
    line = page.get_by_role("button", name="Oak desk")
    expect(line).to_be_visible()
    look("quotation")
    line.click()
    look("line")
    page.keyboard.press("Escape")
    page.locator(".o_foot button").first.click()
    expect(page.locator(".o_paper")).to_be_visible()
    look("paper")
    page.keyboard.press("Escape")
    device.work(page.locator(".o_foot button").last)
    expect(add).to_have_count(0)


def test_no_word_of_ours_is_english_on_the_screens_of_a_french_salesperson(
    make_app: Callable[..., AppDevice], office: Office, french: str
) -> None:
    device = work(make_app, office, "en_US")
    english = words(device)
    device.go_online()
    device = work(make_app, office, french)
    expect(device.page.locator("html")).to_have_attribute("lang", "fr-FR")
    spoken = words(device)
    assert spoken.keys() == english.keys()
    data = WRITTEN | {record["values"]["name"] for record in device.search("product.template")}
    alike = {text for screen in spoken for text in english[screen] & spoken[screen]} - ALIKE
    assert sorted(text for text in alike if not any(name in text for name in data)) == []
