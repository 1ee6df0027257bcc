from odoo import fields, models


class OfflineDelta(models.Model):
    """What an answer that nobody confirmed yet changed on the device, for one entity.

    The arrays ``ids`` and ``versions`` (signed 64 bits, NULL for a removal) run in parallel; they are columns of
    PostgreSQL that the ORM does not know.
    """

    _name = "offline.delta"
    _description = "Offline Delta"
    _log_access = False

    position_id = fields.Many2one("offline.position", required=True, ondelete="cascade", index=True)
    entity = fields.Char(required=True)

    def init(self):
        self.env.cr.execute(
            """ALTER TABLE offline_delta ADD COLUMN IF NOT EXISTS ids integer[] NOT NULL DEFAULT '{}',
               ADD COLUMN IF NOT EXISTS versions bigint[] NOT NULL DEFAULT '{}'"""
        )
