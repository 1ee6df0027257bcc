from odoo import models
from odoo.fields import Domain


class OfflineEntityProductProduct(models.AbstractModel):
    """Variants of products: what is ordered, scanned and counted. Name and price are those of the product."""

    _name = "offline.entity.product_product"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Product Variant"

    _offline_model = "product.product"
    _offline_direction = "pull"
    _offline_fields = (
        "product_tmpl_id", "default_code", "barcode", "product_template_variant_value_ids", "weight",
        "volume", "active",
    )  # fmt: skip

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
