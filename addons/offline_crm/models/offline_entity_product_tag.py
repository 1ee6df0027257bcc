from odoo import models
from odoo.fields import Domain


class OfflineEntityProductTag(models.AbstractModel):
    """Tags of products, by which promotions find them."""

    _name = "offline.entity.product_tag"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Product Tag"

    _offline_model = "product.tag"
    _offline_direction = "pull"
    _offline_fields = ("name", "color")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
