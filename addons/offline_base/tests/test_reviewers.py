from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import PARTNER
from .test_decisions import DecisionCase
from .test_review import ReviewCase


class TestReviewers(DecisionCase):
    """Who is asked, and who may decide."""

    def test_profiles_reviewer_is_asked(self):
        conflict = self.park()
        self.assertEqual(self.reviewer, conflict.reviewer_id)
        self.assertEqual(self.reviewer, conflict.activity_ids.user_id)

    def test_records_responsible_is_asked_if_they_may_decide(self):
        responsible = self.new_user("responsible", "offline_base.offline_base_group_reviewer")
        self.partner.user_id = responsible
        self.assertEqual(responsible, self.park().reviewer_id)

    def test_records_responsible_who_may_not_decide_is_not_asked(self):
        self.partner.user_id = self.colleague
        self.assertEqual(self.reviewer, self.park().reviewer_id)

    def test_manager_is_asked_when_the_profile_names_nobody(self):
        self.profile.reviewer_id = False
        reviewer = self.park().reviewer_id
        self.assertTrue(reviewer.has_group("offline_base.offline_base_group_manager"))
        self.assertTrue(reviewer.active)

    def test_archived_reviewer_is_not_asked(self):
        self.reviewer.active = False
        self.assertNotEqual(self.reviewer, self.park().reviewer_id)

    def test_decided_conflict_asks_nobody_any_more(self):
        conflict = self.park()
        conflict.action_keep_server()
        self.assertFalse(conflict.activity_ids)

    def test_reviewer_who_was_not_asked_may_decide(self):
        other = self.new_user("other", "offline_base.offline_base_group_reviewer")
        conflict = self.park().with_user(other)
        conflict.action_keep_server()
        self.assertEqual(("done", other), (conflict.state, conflict.decided_by_id))
        self.assertFalse(conflict.activity_ids)

    def test_nobody_else_may_decide(self):
        conflict = self.park()
        internal = self.new_user("internal", "base.group_user")
        for user in (self.user, self.colleague, internal):
            for method in ("action_keep_server", "action_keep_device", "action_apply_choice"):
                with self.subTest(user=user.name, method=method), self.assertRaises(UserError):
                    getattr(conflict.with_user(user), method)()
        self.assertEqual(("open", "office"), (conflict.state, self.partner.phone))

    def test_nobody_else_may_retry_or_discard(self):
        operation, _uid = self.reject()
        internal = self.new_user("internal", "base.group_user")
        for user in (self.user, self.colleague, internal):
            for method in ("action_retry", "action_discard"):
                with self.subTest(user=user.name, method=method), self.assertRaises(UserError):
                    getattr(operation.with_user(user), method)()
        self.assertEqual("rejected", operation.status)

    def test_reviewer_cannot_change_what_was_said(self):
        """Only which side to keep. Proves I8."""
        conflict = self.park()
        for record, values in (
            (conflict.line_ids[0], {"mine": "forged"}),
            (conflict.line_ids[0], {"field_name": "vat"}),
            (conflict, {"state": "done"}),
            (conflict, {"res_id": 1}),
            (conflict, {"operation_id": 1}),
        ):
            with self.subTest(values), self.assertRaises(UserError):
                record.write(values)
                self.env.flush_all()

    # --- what the reader may not read -----------------------------------------------------------------------

    def hidden_line(self):
        conflict = self.park()
        self.hide_field("phone", "offline_base.offline_base_group_manager")
        return conflict.line_ids.filtered(lambda line: line.field_name == "phone")

    def test_values_of_a_field_that_the_reader_may_not_read_are_masked(self):
        """Proves I4."""
        line = self.hidden_line()
        self.assertEqual(["(hidden)"] * 3, [line.base_text, line.mine_text, line.theirs_text])
        city = line.conflict_id.line_ids - line
        self.assertEqual("Office", city.theirs_text)

    def test_values_of_a_record_that_the_reader_may_not_read_are_masked(self):
        """Proves I4."""
        conflict = self.park()
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {self.partner.id})]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        self.assertFalse(conflict.record_name)
        self.assertEqual({"(hidden)"}, set(conflict.line_ids.mapped("theirs_text")))

    def test_masked_values_cannot_be_read_or_exported_raw(self):
        """Proves I4."""
        line = self.hidden_line()
        for user in (self.reviewer, self.user):
            for name in ("base", "mine", "theirs"):
                with self.subTest(user=user.name, field=name), self.assertRaises(AccessError):
                    line.with_user(user).read([name])

    def test_receipt_does_not_show_a_field_that_was_hidden_since(self):
        """Proves I4."""
        operation = self.phone.update(self.partner, {"phone": "device"}, {"phone": "before"})
        self.assert_status("conflict", self.phone.push_one(operation))
        self.hide_field("phone")
        receipt = self.phone.push_one(operation)
        self.assertEqual({}, receipt["conflict"]["fields"])
        self.assertNotIn("theirs", str(receipt))


class TestManyAndWhom(ReviewCase):
    """Deciding many, and asking somebody else."""

    def test_one_that_fails_does_not_stop_the_others(self):
        """Proves I8."""
        first, second = self.park(phone="1"), self.park(city="2")
        first.action_keep_server()
        answer = (first + second).decide_many("device")
        self.assertEqual(second.ids, answer["done"])
        self.assertEqual([str(first.id)], list(answer["failed"]))
        self.assertEqual(("office", "2"), (self.partner.phone, self.partner.city))

    def wizard(self, records, act, **values):
        context = {"active_model": records._name, "active_ids": records.ids, "default_act": act}
        wizards = self.env["offline.decision"].with_user(self.reviewer).with_context(**context)
        return wizards.create(values)

    def test_window_counts_decides_and_reports_what_failed(self):
        first, second = self.park(phone="1"), self.park(city="2")
        wizard = self.wizard(first + second, "device")
        self.assertEqual(2, wizard.count)
        self.assertIn("2 ×", wizard.kinds_text)
        first.action_keep_server()
        answer = wizard.action_decide()
        self.assertEqual(
            ("offline.decision", 1, 1), (answer["res_model"], wizard.done_count, wizard.failed_count)
        )
        self.assertIn("already decided", wizard.failed_text)
        self.assertEqual("2", self.partner.city)

    def test_window_closes_when_all_went_well(self):
        answer = self.wizard(self.park(phone="1"), "server").action_decide()
        self.assertEqual("ir.actions.act_window_close", answer["type"])

    def test_conflict_and_its_activity_go_to_whom_it_is_given(self):
        conflict = self.park()
        self.assertEqual(self.reviewer, conflict.activity_ids.user_id)
        conflict.action_assign_to_me()
        self.assertEqual((self.clerk, self.clerk), (conflict.reviewer_id, conflict.activity_ids.user_id))
        self.wizard(conflict, "assign", user_id=self.manager.id).action_decide()
        self.assertEqual((self.manager, self.manager), (conflict.reviewer_id, conflict.activity_ids.user_id))

    def test_only_reviewers_are_asked(self):
        with self.assertRaises(UserError):
            self.park().assign(self.colleague.id)

    def test_deadline_is_that_of_the_profile(self):
        self.profile.review_within_days = 3
        expected = fields.Date.context_today(self.env.user) + timedelta(days=3)
        self.assertEqual(expected, self.park().activity_ids.date_deadline)

    def test_what_waits_for_me_or_for_nobody_is_counted(self):
        conflict = self.park()
        operation, _uid = self.reject()
        count = self.env["offline.conflict"].with_user(self.clerk).to_do
        before = count()
        conflict.action_assign_to_me()
        operation.assign(self.reviewer.id)
        after = count()
        self.assertEqual(
            (1, -1), (after["conflicts"] - before["conflicts"], after["rejected"] - before["rejected"])
        )

    def test_record_says_what_waits_about_it(self):
        conflict = self.park()
        summary = conflict.record_summary(PARTNER, self.partner.id)
        work = self.env["offline.operation"].search(summary.pop("work"))
        self.assertEqual(conflict.operation_id, work)
        self.assertEqual({"conflicts": conflict.ids, "rejected": [], "operations": 1}, summary)
        internal = self.new_user("internal", "base.group_user")
        with self.assertRaises(AccessError):
            conflict.with_user(internal).record_summary(PARTNER, self.partner.id)

    def test_chatter_of_the_record_says_who_decided_and_when_it_was_done(self):
        conflict = self.park()
        conflict.action_keep_device()
        for record in (self.partner, conflict):
            notes = self.notes(record)
            self.assertIn("Clerk decided a conflict", notes)
            self.assertIn("Device Kept", notes)

    def test_chatter_of_the_conflict_says_who_did_it_and_when_it_was_received(self):
        self.assertIn(f"Offline by Rider on {self.device.name} at", self.notes(self.park()))
