from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import PARTNER, REVIEWER_GROUP, new_uid
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
