from odoo import models
from odoo.fields import Domain


class OfflineEntityProductPricelist(models.AbstractModel):
    """Price lists: all that the user may read, archived ones left out."""

    _name = "offline.entity.product_pricelist"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Price List"

    _offline_model = "product.pricelist"
    _offline_direction = "pull"
    _offline_fields = ("name", "sequence", "currency_id", "company_id", "country_group_ids", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
