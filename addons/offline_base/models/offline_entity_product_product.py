from odoo import models
from odoo.fields import Domain


class OfflineEntityProductProduct(models.AbstractModel):
    """Variants of products: what is ordered, scanned and counted. Name and price are those of the product."""

    _name = "offline.entity.product_product"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Product Variant"

    _offline_model = "product.product"
    # Its search differs from any other only where a screen asks for a category.
    _offline_filter_is_logged = True
    _offline_direction = "pull"
    _offline_fields = (
        "product_tmpl_id", "default_code", "barcode", "product_template_variant_value_ids", "weight",
        "volume", "active",
    )  # fmt: skip
    _offline_dependencies = {
        # Who may read a variant, by its product's company.
        "product.template": "product_tmpl_id",
        # Odoo shows the values of those attributes only that have more than one.
        "product.template.attribute.line": "product_tmpl_id.product_variant_ids",
        "product.template.attribute.value": "product_template_variant_value_ids",
        "product.attribute.value": "product_template_variant_value_ids.product_attribute_value_id",
    }

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
