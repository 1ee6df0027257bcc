from odoo import models
from odoo.fields import Domain


class OfflineEntityUtmMedium(models.AbstractModel):
    """Media by which leads come: all, archived ones left out."""

    _name = "offline.entity.utm_medium"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Medium"

    _offline_model = "utm.medium"
    _offline_direction = "pull"
    _offline_fields = ("name", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
