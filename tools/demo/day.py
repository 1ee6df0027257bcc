"""One day: a salesperson in a dead spot, an office that changes stages, prices and customers; then both agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools.stage.network import Network
from tools.stage.office import Office
from tools.stage.phone import NoConnection, Phone

from .shop import ACTIVITY, ENDED_CODE, GOOD_CODE, LEAD, LINE, ORDER, PARTNER, PRICE_RULE, PRODUCT, Shop
from .tell import Teller

FILE = "ir.attachment"
_KINDS = {
    PARTNER: "customer", LEAD: "opportunity", ORDER: "quotation", LINE: "line", ACTIVITY: "activity", FILE: "file",
}  # fmt: skip
#: How wide the report shows what an operation does.
_ROOM = 48
#: What stands for the picture that Marc takes.
_PHOTO = (
    Path(__file__).resolve().parents[2] / "addons" / "offline_base" / "static" / "description" / "icon.png"
)


def play(tell: Teller, office: Office, network: Network, home: Path) -> bool:
    """Tell the day while it happens; True when it ended as it should, and all hold the same."""
    shop = Shop.open(tell, office)
    profile = office.ref("offline_crm.offline_profile_sales")
    phone, tablet = Phone(home / "phone"), Phone(home / "tablet")

    tell.scene("1  Two devices enrol and download")
    for device, name in ((phone, "Marc's phone"), (tablet, "Marc's tablet")):
        device.enrol(network.url, office.code(shop.marc, profile), name)
        device.sync()
        tell.line("device", f"{name}: {_held(device('status')['held'])}")

    tell.scene("2  The network goes away; work goes on")
    network.close()
    try:
        phone.sync()
    except NoConnection:
        tell.line("phone", "tries to sync: no connection, everything is kept")
    order = _work(tell, phone, shop)
    waiting = phone("outbox")
    tell.line("phone", f"{len(waiting)} operations wait in its outbox")

    tell.scene("3  Meanwhile the office goes on, too")
    shop.move_on(tell)

    tell.scene("4  The network is back: first the answer gets lost, then all goes well")
    network.open()
    network.lose_answers()
    try:
        phone.sync()
    except NoConnection:
        tell.line("network", "the server did the work, its answer never arrived")
    phone.sync()
    tell.line("phone", "sends the same operations again; each counts once:")
    tell.operations([_described(entry) for entry in (*phone("journal"), *phone("outbox"))])

    tell.scene("5  What the office has in the evening")
    went_well = [
        shop.tell_order(tell, phone.show(ORDER, order)["id"]),
        shop.tell_open(tell, [entry["op"] for entry in waiting]),
    ]

    tell.scene("6  Everybody holds the same")
    phone.sync()
    received = tablet.sync()
    tell.line("tablet", f"receives {received['upserts']} changed and lets go of {received['removes']}")
    went_well.append(_compare(tell, office, shop.library, phone, tablet))
    shop.put_back()
    tell.line("office", "puts stage, price and promotion back, for a day of your own")
    return all(went_well)


def _work(tell: Teller, phone: Phone, shop: Shop) -> str:
    """What Marc does without network; answers the name that his phone gave the order."""
    phone("do", PARTNER, str(shop.library), "check_in", "note=Met the librarian; measured the room.")
    tell.line("phone", "arrives at Hillside Library and checks in")
    phone("do", LEAD, str(shop.lead), "convert", "customer=existing", f"partner={shop.library}")
    tell.line("phone", "the lead becomes an opportunity of this customer")
    phone("attach", LEAD, str(shop.lead), str(_PHOTO))
    tell.line("phone", "a picture of the reading room")

    price = _price(phone, shop)
    made = phone.create(
        ORDER, partner_id=str(shop.library), opportunity_id=str(shop.lead),
        pricelist_id=str(shop.price_list), payment_term_id=str(shop.terms),
    )  # fmt: skip
    order = str(made["uid"])
    line = {"product_id": str(shop.desk_variant), "product_uom_qty": "12", "price_unit": str(price)}
    phone.create(LINE, order_id=order, **line)
    tell.line(
        "phone", f"a quotation: 12 desks at {price:.2f}, by their price list; half now, half in 30 days"
    )
    phone("do", ORDER, order, "apply_code", f"code={GOOD_CODE}")
    phone("do", ORDER, order, "confirm")
    tell.line("phone", f"the code {GOOD_CODE}; the librarian says yes: the order is confirmed")

    phone("do", ACTIVITY, str(shop.call), "complete", "feedback=Three metres. They decide next week.")
    tell.line("phone", "the call about the shelves: done, with a word on how it went")
    phone.edit(LEAD, shop.shelves, stage_id=str(shop.stages["Qualified"]))
    tell.line("phone", "Shelves along the wall: moved to Qualified")
    phone.edit(PARTNER, shop.library, phone="(555) 010-0199")
    phone.edit(PARTNER, shop.library, city="Westtown")
    tell.line("phone", "Hillside Library: a new phone number, another city")
    phone("do", ORDER, str(shop.quotation), "apply_code", f"code={ENDED_CODE}")
    tell.line("phone", f"the code {ENDED_CODE} on a quotation of last week")
    return order


def _price(phone: Phone, shop: Shop) -> float:
    """What the phone says that a desk costs this customer: its price, and what the price list takes off."""
    listed = phone.show(PRODUCT, shop.desk)["values"]["list_price"]
    [rule] = phone("search", PRICE_RULE, "--where", f"pricelist_id={shop.price_list}")["records"]
    return float(round(listed * (100 - rule["values"]["percent_price"]) / 100, 2))


def _described(entry: dict[str, Any]) -> dict[str, object]:
    """An entry of the outbox or the journal as the report shows it."""
    fields = ", ".join(entry.get("values") or entry.get("args") or ())
    receipt = entry["receipt"] or {}
    what = f"{entry['verb']} {_KINDS[entry['entity']]}"
    what = f"{what}: {fields}" if fields else what
    return {
        "number": entry["seq"],
        "what": what if len(what) <= _ROOM else f"{what[: _ROOM - 1]}…",
        "status": entry["state"],
        "reason": receipt.get("message"),
    }


def _compare(tell: Teller, office: Office, library: int, *devices: Phone) -> bool:
    """Say what all three hold now, and whether it is the same."""
    names = ("phone", "street", "city")
    stored = office.read(PARTNER, library, *names)
    tablet = devices[-1].show(PARTNER, library)["values"]
    for name in names:
        tell.line("all", f"{name}: {stored[name]}")
    equal = all(tablet[name] == stored[name] for name in names)
    status = [device("status") for device in devices]
    agreed = equal and not any(one["heals"] or one["incidents"] for one in status)
    total = sum(status[-1]["held"].values())
    tell.line(
        "proof", f"digests agree for {total} records" if agreed else "THE DEVICES DIFFER FROM THE SERVER"
    )
    return agreed


def _held(held: dict[str, int]) -> str:
    """The kinds that people ask for; countries, units and the like are only counted."""
    shown = {
        LEAD: "leads and opportunities",
        PARTNER: "contacts",
        PRODUCT: "products",
        ORDER: "quotations and orders",
        ACTIVITY: "activities",
    }
    named = [f"{held[name]} {label}" for name, label in shown.items() if held.get(name)]
    rest = sum(held.values()) - sum(held.get(name, 0) for name in shown)
    return f"{', '.join(named)}, and {rest} records that they need, such as countries"
