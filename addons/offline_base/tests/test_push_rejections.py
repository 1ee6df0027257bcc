from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import ACTIVITY, PARTNER, PushCase, new_uid

_APPLY_LOG = "odoo.addons.offline_base.store.refused"
_SQL_LOG = "odoo.sql_db"


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
        self.assert_refused(operation, "company_invalid", "company")

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
