"""Upgrading and uninstalling `offline_crm` leaves the engine and Odoo's pipeline as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.provision import odoo
from tools.provision.workspace import Workspace

_UNINSTALL = """
module = env["ir.module.module"].search([("name", "=", "offline_crm")])
module.button_immediate_uninstall()
env.cr.commit()
"""
#: Names of what the addon made, or had the engine make.
_OURS = {
    "models": "SELECT model FROM ir_model WHERE model LIKE 'offline.entity.crm%' OR model LIKE 'offline.entity.utm%'"
    " OR model LIKE 'offline.trail%'",
    "tables": "SELECT relname FROM pg_class WHERE relname IN ('offline_trail', 'offline_trail_position')",
    "names": "SELECT name FROM ir_model_data WHERE module = 'offline_crm'",
    "profiles": "SELECT name FROM offline_profile WHERE name->>'en_US' = 'Sales'",
    "menus": "SELECT name::text FROM ir_ui_menu WHERE name->>'en_US' = 'Offline Work'",
    "triggers": "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE relname = 'crm_lost_reason' AND tgname LIKE 'offline%'",
}


def test_addon_goes_and_the_engine_stays(
    make_database: Callable[..., str], connect: Callable[..., Any]
) -> None:
    """Contacts are captured as before; so is work that devices sent, leads included."""
    db = make_database(template="offline_crm")

    def query(statement: str) -> list[str]:
        connection = connect(db)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows = [str(row[0]) for row in cursor.fetchall()]
        connection.close()
        return rows

    space = Workspace.here()
    assert all(query(statement) for statement in _OURS.values())
    profile = query("SELECT id FROM offline_profile WHERE name->>'en_US' = 'Sales'")
    query("UPDATE offline_profile_entity SET duplicate_policy = 'off' WHERE entity = 'crm.lead' RETURNING id")
    odoo.update(space, db, upgrade=["offline_crm"], what="Upgrading offline_crm")
    assert query("SELECT id FROM offline_profile WHERE name->>'en_US' = 'Sales'") == profile
    kept = query("SELECT duplicate_policy FROM offline_profile_entity WHERE entity = 'crm.lead'")
    assert kept == ["off"], "what a manager chose stays"

    # Demo data goes with the addon that brought it.
    odoos = "SELECT res_id FROM ir_model_data WHERE module = 'crm' AND model = 'crm.lead'"
    leads = query(odoos)
    odoo.script(space, db, _UNINSTALL, what="Uninstalling offline_crm")
    left = {kind: found for kind, statement in _OURS.items() if (found := query(statement))}
    assert left == {}
    assert query("SELECT state FROM ir_module_module WHERE name = 'offline_base'") == ["installed"]
    assert query(odoos) == leads != []
    assert query(f"SELECT count(*) FROM crm_lead WHERE id IN ({odoos})") == [str(len(leads))]
    logged = int(query("SELECT count(*) FROM offline_change")[0])
    query("UPDATE res_partner SET phone = 'afterwards' RETURNING id")
    assert int(query("SELECT count(*) FROM offline_change")[0]) > logged
    query("UPDATE crm_lead SET name = 'afterwards' RETURNING id")
