from unittest.mock import patch

from odoo.tools import mute_logger

from .common import PARTNER, Phone, new_uid
from .test_decisions import DecisionCase


class TestEnrolledAgain(DecisionCase):
    """A person enrolled the same phone again: it is a new device, and sends what was undecided under new numbers."""

    def setUp(self):
        super().setUp()
        self.phone.sync()

    def enrol_again(self, *operations):
        """The phone of the new device, which sent these again, and their receipts there."""
        again = Phone(self.enrol(self.user, "Enrolled again"))
        again.sync()
        first = again.push_one(again.create({"name": "First here"}))
        self.assert_status("applied", first)
        return again, again.push(*({**op, "seq": next(again.numbers)} for op in operations))

    def edit(self, phone, value, base, name="phone"):
        return phone.update(self.partner, {name: value}, {name: base})

    def parked(self):
        operation = self.edit(self.phone, "device", "before")
        receipt = self.phone.push_one(operation)
        self.assert_status("conflict", receipt)
        return operation, self.phone.stored(receipt)

    def test_later_edit_waits_for_what_is_parked_under_the_former_device(self):
        """Proves I3. It names its own number of it."""
        operation, _stored = self.parked()
        again, (receipt,) = self.enrol_again(operation)
        self.assertEqual((2, "conflict"), (receipt["seq"], receipt["status"]))
        waiting, free = again.push(
            self.edit(again, "later", "device"), again.update(self.partner, {"zip": "1000"}, {"zip": None})
        )
        self.assertEqual(("deferred", [2]), (waiting["status"], waiting["blocked_by"]))
        self.assert_status("applied", free)

    def test_edit_in_the_very_call_that_sends_it_again_waits(self):
        """Proves I3."""
        operation, _stored = self.parked()
        again = Phone(self.enrol(self.user, "Enrolled again"))
        repeated = {**operation, "seq": next(again.numbers)}
        _first, waiting = again.push(repeated, self.edit(again, "later", "device"))
        self.assertEqual(("deferred", [1]), (waiting["status"], waiting["blocked_by"]))

    def test_decision_of_the_office_releases_what_waited_here(self):
        """Proves I3, I10. Under both numbers the device hears of it."""
        for outcome, expected in (("action_keep_device", "later"), ("action_keep_server", "later")):
            with self.subTest(outcome):
                self.partner.phone = "office"
                operation, stored = self.parked()
                again, (receipt,) = self.enrol_again(operation)
                waiting = again.push_one(self.edit(again, "later", "device"))
                again.sync()
                getattr(stored.conflict_ids.with_user(self.reviewer), outcome)()
                self.assertEqual(expected, self.partner.phone)
                told = {r["seq"]: r["status"] for r in again.pull()["outcomes"]}
                self.assertEqual("applied", told[waiting["seq"]])
                self.assertIn(told[receipt["seq"]], ("applied", "resolved_server"))

    def test_screen_of_what_waits_names_the_work_of_the_former_device(self):
        operation, stored = self.parked()
        again, _receipts = self.enrol_again(operation)
        waiting = again.stored(again.push_one(self.edit(again, "later", "device")))
        self.assertEqual(stored, waiting.blocker_ids)

    def test_what_waited_under_the_former_device_holds_up_by_its_roots_number_here(self):
        """Proves I3."""
        operation, stored = self.parked()
        second = self.edit(self.phone, "second", "device")
        self.assert_status("deferred", self.phone.push_one(second))
        again, (root, repeated) = self.enrol_again(operation, second)
        self.assert_status("deferred", repeated)
        waiting = again.push_one(self.edit(again, "third", "second"))
        self.assertEqual(("deferred", [root["seq"]]), (waiting["status"], waiting["blocked_by"]))
        stored.conflict_ids.with_user(self.reviewer).action_keep_device()
        self.assertEqual("third", self.partner.phone)

    def test_refused_work_of_the_former_device_is_amended_here(self):
        """Proves I8. What depended on its record follows, whichever device sent it."""
        uid = new_uid()
        created = self.phone.create({"email": "a@example.com"}, uid)
        child = self.phone.create({"name": "Child", "parent_id": {"uid": uid}})
        with mute_logger("odoo.sql_db"):
            refused, deferred = self.phone.push(created, child)
        self.assertEqual(["rejected", "deferred"], [refused["status"], deferred["status"]])
        again, (receipt,) = self.enrol_again(created)
        edit = again.push_one(again.update(uid, {"zip": "1000"}, {"zip": None}))
        self.assertEqual(("deferred", [receipt["seq"]]), (edit["status"], edit["blocked_by"]))
        again.sync()
        args = {"op": created["op"], "values": {"name": "Named", "email": "a@example.com"}}
        amended = again.push_one(again.operation("amend", args=args))
        self.assert_status("applied", amended)
        record = self.env[PARTNER].browse(self.env["offline.identity"]._record_id(PARTNER, uid))
        self.assertEqual(("Named", "1000", "Child"), (record.name, record.zip, record.child_ids.name))
        told = {r["seq"]: r["status"] for r in again.pull()["outcomes"]}
        self.assertEqual(("amended", "applied"), (told[receipt["seq"]], told[edit["seq"]]))
        self.assertEqual({1: "amended", 2: "applied"}, self.outcomes())

    def test_refused_work_of_the_former_device_is_given_up_here(self):
        """Proves I8."""
        operation, _uid = self.reject()
        again, (receipt,) = self.enrol_again(operation.sudo().payload)
        args = {"op": operation.op, "reason": "Entered twice"}
        self.assert_status("applied", again.push_one(again.operation("discard", args=args)))
        self.assertEqual("discarded", operation.status)
        late = again.push_one(again.operation("discard", args=args))
        self.assert_rejected(late, "already_decided")
        self.assertEqual(receipt["seq"], late["result"]["seq"])

    def test_conflict_for_the_person_is_resolved_here(self):
        """Proves I8."""
        self.set_policy("phone", "ask")
        operation, stored = self.parked()
        again, _receipts = self.enrol_again(operation)
        args = {"op": operation["op"], "by": "device"}
        self.assert_status("applied", again.push_one(again.operation("resolve", args=args)))
        self.assertEqual(("device", "applied"), (self.partner.phone, stored.status))

    def test_edit_that_builds_on_what_was_decided_for_the_server_is_no_conflict(self):
        """The chain of edits goes on over the new enrolment."""
        operation, stored = self.parked()
        again, _receipts = self.enrol_again(operation)
        stored.conflict_ids.with_user(self.reviewer).action_keep_server()
        self.assert_status("applied", again.push_one(self.edit(again, "next", "device")))

    def test_member_of_a_unit_is_corrected_by_the_office(self):
        """Its unit stands under the former device's numbers."""
        unit = {"id": new_uid(), "size": 2}
        one = self.phone.create({"email": "a@example.com"}, unit=unit)
        two = self.phone.create({"name": "Two"}, unit=unit)
        with mute_logger("odoo.sql_db"):
            self.phone.push(one, two)
        again, _receipts = self.enrol_again(one, two)
        args = {"op": one["op"], "values": {"name": "One"}}
        self.assert_rejected(again.push_one(again.operation("amend", args=args)), "decision_for_office")

    def test_code_whose_first_part_is_taken_is_drawn_again(self):
        letters = iter("A" * 16 + "A" * 16 + "B" * 16)
        with patch(
            "odoo.addons.offline_base.models.offline_enrolment.secrets.choice", lambda _of: next(letters)
        ):
            codes = [self.env["offline.enrolment"]._issue(self.user, self.profile)[1] for _number in range(2)]
        self.assertEqual(["AAAA-AAAA-AAAA-AAAA", "BBBB-BBBB-BBBB-BBBB"], codes)

    def test_work_of_somebody_else_holds_up_and_shows_nothing(self):
        """Proves I4."""
        operation, _stored = self.parked()
        other = Phone(self.enrol(self.colleague, "Colleague's"))
        self.assert_rejected(
            other.push_one({**operation, "seq": next(other.numbers)}), "operation_invalid", "op"
        )
        edited = other.push_one(self.edit(other, "hers", "office"))
        self.assert_status("applied", edited)
        discard = other.operation("discard", args={"op": operation["op"], "reason": "x"})
        self.assert_rejected(other.push_one(discard), "decision_invalid", "op")
