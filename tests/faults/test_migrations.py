"""A migration changes tables while triggers are those of the old code, and devices go on asking."""

from __future__ import annotations


def test_column_renamed_by_a_migration_loses_no_change(office, traveller, make_wire, connect):
    """Proves I1, I10. What reads the old column fails for as long as it is away; nothing that happened is lost."""
    first, second = (office.create("res.partner", name=name) for name in ("Before", "Meanwhile"))
    device = make_wire(traveller)
    device.pull()
    migration = connect()
    cursor = migration.cursor()
    cursor.execute("UPDATE res_partner SET city = 'before' WHERE id = %s", [first])
    migration.commit()
    cursor.execute("ALTER TABLE res_partner RENAME COLUMN function TO former_function")
    migration.commit()
    try:
        # The function that notes changes compares a column that is not there: it notes every row instead.
        cursor.execute("UPDATE res_partner SET city = 'meanwhile' WHERE id = %s", [second])
        migration.commit()
        refused = device.post("pull", {"cursor": device.cursor})
        assert (refused.status_code, refused.headers["Content-Type"]) == (500, "application/problem+json"), (
            refused.text
        )
    finally:
        migration.rollback()
        cursor.execute("ALTER TABLE res_partner RENAME COLUMN former_function TO function")
        migration.commit()
    cursor.execute("UPDATE res_partner SET street = 'after' WHERE id = %s", [first])
    migration.commit()
    device.pull()
    held = device.held["res.partner"]
    assert (held[first]["values"]["city"], held[first]["values"]["street"]) == ("before", "after")
    assert held[second]["values"]["city"] == "meanwhile"
    page = device.pull()
    assert page["digests"]["res.partner"]["count"] == len(held)
