from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import PARTNER, OfflineCase, Phone


class DecisionCase(OfflineCase):
    def setUp(self):
        super().setUp()
        self.partner.write({"phone": "office", "city": "Office"})

    def park(self, **values):
        """The conflict of an edit of the phone and the city, which the office edited as well."""
        values = values or {"phone": "device", "city": "Device"}
        receipt = self.phone.push_one(
            self.phone.update(self.partner, values, dict.fromkeys(values, "before"))
        )
        self.assert_status("conflict", receipt)
        return self.phone.stored(receipt).conflict_ids.with_user(self.reviewer)

    def reject(self):
        """The stored operation of a create that was refused, and its uid."""
        with mute_logger("odoo.sql_db"):
            receipt = self.phone.push_one(operation := self.phone.create({"email": "a@example.com"}))
        self.assert_status("rejected", receipt)
        return self.phone.stored(receipt).with_user(self.reviewer), operation["target"]["uid"]

    def outcomes(self):
        """{number: status} of what the device's next pull tells."""
        return {receipt["seq"]: receipt["status"] for receipt in self.phone.pull()["outcomes"]}


class TestWhatADecisionCovers(DecisionCase):
    """A decision speaks of the fields that needed a person; all others keep their policy."""

    def park_three(self):
        """A conflict about the phone; both sides also changed two fields that have a policy."""
        self.set_policy("website", "device")
        self.set_policy("function", "server")
        self.partner.write({"phone": "office", "website": "http://office", "function": "Office"})
        return self.park(phone="device", website="http://device", function="Device")

    def test_keeping_the_devices_side_merges_the_other_fields_by_their_policies(self):
        """Proves I8. What nobody had to decide is neither forced nor dropped."""
        conflict = self.park_three()
        conflict.action_keep_device()
        self.assertEqual(
            ("device", "http://device", "Office"),
            (self.partner.phone, self.partner.website, self.partner.function),
        )
        self.assertEqual("merged", conflict.operation_id.status)

    def test_edit_that_builds_on_work_decided_for_the_server_is_no_conflict_with_it(self):
        """The device goes on from what it had sent; the decision stands for that."""
        conflict = self.park()
        conflict.action_keep_server()
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "next"}, {"phone": "device"}))
        self.assert_status("applied", receipt)
        self.assertEqual("next", self.partner.phone)

    def test_choice_by_field_is_refused_when_another_field_was_changed_meanwhile(self):
        """Nobody was shown that field: it is not decided behind anybody's back."""
        self.partner.city = "before"
        conflict = self.park(phone="device", city="Device")
        self.assertEqual(["phone"], conflict.line_ids.mapped("field_name"))
        self.partner.city = "Elsewhere"
        conflict.line_ids.chosen = "device"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            conflict.action_apply_choice()
        self.assertEqual(("office", "Elsewhere"), (self.partner.phone, self.partner.city))
        self.assertEqual("open", conflict.state)


class TestConflicts(DecisionCase):
    """How the office decides conflicts."""

    def test_conflict_shows_three_sides_of_each_field(self):
        """Proves I8."""
        conflict = self.park()
        sides = {
            line.field_name: (line.base_text, line.mine_text, line.theirs_text) for line in conflict.line_ids
        }
        self.assertEqual(
            {"phone": ("before", "device", "office"), "city": ("before", "Device", "Office")}, sides
        )
        self.assertEqual(("open", "fields", PARTNER), (conflict.state, conflict.kind, conflict.res_model))
        self.assertEqual(self.partner.id, conflict.res_id)
        self.assertEqual(self.user, conflict.user_id)

    def test_references_are_shown_by_name(self):
        first, second = self.env[PARTNER].create([{"name": "First"}, {"name": "Second"}])
        self.partner.parent_id = first
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"parent_id": second.id}, {"parent_id": None})
        )
        line = self.phone.stored(receipt).conflict_ids.line_ids.with_user(self.reviewer)
        self.assertEqual(("", "Second", "First"), (line.base_text, line.mine_text, line.theirs_text))

    def test_keeping_the_servers_side_writes_nothing(self):
        """Proves I8."""
        conflict = self.park()
        conflict.action_keep_server()
        self.assertEqual(("office", "Office"), (self.partner.phone, self.partner.city))
        self.assertEqual(("done", "server"), (conflict.state, conflict.outcome))
        self.assertEqual((self.reviewer, True), (conflict.decided_by_id, bool(conflict.decided_at)))
        self.assertEqual("resolved_server", conflict.operation_id.status)

    def test_keeping_the_devices_side_writes_as_its_user(self):
        """Proves I7."""
        conflict = self.park()
        conflict.action_keep_device()
        self.assertEqual(("device", "Device"), (self.partner.phone, self.partner.city))
        self.assertEqual(self.user, self.partner.write_uid)
        self.assertEqual(("done", "device"), (conflict.state, conflict.outcome))
        self.assertEqual("applied", conflict.operation_id.status)

    def test_each_field_can_be_decided(self):
        conflict = self.park()
        for line in conflict.line_ids:
            line.chosen = "device" if line.field_name == "phone" else "server"
        conflict.action_apply_choice()
        self.assertEqual(("device", "Office"), (self.partner.phone, self.partner.city))
        self.assertEqual(("fields", "merged"), (conflict.outcome, conflict.operation_id.status))

    def test_every_field_must_be_decided(self):
        conflict = self.park()
        conflict.line_ids[0].chosen = "device"
        with self.assertRaises(UserError):
            conflict.action_apply_choice()
        self.assertEqual("office", self.partner.phone)

    def test_fields_without_conflict_are_written_with_the_devices_side(self):
        """The whole operation was parked. Proves I5."""
        receipt = self.phone.push_one(
            self.phone.update(
                self.partner, {"phone": "device", "zip": "1000"}, {"phone": "before", "zip": None}
            )
        )
        self.phone.stored(receipt).conflict_ids.with_user(self.reviewer).action_keep_device()
        self.assertEqual(("device", "1000"), (self.partner.phone, self.partner.zip))

    def test_validation_applies_to_what_the_office_keeps(self):
        """Proves I7."""
        child = self.new_partner("Child", parent_id=self.partner.id)
        other = self.new_partner("Other")
        self.partner.parent_id = other
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"parent_id": child.id}, {"parent_id": None})
        )
        self.assert_status("conflict", receipt)
        conflict = self.phone.stored(receipt).conflict_ids.with_user(self.reviewer)
        conflict.action_keep_device()
        self.assertEqual(other, self.partner.parent_id)
        self.assertEqual(
            ("rejected", "validation_failed"), (conflict.operation_id.status, conflict.operation_id.code)
        )

    def test_several_conflicts_are_decided_at_once(self):
        first, second = self.park(phone="1"), self.park(city="2")
        (first + second).action_keep_device()
        self.assertEqual(("1", "2"), (self.partner.phone, self.partner.city))

    def test_second_decision_is_refused(self):
        """Proves I8."""
        conflict = self.park()
        conflict.action_keep_server()
        for decide in (conflict.action_keep_server, conflict.action_keep_device):
            with self.assertRaisesRegex(UserError, "already decided"):
                decide()
        self.assertEqual("office", self.partner.phone)

    def test_decision_reaches_the_device(self):
        """Proves I8."""
        self.phone.sync()
        conflict = self.park()
        self.assertEqual({}, self.outcomes())
        conflict.action_keep_server()
        self.assertEqual({1: "resolved_server"}, self.outcomes())

    def test_decision_and_its_effect_come_in_the_same_cut(self):
        """Proves I5."""
        self.phone.sync()
        self.park().action_keep_device()
        answer = self.phone.pull()
        self.assertEqual(["applied"], [receipt["status"] for receipt in answer["outcomes"]])
        self.assertEqual("device", self.upserts(answer)[self.partner.id]["values"]["phone"])

    def test_device_that_starts_again_is_told_all_decisions(self):
        """Proves I9."""
        self.park().action_keep_server()
        self.assertEqual({1: "resolved_server"}, self.outcomes())

    def test_start_from_nothing_tells_of_open_work(self):
        """Proves I8, I9. A restore may have lost a decision that the device knows of."""
        self.park()
        self.assertEqual({1: "conflict"}, self.outcomes())

    def test_decision_reaches_only_its_device(self):
        """Proves I4."""
        other = Phone(self.enrol(self.user))
        other.sync()
        self.park().action_keep_server()
        self.assertEqual([], other.pull()["outcomes"])

    def test_decision_waits_while_the_device_is_pushing(self):
        """Proves I3."""
        conflict = self.park()
        self.patch(type(self.env["offline.lane"]), "_acquire", lambda *arguments, **options: None)
        with self.assertRaisesRegex(UserError, "try again"):
            conflict.action_keep_server()
        self.assertEqual("open", conflict.state)

    # --- deleted records ------------------------------------------------------------------------------------

    def park_deleted(self):
        self.phone.sync()
        operation = self.phone.update(self.partner, {"phone": "device"}, {"phone": "office"})
        self.partner.unlink()
        receipt = self.phone.push_one(operation)
        self.assert_status("conflict", receipt)
        return self.phone.stored(receipt).conflict_ids.with_user(self.reviewer)

    def test_work_on_a_deleted_record_cannot_be_written_and_says_so(self):
        """Proves I8."""
        conflict = self.park_deleted()
        self.assertEqual("deleted", conflict.kind)
        with self.assertRaisesRegex(UserError, "cannot be written"):
            conflict.action_keep_device()
        self.assertEqual(("open", "conflict"), (conflict.state, conflict.operation_id.status))

    def test_work_on_a_deleted_record_can_be_given_up(self):
        conflict = self.park_deleted()
        conflict.action_keep_server()
        self.assertEqual(("done", "resolved_server"), (conflict.state, conflict.operation_id.status))

    def test_conflict_about_a_deleted_record_can_be_shown(self):
        conflict = self.park_deleted()
        self.assertFalse(conflict.record_name)
        self.assertIn(self.device.name, conflict.name)
