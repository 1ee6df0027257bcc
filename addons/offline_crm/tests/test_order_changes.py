from odoo.addons.offline_base.tests.common import new_uid
from odoo.fields import Command

from .common import LINE, ORDER, SaleCase


class TestLines(SaleCase):
    """Changes of quotations and their lines that meet those of the office."""

    def setUp(self):
        super().setUp()
        self.order = self.quoted([{"product": self.desk.id, "quantity": 10}, {"product": self.chair.id}])
        self.desks, self.chairs = self.order.order_line
        self.held(ORDER)

    def test_quotation_and_lines_of_a_unit_arrive_together(self):
        """Proves I5."""
        order, unit = new_uid(), {"id": new_uid(), "size": 3}
        receipts = self.phone.push(
            self.phone.create({"partner_id": self.partner.id}, order, entity=ORDER, unit=unit),
            self.phone.create(
                {"order_id": {"uid": order}, "product_id": self.desk.id, "product_uom_qty": 2.0},
                entity=LINE, unit=unit,
            ),
            self.phone.create(
                {"order_id": {"uid": order}, "display_type": "line_note", "name": "By Friday"},
                entity=LINE, unit=unit,
            ),
        )  # fmt: skip
        self.assertEqual(["applied"] * 3, [receipt["status"] for receipt in receipts], receipts)
        made = self.by_uid(order, ORDER)
        self.assertEqual((self.seller, 220, 2), (made.user_id, made.amount_total, len(made.order_line)))
        self.assertEqual("2026-11-21 10:00:00", str(made.date_order))

    def take_off(self, line):
        version = self.phone.held[LINE][line.id]["v"]
        return self.phone.push_one(self.phone.delete(line, entity=LINE, base_v=version))

    def test_two_people_change_two_lines(self):
        self.chairs.product_uom_qty = 7
        receipt = self.edit_of(self.desks, {"product_uom_qty": 8.0}, {"product_uom_qty": 10.0})
        self.assert_status("applied", receipt)
        self.assertEqual([8, 7], self.order.order_line.mapped("product_uom_qty"))

    def test_both_took_of_one_line(self):
        self.desks.product_uom_qty = 9
        receipt = self.edit_of(self.desks, {"product_uom_qty": 8.0}, {"product_uom_qty": 10.0})
        self.assert_status("merged", receipt)
        self.assertEqual(7, self.desks.product_uom_qty)

    def test_differences_never_sell_less_than_nothing(self):
        self.desks.product_uom_qty = 1
        receipt = self.edit_of(self.desks, {"product_uom_qty": 2.0}, {"product_uom_qty": 10.0})
        self.assert_refused(receipt, "Desk", "below zero")
        self.assertEqual(1, self.desks.product_uom_qty)

    def test_negative_quantity_is_refused(self):
        self.assert_refused(self.new_line(self.order, product_uom_qty=-1.0), "below zero")

    def test_product_that_is_no_longer_sold_is_refused(self):
        self.desk.sale_ok = False
        self.assert_refused(self.new_line(self.order), "Desk", "no longer sold")

    def test_line_is_taken_off(self):
        self.assert_status("applied", self.take_off(self.chairs))
        self.assertFalse(self.chairs.exists())
        self.assert_converged()

    def test_taxes_are_odoos(self):
        receipt = self.edit_of(self.desks, {"tax_ids": []}, {"tax_ids": self.tax.ids})
        self.assert_rejected(receipt, "field_read_only", "tax_ids")

    def test_what_was_confirmed_or_cancelled_meanwhile_waits_for_the_office(self):
        """Proves I8. Also where nobody changed the same field."""
        for close in ("action_confirm", "_action_cancel"):
            with self.subTest(close):
                order = self.quoted(
                    [{"product": self.desk.id, "quantity": 10}, {"product": self.chair.id}],
                    self.new_lead("New", partner_id=self.partner.id),
                )
                getattr(order, close)()
                self.held(ORDER)
                line, other = order.order_line
                for receipt in (
                    self.edit_of(line, {"product_uom_qty": 8.0}, {"product_uom_qty": 10.0}),
                    self.edit_of(order, {"client_order_ref": "PO 8"}, {"client_order_ref": None}),
                    self.new_line(order),
                    self.take_off(other),
                ):
                    self.assert_parked(receipt, "state")
                self.assertEqual((10, False), (line.product_uom_qty, order.client_order_ref))
                self.assertEqual(line | other, order.order_line)

    def test_line_is_not_moved_to_an_order_that_is_confirmed(self):
        other = self.quoted(lead=self.new_lead("New", partner_id=self.partner.id))
        other.action_confirm()
        receipt = self.edit_of(self.desks, {"order_id": other.id}, {"order_id": self.order.id})
        self.assert_parked(receipt, "state")
        self.assertEqual(self.order, self.desks.order_id)

    def test_office_lets_a_change_through_that_came_after_the_confirmation(self):
        self.order.action_confirm()
        receipt = self.edit_of(self.desks, {"product_uom_qty": 12.0}, {"product_uom_qty": 10.0})
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual(12, self.desks.product_uom_qty)

    def test_office_changes_its_orders_as_ever(self):
        self.order.action_confirm()
        self.desks.product_uom_qty = 11
        self.order.client_order_ref = "PO 9"
        self.assertEqual(11, self.desks.product_uom_qty)

    def test_state_and_amounts_are_not_written_by_a_device(self):
        for name, value in (("state", "sale"), ("amount_total", 1.0), ("name", "S1"), ("signed_by", "Ann")):
            with self.subTest(name):
                self.assert_rejected(
                    self.edit_of(self.order, {name: value}, {name: None}), "field_read_only", name
                )


class TestStale(SaleCase):
    """Cancelling and opening again are for the order that the person saw, not for what the office made of it since."""

    def setUp(self):
        super().setUp()
        self.order = self.another()

    def another(self):
        return self.quoted(lead=self.new_lead("Another", partner_id=self.partner.id))

    def assert_asked(self, receipt, seen, state):
        self.assert_parked(receipt, "state")
        sides = receipt["conflict"]["fields"]["state"]
        self.assertEqual((seen, state), (sides["mine"], sides["theirs"]))
        self.assertEqual(state, self.order.state)

    def test_order_that_the_office_confirmed_meanwhile_is_not_cancelled(self):
        """Proves I8."""
        for seen in ("draft", "sent", None):
            with self.subTest(seen):
                self.order = self.another()
                self.order.action_confirm()
                receipt = self.work("cancel", self.order, reason="Went to others", seen=seen)
                self.assert_asked(receipt, seen, "sale")
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual("cancel", self.order.state)

    def test_order_that_was_seen_confirmed_is_cancelled(self):
        self.order.action_confirm()
        self.assert_status("applied", self.work("cancel", self.order, seen="sale"))
        self.assertEqual("cancel", self.order.state)

    def test_order_that_the_office_opened_again_is_not_cancelled(self):
        self.assert_asked(self.work("cancel", self.order, seen="sale"), "sale", "draft")

    def test_quotation_that_was_sent_meanwhile_is_cancelled(self):
        self.order.action_quotation_sent()
        self.assert_status("applied", self.work("cancel", self.order, seen="draft"))
        self.assertEqual("cancel", self.order.state)

    def test_device_cancels_what_it_confirmed_itself(self):
        """Both were done without network, by what the device held then."""
        target = self.phone.target(self.order)
        receipts = self.phone.push(
            self.phone.operation("confirm", ORDER, target=target, args={}),
            self.phone.operation("cancel", ORDER, target=target, args={"seen": "draft"}),
        )
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in receipts])
        self.assertEqual("cancel", self.order.state)

    def test_what_a_device_confirmed_is_the_offices_once_the_office_confirmed_it_again(self):
        self.assert_status("applied", self.work("confirm", self.order))
        self.order._action_cancel()
        self.order.action_draft()
        self.order.action_confirm()
        self.assert_asked(self.work("cancel", self.order, seen="draft"), "draft", "sale")

    def test_what_the_office_cancelled_meanwhile_is_not_opened_again(self):
        self.order._action_cancel()
        self.assert_asked(self.work("reset_to_draft", self.order, seen="sent"), "sent", "cancel")

    def test_what_the_office_opened_and_sent_meanwhile_keeps_its_signature(self):
        for seen in ("cancel", None, "sent"):
            self.order = self.another()
            self.order.write({"signed_by": "Ann Ray"})
            self.order.action_quotation_sent()
            receipt = self.work("reset_to_draft", self.order, seen=seen)
            if seen != "sent":
                with self.subTest(seen):
                    self.assert_asked(receipt, seen, "sent")
                    self.assertEqual("Ann Ray", self.order.signed_by)
        self.assert_status("applied", receipt)
        self.assertEqual(("draft", False), (self.order.state, self.order.signed_by))

    def test_state_of_another_addon_is_asked_about(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET state = 'approval' WHERE id = %s", [self.order.id])
        self.env.invalidate_all()
        self.assert_asked(self.work("cancel", self.order, seen="draft"), "draft", "approval")

    def test_quotation_that_is_open_stays_so(self):
        self.assert_status("applied", self.work("reset_to_draft", self.order, seen="cancel"))
        self.assertEqual("draft", self.order.state)


class TestScope(SaleCase):
    """Which quotations a salesperson's device holds."""

    def test_own_ones_and_their_lines_and_not_those_of_a_mate(self):
        """Proves I4."""
        mine = self.quoted()
        theirs = self.env[ORDER].create(
            {
                "partner_id": self.partner.id, "user_id": self.mate.id, "team_id": self.team.id,
                "order_line": [Command.create({"product_id": self.desk.id})],
            }
        )  # fmt: skip
        self.assertIn(mine.id, self.held(ORDER))
        self.assertNotIn(theirs.id, self.held(ORDER))
        self.assertEqual(set(mine.order_line.ids), set(self.held(LINE)) & set((mine | theirs).order_line.ids))
        everything = self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.seller.group_ids = [Command.link(everything.id)]
        self.assertIn(theirs.id, self.held(ORDER))
        self.assert_converged()

    def test_handed_over_quotation_leaves_with_its_lines(self):
        """Proves I4."""
        order = self.quoted()
        self.held(ORDER)
        self.settle()
        order.user_id = self.mate
        self.assertNotIn(order.id, self.held(ORDER))
        self.assertFalse(set(order.order_line.ids) & set(self.held(LINE)))
        self.assert_converged()

    def test_order_of_somebody_elses_opportunity_is_confirmed_by_the_office(self):
        """Odoo writes what was ordered on the opportunity, with the rights of whoever confirms."""
        order = self.quoted(lead=self.new_lead("Theirs", partner_id=self.partner.id))
        order.opportunity_id.user_id = self.mate
        receipt = self.work("confirm", order)
        self.assert_refused(receipt, "opportunity", "office")
        self.assertEqual("draft", order.state)
        order.action_confirm()
        self.phone.stored(receipt).with_user(self.manager).action_retry()
        self.assertEqual(("sale", "applied"), (order.state, self.phone.stored(receipt).status))

    def test_salesperson_hands_their_own_quotation_over(self):
        """Odoo reads it once more to tell the new salesperson, when whoever gave it away sees it no more."""
        order = self.quoted()
        self.held(ORDER)
        self.settle()
        receipt = self.edit_of(order, {"user_id": self.mate.id}, {"user_id": self.seller.id})
        self.assert_status("applied", receipt)
        self.assertEqual(self.mate, order.user_id)
        told = [
            ("model", "=", ORDER),
            ("res_id", "=", order.id),
            ("partner_ids", "=", self.mate.partner_id.id),
        ]
        self.assertTrue(self.env["mail.message"].search(told))
