from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ACTIVITY, PARTNER, REVIEWER_GROUP, new_uid
from .test_decisions import DecisionCase


class ReviewCase(DecisionCase):
    """A clerk decides; they may also edit contacts, which a reviewer as such may not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.new_user("clerk", f"{REVIEWER_GROUP},base.group_partner_manager")

    def park(self, **values):
        return super().park(**values).with_user(self.clerk)

    def notes(self, record):
        return "\n".join(record.sudo().message_ids.mapped("body"))


class TestEditing(ReviewCase):
    """The office enters a third value."""

    def test_value_of_the_office_is_written_as_the_reviewer_and_both_are_recorded(self):
        """Proves I7, I8."""
        conflict = self.park()
        conflict.choose("phone", "value", "third")
        conflict.choose("city", "device")
        conflict.action_apply_choice()
        self.assertEqual(("third", "Device"), (self.partner.phone, self.partner.city))
        self.assertEqual(self.clerk, self.partner.write_uid)
        self.assertEqual(
            ("done", "edited", self.clerk), (conflict.state, conflict.outcome, conflict.decided_by_id)
        )
        operation = conflict.operation_id.sudo()
        self.assertEqual(("merged", self.clerk), (operation.status, operation.run_by_id))
        self.assertEqual({"phone": "third"}, operation.edited["values"])
        self.assertEqual("device", operation.payload["values"]["phone"])

    def test_device_gets_the_value_of_the_office_with_the_decision(self):
        """Proves I5."""
        self.phone.sync()
        conflict = self.park(phone="device")
        conflict.choose("phone", "value", "third")
        conflict.action_apply_choice()
        answer = self.phone.pull()
        self.assertEqual(["merged"], [receipt["status"] for receipt in answer["outcomes"]])
        self.assertEqual("third", self.upserts(answer)[self.partner.id]["values"]["phone"])

    def test_reviewer_who_may_not_write_the_record_changes_nothing_and_is_told(self):
        """Proves I7."""
        conflict = self.park().with_user(self.reviewer)
        conflict.choose("phone", "value", "third")
        conflict.choose("city", "server")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            conflict.action_apply_choice()
        self.assertEqual(("open", "conflict"), (conflict.state, conflict.operation_id.status))
        self.assertEqual("office", self.partner.phone)

    def test_values_are_checked_when_they_are_entered(self):
        tag = self.env["res.partner.category"].create({"name": "Tag"})
        cases = {
            "is_company": "yes",
            "parent_id": "x",
            "category_id": "x",
        }
        self.set_policy("category_id", "review")
        conflict = self.park(phone="device")
        for name, value in cases.items():
            conflict.sudo().line_ids = [fields.Command.create({"field_name": name})]
            with self.subTest(name), self.assertRaises(UserError):
                conflict.choose(name, "value", value)
        conflict.choose("category_id", "value", tag.ids)
        line = conflict.line_ids.filtered(lambda line: line.field_name == "category_id")
        self.assertEqual(("Tag", "value"), (line.chosen_text, line.chosen))

    def test_time_is_taken_as_odoo_writes_it(self):
        from ..core.fields import FieldSpec
        from ..models.value_edit import for_input, from_input

        model, spec = self.env["mail.message"], FieldSpec("date", "datetime")
        self.assertEqual("2026-11-22T10:00:00Z", from_input(model, spec, "2026-11-22 10:00:00"))
        self.assertEqual("2026-11-22 10:00:00", for_input(model, spec, "2026-11-22T10:00:00Z"))
        for wrong in ("tomorrow", 7):
            with self.subTest(wrong), self.assertRaises(UserError):
                from_input(model, spec, wrong)

    def test_choice_that_says_a_value_and_has_none_is_refused(self):
        conflict = self.park(phone="device")
        conflict.line_ids.chosen = "value"
        with self.assertRaisesRegex(UserError, "Enter a value"):
            conflict.action_apply_choice()

    def test_whole_column_is_chosen_at_once(self):
        conflict = self.park()
        conflict.choose_all("device")
        conflict.action_apply_choice()
        self.assertEqual(("device", "Device"), (self.partner.phone, self.partner.city))
        self.assertEqual(self.user, self.partner.write_uid)

    def test_nobody_else_may_choose(self):
        conflict = self.park()
        internal = self.new_user("internal", "base.group_user")
        for user in (self.user, internal):
            for call in (
                lambda c: c.choose("phone", "device"),
                lambda c: c.choose_all("device"),
                lambda c: c.assign(self.clerk.id),
                lambda c: c.action_apply_as_reviewer(),
                lambda c: c.action_undo(),
            ):
                with self.subTest(user.name), self.assertRaises(AccessError):
                    call(conflict.with_user(user))
        with self.assertRaises(AccessError):
            conflict.with_user(internal).review()

    # --- what the screen gets -------------------------------------------------------------------------------

    def test_screen_gets_both_sides_with_what_changed_marked(self):
        self.partner.street = "12 Long Street"
        view = self.park(street="14 Long Road").review()
        (line,) = view["lines"]
        self.assertEqual("before", line["base"])
        self.assertEqual(
            ("14 Long Road", "12 Long Street"),
            tuple("".join(t for t, _ in line[s]) for s in ("mine", "theirs")),
        )
        self.assertEqual(("char", "14 Long Road"), (view["fields"]["street"]["type"], line["input"]))
        self.assertEqual(
            ("Rider", self.device.name), (view["headline"]["person"], view["headline"]["device"])
        )
        self.assertTrue(view["may_choose"])

    def test_screen_gets_nothing_of_what_its_reader_may_not_read(self):
        """Proves I4."""
        conflict = self.park(phone="secret of the device", city="Device")
        self.partner.phone = "secret of the office"
        conflict.choose("phone", "value", "secret of the clerk")
        self.hide_field("phone", "offline_base.offline_base_group_manager")
        view = conflict.review()
        self.assertNotIn("secret", str(view))
        hidden = next(line for line in view["lines"] if line["name"] == "phone")
        self.assertTrue(hidden["hidden"])
        with self.assertRaises(UserError):
            conflict.choose("phone", "value", "guess")

    def test_zero_is_shown_as_a_value(self):
        from ..models.value_text import value_text

        self.assertEqual("0", value_text(self.env[PARTNER], "color", 0))
        self.assertEqual("", value_text(self.env[PARTNER], "color", None))


class TestUndo(ReviewCase):
    """A decision can be taken back while nobody built upon it."""

    def test_undo_writes_back_what_the_decision_wrote_over(self):
        """Proves I8."""
        conflict = self.park(phone="device", zip="1000")
        conflict.action_keep_device()
        self.assertEqual(("device", "1000"), (self.partner.phone, self.partner.zip))
        conflict.action_undo()
        self.assertEqual(("office", False), (self.partner.phone, self.partner.zip))
        self.assertEqual(("undone", self.clerk), (conflict.outcome, conflict.undone_by_id))
        self.assertIn("Undone", self.notes(self.partner))

    def test_device_gets_the_undone_values_with_its_next_pull(self):
        """Proves I6."""
        self.phone.sync()
        conflict = self.park(phone="device")
        conflict.action_keep_device()
        self.phone.sync()
        conflict.action_undo()
        self.assertEqual("office", self.upserts(self.phone.pull())[self.partner.id]["values"]["phone"])

    def test_undo_of_a_kept_server_side_takes_the_devices(self):
        conflict = self.park(phone="device")
        conflict.action_keep_server()
        conflict.action_undo()
        self.assertEqual("device", self.partner.phone)

    def test_undo_is_refused_when_somebody_built_upon_it(self):
        """Proves I8."""
        conflict = self.park(phone="device")
        conflict.action_keep_device()
        self.partner.phone = "newer"
        with self.assertRaisesRegex(UserError, "changed again"):
            conflict.action_undo()
        self.assertEqual(("newer", "device"), (self.partner.phone, conflict.outcome))

    def test_other_fields_changed_since_do_not_stop_an_undo(self):
        conflict = self.park(phone="device")
        conflict.action_keep_device()
        self.partner.street = "elsewhere"
        conflict.action_undo()
        self.assertEqual(("office", "elsewhere"), (self.partner.phone, self.partner.street))

    def test_undo_counts_once(self):
        conflict = self.park(phone="device")
        conflict.action_keep_device()
        conflict.action_undo()
        self.assertFalse(conflict.can_undo)
        with self.assertRaises(UserError):
            conflict.action_undo()

    def test_reviewer_who_may_not_write_the_record_cannot_undo(self):
        """Proves I7."""
        conflict = self.park(phone="device")
        conflict.action_keep_device()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            conflict.with_user(self.reviewer).action_undo()
        self.assertEqual("device", self.partner.phone)


class TestDeletedAndOutOfScope(ReviewCase):
    """Work on records that are gone, or that their user lost."""

    def park_deleted(self, **values):
        self.phone.sync()
        operation = self.phone.update(self.partner, values, dict.fromkeys(values))
        self.partner.unlink()
        receipt = self.phone.push_one(operation)
        self.assert_status("conflict", receipt)
        return self.phone.stored(receipt).conflict_ids.with_user(self.clerk)

    def test_deleted_record_is_created_again_from_what_the_device_sent(self):
        """Proves I8."""
        conflict = self.park_deleted(name="Azure Again", phone="device")
        self.assertTrue(conflict.can_create)
        conflict.action_create_again()
        operation = conflict.operation_id.sudo()
        record = self.env[PARTNER].browse(operation.res_id)
        self.assertEqual(("Azure Again", "device"), (record.name, record.phone))
        self.assertEqual(("created", "applied"), (conflict.outcome, operation.status))
        self.assertEqual((self.clerk, self.clerk), (record.create_uid, operation.run_by_id))

    def test_what_is_missing_for_creating_again_is_entered(self):
        conflict = self.park_deleted(phone="device")
        with self.assertRaises(UserError), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
            conflict.action_create_again()
        self.assertEqual("open", conflict.state)
        conflict.choose("phone", "value", "entered")
        conflict.choose("name", "value", "Named")
        conflict.action_create_again()
        record = self.env[PARTNER].browse(conflict.operation_id.res_id)
        self.assertEqual(("Named", "entered"), (record.name, record.phone))

    def test_record_born_on_a_device_keeps_its_uid_when_created_again(self):
        """Proves I2."""
        uid = new_uid()
        self.phone.push(self.phone.create({"name": "Born here"}, uid))
        self.env[PARTNER].browse(self.env["offline.identity"]._record_id(PARTNER, uid)).unlink()
        receipt = self.phone.push_one(self.phone.update(uid, {"name": "Again"}, {"name": "Born here"}))
        conflict = self.phone.stored(receipt).conflict_ids.with_user(self.clerk)
        conflict.action_create_again()
        record = self.env[PARTNER].browse(self.env["offline.identity"]._record_id(PARTNER, uid))
        self.assertEqual("Again", record.name)

    def test_reviewer_who_may_not_create_is_not_offered_to(self):
        conflict = self.park_deleted(name="Azure Again").with_user(self.reviewer)
        self.assertFalse(conflict.can_create)
        with self.assertRaises(UserError):
            conflict.action_create_again()

    def park_out_of_scope(self):
        self.phone.sync()
        self.refuse_to_read()
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"phone": "device"}, {"phone": "office"})
        )
        self.assert_status("conflict", receipt)
        return self.phone.stored(receipt).conflict_ids.with_user(self.clerk)

    def refuse_to_read(self):
        self.env["ir.rule"].create(
            {
                "name": "Not for device users",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {self.partner.id})] if not user.has_group('{REVIEWER_GROUP}') else []",
            }
        )

    def test_work_that_left_the_device_is_written_by_the_reviewer(self):
        """Proves I7, I8."""
        conflict = self.park_out_of_scope()
        self.assertEqual("scope", conflict.kind)
        (line,) = conflict.review()["lines"]
        self.assertEqual(
            ("office", "device"), tuple("".join(t for t, _ in line[s]) for s in ("theirs", "mine"))
        )
        conflict.action_apply_as_reviewer()
        self.assertEqual(("device", self.clerk), (self.partner.phone, self.partner.write_uid))
        self.assertEqual(("done", "reviewer"), (conflict.state, conflict.outcome))
        conflict.action_undo()
        self.assertEqual("office", self.partner.phone)

    def test_work_that_left_the_device_can_be_given_up(self):
        conflict = self.park_out_of_scope()
        conflict.action_keep_server()
        self.assertEqual(("office", "done"), (self.partner.phone, conflict.state))


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
