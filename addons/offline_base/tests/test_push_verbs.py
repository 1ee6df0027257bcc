from .common import ACTIVITY, PARTNER, Phone, PushCase, new_uid


class TestVerbs(PushCase):
    """What each verb does."""

    def test_create_makes_the_record_as_the_devices_user(self):
        """Proves I7."""
        operation = self.phone.create({"name": "New", "phone": "1", "is_company": True})
        receipt = self.phone.push_one(operation)
        self.assert_status("applied", receipt)
        partner = self.by_uid(operation["target"]["uid"])
        self.assertEqual(("New", "1", True), (partner.name, partner.phone, partner.is_company))
        self.assertEqual(self.user, partner.create_uid)
        self.assertEqual(
            (partner.id, operation["target"]["uid"]), (receipt["target"]["id"], receipt["target"]["uid"])
        )

    def test_created_record_says_where_it_comes_from(self):
        operation = self.phone.create({"name": "New"})
        self.phone.push(operation)
        note = self.by_uid(operation["target"]["uid"]).message_ids
        self.assertEqual(1, len(note))
        self.assertIn(self.device.name, note.body)

    def test_update_writes_as_the_devices_user(self):
        """Proves I7."""
        self.assert_status("applied", self.phone.push_one(self.phone.update(self.partner, {"phone": "1"})))
        self.assertEqual(("1", self.user), (self.partner.phone, self.partner.write_uid))

    def test_update_can_empty_a_field(self):
        self.partner.phone = "1"
        self.phone.push(self.phone.update(self.partner, {"phone": None}, {"phone": "1"}))
        self.assertFalse(self.partner.phone)

    def test_update_can_archive_and_restore(self):
        self.phone.push(self.phone.update(self.partner, {"active": False}, {"active": True}))
        self.assertFalse(self.partner.active)
        self.assert_status(
            "applied",
            self.phone.push_one(self.phone.update(self.partner, {"active": True}, {"active": False})),
        )
        self.assertTrue(self.partner.active)

    def test_many2many_is_the_full_list(self):
        first, second = self.env["res.partner.category"].create([{"name": "1"}, {"name": "2"}])
        self.partner.category_id = first
        operation = self.phone.update(self.partner, {"category_id": [second.id]}, {"category_id": [first.id]})
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertEqual(second, self.partner.category_id)

    def test_delete_of_the_version_seen_removes_the_record(self):
        self.phone.sync()
        version = self.phone.held[PARTNER][self.partner.id]["v"]
        receipt = self.phone.push_one(self.phone.delete(self.partner, base_v=version))
        self.assert_status("applied", receipt)
        self.assertFalse(self.partner.exists())

    def test_delete_of_another_version_is_a_conflict(self):
        """Proves I8."""
        self.phone.sync()
        version = self.phone.held[PARTNER][self.partner.id]["v"]
        self.partner.phone = "1"
        receipt = self.phone.push_one(self.phone.delete(self.partner, base_v=version))
        self.assertEqual(("conflict", "expect"), (receipt["status"], receipt["conflict"]["kind"]))
        self.assertTrue(self.partner.exists())

    def test_delete_without_a_version_is_a_conflict(self):
        """Proves I8."""
        self.assert_status("conflict", self.phone.push_one(self.phone.delete(self.partner)))
        self.assertTrue(self.partner.exists())

    def test_delete_after_own_edit_is_no_conflict(self):
        self.phone.sync()
        version = self.phone.held[PARTNER][self.partner.id]["v"]
        receipts = self.phone.push(
            self.phone.update(self.partner, {"phone": "1"}), self.phone.delete(self.partner, base_v=version)
        )
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in receipts])

    def test_delete_of_what_somebody_set_back_is_a_conflict(self):
        """Proves I8. It holds once more what the device made it with; the way back is not its own alone."""
        uid = new_uid()
        self.phone.push(
            self.phone.create({"name": "Own", "zip": "3"}, uid),
            self.phone.update(uid, {"zip": "0"}, {"zip": "3"}),
        )
        self.by_uid(uid).zip = "3"
        self.env.flush_all()
        receipts = self.phone.push(
            self.phone.update(uid, {"city": "Ghent"}, {"city": None}), self.phone.delete(uid)
        )
        self.assertEqual(["applied", "conflict"], [receipt["status"] for receipt in receipts])

    def test_delete_after_somebody_undid_an_own_edit_is_a_conflict(self):
        """Proves I8. It is as it was between two edits of the device, but not by the device."""
        self.phone.sync()
        version = self.phone.held[PARTNER][self.partner.id]["v"]
        self.phone.push(
            self.phone.update(self.partner, {"phone": "1"}),
            self.phone.update(self.partner, {"zip": "1000"}),
        )
        self.partner.zip = False
        self.env.flush_all()
        self.assert_status("conflict", self.phone.push_one(self.phone.delete(self.partner, base_v=version)))

    def test_delete_of_what_is_gone_already_is_done(self):
        self.phone.sync()
        operation = self.phone.delete(self.partner)
        self.partner.unlink()
        self.assert_status("applied", self.phone.push_one(operation))

    def test_void_takes_its_number_and_does_nothing(self):
        """Proves I3."""
        receipt = self.phone.push_one(self.phone.operation("void", args={"reason": "lost"}))
        self.assertEqual(("discarded", "superseded"), (receipt["status"], receipt["code"]))
        self.assertEqual(2, self.phone.answer()["next_seq"])

    def test_named_operation_runs_the_business_function(self):
        """Proves I7."""
        activity = self.new_activity(self.partner, self.user)
        operation = self.phone.operation(
            "complete", ACTIVITY, target={"id": activity.id}, args={"feedback": "All well"}
        )
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertFalse(activity.active)
        self.assertIn("All well", self.partner.message_ids[0].body)

    def test_named_operation_twice_has_one_effect(self):
        """Proves I2."""
        activity = self.new_activity(self.partner, self.user)
        messages = len(self.partner.message_ids)
        for _ in range(2):
            self.phone.push(self.phone.operation("complete", ACTIVITY, target={"id": activity.id}))
        self.assertEqual(messages + 1, len(self.partner.message_ids))

    def test_activity_can_be_planned_on_a_record_that_was_born_in_the_same_call(self):
        """Proves I3."""
        uid = new_uid()
        values = {
            "res_model": PARTNER,
            "res_id": {"uid": uid},
            "user_id": self.user.id,
            "summary": "Call",
            "date_deadline": "2026-11-22",
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
        }
        receipts = self.phone.push(
            self.phone.create({"name": "New"}, uid), self.phone.create(values, entity=ACTIVITY)
        )
        self.assertEqual(["applied", "applied"], [r["status"] for r in receipts], receipts)
        self.assertEqual("Call", self.by_uid(uid).activity_ids.summary)

    def test_uid_refers_to_a_record_of_an_earlier_operation(self):
        """Proves I3."""
        parent, child = new_uid(), new_uid()
        self.phone.push(
            self.phone.create({"name": "Parent", "is_company": True}, parent),
            self.phone.create({"name": "Child", "parent_id": {"uid": parent}}, child),
            self.phone.update(child, {"phone": "1"}),
        )
        self.assertEqual(self.by_uid(parent), self.by_uid(child).parent_id)
        self.assertEqual("1", self.by_uid(child).phone)

    def test_operation_works_in_the_company_that_it_names(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.user.company_ids += company
        operation = self.phone.create({"name": "New", "company_id": company.id}, company=company.id)
        self.assert_status("applied", Phone(self.device).push_one(operation))
        self.assertEqual(company, self.by_uid(operation["target"]["uid"]).company_id)

    def test_mail_of_an_operation_that_was_applied_is_sent(self):
        hooks = self.env.cr.postcommit._funcs
        before = len(hooks)
        with self.failing(lambda records: records.env.cr.postcommit.add(lambda: None)):
            self.assert_status(
                "applied", self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}))
            )
        self.assertEqual(before + 1, len(hooks))
        hooks.pop()
