from odoo.addons.offline_base.tests.common import new_uid
from odoo.exceptions import AccessError, UserError

from .common import LINE, ORDER, SALES_GROUPS, SaleCase


class TestPrices(SaleCase):
    """What becomes of prices that were agreed without network, where Odoo says something else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_user("boss", "sales_team.group_sale_manager")

    def agreed(self, price=90, discount=None, **args):
        line = {"product": self.desk.id, "quantity": 2, "price_unit": price}
        return self.quoted([line | ({} if discount is None else {"discount": discount})], **args)

    def variances(self, order):
        return self.env["offline.price.variance"].search([("order_id", "=", order.id)])

    def variance(self, order):
        found = self.variances(order)
        self.assertEqual(1, len(found))
        return found

    def test_price_that_is_odoos_stays_odoos(self):
        order = self.agreed(100)
        self.assertFalse(self.variances(order))
        order.order_line.product_uom_qty = 3
        self.assertEqual(100, order.order_line.technical_price_unit)

    def test_agreed_price_is_kept_and_told(self):
        order = self.agreed()
        self.assertEqual((90, 198), (order.order_line.price_unit, order.amount_total))
        found = self.variance(order)
        self.assertEqual(
            ("kept", "price", self.seller, self.device, self.desk, 90, 100, -20, -10),
            (
                found.state, found.reason, found.user_id, found.device_id, found.product_id, found.agreed_price,
                found.odoo_price, found.difference_amount, found.difference_percent,
            ),
        )  # fmt: skip
        self.assertEqual("2026-11-21 10:00:00", str(found.agreed_at))

    def test_agreed_price_stays_when_the_office_changes_the_quantity(self):
        order = self.agreed()
        order.order_line.product_uom_qty = 5
        self.assertEqual(90, order.order_line.price_unit)

    def test_agreed_discount_is_told_as_such(self):
        order = self.agreed(100, 15)
        self.assertEqual((100, 15), (order.order_line.price_unit, order.order_line.discount))
        self.assertEqual(("discount", 85), (self.variance(order).reason, self.variance(order).agreed_price))

    def test_profile_may_take_odoos_price(self):
        self.profile.price_policy = "odoo"
        order = self.agreed()
        self.assertEqual((100, 220), (order.order_line.price_unit, order.amount_total))
        self.assertEqual("repriced", self.variance(order).state)

    def test_small_difference_is_kept_and_a_large_one_waits_for_the_office(self):
        """Proves I8."""
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        self.assertEqual("kept", self.variance(self.agreed(96)).state)
        order = self.agreed(90, lead=self.new_lead("Dear", partner_id=self.partner.id))
        self.assertEqual("review", self.variance(order).state)
        receipt = self.work("confirm", order, amount_total=198)
        self.assert_parked(receipt, "amount_total")
        self.assertEqual("draft", order.state)
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual(
            ("applied", False), (self.phone.stored(receipt).status, self.phone.stored(receipt).message)
        )
        self.assertEqual(("sale", 198), (order.state, order.amount_total))
        self.assertEqual("accepted", self.variance(order).state)

    def test_office_accepts_in_the_report_and_the_confirmation_goes_through(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.agreed()
        self.variance(order).with_user(self.reviewer).action_accept()
        self.assert_status("applied", self.work("confirm", order))
        self.assertEqual(198, order.amount_total)

    def test_office_takes_odoos_price_in_the_report(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.agreed()
        self.variance(order).with_user(self.boss).action_take_odoos_price()
        self.assertEqual(("repriced", 220), (self.variance(order).state, order.amount_total))

    def test_total_that_agrees_with_odoo_is_no_difference(self):
        """Also where Odoo's price was taken since, and the device holds it."""
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.agreed(amount_total=198)
        self.variance(order).with_user(self.boss).action_take_odoos_price()
        self.assert_status("applied", self.work("confirm", order, amount_total=220))
        self.assertEqual("price", self.variance(order).reason)

    def test_what_was_rounded_off_a_price_is_no_difference_of_a_hundred(self):
        self.profile.price_policy = "odoo"
        self.desk.list_price = 9.99
        line = {"product": self.desk.id, "quantity": 100, "price_unit": 9.99, "discount": 33}
        order = self.quoted([line], amount_total=736.26)
        self.assertEqual(1098.9, order.amount_total)
        self.assertEqual("discount", self.variance(order).reason)

    def test_office_sees_by_odoos_prices_what_the_line_has_now(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.agreed()
        order.order_line.product_uom_qty = 3
        sides = self.work("confirm", order, amount_total=297)["conflict"]["fields"]["amount_total"]
        self.assertEqual((297, 330), (sides["mine"], sides["theirs"]))

    def test_salesperson_decides_about_no_price(self):
        """Proves I4."""
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        found = self.variance(self.agreed())
        for action in ("action_accept", "action_take_odoos_price"):
            with self.assertRaises(AccessError):
                getattr(found.with_user(self.seller), action)()
        with self.assertRaises(AccessError):
            found.with_user(self.manager).write({"state": "accepted"})
        self.assertEqual("review", found.state)

    def test_lines_of_their_own_are_settled_alike(self):
        order = self.quoted([])
        uid = new_uid()
        self.assert_status("applied", self.new_line(order, uid, price_unit=90.0, product_uom_qty=2.0))
        line = self.by_uid(uid, LINE)
        self.assertEqual((90, "kept"), (line.price_unit, self.variance(order).state))
        self.held(ORDER)
        self.assert_status("applied", self.edit_of(line, {"discount": 10.0}, {"discount": 0.0}))
        self.assertEqual((90, 10), (line.price_unit, line.discount))
        self.assertEqual(81, self.variance(order).agreed_price)
        self.assert_status(
            "applied",
            self.edit_of(
                line, {"discount": 0.0, "price_unit": 100.0}, {"discount": 10.0, "price_unit": 90.0}
            ),
        )
        self.assertFalse(self.variances(order))

    def test_lines_that_change_together_were_agreed_when_the_person_did_it(self):
        order = self.quoted([{"product": self.desk.id}, {"product": self.chair.id}])
        receipts = self.phone.push(
            *(
                self.phone.update(line, {"price_unit": 40.0}, {"price_unit": line.price_unit}, entity=LINE)
                for line in order.order_line
            )
        )
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in receipts])
        self.assertEqual(
            ["2026-11-21 10:00:00"] * 2, [str(found.agreed_at) for found in self.variances(order)]
        )

    def test_line_without_a_price_has_odoos(self):
        order = self.quoted([])
        self.assert_status("applied", self.new_line(order))
        self.assertEqual(100, order.order_line.price_unit)
        self.assertFalse(self.variances(order))

    def test_price_of_nothing_is_a_price(self):
        order = self.quoted([])
        self.assert_status("applied", self.new_line(order, price_unit=0.0))
        self.assertEqual((0, -100), (order.amount_total, self.variance(order).difference_percent))

    def test_tax_that_changed_meanwhile_is_told_and_odoos_stands(self):
        self.tax.amount = 20
        order = self.quoted([{"product": self.desk.id, "price_unit": 100, "price_total": 110}])
        self.assertEqual(120, order.amount_total)
        found = self.variance(order)
        self.assertEqual(("tax", "repriced", 110, 120), (
            found.reason, found.state, found.agreed_price, found.odoo_price
        ))  # fmt: skip

    def test_tax_that_changed_beyond_the_tolerance_waits_for_the_office(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        self.tax.amount = 20
        order = self.quoted([{"product": self.desk.id, "price_total": 110}])
        self.assertEqual("review", self.variance(order).state)
        self.assert_parked(self.work("confirm", order), "amount_total")

    def test_total_that_the_lines_do_not_explain_is_told(self):
        order = self.quoted(amount_total=99)
        self.assertEqual(("total", 99, 110), (
            self.variance(order).reason, self.variance(order).agreed_price, self.variance(order).odoo_price
        ))  # fmt: skip

    def test_confirmation_compares_the_total(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.quoted()
        self.desk.list_price = 200
        self.assert_parked(self.work("confirm", order, amount_total=99), "amount_total")

    def test_office_that_changes_an_order_with_a_kept_price_is_told_by_the_confirmation(self):
        """Proves I8."""
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.agreed(96, amount_total=211.2)
        self.assertEqual("kept", self.variance(order).state)
        order.order_line.product_uom_qty = 3
        receipt = self.work("confirm", order, amount_total=211.2)
        self.assert_parked(receipt, "amount_total")
        sides = receipt["conflict"]["fields"]["amount_total"]
        self.assertEqual((211.2, 316.8), (sides["mine"], sides["theirs"]))
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual(("sale", 316.8), (order.state, order.amount_total))
        total = self.variances(order).filtered(lambda row: row.reason == "total")
        self.assertEqual(
            ("accepted", 211.2, 316.8, -105.6),
            (total.state, total.agreed_price, total.odoo_price, total.difference_amount),
        )
        self.assertEqual(-33.33, round(total.difference_percent, 2))

    def test_lines_explain_the_total_where_odoos_price_was_taken(self):
        """Also with taxes, and what the lines do not explain is told beside."""
        self.profile.price_policy = "odoo"
        order = self.agreed(90, amount_total=198)
        self.assertEqual(220, order.amount_total)
        self.assertEqual("price", self.variance(order).reason)
        self.assert_status("applied", self.work("confirm", order, amount_total=198))
        self.assertEqual("price", self.variance(order).reason)
        other = self.agreed(90, amount_total=188, lead=self.new_lead("Other", partner_id=self.partner.id))
        total = self.variances(other).filtered(lambda row: row.reason == "total")
        self.assertEqual((188, 220, -10), (total.agreed_price, total.odoo_price, total.difference_amount))

    def test_other_taxes_explain_the_total(self):
        self.tax.amount = 20
        line = {"product": self.desk.id, "price_total": 110}
        order = self.quoted([line, line], amount_total=220)
        self.assertEqual({"tax"}, set(self.variances(order).mapped("reason")))
        self.assert_status("applied", self.work("confirm", order, amount_total=220))
        self.assertEqual({"tax"}, set(self.variances(order).mapped("reason")))

    def test_total_that_was_looked_at_is_not_asked_again(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.quoted(amount_total=99)
        other = self.quoted(amount_total=99, lead=self.new_lead("Other", partner_id=self.partner.id))
        receipt = self.work("confirm", other, amount_total=99)
        self.assert_parked(receipt, "amount_total")
        sides = receipt["conflict"]["fields"]["amount_total"]
        self.assertEqual((99, 110), (sides["mine"], sides["theirs"]))
        self.variance(order).with_user(self.reviewer).action_accept()
        self.assert_status("applied", self.work("confirm", order, amount_total=99))

    def test_total_that_agrees_again_is_nothing_to_review(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.quoted(amount_total=99)
        self.assertEqual("review", self.variance(order).state)
        order.order_line.price_unit = 90
        self.assert_status("applied", self.work("confirm", order, amount_total=99))
        self.assertFalse(self.variances(order))

    def test_office_sees_by_odoos_prices_with_their_taxes(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        receipt = self.work("confirm", self.agreed(90), amount_total=198)
        sides = receipt["conflict"]["fields"]["amount_total"]
        self.assertEqual((198, 220), (sides["mine"], sides["theirs"]))

    def used_up(self):
        """A customer with a price to review whose credit is used up."""
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        order = self.agreed()
        self.env.company.account_use_credit_limit = True
        self.partner.write({"use_partner_credit_limit": True, "credit_limit": 50})
        return order

    def test_office_sees_the_price_and_the_credit_that_is_used_up(self):
        """Proves I8. What was decided about one does not wave the other through."""
        receipt = self.work("confirm", self.used_up())
        self.assert_status("conflict", receipt)
        self.assertEqual({"amount_total", "partner_credit_warning"}, set(receipt["conflict"]["fields"]))

    def test_credit_that_is_used_up_since_somebody_was_asked_is_asked_about(self):
        order = self.used_up()
        self.partner.credit_limit = 10_000
        receipt = self.work("confirm", order)
        self.assert_parked(receipt, "amount_total")
        self.partner.credit_limit = 50
        self.env.invalidate_all()
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        refused = self.phone.stored(receipt)
        self.assertEqual(("rejected", "draft"), (refused.status, order.state))
        self.assertIn("credit limit", refused.message)
        again = self.phone.push_one(self.phone.operation("amend", ORDER, args={"op": refused.op, "args": {}}))
        self.assert_status("conflict", again)
        self.assertEqual({"amount_total", "partner_credit_warning"}, set(again["conflict"]["fields"]))
        self.phone.stored(again).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual("sale", order.state)

    def test_difference_that_grew_since_somebody_was_asked_is_asked_about(self):
        """Proves I8."""
        self.profile.write({"price_policy": "review", "price_tolerance": 0.5})
        order = self.agreed(99, amount_total=217.8)
        receipt = self.work("confirm", order, amount_total=217.8)
        self.assert_parked(receipt, "amount_total")
        order.order_line.product_uom_qty = 4
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        refused = self.phone.stored(receipt)
        self.assertEqual(("rejected", "draft"), (refused.status, order.state))
        self.assertIn("not what was agreed any more", refused.message)

    def test_credit_that_somebody_else_was_asked_about_is_asked_about_again(self):
        """Of a confirmation that was given up nothing is seen."""
        order = self.used_up()
        first = self.work("confirm", order)
        self.phone.stored(first).conflict_ids.with_user(self.manager).action_keep_server()
        self.partner.credit_limit = 10_000
        second = self.work("confirm", order)
        self.assert_parked(second, "amount_total")
        self.partner.credit_limit = 50
        self.env.invalidate_all()
        self.phone.stored(second).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual(("rejected", "draft"), (self.phone.stored(second).status, order.state))

    def test_order_that_is_closed_keeps_its_prices(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        for close, word in (("action_confirm", "confirmed"), ("_action_cancel", "cancelled")):
            with self.subTest(close):
                order = self.agreed(lead=self.new_lead("Closed", partner_id=self.partner.id))
                found = self.variance(order)
                getattr(order, close)()
                with self.assertRaisesRegex(UserError, f"{order.name}.*{word}.*Accept"):
                    found.with_user(self.boss).action_take_odoos_price()
                self.assertEqual(("review", 198), (found.state, order.amount_total))
                found.with_user(self.boss).action_accept()
                self.assertEqual(("accepted", 198), (found.state, order.amount_total))

    def test_amounts_that_are_odoos_already_are_accepted_not_taken(self):
        self.profile.write({"price_policy": "review", "price_tolerance": 5})
        found = self.variance(self.quoted(amount_total=99))
        with self.assertRaisesRegex(UserError, "Accept"):
            found.with_user(self.boss).action_take_odoos_price()
        self.assertEqual("review", found.state)

    def test_report_is_not_a_salespersons(self):
        """Proves I4."""
        self.agreed()
        with self.assertRaises(AccessError):
            self.env["offline.price.variance"].with_user(self.new_user("guest", SALES_GROUPS)).search([])
        self.assertTrue(self.env["offline.price.variance"].with_user(self.reviewer).search([]))
