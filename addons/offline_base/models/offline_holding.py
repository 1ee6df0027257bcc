from odoo import fields, models


class OfflineHolding(models.Model):
    """What a device holds for certain: ids and content versions, confirmed by its cursor, as compact shard rows.

    The arrays ``ids`` and ``versions`` (signed 64 bits) run in parallel; they are columns of PostgreSQL that the
    ORM does not know. See store/holdings.py.
    """

    _name = "offline.holding"
    _description = "Offline Holding"
    _log_access = False

    device_id = fields.Many2one("offline.device", required=True, ondelete="cascade")
    entity = fields.Char(required=True)
    shard = fields.Integer(required=True)

    _shard_unique = models.Constraint("UNIQUE (device_id, entity, shard)", "A shard has one row.")

    def init(self):
        self.env.cr.execute(
            """ALTER TABLE offline_holding ADD COLUMN IF NOT EXISTS ids integer[] NOT NULL DEFAULT '{}',
               ADD COLUMN IF NOT EXISTS versions bigint[] NOT NULL DEFAULT '{}'"""
        )
