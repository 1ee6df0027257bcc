from odoo import models
from odoo.fields import Domain


class OfflineEntityAccountTax(models.AbstractModel):
    """Taxes, and those that groups of taxes are made of; as Odoo's own program for browsers wants them.

    Archived ones are held as well, and those of purchases: products and fiscal positions name them, and only so a
    device can tell them from those that its user may not read.
    """

    _name = "offline.entity.account_tax"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Tax"

    _offline_model = "account.tax"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "type_tax_use", "amount_type", "amount", "sequence", "price_include", "include_base_amount",
        "is_base_affected", "has_negative_factor", "tax_group_id", "children_tax_ids", "original_tax_ids",
        "company_id", "active",
    )  # fmt: skip
    _offline_dependencies = {
        # Whether prices include taxes is the company's choice where the tax makes none.
        "res.company": "company_id",
        "account.tax.repartition.line": "tax_id",
    }

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
