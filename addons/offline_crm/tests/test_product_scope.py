from odoo.fields import Command

from .common import CrmCase

TEMPLATE = "product.template"
VARIANT = "product.product"
PRICELIST = "product.pricelist"
RULE = "product.pricelist.item"


class TestProductScope(CrmCase):
    """Products by category and by price list: the domains of docs/admin-guide.md, as a manager writes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile.entity_ids = [
            Command.create({"entity": entity}) for entity in (TEMPLATE, VARIANT, PRICELIST, RULE)
        ]
        category = cls.env["product.category"].create({"name": "Furniture"})
        cls.furniture = category | category.create({"name": "Desks", "parent_id": category.id})
        cls.other = category.create({"name": "Food"})
        cls.desk, cls.chair, cls.apple = cls.env[TEMPLATE].create(
            [
                {"name": "Desk", "categ_id": cls.furniture[1].id},
                {"name": "Chair", "categ_id": cls.furniture[0].id},
                {"name": "Apple", "categ_id": cls.other.id},
            ]
        )
        cls.retail, cls.staff = cls.env[PRICELIST].create([{"name": "Retail"}, {"name": "Staff"}])
        cls.rule = cls.new_rule(cls.retail, cls.desk)
        cls.hidden_rule = cls.new_rule(cls.staff, cls.apple)

    @classmethod
    def new_rule(cls, pricelist, product):
        return cls.env[RULE].create(
            {
                "pricelist_id": pricelist.id, "applied_on": "1_product", "product_tmpl_id": product.id,
                "fixed_price": 5,
            }
        )  # fmt: skip

    def narrow(self, entity, domain):
        self.profile.entity_ids.filtered(lambda line: line.entity == entity).domain = domain

    def names(self):
        """The products that the device holds, of those of this test; each with its variant."""
        mine = self.desk | self.chair | self.apple
        templates = {i for i in self.held(TEMPLATE) if i in mine.ids}
        variants = {values["product_tmpl_id"] for values in self.held(VARIANT).values()}
        self.assertEqual(templates, variants & set(mine.ids))
        return set(mine.browse(templates).mapped("name"))

    def test_products_of_a_category_and_those_below_it(self):
        for entity in (TEMPLATE, VARIANT):
            self.narrow(entity, f"[('categ_id', 'child_of', {self.furniture[0].id})]")
        self.assertEqual({"Desk", "Chair"}, self.names())
        self.settle()
        self.desk.categ_id = self.other
        self.apple.categ_id = self.furniture[1]
        self.assertEqual({"Chair", "Apple"}, self.names())
        self.settle()
        self.furniture[1].parent_id = self.other
        self.assertEqual({"Chair"}, self.names())
        self.assert_converged()

    def test_products_of_a_price_list_with_its_rules_alone(self):
        retail = self.retail.id
        self.narrow(TEMPLATE, f"[('pricelist_rule_ids.pricelist_id', '=', {retail})]")
        self.narrow(VARIANT, f"[('product_tmpl_id.pricelist_rule_ids.pricelist_id', '=', {retail})]")
        self.narrow(PRICELIST, f"[('id', '=', {retail})]")
        self.narrow(RULE, f"[('pricelist_id', '=', {retail})]")
        self.assertEqual({"Desk"}, self.names())
        self.assertEqual({retail}, set(self.held(PRICELIST)))
        self.assertEqual({self.rule.id}, set(self.held(RULE)))
        self.settle()
        self.new_rule(self.retail, self.chair)
        self.rule.unlink()
        self.assertEqual({"Chair"}, self.names())
        self.assert_converged()
