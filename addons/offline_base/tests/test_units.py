from odoo.tools import mute_logger

from ..core import wire
from ..core.errors import Problem
from ..store import decisions
from ..store.push import Push
from .common import PushCase, new_uid


class TestUnits(PushCase):
    def unit(self, *operations):
        """The same operations, made one unit."""
        unit = {"id": new_uid(), "size": len(operations)}
        return [operation | {"unit": unit} for operation in operations]

    def push_quietly(self, *operations):
        with mute_logger("odoo.sql_db"):
            return self.phone.push(*operations)

    def states(self, receipts):
        return [self.phone.stored(receipt).status for receipt in receipts]

    def failing_unit(self):
        """A create, one without a name, and an edit of the first: the receipts, and the uids."""
        first, second = self.phone.create({"name": "First"}), self.phone.create({"email": "no name"})
        third = self.phone.update(first["target"]["uid"], {"city": "Third"})
        receipts = self.push_quietly(*self.unit(first, second, third))
        return receipts, first["target"]["uid"], second["target"]["uid"]

    def test_unit_is_applied_as_a_whole_and_later_members_see_earlier_ones(self):
        """Proves I5."""
        first = self.phone.create({"name": "First"})
        uid = first["target"]["uid"]
        receipts = self.phone.push(
            *self.unit(
                first,
                self.phone.update(uid, {"city": "A"}),
                self.phone.update(uid, {"city": "B"}, {"city": "A"}),
            )
        )
        self.assertEqual(["applied"] * 3, [r["status"] for r in receipts])
        self.assertEqual("B", self.by_uid(uid).city)

    def test_member_that_fails_takes_all_others_back_and_they_wait_for_it(self):
        """Proves I5."""
        receipts, first, second = self.failing_unit()
        self.assertEqual(["deferred", "rejected", "deferred"], [r["status"] for r in receipts])
        self.assertEqual([[2], [], [2]], [r["blocked_by"] for r in receipts])
        self.assertFalse(self.by_uid(first) or self.by_uid(second))

    def test_amending_the_failed_member_runs_the_unit_again(self):
        """Proves I5, I10."""
        receipts, first, second = self.failing_unit()
        amended = self.phone.push_one(
            self.phone.operation("amend", args={"op": receipts[1]["op"], "values": {"name": "Second"}})
        )
        self.assert_status("applied", amended)
        self.assertEqual(["applied", "amended", "applied"], self.states(receipts))
        self.assertEqual(("Third", "Second"), (self.by_uid(first).city, self.by_uid(second).name))

    def test_amending_in_vain_leaves_the_unit_waiting_for_the_amendment(self):
        """Proves I5."""
        receipts, first, _second = self.failing_unit()
        with mute_logger("odoo.sql_db"):
            amended = self.phone.push_one(
                self.phone.operation(
                    "amend", args={"op": receipts[1]["op"], "values": {"email": "still none"}}
                )
            )
        self.assert_status("rejected", amended)
        self.assertEqual([amended["seq"]], self.phone.stored(receipts[0]).blocked_by)
        self.assertFalse(self.by_uid(first))

    def test_discarding_a_member_discards_the_unit(self):
        """Proves I5, I8."""
        for member in range(3):
            receipts, first, _second = self.failing_unit()
            self.phone.push_one(self.phone.operation("discard", args={"op": receipts[member]["op"]}))
            self.assertEqual(["discarded"] * 3, self.states(receipts))
            self.assertFalse(self.by_uid(first))
            self.phone.numbers = iter(range(self.phone.stored(receipts[2]).seq + 2, 1000))

    def test_offices_rerun_runs_the_whole_unit(self):
        """Proves I5."""
        self.reviewer.group_ids += self.env.ref("base.group_partner_manager")
        receipts, first, second = self.failing_unit()
        decisions.amend(self.phone.stored(receipts[1]).with_user(self.reviewer).sudo(), {"name": "Office"})
        self.assertEqual(["applied"] * 3, self.states(receipts))
        self.assertEqual(self.user, self.by_uid(first).create_uid)
        self.assertEqual(self.reviewer, self.by_uid(second).create_uid)

    def test_decision_about_one_conflict_is_remembered_when_the_unit_fails_at_another(self):
        """Proves I5, I10."""
        other = self.new_partner("Other")
        (self.partner + other).write({"phone": "office"})
        unit = self.unit(
            self.phone.update(self.partner, {"phone": "one"}, {"phone": "before"}),
            self.phone.update(other, {"phone": "two"}, {"phone": "before"}),
        )
        receipts = self.phone.push(*unit)
        self.assertEqual(["conflict", "deferred"], [r["status"] for r in receipts])
        self.phone.stored(receipts[0]).conflict_ids.with_user(self.reviewer).action_keep_device()
        self.assertEqual(["deferred", "conflict"], self.states(receipts))
        self.assertEqual("office", self.partner.phone)
        self.phone.stored(receipts[1]).conflict_ids.with_user(self.reviewer).action_keep_device()
        self.assertEqual(["applied", "applied"], self.states(receipts))
        self.assertEqual(("one", "two"), (self.partner.phone, other.phone))

    def test_giving_way_with_one_member_gives_the_unit_up(self):
        """Proves I5."""
        self.partner.phone = "office"
        created = self.phone.create({"name": "With it"})
        receipts = self.phone.push(
            *self.unit(created, self.phone.update(self.partner, {"phone": "one"}, {"phone": "before"}))
        )
        self.phone.stored(receipts[1]).conflict_ids.with_user(self.reviewer).action_keep_server()
        self.assertEqual(["discarded", "resolved_server"], self.states(receipts))
        self.assertEqual("unit_given_up", self.phone.stored(receipts[0]).code)

    def test_unit_waits_as_a_whole_for_what_one_member_needs(self):
        """Proves I3, I5."""
        parked = self.phone.create({"email": "no name"})
        [first] = self.push_quietly(parked)
        unit = self.unit(
            self.phone.create({"name": "Free"}),
            self.phone.create({"name": "Child", "parent_id": {"uid": parked["target"]["uid"]}}),
        )
        receipts = self.phone.push(*unit)
        self.assertEqual([("deferred", [1])] * 2, [(r["status"], r["blocked_by"]) for r in receipts])
        self.phone.push_one(
            self.phone.operation("amend", args={"op": first["op"], "values": {"name": "Now"}})
        )
        self.assertEqual(["applied"] * 2, self.states(receipts))

    def test_work_outside_waits_for_the_member_that_failed(self):
        """Proves I3."""
        _receipts, first, _second = self.failing_unit()
        receipt = self.phone.push_one(self.phone.update(first, {"city": "Later"}))
        self.assertEqual(("deferred", [2]), (receipt["status"], receipt["blocked_by"]))

    def test_unit_that_does_not_stand_together_changes_nothing(self):
        """Proves I5."""
        for broken in (
            lambda a, b, c: [a, c],
            lambda a, b, c: [a, b | {"unit": None}, c],
            lambda a, b, c: [a, b, c | {"unit": a["unit"] | {"size": 2}}],
            lambda a, b, c: [a, b],
        ):
            sent = broken(*self.unit(*(self.phone.create({"name": f"Unit {n}"}) for n in range(3))))
            for number, operation in enumerate(sent, 1):
                operation["seq"] = number
            with self.assertRaises(Problem) as caught:
                self.phone.push(*sent)
            self.assertEqual("unit_incomplete", caught.exception.code)
            self.assertFalse(self.env["offline.operation"].search([("device_id", "=", self.device.id)]))

    def test_unit_that_was_sent_again_gives_its_receipts_again(self):
        """Proves I2, I5."""
        unit = self.unit(self.phone.create({"name": "A"}), self.phone.create({"name": "B"}))
        self.assertEqual(self.phone.push(*unit), self.phone.push(*unit))
        self.assertEqual(2, self.env["res.partner"].search_count([("name", "in", ("A", "B"))]))

    def test_unit_is_never_split_by_the_servers_limits(self):
        """Proves I5."""
        single = self.phone.create({"name": "Alone"})
        unit = self.unit(*(self.phone.create({"name": f"U{n}"}) for n in range(3)))
        request = wire.PushRequest.model_validate({"operations": [single, *unit]})
        self.assertEqual(2, Push(self.phone.device, request, most=2).run()["next_seq"])
        request = wire.PushRequest.model_validate({"operations": unit})
        self.assertEqual(5, Push(self.phone.device, request, most=1).run()["next_seq"])

    def test_member_of_the_wrong_shape_fails_the_unit(self):
        """Proves I5."""
        good, bad = self.phone.create({"name": "Good"}), self.phone.create({"name": "Bad"}) | {"values": 1}
        receipts = self.phone.push(*self.unit(good, bad))
        self.assertEqual(["deferred", "rejected"], [r["status"] for r in receipts])
        self.assertFalse(self.by_uid(good["target"]["uid"]))

    def test_mail_of_a_unit_that_failed_is_not_sent(self):
        """Proves I5."""
        sent = []
        self.partner.phone = "office"
        with self.failing(lambda records: records.env.cr.postcommit.add(lambda: sent.append(1))):
            self.phone.push(
                *self.unit(
                    self.phone.update(self.partner, {"city": "X"}),
                    self.phone.update(self.partner, {"phone": "1"}, {"phone": "before"}),
                )
            )
        self.env.cr.postcommit.run()
        self.assertEqual([], sent)
