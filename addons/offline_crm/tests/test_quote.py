from odoo.addons.offline_base.store.history import given_up
from odoo.addons.offline_base.tests.common import new_uid
from odoo.fields import Command

from .common import LEAD, LINE, ORDER, SaleCase


class TestQuote(SaleCase):
    """From the opportunity to the quotation, in one piece."""

    def test_quotation_has_what_odoos_button_hands_over_and_what_was_agreed(self):
        """Proves I7."""
        term = self.env["account.payment.term"].create({"name": "In two parts"})
        uid, first = new_uid(), new_uid()
        receipt = self.quote(
            [
                {"display_type": "line_section", "name": "Furniture"},
                {"uid": first, "product": self.desk.id, "quantity": 2, "name": "Desk, oak"},
                {"product": self.chair.id, "quantity": 3, "discount": 10, "price_unit": 50},
                {"display_type": "line_note", "name": "Delivered in June"},
            ],
            uid=uid,
            payment_term=term.id,
            client_order_ref="PO 7",
            note="Carried upstairs",
        )
        self.assert_status("applied", receipt)
        order = self.by_uid(uid, ORDER)
        self.assertEqual(
            (self.lead, self.partner, self.seller, self.team, term, "PO 7", "draft"),
            (
                order.opportunity_id, order.partner_id, order.user_id, order.team_id, order.payment_term_id,
                order.client_order_ref, order.state,
            ),
        )  # fmt: skip
        self.assertIn("Carried upstairs", order.note)
        self.assertEqual(["line_section", False, False, "line_note"], order.order_line.mapped("display_type"))
        desk, chair = order.order_line.filtered("product_id")
        self.assertEqual(("Desk, oak", 2, 100), (desk.name, desk.product_uom_qty, desk.price_unit))
        self.assertEqual((3, 50, 10), (chair.product_uom_qty, chair.price_unit, chair.discount))
        self.assertEqual(368.5, order.amount_total)
        self.assertEqual({first: desk.id}, receipt["result"]["lines"])
        self.assertEqual(desk, self.by_uid(first, LINE))
        self.assertEqual(
            (order.id, order.name, "draft", order.amount_total),
            tuple(receipt["result"][name] for name in ("order", "name", "state", "amount_total")),
        )

    def test_quotation_sent_twice_is_made_once(self):
        """Proves I2."""
        operation = self.phone.operation(
            "quote", LEAD, target={"id": self.lead.id},
            args={"uid": new_uid(), "lines": [{"product": self.desk.id}]},
        )  # fmt: skip
        first = self.phone.push_one(operation)
        again = self.phone.push_one(operation)
        self.assertEqual(first["result"], again["result"])
        self.assertEqual(1, self.env[ORDER].search_count([("opportunity_id", "=", self.lead.id)]))

    def test_order_is_quoted_confirmed_and_held_within_one_call(self):
        """Proves I3."""
        uid = new_uid()
        receipts = self.phone.push(
            self.phone.operation(
                "quote", LEAD, target={"id": self.lead.id},
                args={
                    "uid": uid, "lines": [{"product": self.desk.id}], "amount_total": 110,
                    "currency": self.env.company.currency_id.name,
                },
            ),
            self.phone.operation("confirm", ORDER, target={"uid": uid}, args={"amount_total": 110}),
        )  # fmt: skip
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in receipts], receipts)
        order = self.by_uid(uid, ORDER)
        self.assertEqual("sale", order.state)
        held = self.held(ORDER)
        self.assertEqual(("sale", 110), (held[order.id]["state"], held[order.id]["amount_total"]))
        self.assertEqual(order.order_line.ids, list(self.held(LINE)))
        self.assert_converged()

    def with_a_wrong_code(self, uid, line):
        """A quotation that is refused, of one desk."""
        args = {"uid": uid, "lines": [{"uid": line, "product": self.desk.id}], "codes": ["WRONG"]}
        return self.phone.operation("quote", LEAD, target={"id": self.lead.id}, args=args)

    def test_what_follows_a_refused_quotation_waits_for_it(self):
        """Proves I3. Its confirmation, and a change of one of its lines."""
        uid, line = new_uid(), new_uid()
        quote = self.with_a_wrong_code(uid, line)
        first, *waiting = self.phone.push(
            quote,
            self.phone.operation("confirm", ORDER, target={"uid": uid}, args={}),
            self.phone.update(line, {"sequence": 7}, entity=LINE),
        )
        self.assert_refused(first, "WRONG")
        self.assertEqual(
            [("deferred", [first["seq"]])] * 2, [(one["status"], one["blocked_by"]) for one in waiting]
        )
        args = {"op": quote["op"], "args": {**quote["args"], "codes": []}}
        self.assert_status("applied", self.phone.push_one(self.phone.operation("amend", None, args=args)))
        self.assertEqual("sale", self.by_uid(uid, ORDER).state)
        self.assertEqual("applied", self.phone.stored(waiting[0]).status)

    def test_what_follows_a_quotation_that_was_given_up_is_refused_by_that_name(self):
        """Proves I8, I10. What waited for it, and what comes later; so does what names a line of it."""
        uid, line = new_uid(), new_uid()
        quote = self.with_a_wrong_code(uid, line)
        confirm = self.phone.operation("confirm", ORDER, target={"uid": uid}, args={})
        _refused, waiting = self.phone.push(quote, confirm)
        args = {"op": quote["op"], "reason": "Went to others"}
        self.assert_status("applied", self.phone.push_one(self.phone.operation("discard", None, args=args)))
        self.assertEqual("depends_on_discarded", self.phone.stored(waiting).code)
        later = self.phone.push_one(self.phone.update(line, {"sequence": 7}, entity=LINE))
        self.assert_rejected(later, "depends_on_discarded")

    def test_refused_correction_of_a_quotation_holds_up_nothing_and_gives_nothing_up(self):
        """Proves I8, I10. The office had it made before the person corrected it."""
        uid = new_uid()
        quote = self.phone.operation(
            "quote",
            LEAD,
            target={"id": self.lead.id},
            args={"uid": uid, "lines": [{"product": self.desk.id}]},
        )
        self.desk.sale_ok = False
        refused = self.phone.push_one(quote)
        self.assert_refused(refused, "no longer sold")
        self.desk.sale_ok = True
        self.phone.stored(refused).with_user(self.manager).action_retry()
        amend = self.phone.operation("amend", None, args={"op": quote["op"], "args": quote["args"]})
        self.assert_rejected(self.phone.push_one(amend), "already_decided")
        confirm = self.phone.operation("confirm", ORDER, target={"uid": uid}, args={})
        self.assert_status("applied", self.phone.push_one(confirm))
        args = {"op": amend["op"], "reason": "It is made"}
        self.phone.push_one(self.phone.operation("discard", None, args=args))
        self.assertEqual(set(), given_up(self.env.cr, {uid}))

    def test_quotation_that_was_given_up_is_known_as_such_to_all(self):
        uid, line = new_uid(), new_uid()
        receipt = self.phone.push_one(self.with_a_wrong_code(uid, line))
        self.phone.stored(receipt).with_user(self.manager).action_discard()
        asked = {uid, line, new_uid()}
        self.assertEqual({uid, line}, given_up(self.env.cr, asked))
        self.assertEqual({uid, line}, given_up(self.env.cr, asked, self.seller))
        self.assertEqual(set(), given_up(self.env.cr, asked, self.mate))

    def test_quotation_of_a_template_has_its_lines_and_terms(self):
        template = self.env["sale.order.template"].create(
            {
                "name": "Office",
                "note": "<p>Two years of warranty</p>",
                "sale_order_template_line_ids": [
                    Command.create({"display_type": "line_section", "name": "Basics"}),
                    Command.create({"product_id": self.desk.id, "product_uom_qty": 4}),
                ],
            }
        )
        order = self.quoted([{"product": self.chair.id}], template=template.id)
        self.assertEqual(["Basics", self.desk, self.chair], [
            line.product_id or line.name for line in order.order_line.sorted()
        ])  # fmt: skip
        self.assertIn("warranty", order.note)
        self.assertEqual(4, order.order_line[1].product_uom_qty)
        again = self.work("apply_template", order, template=template.id)
        self.assert_status("applied", again)
        self.assertEqual([False, self.desk], [line.product_id or False for line in order.order_line.sorted()])

    def test_lines_of_a_template_that_the_device_has_changed_are_not_added_a_second_time(self):
        template = self.env["sale.order.template"].create(
            {
                "name": "Office",
                "note": "<p>Two years of warranty</p>",
                "require_payment": True,
                "prepayment_percent": 0.3,
                "sale_order_template_line_ids": [Command.create({"product_id": self.desk.id})],
            }
        )
        lines = [{"product": self.desk.id, "quantity": 7}]
        order = self.quoted(lines, template=template.id, template_lines=False)
        self.assertEqual([7], order.order_line.mapped("product_uom_qty"))
        self.assertEqual((template, True, 0.3), (
            order.sale_order_template_id, order.require_payment, order.prepayment_percent,
        ))  # fmt: skip
        self.assertIn("warranty", order.note)

    def test_words_that_were_agreed_stand_before_those_of_the_template(self):
        template = self.env["sale.order.template"].create(
            {"name": "Office", "note": "<p>Two years of warranty</p>", "number_of_days": 5}
        )
        order = self.quoted(template=template.id, note="Carried upstairs", validity_date="2027-01-31")
        self.assertIn("upstairs", order.note)
        self.assertNotIn("warranty", order.note)
        self.assertEqual("2027-01-31", str(order.validity_date))

    def test_template_of_the_company_brings_no_lines_that_nobody_asked_for(self):
        template = self.env["sale.order.template"].create(
            {"name": "Usual", "sale_order_template_line_ids": [Command.create({"product_id": self.desk.id})]}
        )
        self.env.company.sale_order_template_id = template
        order = self.quoted([{"product": self.chair.id}])
        self.assertEqual(self.chair, order.order_line.product_id)

    def test_unit_in_which_the_customer_buys_makes_the_price(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.desk.uom_ids = dozen
        order = self.quoted([{"product": self.desk.id, "quantity": 2, "uom": dozen.id}])
        self.assertEqual((dozen, 1200, 2640), (
            order.order_line.product_uom_id, order.order_line.price_unit, order.amount_total,
        ))  # fmt: skip

    def test_prices_are_those_of_the_moment_when_it_was_made(self):
        """A price list that ended meanwhile still counts for what was agreed under it."""
        self.env.ref("base.group_user").implied_ids |= self.env.ref("product.group_product_pricelist")
        self.env["product.pricelist"].create(
            {
                "name": "Fair",
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "fixed", "fixed_price": 80, "applied_on": "1_product",
                            "product_tmpl_id": self.desk.product_tmpl_id.id,
                            "date_start": "2026-11-01 00:00:00", "date_end": "2026-11-21 12:00:00",
                        }
                    )
                ],
            }
        )  # fmt: skip
        order = self.quoted([{"product": self.desk.id, "price_unit": 80}])
        self.assertEqual(80, order.order_line.price_unit)
        self.assertFalse(self.env["offline.price.variance"].search([("order_id", "=", order.id)]))

    # --- what does not fit ----------------------------------------------------------------------------------

    def assert_no_quotation(self):
        self.assertFalse(self.env[ORDER].search([("opportunity_id", "=", self.lead.id)]))

    def test_opportunity_without_customer_lost_or_still_a_lead_is_told_so(self):
        self.lead.partner_id = False
        self.assert_refused(self.quote(), "no customer")
        fresh = self.new_lead("Fresh", type="lead", partner_id=self.partner.id)
        self.assert_refused(self.quote(lead=fresh), "Convert it")
        lost = self.new_lead("Lost", partner_id=self.partner.id)
        lost.action_set_lost(lost_reason_id=self.reason.id)
        self.assert_refused(self.quote(lead=lost), "Restore")
        self.assert_no_quotation()

    def test_customer_of_the_quotation_may_be_another(self):
        other = self.new_partner("Other")
        self.assertEqual(other, self.quoted(partner=other.id).partner_id)

    def test_archived_product_is_named(self):
        self.desk.product_tmpl_id.action_archive()
        self.assert_refused(self.quote(), "Desk", "no longer sold")
        self.assert_no_quotation()

    def test_price_list_that_is_gone_is_named(self):
        gone = self.env["product.pricelist"].create({"name": "Old prices", "active": False})
        self.assert_refused(self.quote(pricelist=gone.id), "Old prices", "no longer in use")
        self.assert_no_quotation()

    def test_template_that_is_gone_is_named(self):
        gone = self.env["sale.order.template"].create({"name": "Old offer", "active": False})
        self.assert_refused(self.quote(template=gone.id), "Old offer")

    def test_record_that_does_not_exist_is_refused_by_its_field(self):
        for name in ("payment_term", "pricelist", "template", "partner"):
            with self.subTest(name):
                lead = self.new_lead("Another", partner_id=self.partner.id)
                self.assert_rejected(self.quote(lead=lead, **{name: 2000000}), "reference_unknown", name)
        lead = self.new_lead("Another", partner_id=self.partner.id)

    def test_line_that_names_what_is_not_there_is_told_by_its_number(self):
        desk = {"product": self.desk.id}
        for line, name, words in (
            ({"product": 2000000}, "product", "Line 3: the product is"),
            ({"product": 2000000, "name": "Lamp\nblue"}, "product", "Line 3 (Lamp): the product is"),
            ({**desk, "uom": 2000000}, "uom", "Line 3: the unit is"),
        ):
            with self.subTest(words):
                lead = self.new_lead("Another", partner_id=self.partner.id)
                receipt = self.quote([desk, {"display_type": "line_note", "name": "x"}, line], lead)
                self.assert_rejected(receipt, "reference_unknown", f"lines.2.{name}")
                for told in (receipt["message"], receipt["fields"][f"lines.2.{name}"]):
                    self.assertTrue(told.startswith(words), told)

    def test_line_is_told_in_the_salespersons_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"].search([("name", "=", "offline_crm")])._update_translations(["fr_FR"])
        self.seller.lang = "fr_FR"
        self.phone = type(self.phone)(self.device)
        receipt = self.quote([{"product": 2000000}])
        self.assertIn("Ligne 1", receipt["message"])

    def test_customer_of_another_company_is_refused(self):
        """Proves I4."""
        company = self.env["res.company"].create({"name": "Another"})
        hidden = self.new_partner("Hidden", company_id=company.id)
        self.assert_rejected(self.quote(partner=hidden.id), "reference_unknown", "partner")
        self.assert_no_quotation()

    def test_other_currency_than_was_agreed_is_told(self):
        other = "EUR" if self.env.company.currency_id.name != "EUR" else "USD"
        self.assert_refused(self.quote(currency=other), other, self.env.company.currency_id.name)
        self.assert_no_quotation()

    def test_impossible_arguments_are_refused(self):
        for lines in (
            [{"product": self.desk.id, "quantity": 1e9}],
            [{"product": self.desk.id, "discount": 101}],
            [{"display_type": "line_note", "name": " "}],
            [{"product": self.desk.id, "display_type": "line_note", "name": "x"}],
            [{}],
        ):
            with self.subTest(lines):
                lead = self.new_lead("Another", partner_id=self.partner.id)
                receipt = self.quote(lines, lead)
                self.assertEqual(("rejected", "operation_invalid"), (receipt["status"], receipt["code"]))

    def test_quantity_below_zero_is_refused_by_the_name_of_its_product(self):
        receipt = self.quote([{"product": self.desk.id, "quantity": -1}])
        self.assert_refused(receipt, "Desk", "below zero", "Enter what is sold")
        self.assert_no_quotation()

    def test_uid_that_names_another_quotation_is_refused(self):
        uid = new_uid()
        self.quoted(uid=uid)
        self.assert_rejected(self.quote(uid=uid), "uid_taken")


class TestPromotions(SaleCase):
    """Codes and rewards, by Odoo's own rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Spring",
                "program_type": "promo_code",
                "rule_ids": [Command.clear(), Command.create({"mode": "with_code", "code": "SPRING"})],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"reward_type": "discount", "discount": 10, "discount_mode": "percent"}),
                ],
            }
        )

    def test_code_gives_its_discount_once(self):
        order = self.quoted([{"product": self.desk.id}], codes=["SPRING"])
        self.assertEqual(99, order.amount_total)
        self.assertEqual(self.program.reward_ids, order.order_line.reward_id)
        self.assert_status("applied", self.work("apply_code", order, code="SPRING"))
        self.assertEqual((99, 2), (order.amount_total, len(order.order_line)))

    def test_unknown_code_is_named_and_nothing_is_left(self):
        receipt = self.quote(codes=["SUMMER"])
        self.assert_refused(receipt, "SUMMER", "Take it off")
        self.assertFalse(self.env[ORDER].search([("opportunity_id", "=", self.lead.id)]))

    def test_promotion_that_was_over_is_named(self):
        self.program.write({"date_from": "2026-11-01", "date_to": "2026-11-20"})
        self.assert_refused(self.work("apply_code", self.quoted(), code="SPRING"), "SPRING", "Take it off")

    def test_promotion_that_ended_after_the_customer_agreed_still_counts(self):
        self.program.write({"date_from": "2026-11-01", "date_to": "2026-11-21"})
        order = self.quoted(codes=["SPRING"])
        self.assert_status("applied", self.work("confirm", order))
        self.assertEqual(("sale", 99), (order.state, order.amount_total))

    def test_code_that_is_used_up_is_named(self):
        self.program.write({"limit_usage": True, "max_usage": 1})
        self.assert_status("applied", self.work("confirm", self.quoted(codes=["SPRING"])))
        other = self.quoted(lead=self.new_lead("Second", partner_id=self.partner.id))
        self.assert_refused(self.work("apply_code", other, code="SPRING"), "SPRING")

    def test_reward_of_an_automatic_promotion_is_claimed_once(self):
        promotion = self.env["loyalty.program"].create(
            {
                "name": "Always",
                "program_type": "promotion",
                "trigger": "auto",
                "rule_ids": [Command.clear(), Command.create({"minimum_amount": 200})],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"reward_type": "discount", "discount": 20, "discount_mode": "percent"}),
                ],
            }
        )
        reward = promotion.reward_ids
        small = self.quoted()
        self.assert_refused(self.work("claim_reward", small, reward=reward.id), "not entitled")
        order = self.quoted(
            [{"product": self.desk.id, "quantity": 3}], self.new_lead("Big", partner_id=self.partner.id)
        )
        receipt = self.work("update_promotions", order)
        self.assertIn(reward.id, [found["reward"] for found in receipt["result"]["claimable"]])
        for _time in range(2):
            self.assert_status("applied", self.work("claim_reward", order, reward=reward.id))
            self.assertEqual(264, order.amount_total)


class TestWayOfAnOrder(SaleCase):
    """Confirming, cancelling, opening again, sending: Odoo's own functions, whatever the office did meanwhile."""

    def setUp(self):
        super().setUp()
        self.order = self.quoted()

    def test_quotation_is_confirmed_once(self):
        """Proves I2."""
        self.assert_status("applied", self.work("confirm", self.order))
        confirmed = self.order.date_order
        receipt = self.work("confirm", self.order)
        self.assertEqual(("applied", "sale"), (receipt["status"], receipt["result"]["state"]))
        self.assertEqual(confirmed, self.order.date_order)

    def test_quotation_that_the_office_confirmed_stays_confirmed(self):
        self.order.action_confirm()
        self.assert_status("applied", self.work("confirm", self.order))

    def test_cancelled_quotation_is_not_confirmed(self):
        self.order._action_cancel()
        self.assert_refused(self.work("confirm", self.order), "cancelled meanwhile")
        self.assertEqual("cancel", self.order.state)

    def test_empty_quotation_is_not_confirmed(self):
        empty = self.quoted([], self.new_lead("Empty", partner_id=self.partner.id))
        self.assert_refused(self.work("confirm", empty), "Add a product")

    def test_quotation_is_cancelled_and_opened_again(self):
        self.assert_status("applied", self.work("cancel", self.order, reason="Went to <b>others</b>"))
        self.assertEqual("cancel", self.order.state)
        self.assertIn("&lt;b&gt;others", "".join(self.order.message_ids.mapped("body")))
        self.assert_status("applied", self.work("cancel", self.order))
        self.assert_status("applied", self.work("reset_to_draft", self.order))
        self.assertEqual("draft", self.order.state)

    def test_confirmed_order_is_not_opened_again(self):
        self.order.action_confirm()
        self.assert_refused(self.work("reset_to_draft", self.order), "confirmed order")

    def test_locked_order_is_not_cancelled(self):
        self.order.action_confirm()
        self.order.action_lock()
        self.assert_rejected(self.work("cancel", self.order, seen="sale"), "validation_failed")
        self.assertEqual("sale", self.order.state)

    def test_nothing_is_added_to_what_was_confirmed(self):
        self.order.action_confirm()
        self.assert_refused(self.work("apply_code", self.order, code="X"), "confirmed meanwhile")

    def test_quotation_is_sent_to_the_customer(self):
        self.assert_status("applied", self.work("send_by_email", self.order))
        self.assertEqual("sent", self.order.state)
        self.assertIn(self.partner, self.order.message_ids.partner_ids)

    def test_customer_without_an_address_is_named(self):
        self.partner.email = False
        self.assert_refused(self.work("send_by_email", self.order), "Azure Interior", "no e-mail address")

    def test_customer_whose_credit_is_used_up_waits_for_the_office(self):
        """Proves I8."""
        self.env.company.account_use_credit_limit = True
        self.partner.write({"use_partner_credit_limit": True, "credit_limit": 50})
        receipt = self.work("confirm", self.order)
        self.assert_parked(receipt, "partner_credit_warning")
        self.assertEqual("draft", self.order.state)
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual("sale", self.order.state)

    def test_closed_period_does_not_stop_a_quotation(self):
        """Odoo closes books, not offers: the invoice will be of an open day."""
        self.env.company.sale_lock_date = "2026-11-30"
        self.assert_status("applied", self.work("confirm", self.order))
