"""P7 for sales: the screens of a salesperson's device that holds 10,000 contacts, 2,000 leads and 500 orders."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.app.selling import furnished, row

from .bed import NO_LIMITS, Bed
from .data import DOMAIN, LEADS, MINE, PARTNER, SMALL, add_leads, sql
from .measure import Result, Seconds
from .p7_app import by_processor, in_ms, in_rounds

_LEADS, _PRODUCTS, _ORDERS, _OF_ONE = 2_000, 500, 500, 30
#: Below it people take a screen for there at once (a tenth of a second), and for prompt (a third).
_AT_ONCE_MS, _PROMPT_MS = 100, 333
#: Goes to a screen, and answers with the milliseconds until a picture shows all of these.
_GO = """
    async ([path, wanted]) => {
        const began = performance.now();
        location.hash = path;
        return (await drawn(() => wanted.every((one) => document.querySelector(one) !== null))) - began;
    }
"""
#: Taps a button, and answers with the milliseconds until a picture shows another text at a place.
_TAP = """
    async ([name, place]) => {
        const said = () => document.querySelector(place)?.textContent;
        const button = [...document.querySelectorAll("button")].find((one) => one.getAttribute("aria-label") === name);
        const [before, began] = [said(), performance.now()];
        button.click();
        return (await drawn(() => said() !== before)) - began;
    }
"""

_PIPELINE = "the pipeline, until its cards are there"
_CUSTOMER = f"a customer with {_OF_ONE} orders, until numbers and orders are there"
_EDITOR = "a quotation, until a product can be added"
_RECKONED = "one piece more, until the line says what it comes to"


def measure(bed: Bed) -> Result:
    """Open the screens of a selling day, each round in a new process of the browser."""
    bed.kind = LEADS
    user, _office = bed.person()
    customer, lead = _fill(bed, user)

    def play(page: Page, taken: Seconds) -> None:
        taken[_PIPELINE].append(_go(page, "/pipeline", ".o_deal"))
        taken[_CUSTOMER].append(_go(page, f"/record/{PARTNER}/{customer}", ".o_numbers", ".o_card_sum"))
        taken[_EDITOR].append(_go(page, f"/quotation/{lead}", ".o_quote_buttons"))
        _add(page)
        for _time in range(3):
            more = page.evaluate(_TAP, ["One more", "[role=dialog] .o_quote_amount"])
            taken[_RECKONED].append(more / 1000)

    quick, slow = in_rounds(bed, bed.office.code(user, _profile(bed)), play)
    return Result(
        f"Screens of sales with {SMALL:,} contacts, {_LEADS:,} leads, {_ORDERS} orders and {_PRODUCTS} products, in "
        "Chromium, without network",
        claims=[
            in_ms("the pipeline", quick[_PIPELINE], _PROMPT_MS),
            in_ms("a customer all round", quick[_CUSTOMER], _PROMPT_MS),
            in_ms("a quotation is opened", quick[_EDITOR], _PROMPT_MS),
            in_ms("a quantity is reckoned", quick[_RECKONED], _AT_ONCE_MS),
        ],
        seconds=by_processor(quick, slow),
        notes=["Each round is a new process of the browser, so each screen is opened for the first time."],
    )


def _fill(bed: Bed, user: int) -> tuple[int, int]:
    """What the office sells, leads and orders; a customer with many of them, and a lead of theirs."""
    office = furnished(bed.office)
    tax = office.find("account.tax", ("name", "=", "VAT 21 %"))
    products = [
        {"name": f"Chair {n}", "list_price": 20 + n, "taxes_id": [(6, 0, [tax])]} for n in range(_PRODUCTS)
    ]
    chairs = office("product.product", "create", products)
    add_leads(bed.db, _LEADS, user)
    partners = office(PARTNER, "search", DOMAIN, 0, _LEADS, "id")
    sql(
        bed.db,
        """UPDATE crm_lead SET partner_id = (%s::int[])[1 + n / 4]
             FROM (SELECT id AS i, (row_number() OVER (ORDER BY id))::int AS n FROM crm_lead WHERE referred = %s)
               AS numbered WHERE id = i""",
        partners,
        MINE,
    )
    office(
        "sale.order",
        "create",
        [
            {
                "partner_id": partners[0 if n < _OF_ONE else n],
                "user_id": user,
                "order_line": [(0, 0, {"product_id": chairs[(n + k) % _PRODUCTS]}) for k in range(3)],
            }
            for n in range(_ORDERS)
        ],
    )
    lead = office.find(LEADS.model, ("partner_id", "=", partners[0]), ("user_id", "=", user))
    return partners[0], lead


def _profile(bed: Bed) -> int:
    """The usual one, without limits."""
    [profile] = bed.office("offline.profile", "copy", [bed.office.ref(str(LEADS.usual))])
    bed.office.write("offline.profile", profile, **NO_LIMITS)
    return int(profile)


def _go(page: Page, path: str, *wanted: str) -> float:
    """Seconds from leaving one screen until another one shows all of this."""
    return float(page.evaluate(_GO, [path, wanted]) / 1000)


def _add(page: Page) -> None:
    """Add a product, and ask for its line."""
    page.get_by_role("button", name="Add a product").click()
    page.get_by_role("searchbox").last.fill("Chair 77")
    page.get_by_role("dialog").get_by_text("Chair 77").click()
    row(page, "Chair 77").click()
    expect(page.get_by_role("dialog").get_by_label("Quantity")).to_be_visible()
