from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.fields import Domain

from . import moments


class OfflineEntityProductPricelistItem(models.AbstractModel):
    """The rules of price lists: those in force, those to come, and those that ended in the last month.

    A rule that starts tomorrow is on the device today.
    """

    _name = "offline.entity.product_pricelist_item"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Price List Rule"

    _offline_model = "product.pricelist.item"
    _offline_direction = "pull"
    _offline_parent = ("pricelist_id", "product.pricelist")
    _offline_fields = (
        "pricelist_id", "applied_on", "product_id", "product_tmpl_id", "categ_id", "min_quantity", "date_start",
        "date_end", "base", "base_pricelist_id", "compute_price", "fixed_price", "percent_price", "price_discount",
        "price_markup", "price_round", "price_surcharge", "price_min_margin", "price_max_margin",
    )  # fmt: skip

    def _offline_scope(self, device):
        day = fields.Date.context_today(self) - timedelta(days=moments.DAYS_BACK)
        lasting = Domain("date_end", "=", False) | Domain("date_end", ">=", datetime.combine(day, time.min))
        return super()._offline_scope(device) | lasting
