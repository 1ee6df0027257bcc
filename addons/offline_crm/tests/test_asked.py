import base64
from unittest.mock import patch

from odoo.addons.offline_base.core import wire
from odoo.addons.offline_base.core.errors import Problem
from odoo.addons.offline_base.store.asking import ask
from odoo.addons.offline_base.tests.common import DEVICE_GROUPS
from odoo.exceptions import UserError
from odoo.fields import Command

from .common import ORDER, SaleCase


class AskedCase(SaleCase):
    """What a salesperson's device asks Odoo."""

    def ask(self, question, *records, entity=ORDER, company=None, device=None, **args):
        targets = [wire.ById(id=record.id) for record in records]
        request = wire.AskRequest(
            entity=entity, question=question, targets=targets, args=args, company=company
        )
        answer = ask((device or self.phone).device, request)
        wire.AskAnswer.model_validate(answer)
        return answer["answer"]

    def assert_unanswered(self, code, *asked, **more):
        """The problem with which it was refused."""
        with self.assertRaises(Problem) as caught:
            self.ask(*asked, **more)
        self.assertEqual(code, caught.exception.code)
        return caught.exception


class TestCredit(AskedCase):
    """The warning of credit that Odoo's own order form shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.account_use_credit_limit = True
        cls.partner.write({"use_partner_credit_limit": True, "credit_limit": 500})

    def credit(self, amount, **more):
        return self.ask("credit", partner=self.partner.id, amount_total=amount, **more)["warning"]

    def test_salesperson_is_told_what_odoos_form_tells(self):
        """Proves I7. The fields themselves are for accounting alone."""
        self.assertFalse(
            self.partner.with_user(self.seller)._has_field_access(self.partner._fields["credit"], "read")
        )
        order = self.quoted([{"product": self.desk.id, "quantity": 5}])
        self.assertGreater(order.amount_total, 500)
        told = order.with_user(self.seller).partner_credit_warning
        self.assertIn("has reached its credit limit", told)
        self.assertEqual(told, self.credit(order.amount_total))

    def test_total_within_the_limit_warns_of_nothing(self):
        self.assertIsNone(self.credit(500))
        self.assertIn("500", self.credit(500.01))

    def test_what_was_ordered_before_counts(self):
        self.quoted([{"product": self.desk.id, "quantity": 4}]).action_confirm()
        self.env.invalidate_all()
        self.assertIsNone(self.credit(50))
        self.assertIn("including sales orders", self.credit(100))

    def test_person_of_a_company_has_the_companys_credit(self):
        person = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.partner.id, "ref": self.partner.ref}
        )
        self.assertIsNotNone(self.ask("credit", partner=person.id, amount_total=501.0)["warning"])

    def test_total_in_another_currency_is_converted(self):
        """As Odoo does with that of a quotation."""
        company = self.env.company.currency_id
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", company.id)], limit=1)
        )
        other.active = True
        other.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 10, "name": "2020-01-01", "company_id": self.env.company.id}
        )
        self.assertIsNone(self.credit(4000, currency=other.name))
        self.assertIn("has reached", self.credit(6000, currency=other.name))
        self.assertIn("has reached", self.credit(4000, currency=company.name))

    def test_currency_that_is_not_in_use_is_named(self):
        problem = self.assert_unanswered(
            "question_refused", "credit", partner=self.partner.id, currency="XTS"
        )
        self.assertIn("XTS", problem.detail)

    def test_nothing_is_said_where_the_company_sets_no_limits(self):
        self.env.company.account_use_credit_limit = False
        self.assertIsNone(self.credit(10_000))

    def test_nothing_is_said_of_a_customer_that_the_user_may_not_read(self):
        """Proves I4."""
        hidden = self.new_partner("Hidden", credit_limit=1)
        self.hide(hidden)
        for partner in (hidden.id, 987_654_321):
            self.assert_unanswered("question_refused", "credit", partner=partner, amount_total=100.0)

    def test_who_makes_no_quotations_is_told_nothing(self):
        """Proves I4. A technician holds the same contacts; an auditor reads the quotations besides."""
        auditor = self.new_user("auditor", f"{DEVICE_GROUPS},account.group_account_readonly")
        for user, code in ((self.user, "question_unknown"), (auditor, "question_refused")):
            phone = type(self.phone)(self.enrol(user))
            problem = self.assert_unanswered(
                code, "credit", device=phone, partner=self.partner.id, amount_total=501.0
            )
            self.assertNotIn("credit limit", problem.detail or "")

    def test_arguments_out_of_bounds_are_refused(self):
        self.assert_unanswered(
            "envelope_invalid", "credit", partner=self.partner.id, amount_total=float("1e13")
        )
        self.assert_unanswered("envelope_invalid", "credit", amount_total=1.0)


class TestDocument(AskedCase):
    """The PDF of a quotation, by Odoo's own report; in tests Odoo renders the same report as HTML."""

    def setUp(self):
        super().setUp()
        self.order = self.quoted()

    def test_document_is_odoos_own(self):
        answer = self.ask("document", self.order)
        content = base64.b64decode(answer["content"])
        self.assertEqual(
            (f"Quotation - {self.order.name}.html", "text/html"), (answer["name"], answer["type"])
        )
        for word in (self.order.name, "Desk", "110.00"):
            self.assertIn(word, content.decode())

    def test_document_of_an_order_is_called_so(self):
        self.order.action_confirm()
        self.assertEqual(f"Order - {self.order.name}.html", self.ask("document", self.order)["name"])

    def test_pdf_is_told_as_one(self):
        report = type(self.env["ir.actions.report"])
        with patch.object(report, "_render_qweb_pdf", lambda *_args, **_more: (b"%PDF-1.4", "pdf")):
            answer = self.ask("document", self.order)
        self.assertEqual(
            (f"Quotation - {self.order.name}.pdf", "application/pdf"), (answer["name"], answer["type"])
        )
        self.assertEqual(b"%PDF-1.4", base64.b64decode(answer["content"]))

    def test_what_odoo_lacks_to_make_it_is_told(self):
        """Real Odoo without wkhtmltopdf, past the HTML that tests get."""
        report = type(self.env["ir.actions.report"])
        forced = self.phone.device.with_context(force_report_rendering=True)
        with patch.object(report, "get_wkhtmltopdf_state", lambda _self: "install"):
            request = wire.AskRequest(
                entity=ORDER, question="document", targets=[wire.ById(id=self.order.id)]
            )
            with self.assertRaises(Problem) as caught:
                ask(forced, request)
        self.assertEqual("question_refused", caught.exception.code)
        self.assertIn("Wkhtmltopdf", caught.exception.detail)

    def test_document_that_is_too_large_is_refused(self):
        report = type(self.env["ir.actions.report"])
        with patch.object(
            report, "_render_qweb_pdf", lambda *_args, **_more: (bytes(10 * 1024 * 1024 + 1), "pdf")
        ):
            problem = self.assert_unanswered("question_refused", "document", self.order)
        self.assertIn("too large", problem.detail)

    def test_documents_come_one_by_one(self):
        self.assert_unanswered("question_refused", "document")
        self.assert_unanswered("question_refused", "document", self.order, self.quoted())

    def test_order_of_somebody_else_has_no_document(self):
        """Proves I4."""
        hers = self.order.copy({"user_id": self.colleague.id, "team_id": self.other_team.id})
        self.assert_unanswered("question_unknown", "document", hers)

    def test_refusals_of_odoo_reach_the_device(self):
        def refuse(*_args, **_more):
            raise UserError("No paper left.")

        with patch.object(type(self.env["ir.actions.report"]), "_render_qweb_pdf", refuse):
            self.assertEqual(
                "No paper left.", self.assert_unanswered("question_refused", "document", self.order).detail
            )


class TestStockIsCounted(AskedCase):
    """Where Odoo counts no stock, nobody is offered to ask for it."""

    def test_question_is_there_only_with_stock(self):
        self.profile.entity_ids = [Command.create({"entity": "product.product"})]
        is_counted = "free_qty" in self.env["product.product"]._fields
        self.assertEqual(is_counted, "stock" in self.adapter("product.product")._offline_questions())
        if not is_counted:
            self.assert_unanswered("question_unknown", "stock", entity="product.product")
