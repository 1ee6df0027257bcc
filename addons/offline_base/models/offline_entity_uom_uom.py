from odoo import models
from odoo.fields import Domain


class OfflineEntityUomUom(models.AbstractModel):
    """Units of measure: all, archived ones left out."""

    _name = "offline.entity.uom_uom"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Unit of Measure"

    _offline_model = "uom.uom"
    _offline_direction = "pull"
    _offline_fields = ("name", "factor", "relative_factor", "relative_uom_id", "sequence", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
