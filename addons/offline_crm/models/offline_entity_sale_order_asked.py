import base64

from odoo import fields, models
from odoo.addons.offline_base.store.operations import question
from odoo.exceptions import UserError
from odoo.tools.safe_eval import safe_eval, time

from . import references
from .sale_arguments import CreditArgs, NothingArgs

#: What a phone takes in one answer; the PDF of a quotation has some hundred KiB.
_DOCUMENT_BYTES = 10 * 1024 * 1024
_REPORT = "sale.action_report_saleorder"


class OfflineEntitySaleOrder(models.AbstractModel):
    """What a salesperson asks Odoo about quotations and orders while there is a network."""

    _inherit = "offline.entity.sale_order"

    @question(args=CreditArgs)
    def credit(self, records, args):
        """What Odoo's own form warns of for this customer and total: ``{"warning": text or None}``.

        By Odoo's own method and its settings, for whoever may make quotations. What Odoo has of it already, the
        confirmed orders and invoices, is in the customer's credit.
        """
        orders = self.env["sale.order"]
        orders.check_access("create")
        partner = references.record(self.env, "res.partner", "partner", args.partner)
        company = self.env.company
        if not company.account_use_credit_limit:
            return {"warning": None}
        currency = company.currency_id
        if args.currency and args.currency != currency.name:
            currency = self.env["res.currency"].search([("name", "=", args.currency)])
            if not currency:
                raise UserError(self.env._("The currency %s is not in use in Odoo.", args.currency))
        rate = currency._get_conversion_rate(
            company.currency_id, currency, company, fields.Date.context_today(self)
        )
        order = orders.new({"partner_id": partner.id, "company_id": company.id})
        # sudo: as Odoo's form does; what a customer owes is told in the words of the warning alone.
        warning = self.env["account.move"]._build_credit_warning_message(
            order.sudo(), current_amount=args.amount_total / rate
        )
        return {"warning": warning or None}

    @question(args=NothingArgs)
    def document(self, records, args):
        """The PDF of one quotation or order, by Odoo's own report: ``{"name", "type", "content" in base64}``."""
        if len(records) != 1:
            raise UserError(self.env._("Ask for the document of one quotation or order at a time."))
        report = self.env["ir.actions.report"]
        content, kind = report._render_qweb_pdf(_REPORT, records.ids)
        if len(content) > _DOCUMENT_BYTES:
            raise UserError(self.env._("The document is too large for a device. Open it in Odoo."))
        # sudo: how Odoo calls the file; the report's own settings say so.
        named = self.env.ref(_REPORT).sudo().print_report_name
        name = safe_eval(named, {"object": records, "time": time}) if named else records.display_name
        return {
            "name": f"{name}.{kind}".replace("/", "-"),
            "type": "application/pdf" if kind == "pdf" else "text/html",
            "content": base64.b64encode(content).decode(),
        }
