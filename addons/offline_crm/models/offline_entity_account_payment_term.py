from odoo import models
from odoo.fields import Domain


class OfflineEntityAccountPaymentTerm(models.AbstractModel):
    """Payment terms, by which a customer may pay in parts or later: all that the user may read."""

    _name = "offline.entity.account_payment_term"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Payment Terms"

    _offline_model = "account.payment.term"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "note", "sequence", "company_id", "early_discount", "discount_percentage", "discount_days",
        "early_pay_discount_computation", "active",
    )  # fmt: skip

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
