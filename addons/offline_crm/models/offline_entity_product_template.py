from odoo import models


class OfflineEntityProductTemplate(models.AbstractModel):
    """What the price of a product is made of: its taxes, and the tags by which promotions find it."""

    _inherit = "offline.entity.product_template"

    _offline_fields = ("taxes_id", "uom_ids", "product_tag_ids")
    # Of taxes those are told that the user may read, by their company.
    _offline_dependencies = {"account.tax": "taxes_id", "uom.uom": "uom_ids"}
