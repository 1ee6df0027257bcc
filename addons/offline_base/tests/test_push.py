from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import ACTIVITY, MARK, PARTNER, OfflineCase, Phone, new_uid

_APPLY_LOG = "odoo.addons.offline_base.store.apply"
_SQL_LOG = "odoo.sql_db"


class PushCase(OfflineCase):
    def by_uid(self, uid, model=PARTNER):
        """The record that a device's create became."""
        return self.env[model].browse(self.env["offline.identity"]._record_id(model, uid)).exists()

    def failing(self, failure):
        """Let every write on contacts call a function after it wrote."""
        write = self.registry[PARTNER].write

        def after(records, values):
            write(records, values)
            failure(records)
            return True

        return patch.object(self.registry[PARTNER], "write", after)

    def refuse_to(self, operation):
        """A record rule by which the device's user may no longer do this to the partner."""
        permissions = {f"perm_{name}": name == operation for name in ("read", "write", "create", "unlink")}
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {self.partner.id})]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
                **permissions,
            }
        )


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


class TestMerge(PushCase):
    """Edits of what somebody else edited as well."""

    def both_edit(self, field_name, base, theirs, mine, **parts):
        """The receipt of a device's edit of a field that the office edited meanwhile."""
        self.partner[field_name] = base
        self.env.flush_all()
        self.partner[field_name] = theirs
        return self.phone.push_one(
            self.phone.update(self.partner, {field_name: mine}, {field_name: base}, **parts)
        )

    def test_edits_of_different_fields_both_stay(self):
        """Proves I6."""
        self.partner.email = "office@example.com"
        self.assert_status("applied", self.phone.push_one(self.phone.update(self.partner, {"phone": "1"})))
        self.assertEqual(("1", "office@example.com"), (self.partner.phone, self.partner.email))

    def test_same_edit_on_both_sides_is_no_conflict(self):
        self.assert_status("applied", self.both_edit("phone", "0", "1", "1"))

    def test_policy_server_keeps_the_servers(self):
        self.set_policy("phone", "server")
        self.assert_status("merged", self.both_edit("phone", "0", "1", "2"))
        self.assertEqual("1", self.partner.phone)

    def test_policy_device_keeps_the_devices(self):
        self.set_policy("phone", "device")
        self.assert_status("merged", self.both_edit("phone", "0", "1", "2"))
        self.assertEqual("2", self.partner.phone)

    def test_policy_newest_keeps_the_later_of_both(self):
        self.set_policy("phone", "newest")
        self.assert_status("merged", self.both_edit("phone", "0", "1", "2", at="2000-01-01T00:00:00Z"))
        self.assertEqual("1", self.partner.phone)
        self.assert_status("merged", self.both_edit("phone", "0", "1", "2", at="2099-01-01T00:00:00Z"))
        self.assertEqual("2", self.partner.phone)

    def test_policy_newest_goes_by_corrected_time(self):
        """A device whose clock is a century ahead does not always win."""
        self.set_policy("phone", "newest")
        self.partner.phone = "1"
        operation = self.phone.update(self.partner, {"phone": "2"}, {"phone": "0"}, at="2126-01-01T00:00:00Z")
        receipt = self.phone.push(operation, state={"clock": "2226-01-01T00:00:00Z"})[0]
        self.assert_status("merged", receipt)
        self.assertEqual("1", self.partner.phone)

    def test_policy_union_keeps_the_tags_of_both(self):
        old, theirs, mine = self.env["res.partner.category"].create([{"name": str(n)} for n in range(3)])
        self.partner.category_id = old + theirs
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"category_id": [mine.id]}, {"category_id": [old.id]})
        )
        self.assert_status("merged", receipt)
        self.assertEqual(theirs + mine, self.partner.category_id)

    def test_policy_append_keeps_the_notes_of_both(self):
        receipt = self.both_edit("comment", "<p>a</p>", "<p>theirs</p>", "<p>a</p><p>mine</p>")
        self.assert_status("merged", receipt)
        self.assertIn("theirs", self.partner.comment)
        self.assertIn("mine", self.partner.comment)

    def test_policies_sum_and_max_reckon_with_numbers(self):
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_fields", ("color",))
        for policy, expected in (("sum", 6), ("max", 8)):
            with self.subTest(policy):
                self.set_policy("color", policy)
                self.assert_status("merged", self.both_edit("color", 5, 8, 3))
                self.assertEqual(expected, self.partner.color)

    def test_policies_review_and_ask_park_the_operation(self):
        """Proves I8."""
        for policy in ("review", "ask"):
            with self.subTest(policy):
                self.set_policy("phone", policy)
                self.assertTrue(self.partner.exists())
                receipt = self.both_edit("phone", f"0{policy}", "1", "2")
                self.assert_status("conflict", receipt)
                self.assertEqual(
                    {
                        "kind": "fields",
                        "fields": {"phone": {"base": f"0{policy}", "mine": "2", "theirs": "1"}},
                    },
                    receipt["conflict"],
                )
                self.assertEqual("1", self.partner.phone)
                self.phone.stored(receipt).status = "discarded"

    def test_parked_operation_writes_none_of_its_fields(self):
        """Proves I5."""
        self.partner.phone = "1"
        operation = self.phone.update(
            self.partner, {"phone": "2", "city": "Here"}, {"phone": "0", "city": None}
        )
        receipt = self.phone.push_one(operation)
        self.assert_status("conflict", receipt)
        self.assertEqual({"phone"}, set(receipt["conflict"]["fields"]))
        self.assertFalse(self.partner.city)

    def test_expectation_that_does_not_hold_is_a_conflict(self):
        self.partner.city = "There"
        operation = self.phone.update(self.partner, {"phone": "1"}, expect={"city": "Here"})
        receipt = self.phone.push_one(operation)
        self.assertEqual(("conflict", "expect"), (receipt["status"], receipt["conflict"]["kind"]))
        self.assertFalse(self.partner.phone)

    def test_edit_of_a_deleted_record_is_a_conflict(self):
        """Proves I8."""
        self.phone.sync()
        operation = self.phone.update(self.partner, {"phone": "1"})
        self.partner.unlink()
        receipt = self.phone.push_one(operation)
        self.assertEqual(("conflict", "deleted"), (receipt["status"], receipt["conflict"]["kind"]))

    def test_edit_of_a_record_that_the_user_may_no_longer_read_is_a_conflict(self):
        """Proves I4, I8."""
        self.phone.sync()
        self.phone.pull()
        self.refuse_to("read")
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}))
        self.assertEqual(("conflict", "scope"), (receipt["status"], receipt["conflict"]["kind"]))

    def test_record_that_the_device_never_held_looks_deleted(self):
        """Missing and unreadable look alike. Proves I4."""
        self.refuse_to("read")
        operation = self.phone.update(self.partner, {"phone": "1"})
        self.assertEqual("deleted", self.phone.push_one(operation)["conflict"]["kind"])

    def test_id_that_was_given_out_again_is_a_conflict(self):
        """Proves I9."""
        target = {"id": self.partner.id, "born": "2020-01-01T00:00:00.000000Z"}
        operation = self.phone.operation("update", target=target, values={"phone": "1"}, base={"phone": None})
        self.assertEqual("deleted", self.phone.push_one(operation)["conflict"]["kind"])
        self.assertFalse(self.partner.phone)

    # --- chains ---------------------------------------------------------------------------------------------

    def test_chain_of_edits_made_offline_applies(self):
        """Proves I6."""
        receipts = self.phone.push(
            self.phone.update(self.partner, {"phone": "1"}, {"phone": None}),
            self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}),
            self.phone.update(self.partner, {"phone": "3"}, {"phone": "2"}),
        )
        self.assertEqual(["applied"] * 3, [receipt["status"] for receipt in receipts])
        self.assertEqual("3", self.partner.phone)

    def test_chain_over_text_that_odoo_normalised_applies(self):
        """Odoo wraps and cleans html; the device still builds on what it sent. Proves I6."""
        self.set_policy("comment", "review")
        first = "plain <script>alert(1)</script>text"
        self.phone.push(self.phone.update(self.partner, {"comment": first}))
        self.assertNotEqual(first, self.partner.comment)
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"comment": "<p>second</p>"}, {"comment": first})
        )
        self.assert_status("applied", receipt)
        self.assertIn("second", self.partner.comment)

    def test_chain_over_a_merged_value_applies(self):
        """Proves I6."""
        self.set_policy("phone", "server")
        self.partner.phone = "theirs"
        self.phone.push(self.phone.update(self.partner, {"phone": "mine"}, {"phone": "0"}))
        self.assertEqual("theirs", self.partner.phone)
        self.phone.push(self.phone.update(self.partner, {"phone": "next"}, {"phone": "mine"}))
        self.assertEqual("next", self.partner.phone)

    def test_foreign_edit_within_a_chain_is_a_conflict(self):
        """Proves I8."""
        self.phone.push(self.phone.update(self.partner, {"phone": "1"}))
        self.partner.phone = "office"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        self.assert_status("conflict", receipt)
        self.assertEqual("office", receipt["conflict"]["fields"]["phone"]["theirs"])

    def test_foreign_edit_over_normalised_text_is_a_conflict(self):
        """Proves I8."""
        self.set_policy("comment", "review")
        self.phone.push(self.phone.update(self.partner, {"comment": "plain text"}))
        self.partner.comment = "<p>office</p>"
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"comment": "<p>2</p>"}, {"comment": "plain text"})
        )
        self.assert_status("conflict", receipt)

    def test_chain_of_another_device_is_no_excuse(self):
        """Proves I8."""
        other = Phone(self.enrol(self.colleague))
        other.push(other.update(self.partner, {"phone": "1"}))
        self.partner.phone = "2"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "3"}, {"phone": "1"}))
        self.assert_status("conflict", receipt)


class TestRejections(PushCase):
    """What is refused changes nothing, says why, and holds up nothing else."""

    def assert_refused(self, operation, code, *fields):
        """Rejected with this code; nothing changed; the next operation applies."""
        before = self.partner.read()[0]
        contacts = self.env[PARTNER].with_context(active_test=False).search_count([])
        with mute_logger(_SQL_LOG):
            refused, following = self.phone.push(operation, self.phone.create({"name": "Following"}))
        self.assert_rejected(refused, code, *fields)
        self.env.invalidate_all()
        self.assertEqual(before, self.partner.read()[0])
        self.assert_status("applied", following)
        self.assertEqual(contacts + 1, self.env[PARTNER].with_context(active_test=False).search_count([]))
        stored = self.phone.stored(refused)
        self.assertEqual(operation, stored.payload, "the work is kept")
        stored.status = "discarded"  # the next one of a table must not wait for it

    def test_update_without_base(self):
        """Proves I8."""
        self.assert_refused(self.phone.update(self.partner, {"phone": "1"}, base={}), "base_missing", "phone")

    def test_unknown_field(self):
        """Proves I8."""
        self.assert_refused(
            self.phone.update(self.partner, {"phone": "1", "color": 1}), "field_unknown", "color"
        )

    def test_field_that_the_user_may_not_read(self):
        """Proves I4."""
        self.hide_field("vat")
        self.assert_refused(self.phone.update(self.partner, {"vat": "1"}), "field_unknown", "vat")

    def test_field_that_devices_may_not_write(self):
        activity = self.new_activity(self.partner, self.user)
        operation = self.phone.update(activity, {"res_name": "X"}, entity=ACTIVITY)
        operation["entity"] = ACTIVITY
        self.assert_refused(operation, "field_read_only", "res_name")

    def test_value_of_the_wrong_type(self):
        for values in ({"name": 7}, {"is_company": "yes"}, {"parent_id": "7"}, {"category_id": [[6, 0, []]]}):
            with self.subTest(values):
                self.assert_refused(self.phone.update(self.partner, values), "value_invalid", *values)

    def test_value_outside_the_selection(self):
        self.assert_refused(self.phone.update(self.partner, {"type": "x"}), "value_invalid", "type")

    def test_unknown_reference(self):
        for reference in (2**31 - 1, {"uid": new_uid()}):
            with self.subTest(reference):
                operation = self.phone.update(self.partner, {"parent_id": reference})
                self.assert_refused(operation, "reference_unknown", "parent_id")

    def test_reference_to_a_record_that_the_user_may_not_read(self):
        """Proves I4."""
        self.refuse_to("read")
        operation = self.phone.create({"name": "Child", "parent_id": self.partner.id})
        self.assert_rejected(self.phone.push_one(operation), "reference_unknown", "parent_id")

    def test_unknown_entity(self):
        for entity in ("res.country", "no.such.model", "res.users"):
            with self.subTest(entity):
                operation = self.phone.operation(
                    "create", entity, target={"uid": new_uid()}, values={"name": "X"}
                )
                self.assert_refused(operation, "entity_unknown")

    def test_entity_that_only_goes_to_the_device(self):
        self.partner_line.direction = "pull"
        operation = self.phone.update(self.partner, {"phone": "1"})
        self.assert_rejected(self.phone.push_one(operation), "entity_read_only")

    def test_unknown_verb(self):
        """A method of the model or of the adapter is no verb. Proves I7."""
        for verb in ("fly", "unlink", "action_archive", "_offline_created", "_offline_specs"):
            with self.subTest(verb):
                operation = self.phone.operation(verb, target={"id": self.partner.id})
                self.assert_refused(operation, "verb_unknown")

    def test_verbs_of_a_later_version(self):
        for verb in ("amend", "discard", "resolve"):
            with self.subTest(verb):
                receipt = self.phone.push_one(self.phone.operation(verb, target={"id": self.partner.id}))
                self.assertEqual("rejected", receipt["status"])

    def test_company_of_others(self):
        """Proves I4."""
        company = self.env["res.company"].create({"name": "Not theirs"})
        operation = self.phone.update(self.partner, {"phone": "1"}, company=company.id)
        self.assert_refused(operation, "company_invalid")

    def test_uid_that_is_taken(self):
        """Proves I2."""
        uid = new_uid()
        self.phone.push(self.phone.create({"name": "First"}, uid))
        self.assert_refused(self.phone.create({"name": "Second"}, uid), "uid_taken")

    def test_create_without_a_uid(self):
        operation = self.phone.operation("create", target={"id": 7}, values={"name": "X"})
        self.assert_refused(operation, "operation_invalid", "target")

    def test_update_without_a_target(self):
        operation = self.phone.operation("update", values={"phone": "1"}, base={"phone": None})
        self.assert_refused(operation, "operation_invalid", "target")

    def test_update_of_a_uid_that_nobody_sent(self):
        self.assert_refused(self.phone.update(new_uid(), {"phone": "1"}), "reference_unknown")

    def test_malformed_parts(self):
        for part in ({"at": "yesterday"}, {"surprise": 1}, {"values": []}, {"target": {"id": "7"}}):
            with self.subTest(part):
                operation = self.phone.update(self.partner, {"phone": "1"}) | part
                (name,) = part
                receipt = self.phone.push_one(operation)
                self.assertEqual(("rejected", "operation_invalid"), (receipt["status"], receipt["code"]))
                self.assertTrue(any(place.startswith(name) for place in receipt["fields"]), receipt)
                self.assertFalse(self.partner.phone)

    def test_arguments_that_do_not_fit_a_named_operation(self):
        activity = self.new_activity(self.partner, self.user)
        operation = self.phone.operation(
            "complete", ACTIVITY, target={"id": activity.id}, args={"feedback": 7}
        )
        self.assert_refused(operation, "operation_invalid", "feedback")
        self.assertTrue(activity.active)

    def test_write_that_a_record_rule_forbids(self):
        """Proves I7."""
        self.refuse_to("write")
        self.assert_refused(self.phone.update(self.partner, {"phone": "1"}), "access_denied")

    def test_delete_that_a_record_rule_forbids(self):
        """Proves I7."""
        self.phone.sync()
        self.refuse_to("unlink")
        version = self.phone.held[PARTNER][self.partner.id]["v"]
        self.assert_refused(self.phone.delete(self.partner, base_v=version), "access_denied")

    def test_create_without_the_right(self):
        """Proves I7."""
        self.user.group_ids -= self.env.ref("base.group_partner_manager")
        self.assert_rejected(self.phone.push_one(self.phone.create({"name": "X"})), "access_denied")

    def test_constraint_of_the_model(self):
        """Proves I7."""
        child = self.new_partner("Child", parent_id=self.partner.id)
        self.assert_refused(self.phone.update(self.partner, {"parent_id": child.id}), "validation_failed")

    def test_constraint_of_the_database(self):
        """Proves I7."""
        self.assert_refused(self.phone.create({"phone": "1"}), "constraint_violated")

    def test_required_field_that_is_empty(self):
        """Proves I7."""
        activity = self.new_activity(self.partner, self.user)
        operation = self.phone.update(
            activity, {"date_deadline": None}, {"date_deadline": activity.date_deadline.isoformat()}
        )
        operation["entity"] = ACTIVITY
        self.assert_refused(operation, "required_missing", "date_deadline")

    def test_message_is_that_of_odoo(self):
        def refuse(records):
            raise UserError("Not on a Sunday")

        with self.failing(refuse):
            receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}))
        self.assertEqual(("validation_failed", "Not on a Sunday"), (receipt["code"], receipt["message"]))

    def test_refused_work_sends_no_mail(self):
        """Proves I2."""

        def hook_and_refuse(records):
            records.env.cr.postcommit.add(lambda: self.fail("mail of refused work"))
            raise UserError("No")

        before = list(self.env.cr.postcommit._funcs)
        with self.failing(hook_and_refuse):
            self.assert_rejected(
                self.phone.push_one(self.phone.update(self.partner, {"phone": "1"})), "validation_failed"
            )
        self.assertEqual(before, list(self.env.cr.postcommit._funcs))

    def test_method_that_commits_by_itself_is_refused(self):
        """Its receipt would part from its effect. Proves I2."""
        for name in ("commit", "rollback"):
            with self.subTest(name):
                with (
                    self.failing(lambda records, name=name: getattr(records.env.cr, name)()),
                    mute_logger(_APPLY_LOG),
                ):
                    receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}))
                self.assert_rejected(receipt, "internal_error")
                self.env.invalidate_all()
                self.assertFalse(self.partner.phone)
                self.phone.stored(receipt).status = "discarded"

    def test_commit_is_free_again_after_an_operation(self):
        forbidden = self.env.cr.commit
        self.phone.push(self.phone.update(self.partner, {"phone": "1"}))
        self.assertIs(forbidden, self.env.cr.commit)

    def test_unexpected_failure_says_nothing_of_the_servers_inside(self):
        """Proves I8."""

        def fail(records):
            raise ZeroDivisionError("a secret of the server")

        with self.failing(fail), self.assertLogs(_APPLY_LOG, "ERROR"):
            receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}))
        self.assert_rejected(receipt, "internal_error")
        self.assertNotIn("secret", str(receipt))

    def test_numbers_that_json_does_not_know_make_the_body_unreadable(self):
        for number in (float("nan"), float("inf")):
            with self.subTest(number), self.assert_problem("body_malformed"):
                self.phone.push(self.phone.update(self.partner, {"phone": number}))

    def test_character_that_postgresql_cannot_store_does_not_break_the_call(self):
        """Proves I8."""
        operation = self.phone.create({"name": "a\x00b"})
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertEqual("a\ufffdb", self.by_uid(operation["target"]["uid"]).name)

    def test_text_that_only_looks_like_that_character_is_kept(self):
        """Proves I8."""
        operation = self.phone.create({"name": r"C:\u0000"})
        self.phone.push(operation)
        self.assertEqual(r"C:\u0000", self.by_uid(operation["target"]["uid"]).name)


class TestNumbers(PushCase):
    """Every operation counts once, in its device's order."""

    def test_repeated_call_gives_the_stored_receipts_and_no_second_effect(self):
        """Proves I2."""
        operations = [
            self.phone.create({"name": "Once", "ref": "once"}),
            self.phone.update(self.partner, {"phone": "1"}),
            self.phone.update(self.partner, {"color": 1}),
        ]
        first = self.phone.push(*operations)
        self.partner.phone = "office"
        self.assertEqual(first, self.phone.push(*operations))
        self.assertEqual("office", self.partner.phone)
        self.assertEqual(1, self.env[PARTNER].search_count([("ref", "=", "once")]))

    def test_repeated_part_and_new_part_go_together(self):
        """Proves I2, I3."""
        one, two = self.phone.create({"name": "1"}), self.phone.create({"name": "2"})
        first = self.phone.push_one(one)
        answer = self.phone.answer(one, two)
        self.assertEqual(first, answer["receipts"][0])
        self.assert_status("applied", answer["receipts"][1])
        self.assertEqual(3, answer["next_seq"])

    def test_empty_push_tells_the_next_number(self):
        self.assertEqual(1, self.phone.answer()["next_seq"])
        self.phone.push(self.phone.operation("void"))
        self.assertEqual((2, []), (self.phone.answer()["next_seq"], self.phone.push()))

    def test_gap_changes_nothing(self):
        """Proves I3."""
        self.phone.push(self.phone.operation("void"))
        next(self.phone.numbers)
        with self.assert_problem("seq_gap", expected_seq=2):
            self.phone.push(self.phone.update(self.partner, {"phone": "1"}))
        self.assertFalse(self.partner.phone)
        self.assertEqual(2, self.phone.answer()["next_seq"])

    def test_gap_within_a_call_changes_nothing(self):
        """Proves I3."""
        first = self.phone.update(self.partner, {"phone": "1"})
        next(self.phone.numbers)
        with self.assert_problem("seq_gap", expected_seq=1):
            self.phone.push(first, self.phone.operation("void"))
        self.assertFalse(self.partner.phone)

    def test_number_used_by_another_operation_is_refused(self):
        """Proves I2."""
        operation = self.phone.update(self.partner, {"phone": "1"})
        self.phone.push(operation)
        with self.assert_problem("seq_reused"):
            self.phone.push(operation | {"op": new_uid(), "values": {"phone": "2"}})
        self.assertEqual("1", self.partner.phone)

    def test_same_operation_under_another_number_gives_the_first_receipt(self):
        """Proves I2."""
        operation = self.phone.create({"name": "Once", "ref": "once"})
        first = self.phone.push_one(operation)
        second = self.phone.push_one(operation | {"seq": next(self.phone.numbers)})
        self.assertEqual(first | {"seq": 2}, second)
        self.assertEqual(1, self.env[PARTNER].search_count([("ref", "=", "once")]))

    def test_same_operation_from_another_device_of_the_user_gives_the_first_receipt(self):
        """Proves I2."""
        operation = self.phone.create({"name": "Once", "ref": "once"})
        first = self.phone.push_one(operation)
        clone = Phone(self.enrol(self.user))
        self.assertEqual(first, clone.push_one(operation))
        self.assertEqual(1, self.env[PARTNER].search_count([("ref", "=", "once")]))

    def test_repeated_operation_shows_what_became_of_the_first_since(self):
        """Proves I8."""
        self.partner.phone = "1"
        operation = self.phone.update(self.partner, {"phone": "2"}, {"phone": "0"})
        self.assert_status("conflict", self.phone.push_one(operation))
        again = self.phone.push_one(operation | {"seq": next(self.phone.numbers)})
        self.assert_status("conflict", again)
        self.phone.stored(self.phone.push_one(operation)).conflict_ids.with_user(
            self.reviewer
        ).action_keep_server()
        again = self.phone.push_one(operation | {"seq": next(self.phone.numbers)})
        self.assert_status("resolved_server", again)

    def test_operation_of_another_user_is_not_shown(self):
        """Proves I4."""
        other = Phone(self.enrol(self.colleague))
        operation = other.create({"name": "Hers"})
        other.push(operation)
        receipt = self.phone.push_one(operation)
        self.assertEqual(
            ("rejected", "operation_invalid", None), (receipt["status"], receipt["code"], receipt["target"])
        )
        self.assertEqual({"op"}, set(receipt["fields"]))

    def test_same_operation_twice_in_one_call_counts_once(self):
        """Proves I2."""
        operation = self.phone.create({"name": "Once", "ref": "once"})
        self.phone.push(operation, operation | {"seq": next(self.phone.numbers)})
        self.assertEqual(1, self.env[PARTNER].search_count([("ref", "=", "once")]))

    def test_call_answers_a_prefix_when_its_time_is_up(self):
        """Proves I10."""
        operations = [self.phone.create({"name": str(n)}) for n in range(3)]
        with patch("odoo.addons.offline_base.store.push._BUDGET_S", -1.0):
            answer = self.phone.answer(*operations)
        self.assertEqual(([1], 2), ([r["seq"] for r in answer["receipts"]], answer["next_seq"]))
        self.assertEqual([2, 3], [r["seq"] for r in self.phone.push(*operations[1:])])

    def test_device_that_is_being_served_is_told_to_try_again(self):
        """Proves I2."""
        self.patch(type(self.env["offline.lane"]), "_acquire", lambda *arguments: None)
        answer = self.phone.answer(self.phone.update(self.partner, {"phone": "1"}))
        self.assertEqual(("retry", 1), (answer["receipts"][0]["status"], answer["next_seq"]))
        self.assertFalse(self.partner.phone)

    def test_payload_and_times_are_kept(self):
        """Proves I8."""
        operation = self.phone.update(self.partner, {"phone": "1"}, at="2026-11-21T10:00:00Z")
        receipt = self.phone.push(operation, state={"clock": "2000-01-01T00:00:00Z"})[0]
        stored = self.phone.stored(receipt)
        self.assertEqual(operation, stored.payload)
        self.assertEqual("2026-11-21 10:00:00", str(stored.device_at))
        self.assertGreater(stored.corrected_at, stored.device_at)
        self.assertEqual(self.user, stored.user_id)


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
