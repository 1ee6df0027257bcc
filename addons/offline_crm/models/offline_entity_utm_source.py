from odoo import models
from odoo.fields import Domain


class OfflineEntityUtmSource(models.AbstractModel):
    """Sources that leads come from: all."""

    _name = "offline.entity.utm_source"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Source"

    _offline_model = "utm.source"
    _offline_direction = "pull"
    _offline_fields = ("name",)

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
