from datetime import timedelta

from odoo import fields

from .common import ACTIVITY, MARK, Phone, PushCase, new_uid

UID = "019a9f0b-51c8-7d22-9b20-0000000000b1"


class TestReplay(PushCase):
    """What was delivered before and comes again."""

    def setUp(self):
        super().setUp()
        self.epochs = self.env["offline.epoch"].with_user(1).sudo()

    def restored(self, days=0):
        """The database went back in time, some days ago."""
        self.epochs._begin("time_back", self.epochs._current(), proof="test")
        self.epochs.search([], limit=1).started_at = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()

    def contact(self, **values):
        return self.phone.create({"name": "Brought by a device", "ref": MARK, **values})

    def replay(self, *operations):
        return self.phone.journal(*operations)["receipts"]

    # --- once ---------------------------------------------------------------------------------------------------

    def test_known_ones_are_confirmed_and_lost_ones_applied_once(self):
        """Proves I2, I9."""
        known, lost = self.contact(phone="1"), self.contact(phone="2")
        receipt = self.phone.push_one(known)
        self.assertEqual(receipt, self.replay(known, lost)[0])
        for operation in (known, lost):
            self.assertEqual(1, len(self.by_uid(operation["target"]["uid"])))
        again = self.replay(known, lost)
        self.assertEqual(["applied", "applied"], [r["status"] for r in again])
        self.assertEqual(3, self.phone.answer()["next_seq"])

    def test_gap_is_refused_as_in_a_push(self):
        with self.assert_problem("seq_gap", expected_seq=1):
            self.replay(self.contact() | {"seq": 5})

    def test_edit_that_was_lost_is_merged_with_what_stands_now(self):
        """The office worked on after the restore: the edit is told from it by its base. Proves I9."""
        self.partner.write({"phone": "of the office", "city": False})
        edit = self.phone.update(self.partner, {"phone": "mine"}, {"phone": None})
        other = self.phone.update(self.partner, {"city": "mine"}, {"city": None})
        self.assertEqual(["conflict", "applied"], [r["status"] for r in self.replay(edit, other)])

    def test_delete_of_what_the_device_had_made_is_no_conflict_although_the_record_has_another_id_now(self):
        """Its version is of a record that went with the lost life. Proves I9."""
        made = self.contact()
        gone = self.phone.operation(
            "delete", target={"uid": made["target"]["uid"]}, base_v="00000000000000aa"
        )
        self.assertEqual(["applied", "applied"], [r["status"] for r in self.replay(made, gone)])

    # --- nothing leaves the house -------------------------------------------------------------------------------

    def invite(self):
        """An activity for somebody who gets a mail about it."""
        self.colleague.notification_type = "email"
        return self.phone.create(
            {
                "res_model": "res.partner",
                "res_id": self.partner.id,
                "summary": "Call them",
                "user_id": self.colleague.id,
                "date_deadline": "2026-12-01",
            },
            entity=ACTIVITY,
        )

    def mails(self):
        return self.env["mail.mail"].search([("body_html", "ilike", "Call them")])

    def test_mail_is_held_back_for_the_office_to_see(self):
        """Proves I8. It went out the first time; whoever doubts it finds it and sends it."""
        before = self.mails()
        self.assert_status("applied", self.replay(self.invite())[0])
        held = self.mails() - before
        self.assertEqual(["cancel"], held.mapped("state"))
        self.assertIn("Held back", held.failure_reason)
        self.assertFalse(held.auto_delete)
        held.send()
        held.mark_outgoing()
        self.assertEqual("outgoing", held.state)

    def test_ordinary_push_sends_its_mail(self):
        """Without this the test above would prove nothing."""
        before = self.mails()
        self.assert_status("applied", self.phone.push_one(self.invite()))
        self.assertNotIn("cancel", (self.mails() - before).mapped("state"))

    # --- records of other devices -------------------------------------------------------------------------------

    def reference(self):
        """Work on a record that another device made."""
        return self.contact(parent_id={"uid": UID})

    def test_record_of_another_device_is_waited_for_and_what_needs_it_too(self):
        """Proves I9, I10. The other device brings it later."""
        self.restored()
        child, edit = self.reference(), None
        edit = self.phone.update(child["target"]["uid"], {"city": "Ghent"})
        first, second = self.replay(child, edit)
        self.assert_status("deferred", first)
        self.assertEqual(("reference_unknown", []), (first["code"], first["blocked_by"]))
        self.assertEqual(("deferred", [1]), (second["status"], second["blocked_by"]))
        self.epochs._run_waiting()
        self.assert_status("deferred", self.replay(child)[0])
        other = Phone(self.enrol(self.colleague, "Another phone"))
        other.journal(other.create({"name": "Parent", "ref": MARK, "is_company": True}, uid=UID))
        self.epochs._run_waiting()
        self.assertEqual(["applied", "applied"], [r["status"] for r in self.replay(child, edit)])
        record = self.by_uid(child["target"]["uid"])
        self.assertEqual((self.by_uid(UID), "Ghent"), (record.parent_id, record.city))

    def test_record_that_was_given_up_is_not_waited_for(self):
        """Proves I10. Its device brought it, and the office gave it up: it does not come any more."""
        self.restored()
        edit = self.phone.update(UID, {"city": "Ghent"})
        self.assert_status("deferred", self.replay(edit)[0])
        other = Phone(self.enrol(self.colleague, "Another phone"))
        create = other.create({"name": "Parent", "ref": MARK, "parent_id": 2**31 - 1}, uid=UID)
        [receipt] = other.journal(create)["receipts"]
        self.assert_rejected(receipt, "reference_unknown", "parent_id")
        other.stored(receipt).with_user(self.reviewer).action_discard()
        self.epochs._run_waiting()
        self.assert_rejected(self.replay(edit)[0], "reference_unknown")

    def test_target_of_another_device_is_waited_for(self):
        self.restored()
        edit = self.phone.update(UID, {"city": "Ghent"})
        self.assert_status("deferred", self.replay(edit)[0])

    def test_unsent_work_waits_as_well(self):
        """It was written on the record of another device before the database went back."""
        self.restored()
        self.assert_status("deferred", self.phone.push_one(self.reference()))

    def test_after_the_window_it_is_rejected(self):
        """Proves I10. Nobody waits for ever; the device learns it with its next pull."""
        self.phone.sync()
        self.restored(days=6)
        child = self.reference()
        self.assert_status("deferred", self.replay(child)[0])
        self.epochs.search([], limit=1).started_at = fields.Datetime.now() - timedelta(days=8)
        self.env.flush_all()
        self.epochs._run_waiting()
        self.assert_rejected(self.replay(child)[0], "reference_unknown", "parent_id")
        self.phone.cursor = None
        self.assertEqual(["rejected"], [r["status"] for r in self.phone.sync()[-1]["outcomes"]])

    def test_without_a_restore_nothing_is_waited_for(self):
        self.assert_rejected(self.replay(self.reference())[0], "reference_unknown", "parent_id")
        self.restored(days=8)
        self.assert_rejected(self.phone.push_one(self.reference()), "reference_unknown", "parent_id")

    def test_record_that_is_known_and_may_not_be_read_is_not_waited_for(self):
        self.restored()
        self.phone.push_one(self.phone.create({"name": "Hidden", "ref": MARK}, uid=UID))
        self.hide_partner(self.by_uid(UID))
        self.assert_rejected(self.replay(self.reference())[0], "reference_unknown", "parent_id")

    def hide_partner(self, partner):
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {partner.id})]",
                "groups": [(4, self.env.ref("base.group_user").id)],
            }
        )

    # --- ids of the lost life -----------------------------------------------------------------------------------

    def test_id_that_now_belongs_to_another_record_is_a_conflict_and_never_an_effect(self):
        """Proves I9."""
        edit = self.phone.update(self.partner, {"city": "Ghent"})
        edit["target"]["born"] = "2020-01-01T00:00:00.000000Z"
        receipt = self.replay(edit)[0]
        self.assertEqual(("conflict", "deleted"), (receipt["status"], receipt["conflict"]["kind"]))
        self.assertFalse(self.partner.city)

    def test_repeated_number_of_another_operation_is_refused(self):
        self.replay(self.contact())
        with self.assert_problem("seq_reused"):
            self.replay(self.contact() | {"seq": 1, "op": new_uid()})
