"""What salespeople look at most, on a small phone: whole, named apart, and with the focus where they are."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.app.selling import add, furniture_office, make, row
from tests.e2e.app.test_every_screen import SMALL, faults, too_wide
from tests.e2e.app.test_sales_day import LEAD, Day, day  # noqa: F401 (a fixture)
from tests.e2e.conftest import served

server = served("offline_crm")
office = furniture_office()

LONG = "Oak reading table with two drawers, a socket and a lamp"
#: Words of which none may be missing: amounts, what a line is, what is to be merged, why a code does not count.
_WHOLE = """
    .o_quote_columns .o_row_title, .o_quote_columns .o_row_subtitle, .o_quote_amount, .o_made .o_row_title, .o_card_sum,
    .o_similar .o_row_title
"""
_CUT = """
    (texts) => [...document.querySelectorAll(texts)]
        .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth)
        .map((one) => one.textContent)
"""


def unfit(page: Page) -> list[str]:
    """What leaves its sides on a small phone, or is cut off there."""
    page.set_viewport_size(SMALL["viewport"])
    return too_wide(page) + [f"cut: {text}" for text in page.evaluate(_CUT, _WHOLE)]


def begin(day: Day) -> Page:  # noqa: F811
    device = day.device
    device.go(f"/quotation/{day.deals['desks']}")
    expect(device.heading("New quotation")).to_be_visible()
    return device.page


def test_quotations_are_whole_on_a_small_phone_and_those_on_one_screen_are_named_apart(day: Day) -> None:  # noqa: F811
    office, device = day.office, day.device
    office.create("product.template", name=LONG, list_price=12420.5, taxes_id=[(6, 0, [])])
    assert device.sync()
    device.only_by_hand()
    device.go_offline()
    page = begin(day)
    add(device, LONG)
    add(device, "Brass lamp")
    device.button("Section").click()
    page.get_by_label("Heading").fill("Furniture of the second floor, with mounting and delivery")
    device.button("Done").click()
    device.button("Enter a code").click()
    page.get_by_role("textbox", name="Code").fill("NOSUCHCODE-2026")
    device.button("Use it").click()
    expect(row(page, "NOSUCHCODE-2026")).to_be_visible()
    found = {"editor": unfit(page)}
    discount = page.get_by_label("Discount in %")
    for quantity, percent, name in (("1250", "12.5", "discounted"), ("1", "", "editor again")):
        row(page, LONG).click()
        page.get_by_label("Quantity").fill(quantity)
        discount.fill(percent)
        device.button("Done").click()
        expect(discount).to_have_count(0)
        found[name] = unfit(page)
    row(page, "Brass lamp").click()
    found["line"] = unfit(page)
    device.button("Done").click()
    make(device)
    begin(day)
    add(device, "Brass lamp")
    make(device)
    begin(day)
    add(device, "Brass lamp")
    make(device)

    device.go(f"/record/{LEAD}/{day.deals['desks']}")
    made = page.locator(".o_made")
    expect(made).to_have_count(3)
    found["made"] = unfit(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    buttons = made.get_by_role("button")
    names = [button.evaluate("(one) => one.ariaLabel ?? one.innerText.trim()") for button in buttons.all()]
    assert len(names) == len(set(names)), names
    assert any(name.startswith("Send by email: $12,456.80") for name in names), names
    assert faults(page) == []
    page.get_by_role("button", name="Send by email: $36.30 (2)", exact=True).click()
    device.work(page.get_by_role("dialog").get_by_role("button", name="Send", exact=True))
    expect(page.get_by_role("button", name="Send by email: $36.30 (2)", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Send by email: $36.30 (1)", exact=True)).to_have_count(1)


def test_customer_is_whole_on_a_small_phone_and_all_of_a_kind_is_shown_where_one_is(day: Day) -> None:  # noqa: F811
    office, device, page = day.office, day.device, day.device.page
    product = office.find("product.product", ("name", "=", "Oak desk"))
    line = [(0, 0, {"product_id": product, "product_uom_qty": 24})]
    for _ in range(7):
        office.create("sale.order", partner_id=day.customer, user_id=day.user, order_line=line)
    for note in ("They want to see samples of the wood before they decide", "Nobody there"):
        page.evaluate(
            """([id, note]) => offlineApp.device.call("res.partner", id, "check_in", { note }).then(() => null)""",
            [day.customer, note],
        )
    email = office.read(LEAD, day.deals["lead"], "email_from")["email_from"]
    office.create(
        LEAD,
        name="Tables for meetings of the council and of others",
        type="lead",
        user_id=day.user,
        email_from=email,
    )
    assert device.sync()
    found = {}
    device.go(f"/record/res.partner/{day.customer}")
    quotations = page.locator(".o_card_group").filter(has=page.get_by_role("heading", name="Open quotations"))
    expect(quotations.locator(".o_row")).to_have_count(5)
    found["customer"] = unfit(page)
    more = page.get_by_role("button", name="Show all (7): Open quotations", exact=True)
    more.focus()
    page.keyboard.press("Enter")
    expect(quotations.locator(".o_row")).to_have_count(7)
    expect(quotations.locator(".o_row").nth(5)).to_be_focused()
    expect(page.get_by_role("button", name="Add: Opportunities", exact=True)).to_have_count(1)
    page.get_by_text("They want to see samples").click()
    expect(page.locator(".o_facts")).to_have_count(1)
    found["visit"] = unfit(page)

    device.go(f"/record/{LEAD}/{day.deals['lead']}")
    device.button("Convert to Opportunity").click()
    expect(page.get_by_role("radio", name="A new customer")).to_be_visible()
    found["convert"] = unfit(page)
    day.confirm("Convert")
    assert device.sync()
    expect(page.locator(".o_similar")).to_contain_text("Tables for meetings")
    found["similar"] = unfit(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
