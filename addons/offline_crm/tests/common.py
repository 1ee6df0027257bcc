from odoo.addons.offline_base.tests.common import DEVICE_GROUPS, PushCase, new_uid
from odoo.fields import Command

LEAD = "crm.lead"
ORDER = "sale.order"
LINE = "sale.order.line"
EVENT = "calendar.event"
#: The fewest rights with which somebody sells: their own documents only.
SALES_GROUPS = f"{DEVICE_GROUPS},sales_team.group_sale_salesman"
#: What the tests' profile has besides contacts and activities.
ENTITIES = (
    LEAD, EVENT, "crm.stage", "crm.team", "crm.lost.reason", "crm.tag", "utm.source", "utm.medium", "utm.campaign",
)  # fmt: skip


class CrmCase(PushCase):
    """A salesperson with a device, a team of two, and a pipeline of this test alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo may be set to leads, or to opportunities alone.
        cls.seller = cls.new_user("seller", SALES_GROUPS, email="seller@example.com")
        cls.mate = cls.new_user("mate", SALES_GROUPS, email="mate@example.com")
        cls.profile.entity_ids = [Command.create({"entity": entity}) for entity in ENTITIES]
        cls.env["crm.team"].search([]).active = False
        cls.team, cls.other_team = cls.env["crm.team"].create(
            [
                {"name": "North", "member_ids": [Command.set((cls.seller + cls.mate).ids)]},
                {"name": "South", "member_ids": [Command.set(cls.colleague.ids)]},
            ]
        )
        cls.stages = cls.env["crm.stage"].create(
            [{"name": name, "sequence": 900 + n} for n, name in enumerate(("Fresh", "Offered", "Agreed"))]
        )
        cls.won = cls.env["crm.stage"].create({"name": "Signed", "sequence": 950, "is_won": True})
        cls.foreign_stage = cls.env["crm.stage"].create(
            {"name": "Southern", "sequence": 951, "team_ids": [Command.set(cls.other_team.ids)]}
        )
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too dear"})
        cls.device = cls.enrol(cls.seller)
        cls.lead = cls.new_lead("Desks for the library")

    @classmethod
    def new_lead(cls, name, user=None, **values):
        """An opportunity of the seller in the first stage, unless told otherwise."""
        user = cls.seller if user is None else user
        given = {
            "name": name,
            "type": "opportunity",
            "user_id": user.id,
            "team_id": cls.team.id,
            "stage_id": cls.stages[0].id,
            **values,
        }
        return cls.env[LEAD].create(given)

    def do(self, verb, record=None, **args):
        """The receipt of a named operation on a lead; on the test's own unless told otherwise."""
        target = self.phone.target(self.lead if record is None else record)
        return self.phone.push_one(self.phone.operation(verb, LEAD, target=target, args=args))

    def edit(self, values, base, record=None, **parts):
        """The receipt of an update of a lead."""
        record = self.lead if record is None else record
        return self.phone.push_one(self.phone.update(record, values, base, entity=LEAD, **parts))

    def assert_refused(self, receipt, *words):
        """Odoo's or our rule refused it, in words that a salesperson understands."""
        self.assert_rejected(receipt, "validation_failed")
        for word in words:
            self.assertIn(word, receipt["message"])

    def held(self, entity=LEAD):
        """{id: values} that the phone holds now."""
        self.phone.sync()
        return {i: row["values"] for i, row in self.phone.held.get(entity, {}).items()}


class SaleCase(CrmCase):
    """A salesperson with things to sell, and prices of this test alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile.entity_ids = [
            Command.create({"entity": entity})
            for entity in (
                ORDER,
                LINE,
                "sale.order.template",
                "sale.order.template.line",
                "account.payment.term",
            )
        ]
        cls.profile.price_policy = "keep"
        # Nothing of the database's own: price lists, taxes and promotions would change what is reckoned.
        cls.env["product.pricelist"].search([]).active = False
        cls.env["loyalty.program"].search([]).active = False
        company = cls.env.company
        company.write({"sale_order_template_id": False, "account_sale_tax_id": False})
        group = cls.env["account.tax.group"].search([("company_id", "=", company.id)], limit=1)
        group = group or cls.env["account.tax.group"].create({"name": "Taxes", "company_id": company.id})
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "10 %", "amount": 10, "type_tax_use": "sale", "price_include_override": "tax_excluded",
                "tax_group_id": group.id,
                "country_id": (company.account_fiscal_country_id or cls.env.ref("base.us")).id,
            }
        )  # fmt: skip
        cls.desk, cls.chair = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "list_price": price,
                    "type": "consu",
                    "taxes_id": [Command.set(cls.tax.ids)],
                }
                for name, price in (("Desk", 100), ("Chair", 50))
            ]
        )
        cls.lead.partner_id = cls.partner
        cls.partner.email = "azure@example.com"

    def quote(self, lines=None, lead=None, **args):
        """The receipt of a quotation for the test's own lead: one desk, unless told otherwise."""
        lines = [{"product": self.desk.id}] if lines is None else lines
        args = {"uid": new_uid(), "lines": lines, **args}
        return self.do("quote", lead, **args)

    def quoted(self, *args, **kwargs):
        """The quotation that came of it."""
        receipt = self.quote(*args, **kwargs)
        self.assert_status("applied", receipt)
        return self.env[ORDER].browse(receipt["result"]["order"])

    def work(self, verb, record, **args):
        """The receipt of a named operation on a quotation."""
        target = self.phone.target(record)
        return self.phone.push_one(self.phone.operation(verb, ORDER, target=target, args=args))

    def new_line(self, order, uid=None, **values):
        """The receipt of a new line of a quotation."""
        values = {"order_id": order.id, "product_id": self.desk.id, "product_uom_qty": 1.0, **values}
        return self.phone.push_one(self.phone.create(values, uid, entity=LINE))

    def edit_of(self, record, values, base, **parts):
        """The receipt of an update of a quotation or a line."""
        return self.phone.push_one(self.phone.update(record, values, base, entity=record._name, **parts))

    def assert_parked(self, receipt, field, decider="office"):
        """A person has to decide, because of this field."""
        self.assert_status("conflict", receipt)
        self.assertEqual(decider, receipt["conflict"]["decider"])
        self.assertEqual([field], list(receipt["conflict"]["fields"]))
