"""What answers changed has a table of its own, and versions are hashed in another way: devices compare all anew."""

from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Forget positions and holdings: each device is told to begin again, says what it holds, and gets differences."""
    if not column_exists(cr, "offline_position", "delta"):
        return
    cr.execute("DELETE FROM offline_position")
    cr.execute("DELETE FROM offline_holding")
    cr.execute("ALTER TABLE offline_position DROP COLUMN delta")
