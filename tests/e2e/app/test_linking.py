"""A customer whom the office knows is made anew without network, with work on them: there is one in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tests.e2e.app.test_every_screen import faults
from tests.e2e.conftest import served, staffed_office
from tools.stage.office import Office

LEAD, PARTNER, ACTIVITY = "crm.lead", "res.partner", "mail.activity"
_numbers = count(1)


server = served("offline_crm")
office = staffed_office()


@pytest.fixture
def seller(make_app: Callable[..., AppDevice], office: Office) -> Iterator[AppDevice]:
    """The phone of a salesperson whose profile links new contacts with those that are there."""
    profile = office.ref("offline_crm.offline_profile_sales")
    line = office.find("offline.profile.entity", ("profile_id", "=", profile), ("entity", "=", PARTNER))
    before = office.read("offline.profile.entity", line, "duplicate_policy")["duplicate_policy"]
    office.write("offline.profile.entity", line, duplicate_policy="link")
    user = office.hire_salesperson(f"linker{next(_numbers)}", "Lia Linker")
    yield make_app().enrol(office.code(user, profile)).until_synced()
    office.write("offline.profile.entity", line, duplicate_policy=before)


def meet(seller: AppDevice, office: Office, name: str, **values: str) -> tuple[str, int]:
    """A new customer without network, with a lead, a call and a quotation: their uid, and the lead's user."""
    made = seller.create(PARTNER, name=name, **values)
    ref = {"uid": made["uid"]}
    deal = seller.create(LEAD, name=f"Desks for {name}", type="opportunity", partner_id=ref)
    user = int(seller.page.evaluate("offlineApp.device.settings.user.id"))
    call = {"res_model": PARTNER, "res_id": ref, "summary": f"Ring {name}", "date_deadline": "2026-12-01"}
    seller.create(ACTIVITY, **call, user_id=user)
    product = office.find("product.product", ("sale_ok", "=", True), ("type", "=", "consu"))
    line = {"uid": seller.page.evaluate("crypto.randomUUID()"), "product": product, "quantity": 2}
    args = {"uid": seller.page.evaluate("crypto.randomUUID()"), "lines": [line]}
    seller.page.evaluate(
        "([entity, ref, args]) => offlineApp.device.call(entity, ref, 'quote', args).then(() => null)",
        [LEAD, deal["uid"], args],
    )
    return str(made["uid"]), user


def hangs_on(office: Office, partner: int) -> tuple[int, int, int]:
    """How many leads, calls and orders Odoo has of a customer."""
    activity = [("res_model", "=", PARTNER), ("res_id", "=", partner)]
    return (
        office(LEAD, "search_count", [("partner_id", "=", partner)]),
        office(ACTIVITY, "search_count", activity),
        office("sale.order", "search_count", [("partner_id", "=", partner)]),
    )


def test_customer_made_anew_is_the_one_of_the_office_with_all_that_hangs_on_them(
    seller: AppDevice, office: Office
) -> None:
    """Proves I2, I8. The screen that is open on the new one goes on with the one that is there."""
    there = office.create(
        PARTNER, name="Reading Rooms Ltd", email="rooms@linker.example", phone="+32 2 290 34 90"
    )
    seller.sync()
    seller.go_offline()
    uid, _user = meet(seller, office, "Reading R.", email="rooms@linker.example", city="Ghent")
    seller.go(f"/record/{PARTNER}/{uid}")
    expect(seller.heading("Reading R.")).to_be_visible()
    assert len(seller.search(PARTNER, "reading")) == 2

    seller.go_online()
    assert seller.sync()
    seller.until_synced()

    expect(seller.heading("Reading Rooms Ltd")).to_be_visible()
    seller.says("Ghent")
    assert faults(seller.page) == []
    [shown] = seller.search(PARTNER, "reading")
    assert shown["id"] == there
    assert seller.page.evaluate("offlineApp.device.outbox()") == []
    assert office(PARTNER, "search", [("email_normalized", "=", "rooms@linker.example")]) == [there]
    assert hangs_on(office, there) == (1, 1, 1)
    assert office.read(PARTNER, there, "city")["city"] == "Ghent"


def test_person_who_is_asked_says_which_one_it_is(seller: AppDevice, office: Office) -> None:
    """Proves I8. Two may be meant: what hangs on the new one waits, and follows the word of its person."""
    seller.go_offline()
    uid, _user = meet(seller, office, "Mill", email="info@mill-linker.example")
    first, second = (
        office.create(PARTNER, name=name, email="info@mill-linker.example")
        for name in ("Blue Mill", "Green Mill")
    )
    seller.go_online()
    seller.sync()
    [op] = seller.page.evaluate(
        "offlineApp.device.unresolved().then((all) => all.filter(({state}) => state === 'conflict').map(({op}) => op))"
    )
    seller.go(f"/conflict/{op}")
    seller.says("Is it the same?")
    assert faults(seller.page) == []
    seller.work(seller.page.get_by_role("button", name="Green Mill"))
    seller.sync()
    seller.until_synced()
    assert seller.page.evaluate("offlineApp.device.outbox()") == []
    assert office(PARTNER, "search", [("email_normalized", "=", "info@mill-linker.example")]) == [
        first,
        second,
    ]
    assert (hangs_on(office, first), hangs_on(office, second)) == ((0, 0, 0), (1, 1, 1))
    seller.go(f"/record/{PARTNER}/{uid}")
    expect(seller.heading("Green Mill")).to_be_visible()
