from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

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

    def action_forget(self):
        """Empty what finished work carried before its time, when somebody asks to be forgotten. Managers only."""
        if not self.env.user.has_group("offline_base.offline_base_group_manager"):
            raise AccessError(self.env._("Only an offline manager may empty what work carried."))
        self.check_access("read")
        if waiting := self.filtered("is_open"):
            raise UserError(
                self.env._("Work that waits for a decision keeps its content. Decide first: %s", len(waiting))
            )
        self.env.flush_all()
        retention.forget(self.env.cr, self.ids)
        self.env.invalidate_all(flush=False)
        return True
