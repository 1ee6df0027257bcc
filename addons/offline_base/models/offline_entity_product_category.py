from odoo import models
from odoo.fields import Domain


class OfflineEntityProductCategory(models.AbstractModel):
    """Categories of products: all."""

    _name = "offline.entity.product_category"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Product Category"

    _offline_model = "product.category"
    _offline_direction = "pull"
    _offline_fields = ("name", "complete_name", "parent_id")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
