from odoo import api, fields, models


class ResCompany(models.Model):
    """Settings that decide about prices, where devices find them."""

    _inherit = "res.company"

    offline_catalog_currency_id = fields.Many2one(
        "res.currency",
        "Currency of Shared Products",
        compute="_compute_offline_price_settings",
        help="The currency of the sales prices of products that belong to no company.",
    )
    offline_uses_price_lists = fields.Boolean("Price Lists", compute="_compute_offline_price_settings")
    offline_shows_discounts = fields.Boolean("Discounts on Lines", compute="_compute_offline_price_settings")
    offline_unit_digits = fields.Integer("Digits of Quantities", compute="_compute_offline_price_settings")
    offline_discount_digits = fields.Integer("Digits of Discounts", compute="_compute_offline_price_settings")
    offline_promotion_tz = fields.Char("Time Zone of Promotions", compute="_compute_offline_price_settings")
    offline_is_in_europe = fields.Boolean(
        "Tax Number of the European Union", compute="_compute_offline_price_settings"
    )

    @api.depends("vat", "partner_id.tz")
    def _compute_offline_price_settings(self):
        """What Odoo looks up elsewhere when it makes a price."""
        groups = self.env["res.groups"]
        digits = self.env["decimal.precision"].precision_get
        # sudo: settings that every document shows.
        zone = self.env["ir.config_parameter"].sudo().get_param("loyalty.timezone", "UTC")
        europe = {country.code for country in self.env.ref("base.europe").sudo().country_ids}
        catalog = self._get_main_company().currency_id
        for company in self:
            company.offline_catalog_currency_id = catalog
            company.offline_uses_price_lists = groups._is_feature_enabled("product.group_product_pricelist")
            company.offline_shows_discounts = groups._is_feature_enabled("sale.group_discount_per_so_line")
            company.offline_unit_digits = digits("Product Unit")
            company.offline_discount_digits = digits("Discount")
            company.offline_promotion_tz = company.sudo().partner_id.tz or zone  # sudo: as above
            company.offline_is_in_europe = (company.vat or "")[:2] in europe
