from odoo.tools import mute_logger

from ..store import decisions
from .common import Phone, PushCase, new_uid


class FollowUpCase(PushCase):
    def setUp(self):
        super().setUp()
        self.partner.write({"phone": "office", "city": "Office"})
        self.set_policy("phone", "ask")

    def ask(self, **values):
        """The receipt of an edit that only the person on the device decides."""
        values = values or {"phone": "device"}
        receipt = self.phone.push_one(
            self.phone.update(self.partner, values, dict.fromkeys(values, "before"))
        )
        self.assert_status("conflict", receipt)
        return receipt

    def reject(self, **values):
        """A create that was refused, and its receipt."""
        operation = self.phone.create({"email": "a@example.com", **values})
        with mute_logger("odoo.sql_db"):
            receipt = self.phone.push_one(operation)
        self.assert_status("rejected", receipt)
        return operation, receipt

    def follow(self, verb, about, **args):
        """The receipt of a follow-up about an operation or its receipt."""
        members = {"base": args.pop("base")} if "base" in args else {}
        return self.phone.push_one(self.phone.operation(verb, args={"op": about["op"], **args}, **members))

    def status(self, receipt):
        return self.phone.stored(receipt).status


class TestAmend(FollowUpCase):
    def test_amended_create_is_applied_under_the_same_uid(self):
        """Proves I8."""
        operation, first = self.reject()
        receipt = self.follow("amend", first, values={"name": "Named now", "email": "a@example.com"})
        self.assert_status("applied", receipt)
        record = self.by_uid(operation["target"]["uid"])
        self.assertEqual(("Named now", self.user), (record.name, record.create_uid))
        self.assertEqual(record.id, receipt["target"]["id"])
        self.assertEqual("amended", self.status(first))

    def test_receipt_of_what_was_amended_names_the_new_number_in_the_outcomes(self):
        """Proves I8."""
        self.phone.sync()
        _operation, first = self.reject()
        receipt = self.follow("amend", first, values={"name": "Named now"})
        outcomes = {o["seq"]: o for o in self.phone.pull()["outcomes"]}
        self.assertEqual({"amended_by": receipt["seq"]}, outcomes[first["seq"]]["result"])
        self.assertEqual([first["seq"]], list(outcomes))

    def test_amendment_that_is_refused_again_can_be_amended_again(self):
        """Proves I8."""
        operation, first = self.reject()
        second = self.follow("amend", first, values={"email": "b@example.com"})
        self.assert_rejected(second, "constraint_violated")
        self.assertEqual("amended", self.status(first))
        third = self.follow("amend", second, values={"name": "At last"})
        self.assert_status("applied", third)
        self.assertEqual("At last", self.by_uid(operation["target"]["uid"]).name)

    def test_what_waited_for_it_runs_after_it_in_order(self):
        """Proves I3, I10."""
        operation, first = self.reject()
        uid = operation["target"]["uid"]
        waiting = self.phone.push(
            self.phone.update(uid, {"city": "One"}), self.phone.update(uid, {"city": "Two"}, {"city": "One"})
        )
        self.assertEqual(["deferred", "deferred"], [r["status"] for r in waiting])
        self.follow("amend", first, values={"name": "Named now"})
        self.assertEqual(["applied", "applied"], [self.status(r) for r in waiting])
        self.assertEqual("Two", self.by_uid(uid).city)

    def test_edits_built_on_what_was_amended_do_not_conflict_with_the_amendment(self):
        """Proves I6. The later edit knows the refused value only."""
        self.set_policy("phone", "review")
        with self.failing(lambda records: records.env.cr.execute("SELECT 1/0")), mute_logger("odoo.sql_db"):
            first = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}, {"phone": "office"}))
        self.assert_status("rejected", first)
        second = self.phone.push_one(self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}))
        self.assert_status("deferred", second)
        self.assert_status("applied", self.follow("amend", first, values={"phone": "1b"}))
        self.assertEqual("applied", self.status(second))
        self.assertEqual("2", self.partner.phone)

    def test_amendment_that_is_refused_keeps_what_waited_waiting_for_it(self):
        """Proves I3."""
        operation, first = self.reject()
        waiting = self.phone.push_one(self.phone.update(operation["target"]["uid"], {"city": "One"}))
        second = self.follow("amend", first, values={"email": "b@example.com"})
        self.assertEqual([second["seq"]], self.phone.stored(waiting).blocked_by)

    def test_arguments_of_a_named_operation_are_amended(self):
        activity = self.new_activity(self.partner, self.user)
        wrong = self.phone.push_one(
            self.phone.operation(
                "complete", entity="mail.activity", target=self.phone.target(activity), args={"feedback": 1}
            )
        )
        self.assert_status("rejected", wrong)
        self.assert_status("applied", self.follow("amend", wrong, args={"feedback": "Done"}))

    def test_operation_of_any_shape_can_be_amended(self):
        """Proves I8. The refused one could not even be read."""
        operation = self.phone.create({"name": "Fine"}) | {"values": "no values at all"}
        wrong = self.phone.push_one(operation)
        self.assert_status("rejected", wrong)
        receipt = self.follow("amend", wrong, values={"name": "Readable"})
        self.assert_status("applied", receipt)
        self.assertEqual("Readable", self.by_uid(operation["target"]["uid"]).name)

    def test_office_edits_an_amendment_of_the_device(self):
        """Proves I8."""
        self.reviewer.group_ids += self.env.ref("base.group_partner_manager")
        operation, first = self.reject()
        second = self.follow("amend", first, values={"email": "b@example.com"})
        stored = self.phone.stored(second).with_user(self.reviewer)
        decisions.amend(stored.sudo(), {"name": "By the office"})
        self.assertEqual("By the office", self.by_uid(operation["target"]["uid"]).name)

    def test_new_field_of_an_amendment_brings_its_base(self):
        with self.failing(lambda records: records.env.cr.execute("SELECT 1/0")), mute_logger("odoo.sql_db"):
            first = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}, {"phone": "office"}))
        refused = self.follow("amend", first, values={"phone": "1", "city": "New"})
        self.assert_rejected(refused, "base_missing", "city")
        receipt = self.follow("amend", refused, values={"phone": "1", "city": "New"}, base={"city": "Office"})
        self.assert_status("applied", receipt)
        self.assertEqual("New", self.partner.city)


class TestDiscard(FollowUpCase):
    def test_discarded_operation_is_final_and_its_number_known(self):
        """Proves I8."""
        _operation, first = self.reject()
        self.assert_status("applied", self.follow("discard", first, reason="typed twice"))
        stored = self.phone.stored(first)
        self.assertEqual(("discarded", "typed twice"), (stored.status, stored.discard_reason))
        self.assertEqual(self.user, stored.decided_by_id)

    def test_what_needed_a_discarded_record_is_refused_by_that_name(self):
        """Proves I8, I10. What waited, and what comes later."""
        operation, first = self.reject()
        uid = operation["target"]["uid"]
        waiting = self.phone.push(
            self.phone.update(uid, {"city": "One"}),
            self.phone.create({"name": "Child", "parent_id": {"uid": uid}}),
        )
        self.follow("discard", first)
        for receipt in waiting:
            stored = self.phone.stored(receipt)
            self.assertEqual(("rejected", "depends_on_discarded"), (stored.status, stored.code))
        later = self.phone.push_one(self.phone.create({"name": "Later", "parent_id": {"uid": uid}}))
        self.assert_rejected(later, "depends_on_discarded", "parent_id")

    def test_office_discarding_a_create_says_the_same(self):
        operation, first = self.reject()
        waiting = self.phone.push_one(self.phone.update(operation["target"]["uid"], {"city": "One"}))
        decisions.discard(self.phone.stored(first).with_user(self.reviewer).sudo(), "no such customer")
        self.assertEqual("depends_on_discarded", self.phone.stored(waiting).code)

    def test_conflict_under_review_can_be_withdrawn_by_the_device(self):
        self.set_policy("phone", "review")
        first = self.ask()
        self.assert_status("applied", self.follow("discard", first))
        self.assertEqual(("discarded", "office"), (self.status(first), self.partner.phone))
        self.assertEqual("done", self.phone.stored(first).conflict_ids.state)

    def test_work_that_waited_goes_on(self):
        """Proves I10."""
        first = self.ask()
        second = self.phone.push_one(self.phone.update(self.partner, {"phone": "next"}, {"phone": "office"}))
        self.assert_status("deferred", second)
        self.follow("discard", first)
        self.assertEqual(("applied", "next"), (self.status(second), self.partner.phone))


class TestResolve(FollowUpCase):
    def test_person_keeps_their_own_value(self):
        """Proves I8."""
        first = self.ask()
        self.assertEqual("device", first["conflict"]["decider"])
        self.assert_status("applied", self.follow("resolve", first, by="device"))
        self.assertEqual(("applied", "device"), (self.status(first), self.partner.phone))
        conflict = self.phone.stored(first).conflict_ids
        self.assertEqual(
            ("done", "device", self.user), (conflict.state, conflict.outcome, conflict.decided_by_id)
        )

    def test_person_keeps_the_servers_value(self):
        first = self.ask()
        self.assert_status("applied", self.follow("resolve", first, by="server"))
        self.assertEqual(("resolved_server", "office"), (self.status(first), self.partner.phone))

    def test_person_enters_a_third_value_and_goes_on_from_it(self):
        """Proves I6."""
        first = self.ask()
        self.assert_status("applied", self.follow("resolve", first, by="values", values={"phone": "third"}))
        self.assertEqual(("applied", "third"), (self.status(first), self.partner.phone))
        for shown in ("third", "device"):
            receipt = self.phone.push_one(
                self.phone.update(self.partner, {"phone": "next"}, {"phone": shown})
            )
            self.assert_status("applied", receipt)
            self.partner.phone = "third"
            self.env.flush_all()

    def test_office_counts_in_what_both_changed_and_the_rest_of_the_work_stands(self):
        """Proves I8. No value of one's own is a decision as well."""
        self.partner.city = "before"
        first = self.ask(phone="device", city="Device")
        self.assert_status("applied", self.follow("resolve", first, by="values", values={}))
        self.assertEqual(
            ("merged", "office", "Device"), (self.status(first), self.partner.phone, self.partner.city)
        )

    def test_decision_that_meets_a_newer_change_leaves_nothing_and_shows_all_sides(self):
        """What the office decides after that is what its screen shows. Proves I8."""
        self.partner.city = "before"
        first = self.ask(phone="device", city="Device")
        self.partner.city = "Office"
        receipt = self.follow("resolve", first, by="values", values={"phone": "third"})
        self.assert_rejected(receipt, "decision_invalid")
        stored = self.phone.stored(first)
        self.assertEqual({"phone", "city"}, set(stored.conflict["fields"]))
        self.assertEqual(
            ("office", False, False), (stored.conflict["decider"], stored.edited, stored.decision)
        )
        conflict = stored.conflict_ids.with_user(self.reviewer)
        self.assertEqual({"device", "Device"}, set(conflict.line_ids.mapped("mine_text")))
        conflict.action_keep_device()
        self.assertEqual(("device", "Device"), (self.partner.phone, self.partner.city))

    def test_nobody_in_the_office_is_bothered_with_what_the_device_is_asked(self):
        conflict = self.phone.stored(self.ask()).conflict_ids
        self.assertFalse(conflict.activity_ids)
        self.assertEqual("open", conflict.state)

    def test_office_may_decide_what_the_device_is_asked_and_is_first(self):
        """Proves I8. The first decision wins; the second learns the present state."""
        first = self.ask()
        self.phone.stored(first).conflict_ids.with_user(self.reviewer).action_keep_server()
        receipt = self.follow("resolve", first, by="device")
        self.assert_rejected(receipt, "already_decided")
        self.assertEqual(
            {"op": first["op"], "seq": first["seq"], "status": "resolved_server"}, receipt["result"]
        )
        self.assertEqual("office", self.partner.phone)

    def test_conflict_for_the_office_is_not_decided_by_the_device(self):
        self.set_policy("phone", "review")
        first = self.ask()
        self.assert_rejected(self.follow("resolve", first, by="device"), "decision_for_office")
        self.assertEqual("conflict", self.status(first))

    def test_one_field_for_review_leaves_the_whole_conflict_to_the_office(self):
        first = self.ask(phone="device", city="Device")
        self.assertEqual("office", first["conflict"]["decider"])

    def test_validation_applies_to_what_the_person_decides(self):
        """Proves I7."""
        first = self.ask()
        self.refuse_to("write")
        self.assert_status("applied", self.follow("resolve", first, by="device"))
        self.assertEqual("rejected", self.status(first))


class TestWhoMayDecide(FollowUpCase):
    def test_operation_of_another_device_looks_unknown(self):
        """Proves I4."""
        _operation, first = self.reject()
        self.phone = Phone(self.enrol(self.user))
        for about in (first, {"op": new_uid()}):
            self.assert_rejected(self.follow("discard", about), "decision_invalid", "op")
        self.assertEqual("rejected", self.env["offline.operation"].search([("op", "=", first["op"])]).status)

    def test_applied_work_is_already_decided(self):
        done = self.phone.push_one(self.phone.create({"name": "Done"}))
        for verb, more in (
            ("amend", {"values": {"name": "No"}}),
            ("discard", {}),
            ("resolve", {"by": "server"}),
        ):
            receipt = self.follow(verb, done, **more)
            self.assert_rejected(receipt, "already_decided")
            self.assertEqual("applied", receipt["result"]["status"])

    def test_decision_of_the_wrong_shape_says_what_is_wrong(self):
        first = self.ask()
        for verb, args, place in (
            ("resolve", {"by": "nobody"}, "by"),
            ("resolve", {"by": "values"}, "value"),
            ("amend", {}, "value"),
            ("discard", {"reason": 1}, "reason"),
            ("discard", {"more": 1}, "more"),
        ):
            self.assert_rejected(self.follow(verb, first, **args), "decision_invalid", place)
        self.assertEqual("conflict", self.status(first))

    def test_conflict_is_resolved_and_not_amended(self):
        self.assert_rejected(self.follow("amend", self.ask(), values={"phone": "1"}), "decision_invalid")

    def test_decision_that_was_refused_is_given_up_and_not_amended(self):
        """Proves I8."""
        refused = self.follow("amend", self.ask(), values={"phone": "1"})
        again = self.follow("amend", refused, values={"phone": "1"})
        self.assert_rejected(again, "decision_invalid")
        self.assertEqual("rejected", self.status(refused))
        self.assert_status("applied", self.follow("discard", refused))
        self.assertEqual("discarded", self.status(refused))

    def test_decision_in_the_same_push_as_what_it_decides_about_counts(self):
        """Proves I2, I3."""
        wrong = self.phone.create({"email": "x"})
        fixed = self.phone.operation("amend", args={"op": wrong["op"], "values": {"name": "Right"}})
        with mute_logger("odoo.sql_db"):
            receipts = self.phone.push(wrong, fixed)
        self.assertEqual(["amended", "applied"], [r["status"] for r in receipts])

    def test_decision_that_is_sent_again_is_not_taken_twice(self):
        """Proves I2."""
        first = self.ask()
        operation = self.phone.operation("resolve", args={"op": first["op"], "by": "device"})
        self.phone.push(operation)
        self.partner.phone = "office again"
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertEqual("office again", self.partner.phone)


class TestOffice(FollowUpCase):
    """What the office does with rejected work, and as whom."""

    def office(self, receipt):
        return self.phone.stored(receipt).with_user(self.reviewer).sudo()

    def test_edited_work_runs_as_the_reviewer_and_both_are_recorded(self):
        """Proves I7, I8."""
        self.reviewer.group_ids += self.env.ref("base.group_partner_manager")
        operation, first = self.reject()
        decisions.amend(self.office(first), {"name": "Edited"})
        record = self.by_uid(operation["target"]["uid"])
        self.assertEqual(("Edited", self.reviewer), (record.name, record.create_uid))
        stored = self.phone.stored(first)
        self.assertEqual(
            ("applied", self.reviewer, self.reviewer, self.user),
            (stored.status, stored.decided_by_id, stored.run_by_id, stored.user_id),
        )

    def test_work_retried_as_it_is_runs_as_the_devices_user(self):
        """Proves I7."""
        self.refuse_to("write")
        first = self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}, {"phone": "office"}))
        self.assert_rejected(first, "access_denied")
        self.env["ir.rule"].search([("name", "=", "Not this one")]).unlink()
        decisions.retry(self.office(first))
        stored = self.phone.stored(first)
        self.assertEqual(("applied", self.user), (stored.status, self.partner.write_uid))
        self.assertEqual(self.reviewer, stored.decided_by_id)

    def test_edits_built_on_what_the_office_edited_apply(self):
        """Proves I6. The device knows its own value, not the office's."""
        self.reviewer.group_ids += self.env.ref("base.group_partner_manager")
        operation, first = self.reject(phone="mine")
        decisions.amend(self.office(first), {"name": "Edited", "phone": "theirs"})
        receipt = self.phone.push_one(
            self.phone.update(operation["target"]["uid"], {"phone": "next"}, {"phone": "mine"})
        )
        self.assert_status("applied", receipt)

    def test_third_value_of_the_office_is_written_as_the_reviewer(self):
        self.reviewer.group_ids += self.env.ref("base.group_partner_manager")
        first = self.ask(phone="device", city="Device")
        decisions.set_values(self.office(first), {"phone": "third"})
        self.assertEqual(("third", "Office"), (self.partner.phone, self.partner.city))
        self.assertEqual(self.reviewer, self.partner.write_uid)
