from odoo import fields, models
from odoo.addons.offline_base.core.errors import Refusal
from odoo.addons.offline_base.store.operations import named_operation
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from . import references
from .sale_arguments import QuoteArgs

_lt = LazyTranslate(__name__)


class OfflineEntityCrmLead(models.AbstractModel):
    """From the opportunity to the quotation."""

    _inherit = "offline.entity.crm_lead"

    @named_operation(label=_lt("New Quotation"), args=QuoteArgs)
    def quote(self, record, args):
        """Make a quotation for the opportunity, as Odoo's button does, with all that was agreed.

        Odoo prices it anew, by what was in force when the person made it; what differs is settled by the profile.
        All of it or nothing: what does not fit is refused in words, and nothing of the quotation is left.
        """
        self._offline_refuse_lost(record)
        if record.type == "lead":
            raise UserError(self.env._("This is a lead still. Convert it to an opportunity first."))
        if self.env["offline.identity"].sudo()._record_id("sale.order", args.uid):
            raise Refusal("uid_taken")
        orders = self.env["offline.entity.sale_order"]
        order = orders._offline_new_order(self._offline_quotation_values(record, args), record)
        orders._offline_name("sale.order", order, args.uid)
        if args.template is not None and args.template_lines:
            order._onchange_sale_order_template_id()
        lines = orders._offline_add_lines(order, args.lines)
        for code in args.codes:
            orders._offline_apply_code(order, code)
        for choice in args.rewards:
            orders._offline_claim(order, choice)
        orders._offline_check_currency(order, args.currency)
        orders._offline_compare_total(order, args.amount_total)
        if args.signature is not None:
            orders._offline_sign(order, args.signature, args.uid)
        return {**orders._offline_told(order), "lines": {uid: line.id for uid, line in lines.items()}}

    def _offline_quotation_values(self, record, args):
        """The values of the new quotation that differ from what Odoo finds out by itself."""
        partner = references.record(self.env, "res.partner", "partner", args.partner) or record.partner_id
        if not partner:
            raise UserError(self.env._("This opportunity has no customer yet. Choose one for the quotation."))
        orders = self.env["offline.entity.sale_order"]
        values = {
            "partner_id": partner.id,
            # Odoo takes terms, validity and what is asked of the customer from it; what was agreed stands before that.
            "sale_order_template_id": orders._offline_template(args.template).id,
            "pricelist_id": orders._offline_pricelist(args.pricelist).id,
            "payment_term_id": references.record(
                self.env, "account.payment.term", "payment_term", args.payment_term
            ).id,
            "client_order_ref": args.client_order_ref.strip(),
            "validity_date": fields.Date.to_date(args.validity_date) if args.validity_date else False,
            "note": orders._offline_html(args.note),
        }
        return {name: value for name, value in values.items() if value}
