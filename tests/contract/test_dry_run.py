"""A dry run on a real server: the receipts that the push would get, and a database in which nothing happened."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import requests

from tests.faults.wire import Wire, uuid7

from .place import Named
from .world import World

pytestmark = pytest.mark.usefixtures("quiet_log")

Json = dict[str, Any]
#: When devices last called, and what they report of themselves, is no part of their work.
_CONTACT = "offline_presence"


def state_of_every_table(world: World) -> dict[str, tuple[int, str]]:
    """{table: (rows, a digest of which transactions wrote them)}; an update that changes nothing is seen as well."""
    with world.sql() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s",
            [_CONTACT],
        )
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg(xmin || ' ' || ctid, ',' ORDER BY ctid)), '') FROM {table}"
            )
            found[table] = cursor.fetchone()
    return found


def try_it(wire: Wire, operations: list[Json], **more: Any) -> Json:
    return wire.call("push", {"operations": operations, "dry_run": True, **more})


def numbered(*operations: Json) -> list[Json]:
    made = {"at": "2026-11-21T09:58:12Z"}
    return [{"seq": seq, "op": uuid7(), **made, **operation} for seq, operation in enumerate(operations, 1)]


def a_day(named: Named) -> list[Json]:
    """Work that ends in each way in which work can end at once."""
    partner = {"id": named["partner_id"], "born": named["partner_born"]}
    activity = {"id": named["activity_id"], "born": named["activity_born"]}
    contact, unit = uuid7(), {"id": uuid7(), "size": 2}
    edit = {"entity": "res.partner", "verb": "update", "target": partner, "base_v": named["partner_v"]}
    create = {"entity": "res.partner", "verb": "create"}
    return numbered(
        edit | {"values": {"city": "Namur"}, "base": {"city": "Liège"}},
        edit | {"values": {"phone": "+1 555 0142"}, "base": {"phone": "+1 555 0100"}},
        edit | {"values": {"phone": "+1 555 0143"}, "base": {"phone": "+1 555 0142"}},
        *(create | {"target": {"uid": uuid7()}, "values": {"name": name}} for name in ("One", "Two")),
        create | {"target": {"uid": contact}, "values": {"name": "Bakery Nova"}},
        {"entity": "res.partner", "verb": "update", "target": {"uid": contact}}
        | {"values": {"phone": "1"}, "base": {"phone": None}},
        create | {"target": {"uid": uuid7()}, "values": {"shoe_size": 43}},
        {"entity": "mail.activity", "verb": "complete", "target": activity, "args": {"feedback": "Done"}},
        create | {"target": {"uid": uuid7()}, "values": {"name": "In a unit"}, "unit": unit},
        create | {"target": {"uid": uuid7()}, "values": {"email": "x@example.com"}, "unit": unit},
        {"entity": "ir.attachment", "verb": "create", "target": {"uid": uuid7()}}
        | {
            "values": {"name": "Photo", "raw": {"sha256": "1" * 64}, "res_model": "res.partner"}
            | {"res_id": {"uid": contact}}
        },
        {"entity": "mail.message", "verb": "create", "target": {"uid": uuid7()}}
        | {"values": {"model": "res.partner", "res_id": {"uid": contact}, "body": "Seen"}},
        {"verb": "void"},
    )


def without_new_names(receipts: list[Json], known: set[int]) -> list[Json]:
    """The receipts without ids and birth times of records that the push itself made."""
    found = copy.deepcopy(receipts)
    for receipt in found:
        target = receipt["target"]
        if target and target["uid"] and target["id"] not in known:
            target["id"] = target["born"] = None
    return found


def test_dry_run_answers_what_the_push_then_answers_and_nothing_happened(world):
    """Proves I2, I7, I8."""
    with world.given("office_edited_phone") as named:
        wire: Wire = named["wire"]
        wire.push()
        operations = a_day(named)
        before = state_of_every_table(world)
        tried = try_it(wire, operations)
        assert state_of_every_table(world) == before
        assert (tried["dry_run"], tried["next_seq"]) == (True, 1)
        done = wire.call("push", {"operations": operations})
    statuses = [receipt["status"] for receipt in done["receipts"]]
    assert {"applied", "conflict", "deferred", "rejected", "discarded"} == set(statuses)
    assert "dry_run" not in done
    known = {named["partner_id"], named["activity_id"]}
    assert tried["receipts"] == without_new_names(done["receipts"], known)


def test_dry_run_again_and_again_gives_the_same(world):
    """Proves I2. Not even a number was taken, so the same work can be tried as often as one likes."""
    with world.given("synced") as named:
        operations = a_day(named)
        first, second = (try_it(named["wire"], operations)["receipts"] for _time in range(2))
    assert first == second


def test_dry_run_of_what_was_delivered_gives_its_receipt(world):
    """Proves I2."""
    with world.given("pushed_one") as named:
        tried = try_it(named["wire"], [{**named["operation"], "at": "2026-11-21T09:58:12Z"}])
    assert tried["receipts"] == [named["receipt"]]
    assert tried["next_seq"] == 2


def test_dry_run_of_a_decision_leaves_it_to_be_taken(world):
    """Proves I8."""
    with world.given("rejected_one") as named:
        wire: Wire = named["wire"]
        args = {"op": named["done_op"], "values": {"type": "other"}}
        amend = [{"seq": 2, "op": uuid7(), "entity": "res.partner", "verb": "amend", "args": args}]
        amend[0]["at"] = "2026-11-21T09:58:12Z"
        before = state_of_every_table(world)
        assert try_it(wire, amend)["receipts"][0]["status"] == "applied"
        assert state_of_every_table(world) == before
        assert wire.receipts(*amend)[0]["status"] == "applied"


def test_dry_run_of_what_cannot_be_read_gets_its_receipt(world):
    """Proves I8. Also where a number that was used comes with other content than it had."""
    with world.given("created_one") as named:
        wire: Wire = named["wire"]
        again = {"seq": 2, "op": named["done_op"], "entity": ["res.partner"], "verb": {}, "at": 5}
        odd = {"seq": 3, "op": uuid7(), "entity": {"a": 1}, "verb": "create", "target": {"uid": uuid7()}}
        first, second = try_it(wire, [again, odd])["receipts"]
    assert (first["status"], first["target"]["id"]) == ("applied", named["new_id"])
    assert (second["status"], second["code"]) == ("rejected", "operation_invalid")


def test_dry_run_with_a_gap_is_refused_as_the_push_would_be(world):
    wire = world.device()
    [operation] = numbered({"verb": "void"})
    body = {"operations": [operation | {"seq": 2}], "dry_run": True}
    refused = wire.post("push", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "seq_gap")


@pytest.mark.parametrize(
    ("route", "value", "code"),
    [("push", "yes", "envelope_invalid"), ("journal", True, "envelope_unknown_field")],
)
def test_dry_run_is_said_in_one_way(server, world, route, value, code):
    wire = world.device()
    answer = requests.post(
        f"{server.url}/offline/v1/{route}",
        json={"operations": [], "dry_run": value},
        headers=wire.headers,
        timeout=60,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, code)
