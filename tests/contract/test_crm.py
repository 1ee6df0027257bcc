"""The addon `offline_crm` over the wire: a salesperson's day without network, against a real server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import bare_office, served
from tests.faults.wire import Wire, uuid7
from tools.provision.server import OdooServer
from tools.stage.office import Office
from tools.stage.phone import Phone

LEAD = "crm.lead"


server = served("offline_crm")
office = bare_office()


@pytest.fixture(scope="module")
def seller(office: Office) -> int:
    user = office.hire_salesperson("seller", "Seller")
    office("res.users", "write", [user], {"email": "seller@example.com"})
    office.create("crm.team", name="North", member_ids=[(6, 0, [user])])
    return user


@pytest.fixture(scope="module")
def code(office: Office, seller: int) -> Callable[[], str]:
    """A code for a new device of the seller with the addon's profile."""
    profile = office.ref("offline_crm.offline_profile_sales")
    return lambda: str(office("offline.device", "issue_enrolment_code", seller, profile)["code"])


@pytest.fixture
def device(server: OdooServer, code: Callable[[], str]) -> Wire:
    return Wire.enrol(server.url, code())


def lead(office: Office, seller: int, **values: Any) -> int:
    given = {
        "name": "Desks",
        "type": "opportunity",
        "user_id": seller,
        "stage_id": office.ref("crm.stage_lead1"),
    }
    return office.create(LEAD, **(given | values))


def test_profile_tells_devices_of_every_function_with_its_arguments(device: Wire) -> None:
    [entity] = [one for one in device.profile()["entities"] if one["name"] == LEAD]
    told = {operation["name"]: operation for operation in entity["operations"]}
    assert {name: operation["label"] for name, operation in told.items()} == {
        "convert": "Convert to Opportunity",
        "mark_won": "Mark Won",
        "mark_lost": "Mark Lost",
        "restore": "Restore",
        "set_stage": "Move to Stage",
        "next_stage": "Next Stage",
        "schedule_activity": "Schedule Activity",
        "log_call": "Log a Call",
        "post_note": "Write a Note",
        "plan_meeting": "Plan a Meeting",
        "quote": "New Quotation",
        "check_in": "Check In",
    }
    assert told["convert"]["args"]["properties"]["customer"]["enum"] == ["new", "existing", "none"]
    assert all(operation["args"]["additionalProperties"] is False for operation in told.values())
    assert entity["policies"]["expected_revenue"] == "ask"


def test_work_that_is_sent_twice_counts_once(office: Office, seller: int, device: Wire) -> None:
    """Proves I2. The answer got lost; the device sends the same again."""
    number = lead(office, seller)
    work = [
        device.operation(LEAD, verb, target={"id": number}, args=args)
        for verb, args in (
            ("log_call", {"minutes": 5, "note": "Wants oak"}),
            ("post_note", {"text": "Ask for Ann"}),
            ("schedule_activity", {"date_deadline": "2099-01-01", "summary": "Ring"}),
            ("plan_meeting", {"start": "2099-01-02T10:00:00Z", "stop": "2099-01-02T11:00:00Z"}),
            ("mark_lost", {"feedback": "Too dear"}),
        )
    ]
    first = device.push(*work)["receipts"]
    assert [receipt["status"] for receipt in first] == ["applied"] * len(work)
    counts = _counts(office, number)
    again = device.push(*work)["receipts"]
    assert [receipt["result"] for receipt in again] == [receipt["result"] for receipt in first]
    assert _counts(office, number) == counts
    assert counts == {"mail.activity": 1, "calendar.event": 1}
    assert office.read(LEAD, number, "won_status")["won_status"] == "lost"


def _counts(office: Office, number: int) -> dict[str, int]:
    about = [("res_model", "=", LEAD), ("res_id", "=", number), ("summary", "=", "Ring")]
    return {
        "mail.activity": office("mail.activity", "search_count", about),
        "calendar.event": office("calendar.event", "search_count", [("opportunity_id", "=", number)]),
    }


def test_lead_for_a_customer_who_was_met_offline_arrives_as_a_whole(office: Office, device: Wire) -> None:
    """Proves I3. Customer, lead, its conversion and its stage: each names what the one before made."""
    customer, made = uuid7(), uuid7()
    stage = office.ref("crm.stage_lead3")
    work = [
        device.operation("res.partner", "create", target={"uid": customer}, values={"name": "Ann Ray"}),
        device.operation(LEAD, "create", target={"uid": made}, values={"name": "Shelves", "type": "lead"}),
        device.operation(
            LEAD,
            "convert",
            target={"uid": made},
            args={"customer": "existing", "partner": {"uid": customer}},
        ),
        device.operation(
            LEAD, "update", target={"uid": made}, values={"stage_id": stage}, base={"stage_id": None}
        ),
    ]
    receipts = device.push(*work)["receipts"]
    assert [receipt["status"] for receipt in receipts] == ["applied"] * 4
    number = receipts[1]["target"]["id"]
    found = office.read(LEAD, number, "type", "partner_id", "stage_id")
    assert (found["type"], found["partner_id"][1], found["stage_id"][0]) == ("opportunity", "Ann Ray", stage)
    device.pull(None)
    assert device.held[LEAD][number]["uid"] == made


def test_order_that_was_made_and_confirmed_offline_arrives_once(
    office: Office, seller: int, device: Wire
) -> None:
    """Proves I2, I3. Customer, opportunity, quotation, its confirmation, and a change that came too late."""
    product = office.create("product.product", name="Desk", list_price=100, taxes_id=[(6, 0, [])])
    customer, opportunity, order, line = (uuid7() for _ in range(4))
    work = [
        device.operation("res.partner", "create", target={"uid": customer}, values={"name": "Ann Ray"}),
        device.operation(
            LEAD,
            "create",
            target={"uid": opportunity},
            values={"name": "Desks", "type": "opportunity", "partner_id": {"uid": customer}},
        ),
        device.operation(
            LEAD,
            "quote",
            target={"uid": opportunity},
            args={
                "uid": order,
                "lines": [{"uid": line, "product": product, "quantity": 2, "price_unit": 90}],
                "amount_total": 180,
            },
        ),
        device.operation(
            "sale.order.line", "update", target={"uid": line}, values={"name": "Oak"}, base={"name": None}
        ),
    ]
    receipts = device.push(*work)["receipts"]
    assert [receipt["status"] for receipt in receipts[:3]] == ["applied"] * 3, receipts
    number = receipts[2]["result"]["order"]
    assert device.push(*work)["receipts"][2]["result"] == receipts[2]["result"]
    assert office("sale.order", "search_count", [("partner_id.name", "=", "Ann Ray")]) == 1
    # The profile asks about prices that are too far from Odoo's.
    confirm = device.operation("sale.order", "confirm", target={"uid": order}, args={"amount_total": 180})
    [waiting] = device.push(confirm)["receipts"]
    assert (waiting["status"], waiting["conflict"]["decider"]) == ("conflict", "office"), waiting
    assert waiting["conflict"]["fields"]["amount_total"] == {"base": 180, "mine": 180, "theirs": 200}
    conflict = office.find("offline.conflict", ("res_model", "=", "sale.order"), ("res_id", "=", number))
    office("offline.conflict", "action_keep_device", [conflict])
    found = office.read("sale.order", number, "state", "amount_total")
    assert (found["state"], found["amount_total"]) == ("sale", 180)
    device.pull(None)
    assert device.held["sale.order"][number]["uid"] == order
    assert device.held["sale.order"][number]["values"]["state"] == "sale"


def test_functions_are_not_called_past_the_engine(office: Office, seller: int) -> None:
    """Proves I4. Over RPC nobody calls an adapter's method, whatever their rights."""
    number = lead(office, seller)
    with pytest.raises(Exception, match=r"[Pp]rivate"):
        office("offline.entity.crm_lead", "mark_won", number, {})
    assert office.read(LEAD, number, "won_status")["won_status"] == "pending"


def test_day_without_network_and_the_offices_day_come_together(
    server: OdooServer, office: Office, seller: int, code: Callable[[], str], tmp_path: Path
) -> None:
    """Proves I6, I8. The reference device, offline; the office moves on; both hold the same in the end."""
    merged, asked, lost = (
        lead(office, seller, name=name, expected_revenue=1000, description="<p>Oak.</p>")
        for name in ("Merged", "Asked", "Lost meanwhile")
    )
    phone = Phone(tmp_path / "phone")
    phone.enrol(server.url, code(), "Seller's phone")
    phone.sync()
    assert {merged, asked, lost} <= {found["id"] for found in phone("search", LEAD)["records"]}

    phone("mode", "always_offline")
    phone.edit(LEAD, merged, priority="2", description="<p>Oak.</p><p>White.</p>")
    phone.edit(LEAD, asked, expected_revenue="2000")
    phone("do", LEAD, str(lost), "mark_won")
    reason = office.find("crm.lost.reason", ("active", "=", True))
    office.write(LEAD, merged, description="<p>Oak.</p><p>Twelve.</p>", expected_revenue=1200)
    office.write(LEAD, asked, expected_revenue=1500)
    office(LEAD, "action_set_lost", [lost], lost_reason_id=reason)
    phone.sync()

    states = {entry["seq"]: entry["state"] for entry in phone("journal")}
    waiting = {entry["seq"]: entry for entry in phone("outbox")}
    assert states.get(1) == "merged"
    assert (waiting[2]["state"], waiting[3]["state"]) == ("conflict", "rejected")
    assert "lost already" in waiting[3]["receipt"]["message"]
    found = office.read(LEAD, merged, "priority", "expected_revenue", "description")
    assert (found["priority"], found["expected_revenue"]) == ("2", 1200)
    assert all(word in found["description"] for word in ("Oak", "White", "Twelve"))
    assert phone("status")["heals"] == 0
