from odoo import models
from odoo.fields import Domain


class OfflineEntityAccountTaxGroup(models.AbstractModel):
    """Groups of taxes, as the totals of a document show them."""

    _name = "offline.entity.account_tax_group"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Tax Group"

    _offline_model = "account.tax.group"
    _offline_direction = "pull"
    _offline_fields = ("name", "sequence", "preceding_subtotal", "company_id")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
