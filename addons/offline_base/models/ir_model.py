from odoo import models

from ..store import capture


class IrModel(models.Model):
    """A model that goes, with its table and without a trigger firing, is noted in the change log."""

    _inherit = "ir.model"

    def _drop_table(self):
        gone = self.mapped("model")
        done = super()._drop_table()
        capture.log_all(self.env.cr, gone)
        return done
