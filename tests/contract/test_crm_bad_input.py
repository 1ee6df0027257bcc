"""Work of salespeople that does not fit any more: over the wire, each piece of it is refused or waits, in words.

A salesperson is told what it is about and what to do now; nothing of what they sent is lost, and nothing of it is done
by halves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from offline_core.errors import CATALOGUE
from tests.contract.conftest import bare_office, served
from tests.faults.wire import Wire, uuid7
from tools.provision.server import OdooServer
from tools.stage.office import Office

LEAD, ORDER, LINE = "crm.lead", "sale.order", "sale.order.line"


server = served("offline_crm")
office = bare_office()


class Shop:
    """What is sold, to whom, and by whom: the ground of all cases."""

    def __init__(self, office: Office, url: str) -> None:
        self.office, self.url = office, url
        self.seller = self._hired("seller", "Seller")
        self.team = office.create("crm.team", name="North", member_ids=[(6, 0, [self.seller])])
        self.tax = office.create(
            "account.tax", name="Ten", amount=10, type_tax_use="sale", price_include_override="tax_excluded"
        )
        self.desk = office.create(
            "product.product", name="Desk", list_price=100, taxes_id=[(6, 0, [self.tax])]
        )
        self.partner = office.create("res.partner", name="Azure Interior", email="azure@example.com")

    def _hired(self, login: str, name: str) -> int:
        user = self.office.hire_salesperson(login, name)
        self.office.write("res.users", user, email=f"{login}@example.com")
        return user

    def device(self, user: int | None = None) -> Wire:
        profile = self.office.ref("offline_crm.offline_profile_sales")
        code = self.office("offline.device", "issue_enrolment_code", user or self.seller, profile)["code"]
        return Wire.enrol(self.url, str(code))

    def lead(self, **values: Any) -> int:
        given = {
            "name": "Desks for Azure",
            "type": "opportunity",
            "user_id": self.seller,
            "team_id": self.team,
        }
        given |= {"partner_id": self.partner, "stage_id": self.office.ref("crm.stage_lead1")}
        return self.office.create(LEAD, **(given | values))

    def program(self, code: str, **values: Any) -> int:
        rule = {"mode": "with_code", "code": code, "minimum_qty": 0}
        reward = {"reward_type": "discount", "discount": 10, "discount_mode": "percent"}
        given = {"name": code.title(), "program_type": "promo_code"}
        given |= {"rule_ids": [(5, 0, 0), (0, 0, rule)], "reward_ids": [(5, 0, 0), (0, 0, reward)]}
        return self.office.create("loyalty.program", **(given | values))

    def order(self, device: Wire, **args: Any) -> tuple[str, int]:
        """A quotation that a device made: the name that it gave it, and its number in Odoo."""
        uid = uuid7()
        given = {"uid": uid, "lines": [{"product": self.desk}], **args}
        [receipt] = device.receipts(device.operation(LEAD, "quote", target={"id": self.lead()}, args=given))
        assert receipt["status"] == "applied", receipt
        return uid, receipt["result"]["order"]


@pytest.fixture(scope="module")
def shop(server: OdooServer, office: Office) -> Shop:
    return Shop(office, server.url)


@dataclass(frozen=True)
class Told:
    """How it must end: its state, its code, and what its person reads.

    ``names`` say what it is about, ``way`` what to do now; where the server does not say the way, the catalogue does,
    which the app shows. ``parked`` is the field that waits for the office.
    """

    status: str
    code: str | None = None
    names: tuple[str, ...] = ()
    way: str = ""
    fields: tuple[str, ...] = ()
    parked: str | None = None


@dataclass
class Case:
    """What went wrong, as an operation that a device sends."""

    verb: str
    args: dict[str, Any] = field(default_factory=dict)
    entity: str = LEAD
    target: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


Given = Callable[[Shop, Wire], Case]
CASES: list[tuple[str, Given, Told]] = []


def case(title: str, told: Told) -> Callable[[Given], Given]:
    def add(given: Given) -> Given:
        CASES.append((title, given, told))
        return given

    return add


def quote(shop: Shop, **args: Any) -> Case:
    given = {"uid": uuid7(), "lines": [{"product": shop.desk}], **args}
    return Case("quote", given, target={"id": shop.lead()})


@case("a code that nobody knows", Told("rejected", "validation_failed", ("SUMMER",), "Take it off, or ask"))
def _unknown_code(shop: Shop, device: Wire) -> Case:
    return quote(shop, codes=["SUMMER"])


@case("a promotion that is over", Told("rejected", "validation_failed", ("AUTUMN",), "Take it off, or ask"))
def _expired(shop: Shop, device: Wire) -> Case:
    shop.program("AUTUMN", date_from="2020-01-01", date_to="2020-02-01")
    return quote(shop, codes=["AUTUMN"])


@case(
    "a product that was archived", Told("rejected", "validation_failed", ("Stool",), "choose another product")
)
def _archived(shop: Shop, device: Wire) -> Case:
    stool = shop.office.create("product.product", name="Stool", list_price=30)
    shop.office.write("product.product", stool, active=False)
    return quote(shop, lines=[{"product": stool}])


@case(
    "a product that was deleted",
    Told("rejected", "reference_unknown", ("Line 1:",), "Choose another", fields=("lines.0.product",)),
)
def _deleted(shop: Shop, device: Wire) -> Case:
    gone = shop.office.create("product.product", name="Gone", list_price=30)
    shop.office.unlink("product.product", gone)
    return quote(shop, lines=[{"product": gone}])


@case(
    "a price list that was archived",
    Told("rejected", "validation_failed", ("Old prices",), "Choose another one"),
)
def _old_prices(shop: Shop, device: Wire) -> Case:
    old = shop.office.create("product.pricelist", name="Old prices", active=False)
    return quote(shop, pricelist=old)


@case("a price list that is gone", Told("rejected", "reference_unknown", fields=("pricelist",)))
def _no_prices(shop: Shop, device: Wire) -> Case:
    gone = shop.office.create("product.pricelist", name="Gone prices")
    shop.office.unlink("product.pricelist", gone)
    return quote(shop, pricelist=gone)


@case(
    "another currency than was agreed",
    Told("rejected", "validation_failed", ("JPY",), "Choose a price list in JPY"),
)
def _currency(shop: Shop, device: Wire) -> Case:
    return quote(shop, currency="JPY")


@case("a tax that changed meanwhile", Told("conflict", parked="amount_total"))
def _tax(shop: Shop, device: Wire) -> Case:
    taxed = shop.office.create("account.tax", name="Six", amount=6, type_tax_use="sale",
                               price_include_override="tax_excluded")  # fmt: skip
    lamp = shop.office.create("product.product", name="Lamp", list_price=100, taxes_id=[(6, 0, [taxed])])
    shop.office.write("account.tax", taxed, amount=21)
    line = {"product": lamp, "price_unit": 100, "price_total": 106}
    uid, _number = shop.order(device, lines=[line], amount_total=106)
    return Case("confirm", {"amount_total": 106}, ORDER, {"uid": uid})


@case("a customer whose credit is used up", Told("conflict", parked="partner_credit_warning"))
def _credit(shop: Shop, device: Wire) -> Case:
    company = shop.office.read("res.users", shop.office.uid, "company_id")["company_id"][0]
    shop.office.write("res.company", company, account_use_credit_limit=True)
    shop.office.write("res.partner", shop.partner, use_partner_credit_limit=True, credit_limit=50)
    uid, _number = shop.order(device)
    return Case("confirm", {}, ORDER, {"uid": uid})


@case(
    "a stage of another team",
    Told("rejected", "validation_failed", ("Southern", "North"), "Choose another stage"),
)
def _stage(shop: Shop, device: Wire) -> Case:
    south = shop.office.create("crm.team", name="South")
    stage = shop.office.create("crm.stage", name="Southern", team_ids=[(6, 0, [south])])
    return Case("set_stage", {"stage": stage}, target={"id": shop.lead()})


@case(
    "a stage of another team, as a field",
    Told("rejected", "validation_failed", ("West", "North"), "Choose another"),
)
def _stage_field(shop: Shop, device: Wire) -> Case:
    west = shop.office.create("crm.team", name="Western")
    stage = shop.office.create("crm.stage", name="West", team_ids=[(6, 0, [west])])
    seen = shop.office.ref("crm.stage_lead1")
    more = {"values": {"stage_id": stage}, "base": {"stage_id": seen}}
    return Case("update", target={"id": shop.lead()}, more=more)


@case("an order that the office confirmed", Told("rejected", "validation_failed", ("S0",), "Ask the office"))
def _confirmed(shop: Shop, device: Wire) -> Case:
    uid, number = shop.order(device)
    shop.office(ORDER, "action_confirm", [number])
    return Case("apply_code", {"code": "ANY"}, ORDER, {"uid": uid})


@case("a line of an order that the office confirmed", Told("conflict", parked="state"))
def _confirmed_line(shop: Shop, device: Wire) -> Case:
    uid, number = shop.order(device)
    shop.office(ORDER, "action_confirm", [number])
    values = {"order_id": {"uid": uid}, "product_id": shop.desk, "product_uom_qty": 1}
    return Case("create", entity=LINE, target={"uid": uuid7()}, more={"values": values})


@case("less than nothing", Told("rejected", "validation_failed", ("Desk",), "Enter what is sold"))
def _negative(shop: Shop, device: Wire) -> Case:
    return quote(shop, lines=[{"product": shop.desk, "quantity": -2}])


@case("less than nothing, on a line", Told("rejected", "validation_failed", ("Desk",), "Enter what is sold"))
def _negative_line(shop: Shop, device: Wire) -> Case:
    uid, _number = shop.order(device)
    values = {"order_id": {"uid": uid}, "product_id": shop.desk, "product_uom_qty": -2}
    return Case("create", entity=LINE, target={"uid": uuid7()}, more={"values": values})


@case("a customer of another company", Told("rejected", "reference_unknown", fields=("partner",)))
def _foreign(shop: Shop, device: Wire) -> Case:
    other = shop.office.create("res.company", name="Another")
    hidden = shop.office.create("res.partner", name="Hidden", company_id=other)
    return quote(shop, partner=hidden)


@case("a trail where the profile allows none", Told("rejected", "entity_unknown"))
def _no_trail(shop: Shop, device: Wire) -> Case:
    values = {"has_consented": True, "device_at": "2026-11-21T08:00:00Z"}
    return Case("create", entity="offline.trail", target={"uid": uuid7()}, more={"values": values})


@case(
    "where somebody was before they went on duty",
    Told("rejected", "validation_failed", ("before you went on duty",), "Discard them"),
)
def _before_duty(shop: Shop, device: Wire) -> Case:
    shop.office.write("offline.profile", shop.office.ref("offline_crm.offline_profile_sales"), has_trail=True)
    uid = uuid7()
    values = {"has_consented": True, "device_at": "2026-11-21T08:00:00Z"}
    begin = device.operation("offline.trail", "create", target={"uid": uid}, values=values)
    assert device.receipts(begin)[0]["status"] == "applied"
    there = {"at": "2026-11-21T07:59:00Z", "latitude": 50.8, "longitude": 4.3, "accuracy_m": 9}
    return Case("add_positions", {"positions": [there]}, "offline.trail", {"uid": uid})


@pytest.fixture
def device(shop: Shop, office: Office) -> Iterator[Wire]:
    yield shop.device()
    # What one case sets for all is taken back.
    office.write("offline.profile", office.ref("offline_crm.offline_profile_sales"), has_trail=False)
    company = office.read("res.users", office.uid, "company_id")["company_id"][0]
    office.write("res.company", company, account_use_credit_limit=False)


@pytest.mark.parametrize(("given", "told"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_work_that_does_not_fit_is_kept_and_says_what_to_do(
    shop: Shop, office: Office, device: Wire, given: Given, told: Told
) -> None:
    """Proves I7, I8."""
    what = given(shop, device)
    before = _documents(office)
    operation = device.operation(what.entity, what.verb, target=what.target, args=what.args, **what.more)
    if what.verb in ("create", "update"):
        del operation["args"]
    answer = device.post("push", {"operations": [operation]})
    assert answer.status_code == 200
    [receipt] = answer.json()["receipts"]
    assert (receipt["status"], receipt["code"]) == (told.status, told.code), receipt
    if told.parked:
        assert list(receipt["conflict"]["fields"]) == [told.parked], receipt
        assert receipt["conflict"]["decider"] == "office"
    else:
        _check_words(receipt, told)
    # Nothing of it is done, nothing of it is lost.
    assert _documents(office) == before
    kept = [("op", "=", operation["op"]), ("status", "=", told.status)]
    found = office("offline.operation", "search_read", kept, ["payload"])
    sent = "values" if what.verb in ("create", "update") else "args"
    assert found[0]["payload"][sent] == operation[sent]
    # Sent again it gives the same answer; the work after it goes on.
    note = device.operation(LEAD, "post_note", target={"id": shop.lead()}, args={"text": "Goes on"})
    again = device.receipts(operation, note)
    assert [one["status"] for one in again] == [told.status, "applied"]


def _check_words(receipt: dict[str, Any], told: Told) -> None:
    """Its person reads what it is about, and what to do now."""
    entry = CATALOGUE[told.code or ""]
    assert all(name in receipt["message"] for name in told.names), receipt
    assert tuple(receipt["fields"]) == told.fields, receipt
    assert all(receipt["fields"].values())
    if told.way:
        assert told.way in receipt["message"], receipt
    else:
        # It may not be told of a record that it may not read: the field is named, and the app says the catalogue's way.
        assert receipt["message"] == entry.title
        assert entry.remedy


def _documents(office: Office) -> dict[str, int]:
    counts = {model: office(model, "search_count", []) for model in (ORDER, LINE)}
    return counts | {"sold": office(ORDER, "search_count", [("state", "=", "sale")])}


def test_refused_work_is_finished_by_its_person(shop: Shop, device: Wire) -> None:
    """Proves I8, I10. The way on is one: another product, and the quotation is there."""
    stool = shop.office.create("product.product", name="Bench", list_price=30)
    shop.office.write("product.product", stool, active=False)
    bad = quote(shop, lines=[{"product": stool}])
    operation = device.operation(LEAD, "quote", target=bad.target, args=bad.args)
    assert device.receipts(operation)[0]["status"] == "rejected"
    better = {**bad.args, "lines": [{"product": shop.desk}]}
    amend = device.operation(LEAD, "amend", args={"op": operation["op"], "args": better})
    [receipt] = device.receipts(amend)
    assert receipt["status"] == "applied", receipt


def test_order_agreed_in_a_closed_period_is_taken_and_invoiced_in_an_open_one(
    shop: Shop, office: Office, device: Wire
) -> None:
    """Odoo closes periods for the books: an order is none of them, its invoice is of the day on which it is made."""
    company = office.read("res.users", office.uid, "company_id")["company_id"][0]
    office.write("res.company", company, sale_lock_date="2026-11-21")
    try:
        uid, number = shop.order(device)
        [receipt] = device.receipts(device.operation(ORDER, "confirm", target={"uid": uid}, args={}))
        assert receipt["status"] == "applied", receipt
    finally:
        office.write("res.company", company, sale_lock_date=False)
    found = office.read(ORDER, number, "state", "date_order")
    assert found["state"] == "sale"


def test_refusals_speak_the_language_of_the_salesperson(
    server: OdooServer, shop: Shop, office: Office
) -> None:
    (french,) = office("res.lang", "search", [("code", "=", "fr_FR")], context={"active_test": False})
    wizard = office.create("base.language.install", lang_ids=[(6, 0, [french])], overwrite=True)
    office("base.language.install", "lang_install", [wizard])
    camille = shop._hired("camille", "Camille Durand")
    office.write("res.users", camille, lang="fr_FR")
    device = shop.device(camille)
    stool = office.create("product.product", name="Tabouret", list_price=30)
    office.write("product.product", stool, active=False)
    lead = shop.lead(user_id=camille)
    args = {"uid": uuid7(), "lines": [{"product": stool}]}
    [receipt] = device.receipts(device.operation(LEAD, "quote", target={"id": lead}, args=args))
    assert (receipt["status"], receipt["code"]) == ("rejected", "validation_failed")
    assert receipt["message"] == "Tabouret n'est plus vendu. Retirez-le, ou choisissez un autre article."
