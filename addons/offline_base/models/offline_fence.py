from odoo import api, fields, models

from ..store import retention


class OfflineFence(models.Model):
    """What was visible at a time: by these the log is pruned, and the times of changes are known.

    They are stored every few minutes by a scheduled action.
    """

    _name = "offline.fence"
    _description = "Offline Fence"
    _log_access = False
    _order = "id desc"
    _rec_name = "taken_at"

    taken_at = fields.Datetime(required=True, index=True, readonly=True)
    snapshot = fields.Char(required=True, readonly=True)
    pruned = fields.Boolean(readonly=True, help="What this fence saw may be gone from the change log.")

    @api.model
    def _cron_place(self):
        """Store a fence, and notice what only shows from time to time.

        Another place, a closed replay window, fields that wait for bytes that are there.
        """
        retention.place_fence(self.env.cr)
        self.env["offline.epoch"]._settle_in()
        self.env["offline.epoch"]._run_waiting()
        self.env["offline.blob.use"]._look_again()

    @api.autovacuum
    def _gc_log(self):
        """Prune the change log and the positions that no longer stand: (done, whether more is left)."""
        cr = self.env.cr
        retention.choose_fence(cr, self.env["offline.retention"]._days("log"))
        pieces = (retention.prune_changes(cr), retention.prune_positions(cr))
        self.env["offline.position"].invalidate_model(flush=False)
        return sum(pieces), int(retention.PIECE in pieces)
