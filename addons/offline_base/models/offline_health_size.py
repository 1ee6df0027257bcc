from odoo import api, fields, models
from odoo.tools.misc import human_size


class OfflineHealthSize(models.TransientModel):
    """How much room one of the engine's tables takes."""

    _name = "offline.health.size"
    _description = "Offline Health: Size"
    _order = "bytes desc, id"

    health_id = fields.Many2one("offline.health", required=True, ondelete="cascade")
    name = fields.Char("What It Keeps", readonly=True)
    table = fields.Char(readonly=True)
    rows = fields.Float("Rows (About)", digits=(20, 0), readonly=True)
    bytes = fields.Float(digits=(20, 0), readonly=True)
    size_text = fields.Char("Size", compute="_compute_size_text")

    @api.depends("bytes")
    def _compute_size_text(self):
        for line in self:
            line.size_text = human_size(line.bytes)
