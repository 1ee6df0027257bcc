from odoo import models

from ..store import capture
from .offline_custom_entity import PREFIX


class IrModel(models.Model):
    """Models that go are noted in the change log; adapters that a manager asked for come as models without code."""

    _inherit = "ir.model"

    def _drop_table(self):
        """No trigger fires when a table goes."""
        gone = self.mapped("model")
        done = super()._drop_table()
        capture.log_all(self.env.cr, gone)
        if "offline.identity" in self.env:
            self.env["offline.identity"]._bury(gone)
        return done

    def _instanciate_attrs(self, model_data):
        attrs = super()._instanciate_attrs(model_data)
        if model_data["model"].startswith(PREFIX):
            self.env.cr.execute(
                """SELECT m.model FROM offline_custom_entity e JOIN ir_model m ON m.id = e.model_id
                    WHERE %s || replace(m.model, '.', '_') = %s""",
                [PREFIX, model_data["model"]],
            )
            if found := self.env.cr.fetchone():
                attrs |= {
                    "_inherit": ["offline.entity.custom"],
                    "_offline_model": found[0],
                    "_abstract": True,
                    "_auto": False,
                    "_log_access": False,
                }
        return attrs
