"""Installing, upgrading and uninstalling the addon leaves the database clean."""

from __future__ import annotations

import pytest

from tools.provision import odoo
from tools.provision.workspace import Workspace

_LEFT_BEHIND = {
    "tables": "SELECT relname FROM pg_class WHERE relname LIKE 'offline%' AND relkind IN ('r', 'v', 'S')",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'offline%'",
    "functions": "SELECT proname FROM pg_proc WHERE proname LIKE 'offline%'",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE 'offline%'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'offline.%'",
    "groups": "SELECT name->>'en_US' FROM res_groups WHERE name->>'en_US' ILIKE '%offline%'",
}
#: Everything that a database is made of, as names; what Odoo keeps of its own work meanwhile is left out.
_CATALOGUE = {
    "tables, indexes, sequences": "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE 'offline%'",
    "crons": "SELECT cron_name FROM ir_cron",
    "actions": "SELECT type || name::text FROM ir_actions",
    "menus": "SELECT name::text FROM ir_ui_menu",
    "views": "SELECT name FROM ir_ui_view",
    "groups": "SELECT name::text FROM res_groups",
    "rules": "SELECT name FROM ir_rule",
    "rights": "SELECT name FROM ir_model_access",
    "names": "SELECT name FROM ir_model_data WHERE module = 'offline_base'",
    "defaults": "SELECT m.model FROM ir_default d JOIN ir_model_fields f ON f.id = d.field_id "
    "JOIN ir_model m ON m.id = f.model_id WHERE m.model LIKE 'offline%'",
}
_UNINSTALL = """
module = env["ir.module.module"].search([("name", "=", "offline_base")])
module.button_immediate_uninstall()
env.cr.commit()
"""


@pytest.fixture
def query(make_database, connect):
    db = make_database()

    def ask(statement: str, db: str = db) -> list[str]:
        connection = connect(db)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows = [str(row[0]) for row in cursor.fetchall()]
        connection.close()
        return rows

    ask.db = db
    return ask


def test_uninstalling_leaves_no_trigger_table_or_parameter_behind(query, make_database):
    """Whatever it made in the database goes with it, and ordinary work goes on.

    What is left is compared, name by name, with a database that never had it.
    """
    assert all(query(statement) for statement in _LEFT_BEHIND.values())
    odoo.script(Workspace.here(), query.db, _UNINSTALL, what="Uninstalling offline_base")
    left = {kind: query(statement) for kind, statement in _LEFT_BEHIND.items()}
    assert not any(left.values()), left
    never = make_database(template="base")
    more = {
        kind: found
        for kind, statement in _CATALOGUE.items()
        if (found := set(query(statement)) - set(query(statement, never)))
    }
    assert more == {}
    query("UPDATE res_partner SET phone = 'afterwards' RETURNING id")
    odoo.update(Workspace.here(), query.db, install=["offline_base"], what="Installing it again")
    assert query(_LEFT_BEHIND["triggers"])


def test_upgrading_keeps_captured_changes_and_brings_the_triggers_up_to_date(query):
    """Proves I1. A capture function that an upgrade finds changed is made anew; the log is kept."""
    query("UPDATE res_partner SET phone = 'before the upgrade' RETURNING id")
    logged = query("SELECT count(*) FROM offline_change")
    query("COMMENT ON FUNCTION offline_capture_res_partner() IS 'an older version'; SELECT 1")
    odoo.update(Workspace.here(), query.db, upgrade=["offline_base"], what="Upgrading offline_base")
    marks = query("SELECT obj_description('offline_capture_res_partner'::regproc, 'pg_proc')")
    assert marks != ["an older version"]
    assert int(query("SELECT count(*) FROM offline_change")[0]) >= int(logged[0]) > 0
    query("UPDATE res_partner SET phone = 'after the upgrade' RETURNING id")
    assert int(query("SELECT count(*) FROM offline_change")[0]) > int(logged[0])
