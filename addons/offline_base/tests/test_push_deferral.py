from odoo.tools import mute_logger

from .common import ACTIVITY, MARK, Phone, PushCase, new_uid

_SQL_LOG = "odoo.sql_db"


class TestDeferral(PushCase):
    """What waits for a person holds up only what depends on it."""

    def park(self):
        """The number of a conflict about the partner's phone."""
        self.partner.phone = "office"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}, {"phone": "0"}))
        self.assert_status("conflict", receipt)
        return receipt["seq"]

    def reject_create(self):
        """The number and the uid of a create that was refused."""
        with mute_logger(_SQL_LOG):
            receipt = self.phone.push_one(operation := self.phone.create({"phone": "1"}))
        self.assert_rejected(receipt, "constraint_violated")
        return receipt["seq"], operation["target"]["uid"]

    def assert_waits(self, operation, *roots):
        receipt = self.phone.push_one(operation)
        self.assertEqual(("deferred", list(roots)), (receipt["status"], receipt["blocked_by"]))

    def test_edit_of_a_record_whose_create_was_refused_waits(self):
        """Proves I3."""
        root, uid = self.reject_create()
        self.assert_waits(self.phone.update(uid, {"city": "X"}), root)

    def test_reference_to_a_record_whose_create_was_refused_waits(self):
        """Proves I3."""
        root, uid = self.reject_create()
        self.assert_waits(self.phone.create({"name": "Child", "parent_id": {"uid": uid}}), root)

    def test_reference_within_a_list_waits(self):
        """Proves I3."""
        root, uid = self.reject_create()
        self.assert_waits(self.phone.create({"name": "X", "category_id": [{"uid": uid}]}), root)

    def test_what_waits_for_something_that_waits_names_the_root(self):
        """Proves I3."""
        root, uid = self.reject_create()
        child = new_uid()
        self.assert_waits(self.phone.create({"name": "Child", "parent_id": {"uid": uid}}, child), root)
        self.assert_waits(self.phone.update(child, {"city": "X"}), root)

    def test_edit_of_the_same_field_waits(self):
        """Proves I3."""
        root = self.park()
        self.assert_waits(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}), root)

    def test_edit_of_another_field_applies(self):
        """Proves I3."""
        self.park()
        self.assert_status("applied", self.phone.push_one(self.phone.update(self.partner, {"city": "X"})))
        self.assertEqual("X", self.partner.city)

    def test_delete_of_the_record_waits(self):
        """Proves I3."""
        root = self.park()
        self.assert_waits(self.phone.delete(self.partner), root)

    def test_named_operation_on_the_record_waits(self):
        """Proves I3."""
        activity = self.new_activity(self.partner, self.user, summary="Call")
        operation = self.phone.update(activity, {"summary": "1"}, {"summary": "0"})
        receipt = self.phone.push_one(operation | {"entity": ACTIVITY})
        self.assert_status("conflict", receipt)
        self.assert_waits(
            self.phone.operation("complete", ACTIVITY, target={"id": activity.id}), receipt["seq"]
        )

    def test_what_names_it_in_after_waits(self):
        """Proves I3."""
        root = self.park()
        self.assert_waits(self.phone.create({"name": "After"}, after=[root]), root)

    def test_two_roots_are_both_named(self):
        """Proves I3."""
        first, (second, uid) = self.park(), self.reject_create()
        self.assert_waits(
            self.phone.update(self.partner, {"phone": "2", "parent_id": {"uid": uid}}), first, second
        )

    def test_unrelated_operations_apply(self):
        """Proves I3, I10."""
        self.park()
        self.reject_create()
        other = self.new_partner("Other")
        receipts = self.phone.push(
            self.phone.create({"name": "New"}),
            self.phone.update(other, {"phone": "1"}),
            self.phone.operation("void"),
        )
        self.assertEqual(["applied", "applied", "discarded"], [receipt["status"] for receipt in receipts])

    def test_dependants_in_the_same_call_wait(self):
        """Proves I3."""
        uid = new_uid()
        with mute_logger(_SQL_LOG):
            receipts = self.phone.push(
                self.phone.create({"phone": "1"}, uid),
                self.phone.update(uid, {"city": "X"}),
                self.phone.create({"name": "Free", "ref": MARK}),
            )
        self.assertEqual(["rejected", "deferred", "applied"], [receipt["status"] for receipt in receipts])

    def test_parked_work_of_another_device_holds_up_nothing(self):
        """Proves I3."""
        self.park()
        other = Phone(self.enrol(self.colleague))
        receipt = other.push_one(other.update(self.partner, {"phone": "2"}, {"phone": "office"}))
        self.assert_status("applied", receipt)
