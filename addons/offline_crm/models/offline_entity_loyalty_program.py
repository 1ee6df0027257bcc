from odoo import models
from odoo.fields import Domain


class OfflineEntityLoyaltyProgram(models.AbstractModel):
    """Promotions, coupons and loyalty programs that sales may use."""

    _name = "offline.entity.loyalty_program"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Promotion"

    _offline_model = "loyalty.program"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "sequence", "company_id", "currency_id", "pricelist_ids", "program_type", "applies_on", "trigger",
        "date_from", "date_to", "limit_usage", "max_usage", "portal_point_name", "sale_ok", "active",
    )  # fmt: skip

    # Of relations those records are told that the user may read, by their company.
    _offline_dependencies = {"product.pricelist": "pricelist_ids"}

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True) & Domain("sale_ok", "=", True)
