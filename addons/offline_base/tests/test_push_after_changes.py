from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import PARTNER, REVIEWER_GROUP, new_uid
from .test_custom_entity import MACHINE, MachineCase

FIELDS = {"x_name", "x_hours", "x_note", "x_state"}


class ChangedCase(MachineCase):
    """A device recorded work and was away; meanwhile somebody changed what machines are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.new_user("clerk", f"{REVIEWER_GROUP},base.group_user")
        cls.new_field("x_note", "char")
        cls.new_field("x_state", "selection", selection_ids=cls.choices("new", "used", "old"))

    @classmethod
    def new_field(cls, name, ttype, **more):
        return cls.env["ir.model.fields"].create(
            {
                "model_id": cls.model.id,
                "name": name,
                "ttype": ttype,
                "field_description": name[2:].title(),
                **more,
            }
        )

    @staticmethod
    def choices(*values):
        return [Command.create({"value": value, "name": value.title()}) for value in values]

    def setUp(self):
        if MACHINE not in self.env or not set(self.env[MACHINE]._fields) >= FIELDS:
            # A test changed them: its rollback gave the columns back, not the classes.
            self.registry.clear_all_caches()
            self.registry._setup_models__(self.cr)
        super().setUp()
        self.entity = self.give("x_name", "x_hours", "x_note", "x_state")
        made = {"x_name": "Press", "x_hours": 7, "x_note": "Oiled", "x_state": "old"}
        self.press_id = self.env[MACHINE].create(made).id
        self.phone.sync()

    @property
    def press(self):
        """The machine of the test; its class changes with its fields."""
        return self.env[MACHINE].browse(self.press_id)

    def field(self, name):
        return self.env["ir.model.fields"]._get(MACHINE, name)

    def edit(self, values, base=None, record=None, **parts):
        record = record or self.press
        if base is None:
            held = self.phone.held[MACHINE][record.id]["values"]
            base = {name: held[name] for name in values}
        return self.phone.update(record, values, base, entity=MACHINE, **parts)

    def amend(self, receipt, **parts):
        about = self.phone.stored(receipt).op
        base = parts.pop("base", {})
        company = {"company": parts.pop("company")} if "company" in parts else {}
        args = {"op": about, **parts}
        return self.phone.push_one(self.phone.operation("amend", MACHINE, args=args, base=base, **company))

    def push_past(self, operation):
        """Its receipt; what comes after it applies, whatever became of it."""
        with mute_logger("odoo.sql_db"):
            receipt, following = self.phone.push(
                operation, self.phone.create({"x_name": "Drill", "x_note": "New"}, entity=MACHINE)
            )
        self.assert_status("applied", following)
        self.assertEqual(operation, self.phone.stored(receipt).payload, "the work is kept")
        return receipt

    def assert_heard(self, receipt, status):
        """The device learns the end of an operation with its next pull."""
        said = {r["seq"]: r["status"] for page in self.phone.sync() for r in page["outcomes"]}
        self.assertEqual(status, said.get(receipt["seq"]))


class TestFieldsThatChanged(ChangedCase):
    """Work of before a field changed ends in one state, which names the field; the person can correct it."""

    def test_field_that_became_required_is_named_and_filled_by_an_amendment(self):
        """Proves I7, I8."""
        emptied = self.edit({"x_note": None})
        self.field("x_note").required = True
        receipt = self.push_past(emptied)
        self.assert_rejected(receipt, "required_missing", "x_note")
        self.assert_status("applied", self.amend(receipt, values={"x_note": "Greased"}))
        created = self.phone.create({"x_name": "Saw"}, entity=MACHINE)
        receipt = self.push_past(created)
        self.assert_rejected(receipt, "required_missing", "x_note")
        self.assert_status("applied", self.amend(receipt, values={"x_name": "Saw", "x_note": "Sharp"}))
        self.assert_heard(receipt, "amended")
        saw = self.by_uid(created["target"]["uid"], MACHINE)
        self.assertEqual(("Greased", "Sharp"), (self.press.x_note, saw.x_note))
        self.assert_converged()

    def test_field_that_was_deleted_is_named_and_left_out_by_an_amendment(self):
        """Proves I8."""
        operation = self.edit({"x_hours": 8, "x_note": "Oiled again"})
        self.field("x_hours").unlink()
        receipt = self.push_past(operation)
        self.assert_rejected(receipt, "field_unknown", "x_hours")
        self.assertEqual("Oiled", self.press.x_note)
        self.assert_status("applied", self.amend(receipt, values={"x_note": "Oiled again"}))
        self.assertEqual("Oiled again", self.press.x_note)
        self.assert_converged()

    def test_field_that_left_the_profile_is_named_and_left_out_by_the_office(self):
        """Proves I8."""
        operation = self.edit({"x_hours": 8, "x_note": "Oiled again"})
        self.entity.field_ids -= self.field("x_hours")
        receipt = self.push_past(operation)
        self.assert_rejected(receipt, "field_unknown", "x_hours")
        stored = self.phone.stored(receipt).with_user(self.clerk)
        self.assertIn("Leave the field out", stored.remedy)
        stored.run_with(without=["x_hours"])
        self.assertEqual((7, "Oiled again"), (self.press.x_hours, self.press.x_note))
        self.assert_heard(receipt, "applied")
        self.assert_converged()

    def test_choice_that_is_gone_is_named_and_chosen_anew(self):
        """Proves I8."""
        operation = self.edit({"x_state": "used"})
        self.field("x_state").selection_ids.filtered(lambda choice: choice.value == "used").unlink()
        receipt = self.push_past(operation)
        self.assert_rejected(receipt, "value_invalid", "x_state")
        self.assertNotIn("used", receipt["fields"]["x_state"])
        self.assert_status("applied", self.amend(receipt, values={"x_state": "new"}))
        self.assertEqual("new", self.press.x_state)
        self.assert_converged()

    def test_edit_of_a_choice_that_is_gone_meets_what_the_office_made_of_it(self):
        """What the person saw need not be allowed any more: it is compared, not written. Proves I8."""
        operation = self.edit({"x_state": "new"})
        self.field("x_state").selection_ids.filtered(lambda choice: choice.value == "old").unlink()
        self.assertFalse(self.press.x_state, "Odoo emptied the field, which is a change")
        receipt = self.push_past(operation)
        self.assert_status("conflict", receipt)
        self.assertEqual(
            {"base": "old", "mine": "new", "theirs": None}, receipt["conflict"]["fields"]["x_state"]
        )
        conflict = self.phone.stored(receipt).conflict_ids.with_user(self.clerk)
        self.assertEqual(("old", "New", ""), tuple(self.texts(conflict)))
        conflict.action_keep_device()
        self.assertEqual("new", self.press.x_state)
        self.assert_heard(receipt, "applied")
        self.assert_converged()

    def texts(self, conflict):
        (line,) = conflict.line_ids
        return line.base_text, line.mine_text, line.theirs_text

    def retype(self, name, ttype, value, **more):
        """As a manager does: the field goes, another one of its name comes, and gets its values anew."""
        self.field(name).unlink()
        self.new_field(name, ttype, **more)
        self.entity.field_ids += self.field(name)
        self.press[name] = value

    def test_value_of_another_type_is_named_and_entered_anew(self):
        """Proves I8."""
        operation = self.edit({"x_note": "Greased"})
        self.retype("x_note", "integer", 3)
        with mute_logger("odoo.sql_db"):
            receipt = self.phone.push_one(operation)
        self.assert_rejected(receipt, "value_invalid", "x_note")
        receipt = self.amend(receipt, values={"x_note": 4})
        self.assert_status("conflict", receipt)
        self.assertEqual({"base": "Oiled", "mine": 4, "theirs": 3}, receipt["conflict"]["fields"]["x_note"])
        conflict = self.phone.stored(receipt).conflict_ids.with_user(self.clerk)
        self.assertEqual(("Oiled", "4", "3"), tuple(self.texts(conflict)))
        self.assertTrue(conflict.review()["lines"])
        conflict.action_keep_device()
        self.assertEqual(4, self.press.x_note)
        self.assert_heard(receipt, "applied")

    def test_amendment_that_says_the_present_base_is_no_conflict(self):
        operation = self.edit({"x_note": "Greased"})
        self.retype("x_note", "integer", 3)
        receipt = self.phone.push_one(operation)
        receipt = self.amend(receipt, values={"x_note": 4}, base={"x_note": 3})
        self.assert_status("applied", receipt)
        self.assertEqual(4, self.press.x_note)

    def test_number_that_became_a_reference_is_never_taken_for_one(self):
        """What looks like an id is still refused where nothing has it. Proves I4, I8."""
        operation = self.edit({"x_hours": 2**30})
        self.retype("x_hours", "many2one", False, relation=PARTNER)
        receipt = self.push_past(operation)
        self.assert_rejected(receipt, "reference_unknown", "x_hours")

    def test_expectation_of_a_field_that_is_gone_is_named(self):
        """Proves I8."""
        operation = self.edit({"x_note": "Greased"}, expect={"x_hours": 7})
        self.field("x_hours").unlink()
        self.assert_rejected(self.push_past(operation), "field_unknown", "x_hours")


class TestParkedWorkThatChanged(ChangedCase):
    """What was parked before a field or a model went can still be shown, decided and heard of."""

    def park(self, **values):
        self.press.write({name: "Office" for name in values if name == "x_note"})
        receipt = self.phone.push_one(self.edit(values, dict.fromkeys(values)))
        self.assert_status("conflict", receipt)
        return receipt, self.phone.stored(receipt).conflict_ids.with_user(self.clerk)

    def test_conflict_about_a_field_that_is_gone_is_shown_and_given_up(self):
        """Proves I8."""
        receipt, conflict = self.park(x_note="Device", x_hours=9)
        self.field("x_hours").unlink()
        labels = {line["name"]: line["hidden"] for line in conflict.review()["lines"]}
        self.assertEqual({"x_note": False, "x_hours": True}, labels)
        conflict.action_keep_server()
        self.assertEqual(("Office", "done"), (self.press.x_note, conflict.state))
        chain = self.phone.push_one(self.edit({"x_note": "Next"}, {"x_note": "Device"}))
        self.assert_status("applied", chain)
        self.assert_heard(receipt, "resolved_server")
        self.assert_converged()

    def test_conflict_about_a_field_that_is_gone_becomes_refused_work_for_the_device(self):
        """Proves I8."""
        receipt, conflict = self.park(x_note="Device", x_hours=9)
        self.field("x_hours").unlink()
        conflict.action_keep_device()
        stored = conflict.operation_id
        self.assertEqual(("rejected", "field_unknown"), (stored.status, stored.code))
        self.assertEqual(["x_hours"], list(stored.sudo().field_errors))
        self.assert_heard(receipt, "rejected")
        amended = self.amend(receipt, values={"x_note": "Device"}, base={"x_note": "Office"})
        self.assert_status("applied", amended)
        self.assertEqual("Device", self.press.x_note)

    def test_what_waited_is_tested_with_the_fields_of_today(self):
        """Proves I8, I10."""
        _receipt, conflict = self.park(x_note="Device")
        waiting = self.phone.push_one(
            self.edit({"x_note": "Next", "x_hours": 9}, {"x_note": "Device", "x_hours": 7})
        )
        self.assert_status("deferred", waiting)
        self.field("x_hours").unlink()
        conflict.action_keep_server()
        self.assert_heard(waiting, "rejected")
        self.assertEqual(["x_hours"], list(self.phone.stored(waiting).field_errors))

    def uninstall(self):
        """The machines go with their table, as a module's do."""
        self.profile.entity_ids.filtered(lambda line: line.entity == MACHINE).unlink()
        self.entity.unlink()
        self.model.unlink()

    def test_work_on_a_model_that_is_gone_is_refused_and_given_up(self):
        """Proves I8."""
        operation = self.edit({"x_hours": 8})
        named = self.phone.operation("service", MACHINE, target={"id": self.press_id + 1})
        self.uninstall()
        for number, receipt in enumerate(self.phone.push(operation, named)):
            self.env.invalidate_all()
            with self.subTest(number):
                self.assert_rejected(receipt, "entity_unknown")
                stored = self.phone.stored(receipt).with_user(self.clerk)
                self.assertEqual(MACHINE, stored.entity_label)
                self.assertFalse(stored.review()["may_edit"])
                self.assertFalse(stored.record_name)
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    stored.run_with({"x_hours": 9})
                stored.action_retry()
                self.assertEqual("entity_unknown", stored.code)
                discarded = self.phone.operation("discard", MACHINE, args={"op": stored.op, "reason": "gone"})
                self.assert_status("applied", self.phone.push_one(discarded))
                self.assert_heard(receipt, "discarded")

    def test_conflict_about_a_model_that_is_gone_is_shown_and_decided(self):
        """Proves I8."""
        receipt, conflict = self.park(x_note="Device")
        self.uninstall()
        self.assertEqual([True], [line["hidden"] for line in conflict.review()["lines"]])
        self.assertFalse(conflict.record_name)
        conflict.action_keep_server()
        self.assertEqual("done", conflict.state)
        self.assert_heard(receipt, "resolved_server")

    def test_conflict_about_a_model_that_is_gone_cannot_be_written_and_says_so(self):
        """Proves I8."""
        receipt, conflict = self.park(x_note="Device")
        self.uninstall()
        conflict.action_keep_device()
        self.assertEqual(
            ("rejected", "entity_unknown"), (conflict.operation_id.status, conflict.operation_id.code)
        )
        self.assert_heard(receipt, "rejected")

    def test_uid_of_a_record_whose_table_went_names_no_later_one(self):
        """Proves I2, I9. The table that comes back counts its ids from the beginning."""
        uid = new_uid()
        self.phone.push(self.phone.create({"x_name": "Lathe"}, uid, entity=MACHINE))
        self.assertTrue(self.by_uid(uid, MACHINE))
        late = self.edit({"x_name": "Late"}, {"x_name": "Lathe"}, record=uid)
        self.env.flush_all()
        self.env.cr.execute("CREATE TEMP TABLE kept AS SELECT * FROM x_machine")
        self.env["ir.model"]._get(MACHINE)._drop_table()
        self.env.cr.execute("CREATE TABLE x_machine (LIKE kept)")
        self.env.cr.execute("INSERT INTO x_machine SELECT * FROM kept")
        self.env.cr.execute("UPDATE x_machine SET x_name = 'Another'")
        self.env.invalidate_all()
        receipt = self.phone.push_one(late)
        self.assert_status("conflict", receipt)
        self.assertEqual("deleted", receipt["conflict"]["kind"])
        self.assertEqual({"Another"}, set(self.env[MACHINE].search([]).mapped("x_name")))


class TestRightsThatChanged(ChangedCase):
    """Records and companies that are out of the user's reach when the device comes back."""

    def test_record_that_left_the_users_sight_becomes_a_conflict(self):
        """Proves I4, I8."""
        operation = self.edit({"x_hours": 8})
        self.env["ir.rule"].create(
            {
                "name": "Their own",
                "model_id": self.model.id,
                "domain_force": "[('x_user_id', '=', user.id)]",
                "groups": [Command.link(self.env.ref("offline_base.offline_base_group_device_user").id)],
            }
        )
        receipt = self.phone.push_one(operation)
        self.assert_status("conflict", receipt)
        self.assertEqual(("scope", {}), (receipt["conflict"]["kind"], receipt["conflict"]["fields"]))
        self.phone.sync()
        self.assertNotIn(self.press.id, self.phone.held[MACHINE])
        self.phone.stored(receipt).conflict_ids.with_user(self.clerk).action_apply_as_reviewer()
        self.assertEqual((8, self.clerk), (self.press.x_hours, self.press.write_uid))
        self.assert_heard(receipt, "applied")

    def test_model_that_the_user_may_not_read_any_more_makes_work_a_conflict(self):
        """Proves I4, I8."""
        operation, created = self.edit({"x_hours": 8}), self.phone.create({"x_name": "Saw"}, entity=MACHINE)
        self.model.access_ids.write({"perm_read": False, "perm_write": False, "perm_create": False})
        edited, made = self.phone.push(operation, created)
        self.assert_status("conflict", edited)
        self.assertEqual("scope", edited["conflict"]["kind"])
        self.assert_rejected(made, "access_denied")
        self.assertEqual(7, self.press.x_hours)

    def two_companies(self):
        other = self.env["res.company"].create({"name": "Second"})
        self.user.company_ids += other
        self.phone = type(self.phone)(self.device)
        self.phone.sync()
        return other

    def test_company_that_was_taken_away_is_named_and_another_chosen(self):
        """Proves I4, I8."""
        other = self.two_companies()
        operation = self.edit({"x_hours": 8}, company=other.id)
        self.user.company_ids -= other
        self.phone.device = self.phone.device.with_context(**self.device._user_context())
        receipt = self.push_past(operation)
        self.assert_rejected(receipt, "company_invalid", "company")
        amended = self.amend(receipt, values={"x_hours": 8}, company=self.user.company_id.id)
        self.assert_status("applied", amended)
        self.assertEqual(8, self.press.x_hours)
        self.assert_heard(receipt, "amended")

    def test_company_that_was_archived_or_left_the_profile_is_named(self):
        """Proves I4, I8."""
        other = self.two_companies()
        for change in (
            lambda: self.profile.write({"company_ids": [Command.set(self.user.company_id.ids)]}),
            lambda: (self.profile.write({"company_ids": [Command.clear()]}), other.write({"active": False})),
        ):
            operation = self.edit({"x_hours": 8}, company=other.id)
            change()
            self.phone.device = self.phone.device.with_context(**self.device._user_context())
            receipt = self.push_past(operation)
            with self.subTest(receipt["seq"]):
                self.assert_rejected(receipt, "company_invalid", "company")
            self.phone.stored(receipt).with_user(self.clerk).action_discard("No such company")
            self.assert_heard(receipt, "discarded")
