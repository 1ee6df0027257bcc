from .common import LEAD, CrmCase


class TestMerge(CrmCase):
    """Leads that the office merged: nothing that was done on the one that went is lost."""

    def test_work_on_a_lead_that_was_merged_is_parked_and_kept(self):
        """Proves I8."""
        uid = "018f4d2e-7c1a-7b3c-8d4e-5f60718293d1"
        self.phone.push_one(self.phone.create({"name": "Tail", "type": "lead"}, uid, entity=LEAD))
        tail = self.by_uid(uid, LEAD)
        self.held()
        (self.lead | tail).merge_opportunity()
        self.assertFalse(tail.exists())
        receipt = self.phone.push_one(self.phone.operation("mark_won", LEAD, target={"uid": uid}, args={}))
        self.assertEqual(("conflict", "deleted"), (receipt["status"], receipt["conflict"]["kind"]))
        self.assertTrue(self.phone.stored(receipt).conflict_ids)
        self.assertNotIn(tail.id, self.held())
        self.assert_converged()
