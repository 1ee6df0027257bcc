from odoo import models


class OfflineEntityProductProduct(models.AbstractModel):
    """What the price of a variant is made of: what its attributes add, and its cost, on which price lists may build."""

    _inherit = "offline.entity.product_product"

    _offline_fields = ("standard_price", "product_template_attribute_value_ids", "additional_product_tag_ids")
    _offline_dependencies = {"ir.default": "*"}
