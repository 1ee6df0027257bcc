from odoo import models
from odoo.fields import Domain


class OfflineEntitySaleOrderTemplate(models.AbstractModel):
    """Templates of quotations: all that the user may read, archived ones left out."""

    _name = "offline.entity.sale_order_template"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Quotation Template"

    _offline_model = "sale.order.template"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "note", "sequence", "number_of_days", "require_signature", "require_payment",
        "prepayment_percent", "company_id", "active",
    )  # fmt: skip

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
