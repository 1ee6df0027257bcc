from odoo.addons.offline_base.tests.common import new_uid

from .common import LEAD, ORDER, SaleCase


class TestMerge(SaleCase):
    """Leads that the office merged: what was done on those that went is done on the one that is left."""

    def setUp(self):
        super().setUp()
        self.name_of_tail = new_uid()
        self.phone.push_one(
            self.phone.create({"name": "Tail", "type": "lead", "phone": "1"}, self.name_of_tail, entity=LEAD)
        )
        self.tail = self.by_uid(self.name_of_tail, LEAD)
        self.tail_id = self.tail.id
        self.other = self.new_lead("Other", priority="0", partner_id=False)
        self.held()
        self.gone = {lead.id: self.phone.held[LEAD][lead.id]["born"] for lead in self.tail | self.other}

    def merge(self, *leads):
        (self.lead | self.env[LEAD].union(*leads)).merge_opportunity()
        self.assertTrue(self.lead.exists())
        for lead in leads:
            self.assertFalse(lead.exists())

    def do_by(self, target, verb, **args):
        return self.phone.push_one(self.phone.operation(verb, LEAD, target=target, args=args))

    def test_function_runs_on_the_one_that_is_left(self):
        """Proves I8. Whether the lead that went was born on the device or in the office."""
        self.merge(self.tail, self.other)
        for target in ({"uid": self.name_of_tail}, {"id": self.other.id, "born": self.gone[self.other.id]}):
            receipt = self.do_by(target, "post_note", text="Wants oak")
            self.assert_status("applied", receipt)
            self.assertEqual(self.lead.id, receipt["result"]["merged_into"])
            # The device goes on knowing it by the name that it has; its next pull takes it away.
            told = {name: receipt["target"][name] for name in target}
            self.assertEqual(target, told)
        self.assertEqual(2, len(self.lead.message_ids.filtered(lambda one: "Wants oak" in (one.body or ""))))
        held = self.held()
        self.assertIn(self.lead.id, held)
        self.assertFalse({self.tail_id, self.other.id} & set(held))
        self.assert_converged()

    def test_change_is_merged_with_the_one_that_is_left(self):
        self.merge(self.tail)
        edit = self.phone.update(self.name_of_tail, {"priority": "2"}, {"priority": "0"}, entity=LEAD)
        receipt = self.phone.push_one(edit)
        self.assertIn(receipt["status"], ("applied", "merged"))
        self.assertEqual("2", self.lead.priority)
        self.lead.phone = "2"
        receipt = self.phone.push_one(
            self.phone.update(self.name_of_tail, {"phone": "3"}, {"phone": "1"}, entity=LEAD)
        )
        self.assert_parked(receipt, "phone")
        self.assertEqual("2", self.lead.phone)
        self.phone.stored(receipt).conflict_ids.with_user(self.manager).action_keep_device()
        self.assertEqual("3", self.lead.phone)

    def test_second_change_builds_on_the_first_one(self):
        """Proves I3. What became of the device's first change on the one that is left is what its second one is of."""
        self.merge(self.tail)
        self.lead.priority = "3"
        for before, after, expected in (("0", "2", "3"), ("2", "1", "1")):
            edit = self.phone.update(
                self.name_of_tail,
                {"priority": after},
                {"priority": before},
                entity=LEAD,
                at="2001-01-01T10:00:00Z",
            )
            self.phone.push_one(edit)
            self.assertEqual(expected, self.lead.priority)

    def test_merging_of_the_merged_is_followed(self):
        (self.other | self.tail).merge_opportunity()
        left = (self.other | self.tail).exists()
        (self.lead | left).merge_opportunity()
        final = (self.lead | left).exists()
        receipt = self.do_by({"uid": self.name_of_tail}, "post_note", text="Still wants oak")
        self.assert_status("applied", receipt)
        self.assertIn("Still wants oak", "".join(final.message_ids.mapped("body")))

    def test_what_refers_to_it_refers_to_the_one_that_is_left(self):
        self.merge(self.tail)
        uid = new_uid()
        values = {"partner_id": self.partner.id, "opportunity_id": {"uid": self.name_of_tail}}
        self.assert_status("applied", self.phone.push_one(self.phone.create(values, uid, entity=ORDER)))
        self.assertEqual(self.lead, self.by_uid(uid, ORDER).opportunity_id)

    def test_deleting_one_that_was_merged_deletes_nothing(self):
        self.merge(self.tail)
        receipt = self.phone.push_one(self.phone.operation("delete", LEAD, target={"uid": self.name_of_tail}))
        self.assert_status("applied", receipt)
        self.assertTrue(self.lead.exists())

    def test_one_that_the_user_may_not_read_takes_no_work(self):
        """Proves I4."""
        self.merge(self.tail)
        self.lead.user_id = self.mate
        self.assert_status("conflict", self.do_by({"uid": self.name_of_tail}, "mark_won"))
        self.assertEqual("pending", self.lead.won_status)

    def test_deleted_one_that_was_not_merged_is_parked_as_ever(self):
        """Proves I8."""
        self.tail.unlink()
        receipt = self.do_by({"uid": self.name_of_tail}, "mark_won")
        self.assertEqual(("conflict", "deleted"), (receipt["status"], receipt["conflict"]["kind"]))

    def test_id_that_was_given_out_again_is_not_the_lead_that_went(self):
        """Proves I9."""
        self.merge(self.other)
        receipt = self.do_by({"id": self.other.id, "born": "2020-01-01T00:00:00.000000Z"}, "mark_won")
        self.assertEqual(("conflict", "deleted"), (receipt["status"], receipt["conflict"]["kind"]))
