from odoo import models
from odoo.fields import Domain


class OfflineEntityResCompany(models.AbstractModel):
    """Companies of the user: their address, as documents show it, and the settings that decide about prices."""

    _name = "offline.entity.res_company"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Company"

    _offline_model = "res.company"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "street", "zip", "city", "country_id", "phone", "email", "vat", "currency_id", "parent_path",
        "tax_calculation_rounding_method",
        "offline_catalog_currency_id", "offline_uses_price_lists", "offline_shows_discounts",
        "offline_unit_digits", "offline_discount_digits", "offline_promotion_tz", "offline_is_in_europe",
    )  # fmt: skip
    # They are settings of the whole database, and of the company's own address.
    _offline_dependencies = {
        "res.groups": "*",
        "decimal.precision": "*",
        "ir.config_parameter": "*",
        "res.country": "*",
        "res.country.group": "*",
        "res.company": "*",
        "res.partner": "partner_id",
    }

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
