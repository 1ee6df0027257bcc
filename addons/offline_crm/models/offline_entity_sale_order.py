from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from . import teams


class OfflineEntitySaleOrder(models.AbstractModel):
    """Quotations and orders: the user's own, and those of the teams that the user is in or leads.

    Odoo's rules say which of a team's the user may read. A profile narrows what is closed to the last months.
    """

    _name = "offline.entity.sale_order"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Quotation or Order"

    _offline_model = "sale.order"
    _offline_fields = (
        "name", "state", "locked", "partner_id", "partner_invoice_id", "partner_shipping_id", "opportunity_id",
        "user_id", "team_id", "company_id", "date_order", "validity_date", "commitment_date", "client_order_ref",
        "origin", "pricelist_id", "currency_id", "fiscal_position_id", "payment_term_id", "sale_order_template_id",
        "note", "tag_ids", "campaign_id", "medium_id", "source_id", "require_signature", "require_payment",
        "prepayment_percent", "signed_by", "signed_on", "amount_untaxed", "amount_tax", "amount_total",
        "invoice_status", "create_date",
    )  # fmt: skip
    # Number, state and amounts are what Odoo makes of it; confirming, cancelling and signing are named operations.
    _offline_readonly_fields = (
        "name", "state", "locked", "company_id", "date_order", "currency_id", "fiscal_position_id", "signed_by",
        "signed_on", "amount_untaxed", "amount_tax", "amount_total", "invoice_status", "create_date",
    )  # fmt: skip
    _offline_policies = {
        "commitment_date": "newest",
        "validity_date": "newest",
        "client_order_ref": "newest",
        "payment_term_id": "ask",
        "pricelist_id": "ask",
        "tag_ids": "union",
        "note": "append",
    }
    _offline_dependencies = teams.DEPENDENCIES

    def _offline_scope(self, device):
        return super()._offline_scope(device) | teams.of_user(device.user_id)

    def _offline_work(self, record_id):
        """Also what was done with its lines, and the `quote` that made it, which is work on an opportunity."""
        # sudo: which operations they are; who may see them is for their own rules to say.
        order = self.env["sale.order"].sudo().browse(record_id).exists()
        lines = Domain("entity", "=", "sale.order.line") & Domain("res_id", "in", order.order_line.ids)
        made = SQL(
            """SELECT id FROM offline_operation
                WHERE entity = 'crm.lead' AND verb = 'quote' AND result->>'order' = %s""",
            str(record_id),
        )
        self.env.cr.execute(made)
        quotes = Domain("id", "in", [row[0] for row in self.env.cr.fetchall()])
        return super()._offline_work(record_id) | lines | quotes
