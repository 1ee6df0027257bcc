from odoo.addons.offline_base.tests.common import MARK

from .common import LEAD, CrmCase


class TestLeads(CrmCase):
    """New leads that Odoo would show as similar to others."""

    def setUp(self):
        super().setUp()
        self.there = self.new_lead("There", email_from="ann@ray.example", phone="+32 2 290 34 90")
        self.line = self.profile.entity_ids.filtered(lambda line: line.entity == LEAD)

    def send(self, **values):
        return self.phone.push_one(
            self.phone.create({"name": "New", "type": "opportunity", **values}, entity=LEAD)
        )

    def test_same_company_by_mail_or_phone_is_told(self):
        for values in ({"email_from": "bob@ray.example"}, {"phone": "+32 2 290 34 90"}):
            with self.subTest(values):
                receipt = self.send(**values)
                self.assert_status("applied", receipt)
                self.assertIn(self.there.id, receipt["result"]["duplicates"])

    def test_same_customer_is_told(self):
        self.there.partner_id = self.partner
        self.assertEqual({"duplicates": self.there.ids}, self.send(partner_id=self.partner.id)["result"])

    def test_lead_like_no_other_is_not_told(self):
        self.assertIsNone(self.send(email_from="zoe@elsewhere.example")["result"])

    def test_lead_that_the_user_may_not_read_is_not_told(self):
        """Proves I4."""
        self.there.user_id = self.mate
        self.assertIsNone(self.send(email_from="bob@ray.example")["result"])

    def test_profile_may_park_them(self):
        """Proves I8."""
        for policy, decider in (("review", "office"), ("ask", "device")):
            with self.subTest(policy):
                self.line.duplicate_policy = policy
                receipt = self.send(phone="+32 2 290 34 90")
                self.assertEqual(("conflict", decider), (receipt["status"], receipt["conflict"]["decider"]))


class TestContacts(CrmCase):
    """A salesperson's new contacts are compared by e-mail and phone, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.there = cls.new_partner("Ann Ray", email="Ann@Ray.example", phone="+32 2 290 34 90")

    def send(self, **values):
        return self.phone.push_one(self.phone.create({"name": "Anna", "ref": MARK, **values}))["result"]

    def test_same_mail_however_it_is_written_or_same_phone_is_told(self):
        for values in ({"email": "ann@ray.example"}, {"phone": "+32 2 290 34 90"}):
            with self.subTest(values):
                self.assertIn(self.there.id, self.send(**values)["duplicates"])

    def test_contact_like_no_other_is_not_told(self):
        self.assertIsNone(self.send(email="zoe@elsewhere.example", phone="+32 2 555 12 12"))

    def test_people_of_one_company_may_share_its_phone(self):
        company = self.new_partner("Ray Ltd", is_company=True)
        self.there.parent_id = company
        self.assertIsNone(self.send(phone="+32 2 290 34 90", parent_id=company.id))

    def test_contact_that_the_user_may_not_read_is_not_told(self):
        """Proves I4."""
        self.there.company_id = self.env["res.company"].create({"name": "Another"})
        self.assertIsNone(self.send(email="ann@ray.example"))
