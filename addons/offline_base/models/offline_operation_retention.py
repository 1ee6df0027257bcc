from odoo import api, fields, models

from ..store import retention
from ..store.history import OPEN


class OfflineOperation(models.Model):
    _inherit = "offline.operation"

    final_since = fields.Datetime(
        readonly=True, help="Since when the state has been final, as far as noticed."
    )

    _final_unnoted_index = models.Index("(id) WHERE final_since IS NULL")
    _final_index = models.Index("(final_since) WHERE payload IS NOT NULL")

    @api.autovacuum
    def _gc_payloads(self):
        """Empty what finished work carried, after its time: (done, whether more is left)."""
        cr = self.env.cr
        self.env.flush_all()
        pieces = (
            retention.note_finals(cr, OPEN),
            retention.purge_payloads(cr, OPEN, self.env["offline.retention"]._days("payload")),
        )
        self.invalidate_model(flush=False)
        return sum(pieces), int(retention.PIECE in pieces)
