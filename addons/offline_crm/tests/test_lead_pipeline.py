from datetime import timedelta

from odoo import fields
from odoo.addons.offline_base.core.fields import format_instant
from odoo.addons.offline_base.tests.common import Phone
from odoo.fields import Command

from .common import LEAD, CrmCase


class TestFields(CrmCase):
    """What becomes of fields that both sides changed, each as it makes sense for a salesperson."""

    LATER = "2099-01-01T10:00:00Z"
    EARLIER = "2001-01-01T10:00:00Z"

    def stage(self, number):
        return self.stages[number].id

    def test_opportunity_of_a_device_is_made_as_odoo_makes_it(self):
        uid = "018f4d2e-7c1a-7b3c-8d4e-5f60718293b1"
        values = {
            "name": "Shelves",
            "type": "opportunity",
            "expected_revenue": 1200,
            "email_from": "a@b.example",
        }
        receipt = self.phone.push_one(self.phone.create(values, uid, entity=LEAD))
        self.assert_status("applied", receipt)
        lead = self.by_uid(uid, LEAD)
        self.assertEqual((self.seller, self.team, "pending"), (lead.user_id, lead.team_id, lead.won_status))
        self.assertTrue(lead.stage_id)
        self.assertIn(lead.id, self.held())
        self.assert_converged()

    def test_newest_stage_wins_by_the_time_at_which_it_was_chosen(self):
        for at, expected in ((self.LATER, 1), (self.EARLIER, 2)):
            with self.subTest(at):
                self.lead.stage_id = self.stage(0)
                self.held()
                self.lead.stage_id = self.stage(2)
                receipt = self.edit({"stage_id": self.stage(1)}, {"stage_id": self.stage(0)}, at=at)
                self.assert_status("merged", receipt)
                self.assertEqual(self.stages[expected], self.lead.stage_id)

    def test_newest_stage_of_two_phones_wins_whichever_of_them_comes_first(self):
        """Proves I6. Also where the first one moved it by a function of its own."""
        now = fields.Datetime.now()
        at = [format_instant(now - timedelta(minutes=minutes)) for minutes in (60, 30, 90)]
        other = Phone(self.enrol(self.seller, "Second"))
        for later, expected in ((at[1], 2), (at[2], 1)):
            with self.subTest(later):
                lead = self.new_lead("Two phones", stage_id=self.stage(0))
                self.held()
                first = self.phone.operation(
                    "set_stage", LEAD, target={"id": lead.id}, args={"stage": self.stage(1)}, at=at[0]
                )
                self.assert_status("applied", self.phone.push_one(first))
                second = other.update(
                    lead, {"stage_id": self.stage(2)}, {"stage_id": self.stage(0)}, entity=LEAD, at=later
                )
                self.assert_status("merged", other.push_one(second))
                self.assertEqual(self.stages[expected], lead.stage_id)

    def test_later_choice_of_a_stage_within_one_call_is_the_newer_one(self):
        """Proves I3. The device does not know yet what its first one came to."""
        now = fields.Datetime.now()
        first, second = (format_instant(now - timedelta(minutes=minutes)) for minutes in (60, 50))
        self.held()
        receipts = self.phone.push(
            self.phone.operation(
                "next_stage", LEAD, target={"id": self.lead.id}, args={"seen": self.stage(0)}, at=first
            ),
            self.phone.update(
                self.lead, {"stage_id": self.stage(2)}, {"stage_id": self.stage(0)}, entity=LEAD, at=second
            ),
        )
        self.assertEqual(["applied", "merged"], [receipt["status"] for receipt in receipts])
        self.assertEqual(self.stages[2], self.lead.stage_id)

    def test_later_choice_counts_also_where_it_was_tried_together_with_others_in_vain(self):
        """Proves I1, I3. What a batch that failed had noted of its choices was taken for theirs."""
        now = fields.Datetime.now()
        first, second = (format_instant(now - timedelta(minutes=minutes)) for minutes in (60, 50))
        other = self.new_lead("Of both", expected_revenue=1000)
        self.held()
        other.expected_revenue = 1500
        seen = {"stage_id": self.stage(0), "expected_revenue": 0}
        receipts = self.phone.push(
            self.phone.operation(
                "set_stage", LEAD, target={"id": self.lead.id}, args={"stage": self.stage(1)}, at=first
            ),
            self.phone.update(self.lead, {**seen, "stage_id": self.stage(2)}, seen, entity=LEAD, at=second),
            self.phone.update(
                other, {**seen, "expected_revenue": 2000}, {**seen, "expected_revenue": 1000}, entity=LEAD
            ),
        )
        self.assertEqual(["applied", "merged", "conflict"], [receipt["status"] for receipt in receipts])
        self.assertEqual(self.stages[2], self.lead.stage_id)

    def test_stage_that_odoo_changed_with_the_team_counts_from_when_that_was_done(self):
        """Proves I3, I6. Alone, and together with others like it."""
        now = fields.Datetime.now()
        at = [format_instant(now - timedelta(minutes=minutes)) for minutes in (60, 50, 40)]
        first_stage = self.env["crm.stage"].search([("team_ids", "=", False)], limit=1)
        phone = Phone(self.enrol(self.seller, "Second"))
        for how_many in (1, 2):
            with self.subTest(how_many):
                leads = self.env[LEAD].union(
                    *(
                        self.new_lead(f"Handed on {n}", team_id=self.other_team.id, stage_id=self.stage(0))
                        for n in range(how_many)
                    )
                )
                self.held()
                ways = (
                    ({"stage_id": self.foreign_stage.id}, {"stage_id": self.stage(0)}, at[0]),
                    ({"team_id": self.team.id}, {"team_id": self.other_team.id}, at[2]),
                )
                self.phone.push(
                    *(
                        self.phone.update(lead, *way, entity=LEAD, at=moment)
                        for *way, moment in ways
                        for lead in leads
                    )
                )
                self.assertEqual(first_stage, leads.stage_id)
                for lead in leads:
                    late = phone.update(
                        lead, {"stage_id": self.stage(2)}, {"stage_id": self.stage(0)}, entity=LEAD, at=at[1]
                    )
                    self.assert_status("merged", phone.push_one(late))
                self.assertEqual(first_stage, leads.stage_id, "handed on after that was chosen")

    def test_person_is_asked_about_an_amount_that_both_changed(self):
        """Proves I8."""
        self.lead.expected_revenue = 1000
        self.held()
        self.lead.expected_revenue = 1500
        receipt = self.edit({"expected_revenue": 2000}, {"expected_revenue": 1000})
        self.assert_status("conflict", receipt)
        self.assertEqual("device", receipt["conflict"]["decider"])
        self.assertEqual(1500, self.lead.expected_revenue)

    def test_tags_of_both_sides_are_kept(self):
        one, two, three = self.env["crm.tag"].create([{"name": f"Tag {n}"} for n in range(3)])
        self.lead.tag_ids = one
        self.held()
        self.lead.tag_ids += two
        receipt = self.edit({"tag_ids": [one.id, three.id]}, {"tag_ids": [one.id]})
        self.assert_status("merged", receipt)
        self.assertEqual(one | two | three, self.lead.tag_ids)

    def test_notes_of_both_sides_are_kept(self):
        self.lead.description = "<p>Oak.</p>"
        self.held()
        self.lead.description = "<p>Oak.</p><p>Twelve.</p>"
        receipt = self.edit({"description": "<p>Oak.</p><p>White.</p>"}, {"description": "<p>Oak.</p>"})
        self.assert_status("merged", receipt)
        for word in ("Oak", "Twelve", "White"):
            self.assertIn(word, self.lead.description)

    def test_probability_that_a_person_entered_stands_above_what_odoo_reckoned(self):
        before = self.lead.probability
        self.held()
        self.env.cr.execute("UPDATE crm_lead SET probability = 33 WHERE id = %s", [self.lead.id])
        self.env.invalidate_all()
        self.assert_status("merged", self.edit({"probability": 80}, {"probability": before}))
        self.assertEqual((80, False), (self.lead.probability, self.lead.is_automated_probability))

    def test_what_odoo_finds_out_by_itself_is_not_changed_from_a_device(self):
        for name, value in (("won_status", "won"), ("active", False), ("automated_probability", 99)):
            with self.subTest(name):
                self.assert_rejected(self.edit({name: value}, {name: None}), "field_read_only", name)

    def test_stage_of_another_team_is_refused_in_words(self):
        """Proves I7."""
        receipt = self.edit({"stage_id": self.foreign_stage.id}, {"stage_id": self.stage(0)})
        self.assert_refused(receipt, "Southern", "North")
        self.assertEqual(self.stages[0], self.lead.stage_id)

    def test_new_lead_in_a_stage_of_another_team_is_refused(self):
        """Proves I7."""
        values = {
            "name": "Shelves",
            "type": "opportunity",
            "stage_id": self.foreign_stage.id,
            "team_id": self.team.id,
        }
        self.assert_refused(self.phone.push_one(self.phone.create(values, entity=LEAD)), "Southern")

    def test_office_may_do_what_odoo_lets_it_do(self):
        """The check of stages is for work of devices alone."""
        self.lead.stage_id = self.foreign_stage
        self.assertEqual(self.foreign_stage, self.lead.stage_id)

    def test_stage_that_was_given_to_another_team_meanwhile_is_refused(self):
        self.held()
        self.stages[1].team_ids = self.other_team
        self.assert_refused(self.edit({"stage_id": self.stage(1)}, {"stage_id": self.stage(0)}), "Offered")

    def test_won_opportunity_keeps_its_probability(self):
        """Proves I7."""
        self.lead.action_set_won()
        self.held()
        self.assert_refused(self.edit({"probability": 20}, {"probability": 100}), "Won stage")

    def test_lead_of_another_company_is_parked(self):
        """Proves I4."""
        company = self.env["res.company"].create({"name": "Another"})
        far = self.new_lead("Abroad", self.env["res.users"], team_id=False)
        far.company_id = company
        receipt = self.edit({"name": "Mine"}, {"name": "Abroad"}, far)
        self.assert_status("conflict", receipt)
        self.assertEqual("Abroad", far.name)

    def test_customer_of_another_company_is_refused(self):
        """Proves I4."""
        company = self.env["res.company"].create({"name": "Another"})
        hidden = self.new_partner("Hidden", company_id=company.id)
        receipt = self.edit({"partner_id": hidden.id}, {"partner_id": None})
        self.assert_rejected(receipt, "reference_unknown", "partner_id")

    def test_deleted_lead_is_parked_and_the_work_is_kept(self):
        """Proves I8."""
        work = {
            "update": {"values": {"name": "New"}, "base": {"name": "Old"}},
            "mark_won": {"args": {}},
        }
        for verb, parts in work.items():
            with self.subTest(verb):
                lead = self.new_lead("Short-lived")
                self.held()
                operation = self.phone.operation(verb, LEAD, target={"id": lead.id}, **parts)
                lead.unlink()
                receipt = self.phone.push_one(operation)
                self.assertEqual(("conflict", "deleted"), (receipt["status"], receipt["conflict"]["kind"]))
                self.assertEqual(operation["op"], self.phone.stored(receipt).op)


class TestConvert(CrmCase):
    """Leads become opportunities by Odoo's own dialog."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fresh = cls.new_lead(
            "Chairs",
            type="lead",
            contact_name="Ann Ray",
            partner_name="Ray Ltd",
            email_from="ann@ray.example",
            phone="+32 2 290 34 90",
        )

    def test_lead_is_converted_with_a_new_customer_made_of_what_it_says(self):
        receipt = self.do("convert", self.fresh, customer="new")
        self.assert_status("applied", receipt)
        self.assertEqual("opportunity", self.fresh.type)
        partner = self.fresh.partner_id
        self.assertEqual(
            ("Ann Ray", "Ray Ltd", "ann@ray.example"), (partner.name, partner.parent_id.name, partner.email)
        )
        self.assertEqual({"partner": partner.id, "duplicates": []}, receipt["result"])
        self.assertEqual((self.seller, self.team), (self.fresh.user_id, self.fresh.team_id))

    def test_second_conversion_changes_nothing(self):
        self.do("convert", self.fresh, customer="new")
        partners, converted = self.env["res.partner"].search_count([]), self.fresh.date_conversion
        self.assert_status("applied", self.do("convert", self.fresh, customer="new"))
        self.assertEqual(partners, self.env["res.partner"].search_count([]))
        self.assertEqual(converted, self.fresh.date_conversion)

    def test_lead_is_converted_for_the_customer_that_was_chosen(self):
        receipt = self.do("convert", self.fresh, customer="existing", partner=self.partner.id)
        self.assert_status("applied", receipt)
        self.assertEqual(("opportunity", self.partner), (self.fresh.type, self.fresh.partner_id))

    def test_lead_is_converted_for_a_customer_that_the_device_made_offline(self):
        uid = "018f4d2e-7c1a-7b3c-8d4e-5f60718293b2"
        receipts = self.phone.push(
            self.phone.create({"name": "Ann Ray", "ref": "offline test"}, uid),
            self.phone.operation(
                "convert", LEAD, target={"id": self.fresh.id},
                args={"customer": "existing", "partner": {"uid": uid}},
            ),
        )  # fmt: skip
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in receipts])
        self.assertEqual(self.by_uid(uid), self.fresh.partner_id)

    def test_customer_is_found_by_the_address_of_the_lead(self):
        known = self.new_partner("Ann", email="Ann@Ray.example")
        self.assert_status("applied", self.do("convert", self.fresh, customer="existing"))
        self.assertEqual(known, self.fresh.partner_id)

    def test_nobody_fits_and_the_person_is_told(self):
        self.assert_refused(self.do("convert", self.fresh, customer="existing"), "Choose one")
        self.assertEqual("lead", self.fresh.type)

    def test_lead_is_converted_without_a_customer(self):
        before = self.env["res.partner"].search_count([])
        self.assert_status("applied", self.do("convert", self.fresh, customer="none"))
        self.assertEqual(("opportunity", False), (self.fresh.type, bool(self.fresh.partner_id)))
        self.assertEqual(before, self.env["res.partner"].search_count([]))

    def test_similar_leads_that_the_user_may_read_are_offered(self):
        """Proves I4."""
        mine = self.new_lead("Tables", email_from="ann@ray.example")
        self.new_lead("The mate's", self.mate, email_from="ann@ray.example")
        receipt = self.do("convert", self.fresh, customer="none")
        self.assertEqual(mine.ids, receipt["result"]["duplicates"])

    def test_similar_leads_have_the_address_that_the_lead_had(self):
        """The customer's takes its place."""
        mine = self.new_lead("Tables", email_from="ann@ray.example")
        home = self.new_partner("Ann", email="ann@home.example")
        receipt = self.do("convert", self.fresh, customer="existing", partner=home.id)
        self.assert_status("applied", receipt)
        self.assertEqual("ann@home.example", self.fresh.email_from)
        self.assertEqual(mine.ids, receipt["result"]["duplicates"])

    def test_lost_and_won_leads_are_not_converted(self):
        self.fresh.action_set_lost(lost_reason_id=self.reason.id)
        self.assert_refused(self.do("convert", self.fresh, customer="none"), "Too dear", "Restore")
        self.assertEqual("lead", self.fresh.type)

    def test_unknown_words_are_refused(self):
        for args in (
            {},
            {"customer": "maybe"},
            {"customer": "new", "partner": {"id": 1}},
            {"customer": "new", "x": 1},
        ):
            with self.subTest(args):
                # What follows refused work on one record waits for it.
                lead = self.new_lead("Another", type="lead")
                receipt = self.do("convert", lead, **args)
                self.assertEqual(("rejected", "operation_invalid"), (receipt["status"], receipt["code"]))


class TestWonLost(CrmCase):
    """Winning, losing and restoring are Odoo's own functions; work that comes late is told why it does not fit."""

    def test_opportunity_is_won_once(self):
        self.assert_status("applied", self.do("mark_won"))
        self.assertEqual(
            ("won", 100, True), (self.lead.won_status, self.lead.probability, self.lead.stage_id.is_won)
        )
        closed, stage = self.lead.date_closed, self.lead.stage_id
        self.assert_status("applied", self.do("mark_won"))
        self.assertEqual((closed, stage), (self.lead.date_closed, self.lead.stage_id))

    def test_lead_is_not_won_before_it_is_an_opportunity(self):
        self.lead.type = "lead"
        self.assert_refused(self.do("mark_won"), "Convert it")
        self.assertEqual("pending", self.lead.won_status)

    def test_opportunity_is_lost_with_reason_and_word(self):
        receipt = self.do(
            "mark_lost", reason=self.reason.id, feedback="Wanted <b>oak</b>\nat the price of pine"
        )
        self.assert_status("applied", receipt)
        self.assertEqual(
            ("lost", False, self.reason, 0),
            (self.lead.won_status, self.lead.active, self.lead.lost_reason_id, self.lead.probability),
        )
        self.env.flush_all()
        self.flush_tracking()
        said = "".join(self.lead.message_ids.mapped("body"))
        self.assertIn("Wanted &lt;b&gt;oak", said)

    def test_lost_twice_for_one_reason_is_lost_once(self):
        self.do("mark_lost", reason=self.reason.id)
        closed = self.lead.date_closed
        self.assert_status("applied", self.do("mark_lost", reason=self.reason.id))
        self.assertEqual(closed, self.lead.date_closed)

    def test_lost_for_another_reason_meanwhile_is_told(self):
        other = self.env["crm.lost.reason"].create({"name": "Too late"})
        self.lead.action_set_lost(lost_reason_id=other.id)
        self.assert_refused(self.do("mark_lost", reason=self.reason.id), "Too late", "Restore")
        self.assertEqual(other, self.lead.lost_reason_id)

    def test_lost_without_a_reason_is_lost(self):
        self.assert_status("applied", self.do("mark_lost"))
        self.assertEqual(("lost", False), (self.lead.won_status, bool(self.lead.lost_reason_id)))

    def test_unknown_reason_is_refused(self):
        gone = self.env["crm.lost.reason"].create({"name": "Gone"})
        number = gone.id
        gone.unlink()
        self.assert_rejected(self.do("mark_lost", reason=number), "reference_unknown", "reason")
        self.assertEqual("pending", self.lead.won_status)

    def test_won_meanwhile_is_not_lost(self):
        self.lead.action_set_won()
        self.assert_refused(self.do("mark_lost", reason=self.reason.id), "won already")
        self.assertEqual("won", self.lead.won_status)

    def test_lost_meanwhile_is_not_won(self):
        self.lead.action_set_lost(lost_reason_id=self.reason.id)
        self.assert_refused(self.do("mark_won"), "lost already", "Too dear")
        self.assertEqual("lost", self.lead.won_status)

    def test_lost_one_is_restored_and_an_open_one_stays(self):
        self.lead.action_set_lost(lost_reason_id=self.reason.id)
        for _time in range(2):
            self.assert_status("applied", self.do("restore"))
            self.assertEqual(
                ("pending", True, False),
                (self.lead.won_status, self.lead.active, bool(self.lead.lost_reason_id)),
            )

    def test_nothing_of_a_refused_one_stays(self):
        self.lead.action_set_won()
        messages = self.lead.message_ids
        self.do("mark_lost", reason=self.reason.id, feedback="Gone")
        self.env.flush_all()
        self.flush_tracking()
        self.assertEqual(messages, self.lead.message_ids)

    def flush_tracking(self):
        """Let Odoo log what it tracked, as it does before a commit."""
        self.env.flush_all()
        self.env.cr.precommit.run()


class TestStages(CrmCase):
    """The way from stage to stage."""

    def test_opportunity_moves_to_a_stage(self):
        for _time in range(2):
            self.assert_status("applied", self.do("set_stage", stage=self.stages[2].id))
            self.assertEqual(self.stages[2], self.lead.stage_id)

    def test_won_stage_wins(self):
        self.assert_status("applied", self.do("set_stage", stage=self.won.id))
        self.assertEqual("won", self.lead.won_status)

    def test_stage_of_another_team_is_refused_in_words(self):
        """Proves I7."""
        self.assert_refused(self.do("set_stage", stage=self.foreign_stage.id), "Southern", "North")
        self.assertEqual(self.stages[0], self.lead.stage_id)

    def test_stage_that_is_gone_is_refused(self):
        gone = self.stages[1].id
        self.stages[1].unlink()
        self.assert_rejected(self.do("set_stage", stage=gone), "reference_unknown", "stage")

    def test_lost_one_moves_nowhere(self):
        for verb, args in (
            ("set_stage", {"stage": self.stages[1].id}),
            ("next_stage", {"seen": self.stages[0].id}),
        ):
            with self.subTest(verb):
                lead = self.new_lead("Lost")
                lead.action_set_lost(lost_reason_id=self.reason.id)
                self.assert_refused(self.do(verb, lead, **args), "Restore")
                self.assertEqual(self.stages[0], lead.stage_id)

    def test_next_stage_is_one_step_from_what_the_person_saw(self):
        for _time in range(2):
            self.assert_status("applied", self.do("next_stage", seen=self.stages[0].id))
            self.assertEqual(self.stages[1], self.lead.stage_id)

    def test_what_the_office_moved_back_is_told(self):
        self.assert_refused(self.do("next_stage", seen=self.stages[1].id), "Fresh")
        self.assertEqual(self.stages[0], self.lead.stage_id)

    def test_next_stage_leaves_out_those_of_other_teams(self):
        self.stages[1].team_ids = [Command.set(self.other_team.ids)]
        self.assert_status("applied", self.do("next_stage", seen=self.stages[0].id))
        self.assertEqual(self.stages[2], self.lead.stage_id)

    def test_last_stage_has_none_after_it(self):
        self.lead.stage_id = self.won
        self.assert_refused(self.do("next_stage", seen=self.won.id), "last stage")
