from odoo import models
from odoo.fields import Domain


class OfflineEntityLoyaltyRule(models.AbstractModel):
    """The conditions of promotions, with the codes of those that need one."""

    _name = "offline.entity.loyalty_rule"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Promotion Condition"

    _offline_model = "loyalty.rule"
    _offline_direction = "pull"
    _offline_fields = (
        "program_id", "product_domain", "product_ids", "product_category_id", "product_tag_id",
        "reward_point_amount", "reward_point_split", "reward_point_mode", "minimum_qty", "minimum_amount",
        "minimum_amount_tax_mode", "mode", "code", "active",
    )  # fmt: skip
    _offline_parent = ("program_id", "loyalty.program")

    # Of relations those records are told that the user may read, by their company.
    _offline_dependencies = {
        "product.product": "product_ids",
        "product.template": "product_ids.product_tmpl_id",
    }

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
