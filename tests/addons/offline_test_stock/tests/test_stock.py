from odoo.addons.offline_base.core import wire
from odoo.addons.offline_base.store.asking import ask
from odoo.addons.offline_crm.tests.common import SaleCase
from odoo.fields import Command
from odoo.tests import tagged

PRODUCT = "product.product"


@tagged("post_install", "-at_install")
class TestStock(SaleCase):
    """What is free of products, told to a salesperson's device where Odoo counts stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile.entity_ids = [
            Command.create({"entity": "product.template"}),
            Command.create({"entity": PRODUCT}),
        ]
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.other_warehouse = cls.env["stock.warehouse"].create({"name": "Second", "code": "SND"})
        (cls.desk + cls.chair).is_storable = True
        cls.repair = cls.env[PRODUCT].create({"name": "Repair", "type": "service"})

    def put(self, product, quantity, warehouse=None):
        place = (warehouse or self.warehouse).lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, place, quantity)

    def stock(self, *products):
        """{product: free} as the salesperson's device is told."""
        targets = [wire.ById(id=product.id) for product in products]
        request = wire.AskRequest(entity=PRODUCT, question="stock", targets=targets)
        answer = ask(self.phone.device, request)["answer"]
        return {self.env[PRODUCT].browse(one["product"]): one["free"] for one in answer}

    def test_salesperson_is_told_what_is_free(self):
        """Proves I7. What is reserved for others is not."""
        self.put(self.desk, 12)
        self.assertEqual({self.desk: 12, self.chair: 0}, self.stock(self.desk, self.chair))
        self.quoted([{"product": self.desk.id, "quantity": 5}]).action_confirm()
        self.env.invalidate_all()
        self.assertEqual({self.desk: 7}, self.stock(self.desk))

    def test_answer_names_template_and_unit(self):
        self.put(self.desk, 2)
        request = wire.AskRequest(entity=PRODUCT, question="stock", targets=[wire.ById(id=self.desk.id)])
        [told] = ask(self.phone.device, request)["answer"]
        template, uom = self.desk.product_tmpl_id.id, self.desk.uom_id.id
        self.assertEqual({"product": self.desk.id, "template": template, "free": 2, "uom": uom}, told)

    def test_what_is_not_counted_is_left_out(self):
        self.assertEqual({self.desk: 0}, self.stock(self.desk, self.repair))

    def test_warehouse_is_that_of_a_new_quotation(self):
        self.put(self.desk, 12)
        self.put(self.desk, 3, self.other_warehouse)
        self.assertEqual({self.desk: 12}, self.stock(self.desk))
        self.seller.property_warehouse_id = self.other_warehouse
        self.assertEqual({self.desk: 3}, self.stock(self.desk))
        self.env["ir.default"].set("sale.order", "warehouse_id", self.warehouse.id, company_id=True)
        self.assertEqual({self.desk: 12}, self.stock(self.desk))

    def test_nothing_is_told_where_a_new_quotation_has_no_warehouse(self):
        """Of a company without one, Odoo would add up the stock of the user's other companies."""
        bare = self.env["res.company"].create({"name": "Without a warehouse"})
        self.env["stock.warehouse"].search([("company_id", "=", bare.id)]).active = False
        self.seller.company_ids += bare
        self.put(self.desk, 12)
        target = wire.ById(id=self.desk.id)
        request = wire.AskRequest(entity=PRODUCT, question="stock", targets=[target], company=bare.id)
        self.assertEqual([], ask(self.phone.device, request)["answer"])
        self.assertEqual({self.desk: 12}, self.stock(self.desk))

    def test_products_that_left_are_left_out(self):
        """Proves I4."""
        self.chair.active = False
        self.assertEqual({self.desk: 0}, self.stock(self.chair, self.desk))

    def test_profile_tells_of_the_question(self):
        questions = self.adapter(PRODUCT)._offline_questions()
        self.assertIn("stock", questions)
