from odoo.addons.offline_base.tests.common import new_uid
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .common import LEAD, ORDER, SaleCase

BOSS = "sales_team.group_sale_manager"
REVIEWER = "offline_base.offline_base_group_reviewer"


class TestOrigin(SaleCase):
    """What Odoo's screens say of where leads and orders come from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_user("boss", BOSS)
        cls.judge = cls.new_user("judge", f"{BOSS},{REVIEWER}")

    def test_lead_and_orders_that_a_device_made_name_it(self):
        uid = new_uid()
        values = {"name": "Met on the way", "type": "opportunity", "partner_id": self.partner.id}
        self.assert_status("applied", self.phone.push_one(self.phone.create(values, uid, entity=LEAD)))
        lead = self.by_uid(uid, LEAD)
        order = self.quoted(lead=lead)
        alone = new_uid()
        self.phone.push_one(self.phone.create({"partner_id": self.partner.id}, alone, entity=ORDER))
        made = order | self.by_uid(alone, ORDER)
        self.assertEqual(self.device, lead.offline_device_id | made.offline_device_id)
        found = [("offline_device_id", "!=", False)]
        self.assertEqual(lead, self.env[LEAD].search([*found, ("id", "in", (lead | self.lead).ids)]))
        copied = order.copy()
        self.assertEqual(made, self.env[ORDER].search([*found, ("id", "in", (made | copied).ids)]))

    def test_what_a_device_only_changed_was_not_made_there(self):
        self.assert_status("applied", self.edit({"name": "Desks"}, {"name": self.lead.name}))
        self.assertFalse(self.lead.offline_device_id)

    def test_salesperson_without_a_device_reads_the_form(self):
        order = self.quoted()
        seller = self.new_user("guest", "sales_team.group_sale_salesman_all_leads")
        told = order.with_user(seller).web_read({"offline_device_id": {"fields": {"display_name": {}}}})
        self.assertEqual("Phone", told[0]["offline_device_id"]["display_name"])

    def test_nobody_says_which_device_is_at_work(self):
        """Proves I4. A caller from outside brings a context of their own."""
        claimed = self.env[LEAD].with_user(self.seller).with_context(offline_base__device=self.device.id)
        lead = claimed.create({"name": "Claimed"})
        order = self.quoted().with_env(claimed.env)
        order.action_quotation_sent()
        self.assertFalse(lead.offline_device_id | order.offline_state_device_id)

    def test_nobody_says_which_device_it_was(self):
        """Proves I4."""
        order = self.quoted()
        values = {"partner_id": self.partner.id}
        for record, name in (
            (self.lead, "offline_device_id"),
            (order, "offline_device_id"),
            (order, "offline_state_device_id"),
        ):
            told = {name: self.device.id}
            for user in (self.seller, self.boss):
                there = record.with_user(user)
                with self.subTest(name, user=user.name, model=record._name):
                    for refused in (
                        lambda there=there, told=told: there.write(told),
                        lambda there=there, told=told: there.create({**values, "name": "New", **told}),
                        lambda there=there, name=name: there.with_context(
                            **{f"default_{name}": self.device.id}
                        ).create({**values, "name": "New"}),
                    ):
                        with self.assertRaises(AccessError):
                            refused()
        order.with_user(self.seller).action_confirm()
        self.assertEqual((self.device, "sale"), (order.offline_device_id, order.state))
        self.assertFalse(order.offline_state_device_id)

    def test_work_on_an_order_of_others_is_not_told(self):
        """Proves I4."""
        order = self.quoted()
        looker = self.new_user("looker", f"{REVIEWER},sales_team.group_sale_salesman")
        told = self.summary(order, looker)
        self.assertEqual((0, list(Domain.FALSE)), (told["operations"], told["work"]))

    def summary(self, record, user=None):
        self.env.flush_all()
        user = self.judge if user is None else user
        return self.env["offline.conflict"].with_user(user).record_summary(record._name, record.id)

    def test_order_that_was_quoted_has_its_quote_in_its_work(self):
        order = self.quoted()
        self.quoted(lead=self.lead)
        summary = self.summary(order)
        work = self.env["offline.operation"].search(summary["work"])
        self.assertEqual((1, ["quote"]), (summary["operations"], work.mapped("verb")))
        self.assertEqual(order.id, work.result["order"])
        self.assert_status("applied", self.work("confirm", order))
        self.assertEqual(2, self.summary(order)["operations"])

    def test_order_that_left_its_opportunity_keeps_its_work(self):
        order = self.quoted()
        order.opportunity_id = False
        self.assertEqual(1, self.summary(order)["operations"])

    def test_work_on_its_lines_is_work_on_the_order(self):
        order = self.quoted()
        receipt = self.new_line(order, product_uom_qty=-1.0)
        summary = self.summary(order)
        self.assertEqual("rejected", receipt["status"])
        self.held(ORDER)
        line = order.order_line
        self.assert_status("applied", self.edit_of(line, {"product_uom_qty": 2.0}, {"product_uom_qty": 1.0}))
        self.assertEqual(summary["operations"] + 1, self.summary(order)["operations"])

    def test_sales_administrator_finds_all_of_it_in_the_reports_of_sales(self):
        self.assertFalse(self.boss.has_group("offline_base.offline_base_group_reviewer"))
        menus = self.env["ir.ui.menu"].with_user(self.boss)._visible_menu_ids()
        for name, model in (
            ("price_variance", "offline.price.variance"),
            ("signature", "offline.signature"),
            ("visit", "offline.visit"),
            ("trail", "offline.trail"),
        ):
            with self.subTest(model):
                menu = self.env.ref(f"offline_crm.offline_{name}_menu_sale")
                self.assertIn(menu.id, menus)
                self.assertEqual(self.env.ref("sale.menu_sale_report"), menu.parent_id)
                self.assertEqual(model, menu.action.res_model)
                self.assertTrue(self.env[model].with_user(self.boss).has_access("read"))

    def test_visits_are_counted_where_people_look_for_them(self):
        """Proves I4. Each as far as the reader may see them."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.partner.id})
        given = {"user_id": self.seller.id, "arrived_at": "2026-11-21 10:00:00"}
        self.env["offline.visit"].create(
            [
                {**given, "partner_id": self.partner.id, "lead_id": self.lead.id},
                {**given, "partner_id": person.id},
            ]
        )
        for user, all_round, here in ((self.boss, 2, 1), (self.seller, 2, 1), (self.mate, 0, None)):
            with self.subTest(user.name):
                self.assertEqual(all_round, self.partner.with_user(user).offline_visit_count)
                if here is not None:
                    self.assertEqual(here, self.lead.with_user(user).offline_visit_count)
