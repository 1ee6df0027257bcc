from odoo import models
from odoo.fields import Domain


class OfflineEntityProductTemplate(models.AbstractModel):
    """Products as they are sold: name, price, unit; all that the user may read, archived ones left out."""

    _name = "offline.entity.product_template"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Product"

    _offline_model = "product.template"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "type", "default_code", "list_price", "uom_id", "categ_id", "description_sale", "sale_ok",
        "purchase_ok", "weight", "volume", "sequence", "company_id", "active",
    )  # fmt: skip

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
