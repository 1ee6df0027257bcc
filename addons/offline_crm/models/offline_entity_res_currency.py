from odoo import models
from odoo.fields import Domain


class OfflineEntityResCurrency(models.AbstractModel):
    """Currencies in use."""

    _name = "offline.entity.res_currency"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Currency"

    _offline_model = "res.currency"
    _offline_direction = "pull"
    _offline_fields = ("name", "symbol", "position", "rounding", "decimal_places", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
