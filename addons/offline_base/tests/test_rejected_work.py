from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import ACTIVITY, PARTNER, new_uid
from .test_decisions import DecisionCase
from .test_review import ReviewCase


class TestRejectedWork(DecisionCase):
    """What the office does with work that was refused, and what that releases."""

    def test_retry_applies_what_has_become_possible(self):
        """Proves I8."""
        self.partner_line.direction = "pull"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"zip": "1000"}))
        operation = self.phone.stored(receipt).with_user(self.reviewer)
        self.assertEqual("rejected", operation.status)
        self.partner_line.direction = "both"
        operation.action_retry()
        self.assertEqual(("applied", "1000"), (operation.status, self.partner.zip))
        self.assertEqual(self.user, self.partner.write_uid)
        self.assertEqual({1: "applied"}, self.outcomes())

    def test_retry_of_what_is_still_impossible_stays_rejected(self):
        """Proves I8."""
        operation, _uid = self.reject()
        with mute_logger("odoo.sql_db"):
            operation.action_retry()
        self.assertEqual(("rejected", "constraint_violated"), (operation.status, operation.code))

    def test_retry_that_meets_a_foreign_edit_becomes_a_conflict(self):
        """Proves I8."""
        self.partner_line.direction = "pull"
        operation = self.phone.update(self.partner, {"phone": "device"}, {"phone": "before"})
        stored = self.phone.stored(self.phone.push_one(operation)).with_user(self.reviewer)
        self.partner_line.direction = "both"
        stored.action_retry()
        self.assertEqual("conflict", stored.status)
        self.assertEqual("open", stored.conflict_ids.state)

    def test_discarded_work_stays_findable_and_is_told(self):
        """Proves I8."""
        self.phone.sync()
        operation, _uid = self.reject()
        operation.action_discard()
        self.assertEqual("discarded", operation.status)
        self.assertTrue(operation.sudo().payload)
        self.assertEqual({1: "discarded"}, self.outcomes())

    def test_only_rejected_work_is_retried_or_discarded(self):
        conflict = self.park()
        operation = conflict.operation_id
        for method in (operation.action_retry, operation.action_discard):
            with self.assertRaises(UserError):
                method()
        self.assertEqual("conflict", operation.status)

    # --- what waited ----------------------------------------------------------------------------------------

    def statuses(self):
        operations = self.env["offline.operation"].search([("device_id", "=", self.device.id)], order="seq")
        return operations.mapped("status")

    def test_what_waited_is_applied_in_order_after_a_decision(self):
        """Proves I3, I10."""
        conflict = self.park(phone="1")
        self.phone.push(
            self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}),
            self.phone.update(self.partner, {"phone": "3"}, {"phone": "2"}),
        )
        self.assertEqual(["conflict", "deferred", "deferred"], self.statuses())
        conflict.action_keep_device()
        self.assertEqual(["applied"] * 3, self.statuses())
        self.assertEqual("3", self.partner.phone)
        self.assertEqual({1: "applied", 2: "applied", 3: "applied"}, self.outcomes())

    def test_chain_goes_on_over_a_decision_for_the_server(self):
        """What the person typed next was typed after what the office decided against. Proves I6, I10."""
        conflict = self.park(phone="1")
        self.phone.push(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        conflict.action_keep_server()
        self.assertEqual(["resolved_server", "applied"], self.statuses())
        self.assertEqual("2", self.partner.phone)

    def test_value_that_odoo_showed_again_is_no_chain(self):
        """The office typed what the device had, and changed it again: that is not overwritten. Proves I1, I6."""
        conflict = self.park(phone="1")
        conflict.action_keep_server()
        office = self.partner.phone
        self.phone.sync()
        self.partner.phone = "1"
        self.phone.sync()
        self.partner.phone = office
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        self.assert_status("conflict", receipt)
        self.assertEqual(office, self.partner.phone)

    def test_what_became_of_the_last_edit_counts_not_of_one_before(self):
        """Proves I1, I6. A value that was decided against is typed again, and stands."""
        conflict = self.park(phone="1")
        conflict.action_keep_server()
        office = self.partner.phone
        self.phone.push(self.phone.update(self.partner, {"phone": "1"}, {"phone": office}))
        self.assertEqual("1", self.partner.phone)
        self.partner.phone = office
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        self.assert_status("conflict", receipt)

    def test_chain_goes_on_where_the_device_was_told_of_others_alone(self):
        """Proves I6. Answers that brought nothing of the record change nothing about what its person saw."""
        version = {"base_v": "0123456789abcdef"}
        self.phone.push(
            self.phone.update(self.partner, {"phone": " 1"}, {"phone": self.partner.phone}, **version)
        )
        self.partner.phone = "one"
        self.phone.stored({"seq": 1}).stored = {"phone": "one"}
        self.phone.sync()
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"phone": "2"}, {"phone": " 1"}, **version)
        )
        self.assert_status("applied", receipt)

    def test_what_waited_for_a_create_is_applied_when_it_succeeds(self):
        """Proves I3."""
        self.partner_line.direction = "pull"
        uid = new_uid()
        activity = {
            "res_model": PARTNER,
            "res_id": {"uid": uid},
            "summary": "Call",
            "user_id": self.user.id,
            "date_deadline": "2026-11-22",
        }
        first, second = self.phone.push(
            self.phone.create({"name": "New"}, uid), self.phone.create(activity, entity=ACTIVITY)
        )
        self.assertEqual(["rejected", "deferred"], [first["status"], second["status"]])
        self.partner_line.direction = "both"
        self.phone.stored(first).with_user(self.reviewer).action_retry()
        self.assertEqual(["applied", "applied"], self.statuses())

    def test_what_depends_on_a_discarded_create_is_refused(self):
        """Proves I8, I10."""
        operation, uid = self.reject()
        self.phone.push(
            self.phone.create({"name": "Child", "parent_id": {"uid": uid}}),
            self.phone.update(uid, {"zip": "1000"}),
        )
        operation.action_discard()
        self.assertEqual(["discarded", "rejected", "rejected"], self.statuses())
        self.assertEqual({1: "discarded", 2: "rejected", 3: "rejected"}, self.outcomes())

    def test_what_waits_for_two_is_released_by_the_second(self):
        """Proves I3."""
        first, second = self.park(phone="1"), self.park(city="1")
        self.phone.push(
            self.phone.update(self.partner, {"phone": "2", "city": "2"}, {"phone": "1", "city": "1"})
        )
        first.action_keep_device()
        operation = self.env["offline.operation"].search(
            [("device_id", "=", self.device.id), ("seq", "=", 3)]
        )
        self.assertEqual(("deferred", [2]), (operation.status, operation.blocked_by))
        second.action_keep_device()
        self.assertEqual(["applied"] * 3, self.statuses())
        self.assertEqual(("2", "2"), (self.partner.phone, self.partner.city))

    def test_what_is_released_is_tested_with_todays_rights(self):
        """Proves I7."""
        conflict = self.park(phone="1")
        self.phone.push(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        conflict.action_keep_server()
        self.assertEqual("applied", self.statuses()[1])
        conflict = self.park(phone="4")
        self.phone.push(self.phone.update(self.partner, {"phone": "5"}, {"phone": "4"}))
        self.user.group_ids -= self.env.ref("base.group_partner_manager")
        conflict.action_keep_server()
        self.assertEqual(["resolved_server", "rejected"], self.statuses()[2:])
        self.assertNotEqual("5", self.partner.phone)

    def test_work_of_an_archived_user_can_still_be_decided(self):
        """Proves I8, I10."""
        conflict = self.park()
        self.user.active = False
        conflict.action_keep_server()
        self.assertEqual("done", conflict.state)


class TestRefusedWork(ReviewCase):
    """The office edits what was refused."""

    def reject(self):
        operation, uid = super().reject()
        return operation.with_user(self.clerk), uid

    def test_refused_work_is_run_again_with_what_the_office_entered(self):
        """Proves I7, I8."""
        self.phone.sync()
        operation, uid = self.reject()
        operation.run_with({"name": "Named by the office"})
        record = self.env[PARTNER].browse(self.env["offline.identity"]._record_id(PARTNER, uid))
        self.assertEqual(("Named by the office", "a@example.com"), (record.name, record.email))
        self.assertEqual(
            ("applied", self.clerk, self.clerk), (operation.status, operation.run_by_id, record.create_uid)
        )
        self.assertEqual({"name": "Named by the office"}, operation.sudo().edited["values"])
        self.assertNotIn("name", operation.sudo().payload["values"])
        self.assertEqual({1: "applied"}, self.outcomes())

    def test_what_is_still_refused_says_why_and_stays_as_it_was(self):
        operation, _uid = self.reject()
        with self.assertRaises(UserError), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
            operation.run_with({"email": "b@example.com"})
        self.assertEqual(("rejected", "constraint_violated"), (operation.status, operation.code))
        self.assertFalse(operation.run_by_id)

    def test_field_that_cannot_be_written_is_left_out(self):
        receipt = self.phone.push_one(self.phone.update(self.partner, {"zip": "1000", "nonsense": 1}))
        self.assert_rejected(receipt, "field_unknown", "nonsense")
        operation = self.phone.stored(receipt).with_user(self.clerk)
        self.assertEqual(["nonsense"], operation.review()["unknown"])
        operation.run_with(without=["nonsense"])
        self.assertEqual(("applied", "1000"), (operation.status, self.partner.zip))

    def test_edit_of_refused_work_still_meets_what_others_changed(self):
        """Only what the office entered is its decision. Proves I8."""
        operation = self.phone.update(
            self.partner, {"zip": 7, "phone": "device"}, {"zip": None, "phone": "before"}
        )
        receipt = self.phone.push_one(operation)
        self.assert_rejected(receipt, "value_invalid", "zip")
        stored = self.phone.stored(receipt).with_user(self.clerk)
        stored.run_with({"zip": "7"})
        self.assertEqual("conflict", stored.status)
        self.assertEqual(["phone"], stored.conflict_ids.line_ids.mapped("field_name"))

    def test_arguments_of_a_named_operation_are_edited(self):
        activity = self.new_activity(self.partner, self.user)
        receipt = self.phone.push_one(
            self.phone.operation("complete", ACTIVITY, target={"id": activity.id}, args={"feedback": 7})
        )
        self.assert_rejected(receipt, "operation_invalid", "feedback")
        operation = self.phone.stored(receipt).with_user(self.clerk)
        (argument,) = operation.review()["args"]
        self.assertEqual(("feedback", "text", 7), (argument["name"], argument["type"], argument["value"]))
        operation.run_with(args={"feedback": "Seven"})
        self.assertEqual("applied", operation.status)
        self.assertFalse(activity.active)

    def test_arguments_of_work_on_a_record_that_is_not_there_are_for_its_person_and_managers(self):
        """Proves I4. Nobody can say who might have read the record."""
        gone = self.new_activity(self.partner, self.user)
        targets = {"uid": new_uid()}, self.phone.target(gone)
        gone.unlink()
        for target in targets:
            operation = self.phone.operation(
                "complete", ACTIVITY, target=target, args={"feedback": "Between us"}
            )
            stored = self.phone.stored(self.phone.push_one(operation))
            for user, sees in ((self.user, True), (self.manager, True), (self.clerk, False)):
                with self.subTest(target, login=user.login):
                    self.assertEqual(sees, "Between us" in str(stored.with_user(user).review()))

    def test_reviewer_without_the_right_cannot_edit_and_run(self):
        """Proves I7."""
        operation, _uid = self.reject()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            operation.with_user(self.reviewer).run_with({"name": "Named"})
        for user in (self.user, self.colleague):
            with self.assertRaises(UserError):
                operation.with_user(user).run_with({"name": "Named"})
        self.assertEqual("rejected", operation.status)

    def test_screen_gets_the_reason_what_to_do_and_inputs(self):
        operation, _uid = self.reject()
        view = operation.review()
        self.assertEqual(["email"], [line["name"] for line in view["lines"]])
        self.assertEqual((True, "char"), (view["may_edit"], view["fields"]["name"]["type"]))
        self.assertIn("run it again", operation.remedy)
        self.assertTrue(operation.title)

    def test_screen_of_refused_work_hides_what_its_reader_may_not_read(self):
        """Proves I4."""
        operation, _uid = self.reject()
        self.hide_field("email", "offline_base.offline_base_group_manager")
        view = operation.review()
        self.assertNotIn("a@example.com", str(view))
        self.assertNotIn("email", view["fields"])
        with self.assertRaises(UserError):
            operation.run_with({"email": "b@example.com"})

    def test_discarding_keeps_and_tells_the_reason(self):
        """Proves I8."""
        self.phone.sync()
        operation, _uid = self.reject()
        operation.action_discard("Entered twice")
        self.assertEqual(
            ("discarded", "Entered twice", self.clerk),
            (operation.status, operation.discard_reason, operation.decided_by_id),
        )
        (outcome,) = self.phone.pull()["outcomes"]
        self.assertEqual(("discarded", "Entered twice"), (outcome["status"], outcome["message"]))

    def test_who_is_asked_to_finish_refused_work_gets_an_activity_that_moves_along(self):
        """As with conflicts. It is due as those are, and done when the work is finished, however that happens."""
        self.profile.review_within_days = 3
        operation, _uid = self.reject()
        self.assertFalse(operation.activity_ids, "nobody was asked")
        operation.assign(self.reviewer.id)
        due = fields.Date.context_today(operation) + timedelta(days=3)
        activity = operation.activity_ids
        self.assertEqual((self.reviewer, due), (activity.user_id, activity.date_deadline))
        operation.action_assign_to_me()
        self.assertEqual((activity, self.clerk), (operation.activity_ids, activity.user_id))
        with mute_logger("odoo.sql_db"):
            operation.action_retry()
        self.assertEqual(("rejected", activity), (operation.status, operation.activity_ids))
        operation.run_with({"name": "Named"})
        self.assertEqual("applied", operation.status)
        self.assertFalse(operation.activity_ids)

    def test_activity_about_refused_work_ends_when_the_device_corrects_it(self):
        operation, _uid = self.reject()
        operation.assign(self.reviewer.id)
        values = {"name": "Named", "email": "a@example.com"}
        amended = self.phone.operation("amend", args={"op": operation.op, "values": values})
        self.assert_status("applied", self.phone.push_one(amended))
        self.assertEqual("amended", operation.status)
        self.assertFalse(operation.activity_ids)

    def test_person_who_was_asked_marks_the_activity_done(self):
        operation, _uid = self.reject()
        operation.assign(self.reviewer.id)
        operation.activity_ids.with_user(self.reviewer).action_feedback("Called them")
        self.assertFalse(operation.activity_ids)
        self.assertIn("Called them", self.notes(operation))

    def test_window_discards_all_that_were_refused_for_the_same_reason(self):
        first, _uid = self.reject()
        second, _uid = self.reject()
        third = self.phone.stored(self.phone.push_one(self.phone.update(self.partner, {"nonsense": 1})))
        context = {"active_model": first._name, "active_ids": first.ids, "default_act": "discard"}
        wizards = self.env["offline.decision"].with_user(self.reviewer).with_context(**context)
        wizard = wizards.create({"with_similar": True})
        self.assertGreaterEqual(wizard.similar_count, 1)
        with self.assertRaises(UserError):
            wizard.action_decide()
        wizard.reason = "A broken app"
        wizard.action_decide()
        self.assertEqual(["discarded", "discarded", "rejected"], [o.status for o in (first, second, third)])

    def test_what_waits_names_what_it_waits_for(self):
        conflict = self.park(phone="1")
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        self.assert_status("deferred", receipt)
        waiting = self.phone.stored(receipt).with_user(self.reviewer)
        self.assertEqual(conflict.operation_id, waiting.blocker_ids)


class TestInterruptedWork(ReviewCase):
    """A function that commits by itself was interrupted: a person looks and says what became of it."""

    def interrupted(self):
        activity = self.new_activity(self.partner, self.user)
        operation = self.phone.operation(
            "complete", ACTIVITY, target={"id": activity.id}, args={"feedback": 7}
        )
        stored = self.phone.stored(self.phone.push_one(operation))
        stored.payload = {**stored.payload, "args": {"feedback": "Done"}}
        stored.write({"status": "unknown", "code": False, "message": False})
        self.env.flush_all()
        return stored.with_user(self.reviewer), activity

    def test_what_happened_is_not_run_again(self):
        """Proves I2."""
        operation, activity = self.interrupted()
        operation.action_happened()
        self.assertEqual(("applied", self.reviewer), (operation.status, operation.decided_by_id))
        self.assertTrue(activity.active)

    def test_what_did_not_happen_is_run(self):
        """Proves I8."""
        operation, activity = self.interrupted()
        operation.action_did_not_happen()
        self.assertEqual("applied", operation.status)
        self.assertFalse(activity.active)

    def test_only_a_reviewer_says_it(self):
        operation, _activity = self.interrupted()
        for method in ("action_happened", "action_did_not_happen"):
            with self.subTest(method), self.assertRaises(UserError):
                getattr(operation.with_user(self.user), method)()
        self.assertEqual("unknown", operation.status)
