from .common import PARTNER
from .test_follow_ups import FollowUpCase


class TestDeletePolicy(FollowUpCase):
    """One side deletes what the other changes: what happens is for the profile to say."""

    def delete(self, policy):
        self.partner_line.delete_policy = policy
        self.phone.sync()
        version = self.phone.held[PARTNER][self.partner.id]["v"]
        self.partner.phone = f"changed {policy}"
        return self.phone.push_one(self.phone.delete(self.partner, base_v=version))

    def edit_of_deleted(self, policy):
        self.partner_line.delete_policy = policy
        operation = self.phone.update(self.partner, {"phone": "1"})
        self.partner.unlink()
        return self.phone.push_one(operation)

    def test_delete_of_a_changed_record_is_done_where_the_device_counts(self):
        self.assert_status("applied", self.delete("device"))
        self.assertFalse(self.partner.exists())

    def test_delete_of_a_changed_record_is_given_up_where_the_server_counts(self):
        self.assert_status("resolved_server", self.delete("server"))
        self.assertTrue(self.partner.exists())

    def test_delete_of_a_changed_record_asks_who_should_be_asked(self):
        for policy, decider in (("ask", "device"), ("review", "office")):
            receipt = self.delete(policy)
            self.assertEqual(("conflict", decider), (receipt["status"], receipt["conflict"]["decider"]))
            self.phone.stored(receipt).status = "discarded"

    def test_person_who_is_asked_deletes_the_changed_record(self):
        first = self.delete("ask")
        self.assert_status("applied", self.follow("resolve", first, by="device"))
        self.assertFalse(self.partner.exists())

    def test_edit_of_a_deleted_record_is_given_up_where_the_server_counts(self):
        self.assert_status("resolved_server", self.edit_of_deleted("server"))

    def test_edit_of_a_deleted_record_is_a_conflict_otherwise(self):
        self.assert_status("conflict", self.edit_of_deleted("device"))
