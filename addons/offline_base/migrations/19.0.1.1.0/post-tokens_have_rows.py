"""Tokens moved from a column of the device to rows of their own: enrolled devices keep theirs."""

from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Each device's token becomes the one in use; the old columns go."""
    if not column_exists(cr, "offline_device", "token_hash"):
        return
    cr.execute(
        """INSERT INTO offline_token (device_id, token_hash, state, used_at, expires_at)
           SELECT id, token_hash, 'used', create_date, coalesce(token_expires_at, now() AT TIME ZONE 'UTC')
             FROM offline_device WHERE token_hash IS NOT NULL
           ON CONFLICT DO NOTHING"""
    )
    cr.execute("ALTER TABLE offline_device DROP COLUMN token_hash, DROP COLUMN IF EXISTS token_expires_at")
