from odoo.addons.offline_base.tests.common import OfflineCase
from odoo.fields import Command

NOTE = "offline.test.note"


class TestNote(OfflineCase):
    """The adapter of docs/writing-an-adapter.md does what that page says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.env.ref("offline_test_note.offline_profile_notes")
        cls.device = cls.enrol(cls.user)
        cls.note = cls.new_note("Ring the bell", body="Twice.")

    @classmethod
    def new_note(cls, name, user=None, **values):
        return cls.env[NOTE].create({"name": name, "user_id": (user or cls.user).id, **values})

    def held(self):
        return {row["values"]["name"] for row in self.phone.held.get(NOTE, {}).values()}

    def test_device_holds_the_unfinished_notes_of_its_user(self):
        """Proves I4."""
        self.new_note("Of a colleague", user=self.colleague)
        self.new_note("Old").action_finish()
        self.assert_converged()
        self.assertEqual({"Ring the bell"}, self.held())

    def test_note_made_on_a_device_is_a_note_of_its_user(self):
        """Proves I7."""
        receipt = self.phone.push_one(self.phone.create({"name": "Buy oil"}, entity=NOTE))
        self.assert_status("applied", receipt)
        note = self.env[NOTE].browse(receipt["target"]["id"])
        self.assertEqual(("Buy oil", self.user, self.user), (note.name, note.user_id, note.create_uid))
        self.assert_converged()
        self.assertEqual({"Ring the bell", "Buy oil"}, self.held())

    def test_texts_of_both_sides_are_kept(self):
        self.note.body = "Twice.\nNot on Sundays."
        receipt = self.phone.push_one(
            self.phone.update(self.note, {"body": "Twice.\nThey are deaf."}, {"body": "Twice."}, entity=NOTE)
        )
        self.assert_status("merged", receipt)
        self.assertEqual("Twice.\nNot on Sundays.\nThey are deaf.", self.note.body)

    def test_finished_note_keeps_the_outcome_and_leaves_the_device(self):
        self.phone.sync()
        self.settle()
        receipt = self.phone.push_one(
            self.phone.operation("finish", NOTE, target={"id": self.note.id}, args={"outcome": "Done."})
        )
        self.assert_status("applied", receipt)
        self.assertEqual("Done.", self.note.outcome)
        self.assertEqual({self.note.id: "scope"}, self.removes(self.phone.pull(), NOTE))

    def test_second_finish_changes_nothing(self):
        finish = {"target": {"id": self.note.id}, "args": {"outcome": "First."}}
        self.phone.push(self.phone.operation("finish", NOTE, **finish))
        finish["args"] = {"outcome": "Second."}
        self.assert_status("applied", self.phone.push_one(self.phone.operation("finish", NOTE, **finish)))
        self.assertEqual("First.", self.note.outcome)

    def test_arguments_that_do_not_fit_are_refused(self):
        operation = self.phone.operation(
            "finish", NOTE, target={"id": self.note.id}, args={"outcome": "x" * 201}
        )
        self.assert_rejected(self.phone.push_one(operation), "operation_invalid", "outcome")

    def test_what_devices_only_show_cannot_be_written(self):
        operation = self.phone.update(self.note, {"outcome": "Mine."}, entity=NOTE)
        self.assert_rejected(self.phone.push_one(operation), "field_read_only", "outcome")

    def test_addon_can_add_a_field_to_an_entity(self):
        """What `_inherit` of an entity does, tried on its class."""
        self.patch(type(self.env["offline.entity.test_note"]), "_offline_fields", ("create_date",))
        names = self.env["offline.entity.test_note"]._offline_field_names()
        self.assertEqual({"name", "body", "user_id", "outcome", "finished_at", "create_date"}, set(names))

    def test_note_can_be_handed_to_somebody_whose_notes_its_user_may_not_read(self):
        """Odoo allows a write that takes the record out of its user's sight; so do we. Proves I4, I7, I8."""
        self.env["ir.rule"].create(
            {
                "name": "Own notes",
                "model_id": self.env["ir.model"]._get_id(NOTE),
                "domain_force": "[('user_id', '=', user.id)]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        self.phone.sync()
        edit = self.phone.update(
            self.note, {"user_id": self.colleague.id}, {"user_id": self.user.id}, entity=NOTE
        )
        self.assert_status("applied", self.phone.push_one(edit))
        self.assertEqual(self.colleague, self.note.user_id)
        self.assertEqual({self.note.id: "scope"}, self.removes(self.phone.pull(), NOTE))
        self.assert_status("applied", self.phone.push_one(edit))
