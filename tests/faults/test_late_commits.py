"""Transactions become visible in the order of their commits, not of their numbers."""

from __future__ import annotations


def test_late_commit_is_not_lost_after_a_later_one_was_pulled(office, traveller, make_wire, connect):
    """Proves I1. The early transaction holds the lower numbers and commits last."""
    early_id, late_id = (office.create("res.partner", name=name) for name in ("Early", "Late"))
    device = make_wire(traveller)
    device.pull()
    early, late = connect(), connect()
    early.cursor().execute("UPDATE res_partner SET phone = 'early' WHERE id = %s", [early_id])
    late.cursor().execute("UPDATE res_partner SET phone = 'late' WHERE id = %s", [late_id])
    late.commit()
    device.pull()
    assert device.held["res.partner"][late_id]["values"]["phone"] == "late"
    assert device.held["res.partner"][early_id]["values"]["phone"] is None
    early.commit()
    device.pull()
    assert device.held["res.partner"][early_id]["values"]["phone"] == "early"


def test_rolled_back_change_reaches_nobody(office, traveller, make_wire, connect):
    """Proves I1. A number that never commits leaves no trace."""
    partner = office.create("res.partner", name="Steady")
    device = make_wire(traveller)
    device.pull()
    gone = connect()
    gone.cursor().execute("UPDATE res_partner SET phone = 'gone' WHERE id = %s", [partner])
    device.pull()
    gone.rollback()
    office.write("res.partner", partner, city="Visible")
    device.pull()
    values = device.held["res.partner"][partner]["values"]
    assert (values["phone"], values["city"]) == (None, "Visible")


def test_long_transaction_of_another_holds_nothing_back(office, traveller, make_wire, connect):
    """Proves I1, I10. A writing transaction that stays open does not freeze the feed."""
    device = make_wire(traveller)
    device.pull()
    blocker = connect()
    blocker.cursor().execute("SELECT pg_current_xact_id()")
    partner = office.create("res.partner", name="Meanwhile")
    device.pull()
    assert partner in device.held["res.partner"]


def test_record_that_another_transaction_holds_locked_keeps_no_worker_waiting(
    office, traveller, make_wire, connect
):
    """Proves I10. What comes before it is taken, it is refused for now, and applied once the lock is gone."""
    free, held = (office.create("res.partner", name=name) for name in ("Free", "Held"))
    device = make_wire(traveller)
    device.pull()
    blocker = connect()
    blocker.cursor().execute("SELECT 1 FROM res_partner WHERE id = %s FOR UPDATE", [held])
    operations = [device.update("res.partner", partner, {"phone": "555"}) for partner in (free, held)]
    assert device.push(*operations)["next_seq"] == 2
    refused = device.post("push", {"operations": operations[1:]})
    assert (refused.status_code, refused.json()["code"]) == (503, "contention")
    assert int(refused.headers["Retry-After"]) > 0
    blocker.rollback()
    assert device.push(*operations[1:])["next_seq"] == 3
    assert [office.read("res.partner", partner, "phone")["phone"] for partner in (free, held)] == [
        "555",
        "555",
    ]


def test_change_between_two_pages_is_sent_again_by_the_closing_page(office, traveller, make_wire):
    """Proves I1, I5. The walk had already passed the record when it changed."""
    device = make_wire(traveller)
    first = device.post("pull", {"cursor": None, "limit": 5}).json()
    device.apply(first)
    assert not first["complete"]
    passed = first["changes"][0]["upserts"][0]["id"]
    before = office.read("res.partner", passed, "function")["function"]
    office.write("res.partner", passed, function="Changed behind the walk")
    device.pull()
    assert device.held["res.partner"][passed]["values"]["function"] == "Changed behind the walk"
    office.write("res.partner", passed, function=before)


def test_twenty_thousand_rows_after_one_row_in_one_session_are_all_captured(
    office, traveller, make_wire, connect
):
    """Proves I1. The plan made for one row serves the bulk update that follows in the same session."""
    one = connect()
    cursor = one.cursor()
    cursor.execute(
        """INSERT INTO res_partner (name, complete_name, active, autopost_bills)
           SELECT 'Bulk ' || n, 'Bulk ' || n, false, 'ask' FROM generate_series(1, 20000) AS n RETURNING id"""
        if _has_column(cursor, "autopost_bills")
        else """INSERT INTO res_partner (name, complete_name, active)
                SELECT 'Bulk ' || n, 'Bulk ' || n, false FROM generate_series(1, 20000) AS n RETURNING id"""
    )
    ids = [row[0] for row in cursor.fetchall()]
    one.commit()
    cursor.execute("UPDATE res_partner SET phone = '1' WHERE id = %s", ids[:1])
    one.commit()
    cursor.execute("SELECT max(seq) FROM offline_change")
    mark = cursor.fetchone()[0]
    cursor.execute("SET LOCAL statement_timeout = '20s'")
    cursor.execute("UPDATE res_partner SET phone = '2' WHERE id = ANY(%s)", [ids])
    one.commit()
    cursor.execute(
        "SELECT count(DISTINCT res_id) FROM offline_change WHERE seq > %s AND model = 'res.partner'", [mark]
    )
    assert cursor.fetchone()[0] == len(ids)
    cursor.execute("DELETE FROM res_partner WHERE id = ANY(%s)", [ids])
    one.commit()


def _has_column(cursor, name: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_name = 'res_partner' AND column_name = %s",
        [name],
    )
    return cursor.fetchone() is not None
