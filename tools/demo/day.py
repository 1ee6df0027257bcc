"""One day: a phone works in a dead spot while the office changes the same contact; then both agree again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools.stage.network import Network
from tools.stage.office import Office
from tools.stage.phone import NoConnection, Phone

from .tell import Teller

PARTNER, ACTIVITY, FILE = "res.partner", "mail.activity", "ir.attachment"
_KINDS = {PARTNER: "contact", ACTIVITY: "activity", FILE: "file"}
#: What stands for the picture that Marc takes.
_PHOTO = (
    Path(__file__).resolve().parents[2] / "addons" / "offline_base" / "static" / "description" / "icon.png"
)


def play(tell: Teller, office: Office, network: Network, home: Path) -> bool:
    """Tell the day while it happens; True when phone, tablet and office hold the same at its end."""
    bakery, marc = _morning(tell, office)
    phone, tablet = Phone(home / "phone"), Phone(home / "tablet")

    tell.scene("1  Two devices enrol and download")
    for device, name in ((phone, "Marc's phone"), (tablet, "Marc's tablet")):
        device.enrol(network.url, office.code(marc), name)
        device.sync()
        tell.line("device", f"{name}: {_held(device('status')['held'])}")

    tell.scene("2  The network goes away; work goes on")
    network.close()
    try:
        phone.sync()
    except NoConnection:
        tell.line("phone", "tries to sync: no connection, everything is kept")
    _work(tell, phone, bakery)
    tell.line("phone", f"{len(phone('outbox'))} operations wait in its outbox")

    tell.scene("3  Meanwhile the office edits the same contact")
    office.write(PARTNER, bakery, street="12 Mill Lane", city="Northtown")
    tell.line("office", "street: 12 Mill Lane; city: Northtown")
    office.write(PARTNER, bakery, comment="<p>Closed on Mondays.</p>")
    tell.line("office", "note: Closed on Mondays.")

    tell.scene("4  The network is back: first the answer gets lost, then all goes well")
    network.open()
    network.lose_answers()
    try:
        phone.sync()
    except NoConnection:
        tell.line("network", "the server did the work, its answer never arrived")
    phone.sync()
    entries = [*phone("journal"), *phone("outbox")]
    tell.line("phone", "sends the same operations again; each counts once:")
    tell.operations([_described(entry) for entry in entries])

    tell.scene("5  Everybody holds the same")
    phone.sync()
    received = tablet.sync()
    tell.line("tablet", f"receives {received['upserts']} changed and lets go of {received['removes']}")
    return _compare(tell, office, bakery, phone, tablet)


def _morning(tell: Teller, office: Office) -> tuple[int, int]:
    """What the office prepared: a customer with a visit to prepare, for Marc."""
    marc = int(office("res.users", "search", [("login", "=", "demo")])[0])
    bakery = office.create(PARTNER, name="Corner Bakery", is_company=True, city="Oldtown", phone="555-0100")
    model = office("ir.model", "search", [("model", "=", PARTNER)])[0]
    office.create(
        ACTIVITY,
        res_model_id=model,
        res_id=bakery,
        summary="Ask about the new oven",
        user_id=marc,
        activity_type_id=office.ref("mail.mail_activity_data_call"),
    )
    tell.line("office", "has a customer, Corner Bakery, and an activity for Marc")
    return bakery, marc


def _work(tell: Teller, phone: Phone, bakery: int) -> None:
    """What Marc does without network: edits, a new contact, an activity done, and a mistake."""
    phone.edit(PARTNER, bakery, phone="555-0199")
    tell.line("phone", "Corner Bakery: a new phone number")
    phone.edit(PARTNER, bakery, comment="Wants a quote for two ovens.")
    tell.line("phone", "Corner Bakery: a note")
    phone.edit(PARTNER, bakery, city="Westtown")
    tell.line("phone", "Corner Bakery: another city")
    phone.create(PARTNER, name="Ida Baker", parent_id=str(bakery), email="ida@example.com")
    tell.line("phone", "a new contact, Ida Baker, of Corner Bakery")
    found = phone("search", ACTIVITY, "new oven")["records"]
    phone("do", ACTIVITY, str(found[-1]["id"]), "complete", "feedback=They need two.")
    tell.line("phone", "the activity: done, with a word on how it went")
    phone("attach", PARTNER, str(bakery), str(_PHOTO))
    tell.line("phone", "Corner Bakery: a picture of the old oven")
    phone.create(PARTNER, email="nobody@example.com")
    tell.line("phone", "a contact without a name, by mistake")


def _described(entry: dict[str, Any]) -> dict[str, object]:
    """An entry of the outbox or the journal as the report shows it."""
    fields = ", ".join(entry.get("values") or entry.get("args") or ())
    kind = _KINDS[entry["entity"]]
    receipt = entry["receipt"] or {}
    return {
        "number": entry["seq"],
        "what": f"{entry['verb']} {kind}: {fields}"[:48],
        "status": entry["state"],
        "reason": receipt.get("message"),
    }


def _compare(tell: Teller, office: Office, bakery: int, *devices: Phone) -> bool:
    """Say what all three hold now, and whether it is the same."""
    names = ("phone", "street", "city")
    stored = office.read(PARTNER, bakery, *names)
    shown = [device.show(PARTNER, bakery)["values"] for device in devices]
    tablet = shown[-1]
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
        "res.partner": "contacts",
        "product.template": "products",
        "calendar.event": "events",
        ACTIVITY: "activities",
    }
    named = [f"{held[name]} {label}" for name, label in shown.items() if held.get(name)]
    rest = sum(held.values()) - sum(held.get(name, 0) for name in shown)
    return f"{', '.join(named)}, and {rest} records that they need, such as countries"
