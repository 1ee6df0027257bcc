"""From 19.0.1.0.0: what the ORM cannot move by itself. Columns that no field names any more are dropped afterwards."""

from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Every device keeps its access: tokens have moved from the device into records of their own."""
    if column_exists(cr, "offline_device", "token_hash"):
        cr.execute(
            """INSERT INTO offline_token (device_id, token_hash, state, used_at, expires_at)
               SELECT id, token_hash, 'used', coalesce(write_date, now() AT TIME ZONE 'UTC'),
                      coalesce(token_expires_at, now() AT TIME ZONE 'UTC' + interval '180 days')
                 FROM offline_device WHERE token_hash IS NOT NULL
               ON CONFLICT DO NOTHING"""
        )
