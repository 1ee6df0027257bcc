from odoo import models


class OfflineEntityAccountPaymentTermLine(models.AbstractModel):
    """The parts of the payment terms that the device holds: how much is due, and when."""

    _name = "offline.entity.account_payment_term_line"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Part of Payment Terms"

    _offline_model = "account.payment.term.line"
    _offline_parent = ("payment_id", "account.payment.term")
    _offline_direction = "pull"
    _offline_fields = ("payment_id", "value", "value_amount", "delay_type", "nb_days", "days_next_month")
