from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import ACTIVITY, PARTNER, OfflineCase, Phone, new_uid


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

    def test_decision_reaches_only_its_device(self):
        """Proves I4."""
        other = Phone(self.enrol(self.user))
        other.sync()
        self.park().action_keep_server()
        self.assertEqual([], other.pull()["outcomes"])

    def test_decision_waits_while_the_device_is_pushing(self):
        """Proves I3."""
        conflict = self.park()
        self.patch(type(self.env["offline.lane"]), "_acquire", lambda *arguments: None)
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


class TestReviewers(DecisionCase):
    """Who is asked, and who may decide."""

    def test_profiles_reviewer_is_asked(self):
        conflict = self.park()
        self.assertEqual(self.reviewer, conflict.reviewer_id)
        self.assertEqual(self.reviewer, conflict.activity_ids.user_id)

    def test_records_responsible_is_asked_if_they_may_decide(self):
        responsible = self.new_user("responsible", "offline_base.offline_base_group_reviewer")
        self.partner.user_id = responsible
        self.assertEqual(responsible, self.park().reviewer_id)

    def test_records_responsible_who_may_not_decide_is_not_asked(self):
        self.partner.user_id = self.colleague
        self.assertEqual(self.reviewer, self.park().reviewer_id)

    def test_manager_is_asked_when_the_profile_names_nobody(self):
        self.profile.reviewer_id = False
        reviewer = self.park().reviewer_id
        self.assertTrue(reviewer.has_group("offline_base.offline_base_group_manager"))
        self.assertTrue(reviewer.active)

    def test_archived_reviewer_is_not_asked(self):
        self.reviewer.active = False
        self.assertNotEqual(self.reviewer, self.park().reviewer_id)

    def test_decided_conflict_asks_nobody_any_more(self):
        conflict = self.park()
        conflict.action_keep_server()
        self.assertFalse(conflict.activity_ids)

    def test_reviewer_who_was_not_asked_may_decide(self):
        other = self.new_user("other", "offline_base.offline_base_group_reviewer")
        conflict = self.park().with_user(other)
        conflict.action_keep_server()
        self.assertEqual(("done", other), (conflict.state, conflict.decided_by_id))
        self.assertFalse(conflict.activity_ids)

    def test_nobody_else_may_decide(self):
        conflict = self.park()
        internal = self.new_user("internal", "base.group_user")
        for user in (self.user, self.colleague, internal):
            for method in ("action_keep_server", "action_keep_device", "action_apply_choice"):
                with self.subTest(user=user.name, method=method), self.assertRaises(UserError):
                    getattr(conflict.with_user(user), method)()
        self.assertEqual(("open", "office"), (conflict.state, self.partner.phone))

    def test_nobody_else_may_retry_or_discard(self):
        operation, _uid = self.reject()
        internal = self.new_user("internal", "base.group_user")
        for user in (self.user, self.colleague, internal):
            for method in ("action_retry", "action_discard"):
                with self.subTest(user=user.name, method=method), self.assertRaises(UserError):
                    getattr(operation.with_user(user), method)()
        self.assertEqual("rejected", operation.status)

    def test_reviewer_cannot_change_what_was_said(self):
        """Only which side to keep. Proves I8."""
        conflict = self.park()
        for record, values in (
            (conflict.line_ids[0], {"mine": "forged"}),
            (conflict.line_ids[0], {"field_name": "vat"}),
            (conflict, {"state": "done"}),
            (conflict, {"res_id": 1}),
            (conflict, {"operation_id": 1}),
        ):
            with self.subTest(values), self.assertRaises(UserError):
                record.write(values)
                self.env.flush_all()

    # --- what the reader may not read -----------------------------------------------------------------------

    def hidden_line(self):
        conflict = self.park()
        self.hide_field("phone", "offline_base.offline_base_group_manager")
        return conflict.line_ids.filtered(lambda line: line.field_name == "phone")

    def test_values_of_a_field_that_the_reader_may_not_read_are_masked(self):
        """Proves I4."""
        line = self.hidden_line()
        self.assertEqual(["(hidden)"] * 3, [line.base_text, line.mine_text, line.theirs_text])
        city = line.conflict_id.line_ids - line
        self.assertEqual("Office", city.theirs_text)

    def test_values_of_a_record_that_the_reader_may_not_read_are_masked(self):
        """Proves I4."""
        conflict = self.park()
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {self.partner.id})]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        self.assertFalse(conflict.record_name)
        self.assertEqual({"(hidden)"}, set(conflict.line_ids.mapped("theirs_text")))

    def test_masked_values_cannot_be_read_or_exported_raw(self):
        """Proves I4."""
        line = self.hidden_line()
        for user in (self.reviewer, self.user):
            for name in ("base", "mine", "theirs"):
                with self.subTest(user=user.name, field=name), self.assertRaises(AccessError):
                    line.with_user(user).read([name])

    def test_receipt_does_not_show_a_field_that_was_hidden_since(self):
        """Proves I4."""
        operation = self.phone.update(self.partner, {"phone": "device"}, {"phone": "before"})
        self.assert_status("conflict", self.phone.push_one(operation))
        self.hide_field("phone")
        receipt = self.phone.push_one(operation)
        self.assertEqual({}, receipt["conflict"]["fields"])
        self.assertNotIn("theirs", str(receipt))


class TestRejectedWork(DecisionCase):
    """What the office does with work that was refused, and what that releases."""

    def test_retry_applies_what_has_become_possible(self):
        """Proves I8."""
        self.partner_line.direction = "pull"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"zip": "1000"}))
        operation = self.phone.stored(receipt).with_user(self.reviewer)
        self.assertEqual("rejected", operation.status)
        self.partner_line.direction = "both"
        operation.action_retry()
        self.assertEqual(("applied", "1000"), (operation.status, self.partner.zip))
        self.assertEqual(self.user, self.partner.write_uid)
        self.assertEqual({1: "applied"}, self.outcomes())

    def test_retry_of_what_is_still_impossible_stays_rejected(self):
        """Proves I8."""
        operation, _uid = self.reject()
        with mute_logger("odoo.sql_db"):
            operation.action_retry()
        self.assertEqual(("rejected", "constraint_violated"), (operation.status, operation.code))

    def test_retry_that_meets_a_foreign_edit_becomes_a_conflict(self):
        """Proves I8."""
        self.partner_line.direction = "pull"
        operation = self.phone.update(self.partner, {"phone": "device"}, {"phone": "before"})
        stored = self.phone.stored(self.phone.push_one(operation)).with_user(self.reviewer)
        self.partner_line.direction = "both"
        stored.action_retry()
        self.assertEqual("conflict", stored.status)
        self.assertEqual("open", stored.conflict_ids.state)

    def test_discarded_work_stays_findable_and_is_told(self):
        """Proves I8."""
        self.phone.sync()
        operation, _uid = self.reject()
        operation.action_discard()
        self.assertEqual("discarded", operation.status)
        self.assertTrue(operation.sudo().payload)
        self.assertEqual({1: "discarded"}, self.outcomes())

    def test_only_rejected_work_is_retried_or_discarded(self):
        conflict = self.park()
        operation = conflict.operation_id
        for method in (operation.action_retry, operation.action_discard):
            with self.assertRaises(UserError):
                method()
        self.assertEqual("conflict", operation.status)

    # --- what waited ----------------------------------------------------------------------------------------

    def statuses(self):
        operations = self.env["offline.operation"].search([("device_id", "=", self.device.id)], order="seq")
        return operations.mapped("status")

    def test_what_waited_is_applied_in_order_after_a_decision(self):
        """Proves I3, I10."""
        conflict = self.park(phone="1")
        self.phone.push(
            self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}),
            self.phone.update(self.partner, {"phone": "3"}, {"phone": "2"}),
        )
        self.assertEqual(["conflict", "deferred", "deferred"], self.statuses())
        conflict.action_keep_device()
        self.assertEqual(["applied"] * 3, self.statuses())
        self.assertEqual("3", self.partner.phone)
        self.assertEqual({1: "applied", 2: "applied", 3: "applied"}, self.outcomes())

    def test_chain_goes_on_over_a_decision_for_the_server(self):
        """What the person typed next was typed after what the office decided against. Proves I6, I10."""
        conflict = self.park(phone="1")
        self.phone.push(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        conflict.action_keep_server()
        self.assertEqual(["resolved_server", "applied"], self.statuses())
        self.assertEqual("2", self.partner.phone)

    def test_what_waited_for_a_create_is_applied_when_it_succeeds(self):
        """Proves I3."""
        self.partner_line.direction = "pull"
        uid = new_uid()
        activity = {
            "res_model": PARTNER,
            "res_id": {"uid": uid},
            "summary": "Call",
            "user_id": self.user.id,
            "date_deadline": "2026-11-22",
        }
        first, second = self.phone.push(
            self.phone.create({"name": "New"}, uid), self.phone.create(activity, entity=ACTIVITY)
        )
        self.assertEqual(["rejected", "deferred"], [first["status"], second["status"]])
        self.partner_line.direction = "both"
        self.phone.stored(first).with_user(self.reviewer).action_retry()
        self.assertEqual(["applied", "applied"], self.statuses())

    def test_what_depends_on_a_discarded_create_is_refused(self):
        """Proves I8, I10."""
        operation, uid = self.reject()
        self.phone.push(
            self.phone.create({"name": "Child", "parent_id": {"uid": uid}}),
            self.phone.update(uid, {"zip": "1000"}),
        )
        operation.action_discard()
        self.assertEqual(["discarded", "rejected", "rejected"], self.statuses())
        self.assertEqual({1: "discarded", 2: "rejected", 3: "rejected"}, self.outcomes())

    def test_what_waits_for_two_is_released_by_the_second(self):
        """Proves I3."""
        first, second = self.park(phone="1"), self.park(city="1")
        self.phone.push(
            self.phone.update(self.partner, {"phone": "2", "city": "2"}, {"phone": "1", "city": "1"})
        )
        first.action_keep_device()
        operation = self.env["offline.operation"].search(
            [("device_id", "=", self.device.id), ("seq", "=", 3)]
        )
        self.assertEqual(("deferred", [2]), (operation.status, operation.blocked_by))
        second.action_keep_device()
        self.assertEqual(["applied"] * 3, self.statuses())
        self.assertEqual(("2", "2"), (self.partner.phone, self.partner.city))

    def test_what_is_released_is_tested_with_todays_rights(self):
        """Proves I7."""
        conflict = self.park(phone="1")
        self.phone.push(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        conflict.action_keep_server()
        self.assertEqual("applied", self.statuses()[1])
        conflict = self.park(phone="4")
        self.phone.push(self.phone.update(self.partner, {"phone": "5"}, {"phone": "4"}))
        self.user.group_ids -= self.env.ref("base.group_partner_manager")
        conflict.action_keep_server()
        self.assertEqual(["resolved_server", "rejected"], self.statuses()[2:])
        self.assertNotEqual("5", self.partner.phone)

    def test_work_of_an_archived_user_can_still_be_decided(self):
        """Proves I8, I10."""
        conflict = self.park()
        self.user.active = False
        conflict.action_keep_server()
        self.assertEqual("done", conflict.state)
