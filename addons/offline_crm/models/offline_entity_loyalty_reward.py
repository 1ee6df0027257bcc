from odoo import models
from odoo.fields import Domain


class OfflineEntityLoyaltyReward(models.AbstractModel):
    """What promotions give."""

    _name = "offline.entity.loyalty_reward"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Promotion Reward"

    _offline_model = "loyalty.reward"
    _offline_direction = "pull"
    _offline_fields = (
        "program_id", "description", "reward_type", "discount", "discount_mode", "discount_applicability",
        "discount_product_domain", "discount_product_ids", "discount_product_category_id",
        "discount_product_tag_id", "discount_max_amount", "discount_line_product_id", "reward_product_id",
        "reward_product_tag_id", "reward_product_qty", "required_points", "clear_wallet", "active",
    )  # fmt: skip
    _offline_parent = ("program_id", "loyalty.program")

    # Of relations those records are told that the user may read, by their company.
    _offline_dependencies = {
        "product.product": "discount_product_ids",
        "product.template": "discount_product_ids.product_tmpl_id",
    }

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
