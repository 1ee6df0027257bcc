from odoo import models
from odoo.fields import Domain


class OfflineEntityProductTemplateAttributeValue(models.AbstractModel):
    """What a value of an attribute adds to the price of a product."""

    _name = "offline.entity.product_template_attribute_value"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Attribute Value"

    _offline_model = "product.template.attribute.value"
    _offline_direction = "pull"
    _offline_fields = ("name", "product_tmpl_id", "attribute_id", "price_extra", "ptav_active")
    _offline_dependencies = {"product.attribute.value": "product_attribute_value_id"}

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("ptav_active", "=", True)
