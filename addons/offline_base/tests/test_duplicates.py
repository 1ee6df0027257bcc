from odoo.exceptions import UserError

from ..core import wire
from ..store.finding import find
from .common import ACTIVITY, MARK, PARTNER, REVIEWER_GROUP, new_uid
from .test_decisions import DecisionCase

VAT = "BE0477472701"


class TestDuplicates(DecisionCase):
    """What becomes of a new contact that may be there already is for the profile to say."""

    def setUp(self):
        super().setUp()
        self.clerk = self.new_user("clerk", f"{REVIEWER_GROUP},base.group_partner_manager")
        self.there = self.new_partner("Azure Group", vat=VAT)
        self.phone.sync()

    def send(self, policy, uid=None, **values):
        self.partner_line.duplicate_policy = policy
        return self.phone.push_one(
            self.phone.create({"name": "Azure", "vat": VAT, "ref": MARK, **values}, uid)
        )

    def contacts(self):
        return self.env[PARTNER].search([("vat", "=", VAT)])

    def park(self, policy="review", uid=None):
        receipt = self.send(policy, uid)
        self.assert_status("conflict", receipt)
        self.assertEqual(self.there, self.contacts(), "nothing was created")
        return receipt, self.phone.stored(receipt).conflict_ids.with_user(self.clerk)

    def test_profile_says_whether_its_records_are_compared_at_all(self):
        lines = self.profile.entity_ids
        self.assertEqual([True, False], lines.mapped("tells_duplicates"))
        self.assertEqual({"flag"}, set(lines.mapped("duplicate_policy")))

    def test_nothing_is_said_where_nobody_wants_to_know(self):
        receipt = self.send("off")
        self.assertEqual(("applied", None), (receipt["status"], receipt["result"]))

    def test_created_and_said(self):
        receipt = self.send("flag")
        self.assertEqual(("applied", {"duplicates": self.there.ids}), (receipt["status"], receipt["result"]))

    def alike(self, **values):
        """What the office says before anything was made."""
        asked = wire.FindRequest(entity=PARTNER, like={"name": "Azure", **values})
        return [found["id"] for found in find(self.phone.device, asked)["records"]]

    def test_office_says_before_it_is_made_what_it_may_be_a_duplicate_of(self):
        self.assertEqual(self.there.ids, self.alike(vat=VAT))
        self.assertEqual([], self.alike(vat="BE0202239951"))
        self.assertEqual(self.there, self.contacts(), "nothing was created")

    def test_office_says_nothing_before_where_nobody_wants_to_know(self):
        self.partner_line.duplicate_policy = "off"
        self.assertEqual([], self.alike(vat=VAT))

    def test_what_would_be_refused_is_a_duplicate_of_nothing(self):
        self.assertEqual([], self.alike(vat=VAT, no_such_field=1))
        self.assertEqual([], self.alike(vat=7))

    def test_office_asked_before_tells_no_more_than_the_user_may_read(self):
        """Proves I4."""
        self.hide(self.there)
        self.assertEqual([], self.alike(vat=VAT))

    def test_person_who_said_that_it_is_none_of_them_is_not_asked_again(self):
        self.partner_line.duplicate_policy = "ask"
        values = {"name": "Azure", "vat": VAT, "ref": MARK}
        receipt = self.phone.push_one(self.phone.create(values, distinct_from=self.there.ids))
        self.assertEqual(("applied", {"duplicates": self.there.ids}), (receipt["status"], receipt["result"]))

    def test_person_is_asked_about_one_whom_they_were_not_shown(self):
        self.partner_line.duplicate_policy = "ask"
        values = {"name": "Azure", "vat": VAT, "ref": MARK}
        self.assert_status("conflict", self.phone.push_one(self.phone.create(values, distinct_from=[1])))

    def test_where_the_office_decides_the_word_of_the_person_is_not_enough(self):
        """Proves I8."""
        self.partner_line.duplicate_policy = "review"
        values = {"name": "Azure", "vat": VAT, "ref": MARK}
        receipt = self.phone.push_one(self.phone.create(values, distinct_from=self.there.ids))
        self.assert_status("conflict", receipt)

    def test_contact_that_the_user_may_not_read_is_not_told(self):
        """Proves I4."""
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {self.there.id})]",
            }
        )
        receipt = self.send("review")
        self.assertEqual(("applied", None), (receipt["status"], receipt["result"]))

    def test_parked_work_is_told_within_the_words_of_the_wire(self):
        """Proves I8. An app that knows nothing of duplicates has a conflict that it understands."""
        for policy, decider in (("review", "office"), ("ask", "device")):
            with self.subTest(policy):
                receipt, _conflict = self.park(policy)
                self.assertEqual({"kind": "expect", "decider": decider, "fields": {}}, receipt["conflict"])
                self.assertEqual({"duplicates": self.there.ids}, receipt["result"])
                self.assertIsNone(receipt["target"]["id"])

    def test_office_sees_both_side_by_side(self):
        _receipt, conflict = self.park()
        self.assertEqual(("duplicate", self.there.id), (conflict.kind, conflict.res_id))
        self.assertEqual("Azure Group", conflict.record_name)
        view = conflict.review()
        sides = {
            line["name"]: tuple("".join(text for text, _new in line[side]) for side in ("mine", "theirs"))
            for line in view["lines"]
        }
        self.assertEqual(("Azure", "Azure Group"), sides["name"])
        self.assertEqual((VAT, VAT), sides["vat"])
        self.assertFalse(view["may_choose"])
        self.assertEqual(self.there.id, conflict.action_open_record()["res_id"])
        self.assertEqual(conflict.ids, conflict.record_summary(PARTNER, self.there.id)["conflicts"])

    def test_office_has_it_created_all_the_same(self):
        """Proves I7, I8. What waited for it follows."""
        uid = new_uid()
        receipt, conflict = self.park(uid=uid)
        edit = self.phone.push_one(self.phone.update(uid, {"zip": "1000"}, {"zip": None}))
        self.assertEqual(("deferred", [receipt["seq"]]), (edit["status"], edit["blocked_by"]))
        conflict.action_keep_device()
        made = self.contacts() - self.there
        self.assertEqual(("Azure", "1000", self.user), (made.name, made.zip, made.create_uid))
        self.assertEqual(("done", "device"), (conflict.state, conflict.outcome))
        self.assertEqual({1: "applied", 2: "applied"}, self.outcomes())
        self.assert_converged()

    def test_office_gives_it_up_and_what_hung_on_it_comes_back(self):
        """Proves I8, I10. The person hangs it on the record that was there."""
        uid = new_uid()
        activity = {
            "res_model": PARTNER, "res_id": {"uid": uid}, "summary": "Call", "user_id": self.user.id,
            "date_deadline": "2026-11-22",
        }  # fmt: skip
        _receipt, conflict = self.park(uid=uid)
        waiting = self.phone.push_one(self.phone.create(activity, entity=ACTIVITY))
        self.assert_status("deferred", waiting)
        conflict.action_keep_server()
        self.assertEqual(self.there, self.contacts())
        self.assertEqual({1: "resolved_server", 2: "rejected"}, self.outcomes())
        stored = self.phone.stored(waiting)
        self.assertEqual("depends_on_discarded", stored.code)
        values = activity | {"res_id": self.there.id}
        amended = self.phone.push_one(
            self.phone.operation("amend", ACTIVITY, args={"op": stored.op, "values": values})
        )
        self.assert_status("applied", amended)
        self.assertEqual("Call", self.there.activity_ids.summary)

    def test_person_on_the_device_decides_where_the_profile_asks_them(self):
        """Proves I8."""
        for by, count in (("server", 1), ("device", 2)):
            with self.subTest(by):
                receipt, conflict = self.park("ask")
                args = {"op": self.phone.stored(receipt).op, "by": by}
                self.assert_status("applied", self.phone.push_one(self.phone.operation("resolve", args=args)))
                self.assertEqual(count, len(self.contacts()))
                self.assertEqual("done", conflict.state)

    def test_person_corrects_what_made_it_look_like_a_duplicate(self):
        """Proves I8."""
        receipt, _conflict = self.park("ask")
        args = {"op": self.phone.stored(receipt).op, "by": "values", "values": {"vat": None}}
        self.assert_status("applied", self.phone.push_one(self.phone.operation("resolve", args=args)))
        self.assertEqual(self.there, self.contacts())
        self.assertEqual("Azure", self.env[PARTNER].search([], order="id desc", limit=1).name)

    def test_two_of_one_push_are_compared_with_each_other(self):
        """Proves I8."""
        self.there.unlink()
        self.partner_line.duplicate_policy = "review"
        values = {"name": "Azure", "vat": VAT, "ref": MARK}
        receipts = self.phone.push(*(self.phone.create(values) for _number in range(3)))
        self.assertEqual(["applied", "conflict", "conflict"], [r["status"] for r in receipts])
        first = receipts[0]["target"]["id"]
        self.assertEqual([{"duplicates": [first]}] * 2, [r["result"] for r in receipts[1:]])

    def test_reviewer_who_may_not_read_the_other_record_sees_nothing_of_it(self):
        """Proves I4."""
        _receipt, conflict = self.park()
        self.env["ir.rule"].create(
            {
                "name": "Not for reviewers",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {self.there.id})]",
                "groups": [(4, self.env.ref(REVIEWER_GROUP).id)],
            }
        )
        self.assertNotIn("Azure Group", str(conflict.review()))
        self.assertFalse(conflict.record_name)

    def test_policy_is_a_managers_to_set(self):
        with self.assertRaises(UserError):
            self.partner_line.with_user(self.reviewer).duplicate_policy = "off"
        self.partner_line.with_user(self.manager).duplicate_policy = "ask"
