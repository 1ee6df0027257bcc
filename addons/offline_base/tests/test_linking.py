from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..store import decisions
from .common import ACTIVITY, MARK, PARTNER, REVIEWER_GROUP, PushCase, new_uid
from .test_decisions import DecisionCase

VAT = "BE0477472701"


class LinkCase(DecisionCase):
    """A customer of the office whom the device meets as if they were new."""

    def setUp(self):
        super().setUp()
        self.clerk = self.new_user("clerk", f"{REVIEWER_GROUP},base.group_partner_manager")
        self.partner_line.duplicate_policy = "link"
        self.there = self.new_partner("Azure Group", vat=VAT, phone="+32 2 111")
        self.phone.sync()

    def send(self, uid=None, by=None, **values):
        phone = by or self.phone
        return phone.push_one(phone.create({"name": "Azure", "vat": VAT, "ref": MARK, **values}, uid))

    def contacts(self):
        return self.env[PARTNER].with_context(active_test=False).search([("vat", "=", VAT)])

    def resolve(self, receipt, **args):
        op = self.phone.stored(receipt).op
        return self.phone.push_one(self.phone.operation("resolve", args={"op": op, **args}))

    def same(self, *others):
        """Let these be what a new contact may be a duplicate of."""
        found = self.there.union(*others)
        return patch.object(
            type(self.adapter()), "_offline_duplicates", lambda adapter, values: found.with_env(adapter.env)
        )

    def notes(self):
        return "".join(self.there.message_ids.mapped("body"))

    by_uid = PushCase.by_uid


class TestLinking(LinkCase):
    """A new contact that is one already there makes no second one, where the profile says so."""

    def test_no_second_contact_is_made_and_the_uid_leads_to_the_one_that_is_there(self):
        """Proves I2, I8."""
        receipt = self.send(uid := new_uid(), city="Ghent")
        self.assertEqual(self.there, self.contacts())
        self.assertEqual(self.there, self.by_uid(uid))
        target = {"id": self.there.id, "uid": uid, "born": self.phone.held[PARTNER][self.there.id]["born"]}
        self.assertEqual(("merged", target), (receipt["status"], receipt["target"]))
        self.assertEqual({"linked_to": self.there.id, "left_out": ["name"]}, receipt["result"])
        self.assert_converged()
        self.assertIsNone(self.phone.held[PARTNER][self.there.id]["uid"], "it keeps its own name")

    def test_it_gets_what_it_lacks_and_keeps_what_it_has(self):
        """Proves I7, I8. What is left out stands in its chatter."""
        self.send(city="Ghent", website="http://azure.example", **{"email": "a@azure.example"})
        self.assertEqual(
            ("Azure Group", "Ghent", "http://azure.example", "a@azure.example", self.user),
            (self.there.name, self.there.city, self.there.website, self.there.email, self.there.write_uid),
        )
        self.assertIn("Azure</li>", self.notes())
        self.assertIn("Offline by Rider", self.notes())
        self.assertNotIn("Ghent", self.notes())

    def test_nothing_is_left_out_where_both_say_the_same(self):
        receipt = self.send(name="Azure Group", city="Ghent")
        self.assertEqual(("applied", []), (receipt["status"], receipt["result"]["left_out"]))

    def test_lists_and_notes_are_put_together_as_the_policies_say(self):
        ours, theirs = self.env["res.partner.category"].create([{"name": "Ours"}, {"name": "Theirs"}])
        self.there.write({"category_id": [Command.set(ours.ids)], "comment": "office"})
        receipt = self.send(name="Azure Group", category_id=[theirs.id], comment="device")
        self.assertEqual(("merged", []), (receipt["status"], receipt["result"]["left_out"]))
        self.assertEqual(ours + theirs, self.there.category_id.sorted("id"))
        self.assertIn("office", self.there.comment)
        self.assertIn("device", self.there.comment)

    def test_company_of_a_contact_and_switches_are_not_filled(self):
        """No parent and no company say something, too: whose contact it is, is not changed by the way."""
        parent = self.new_partner("Holding", is_company=True)
        values = {
            "parent_id": parent.id, "is_company": True, "company_id": self.env.company.id, "user_id": self.user.id,
        }  # fmt: skip
        with self.same():
            receipt = self.send(name="Azure Group", **values)
        self.assertEqual(sorted(values), receipt["result"]["left_out"])
        self.assertEqual(
            (False, False, False, False),
            (
                bool(self.there.parent_id), self.there.is_company, bool(self.there.company_id),
                bool(self.there.user_id),
            ),
        )  # fmt: skip
        self.assertIn("Holding", self.notes())

    def test_chatter_does_not_tell_what_only_a_group_may_read(self):
        """Proves I4."""
        self.there.ref = "other"
        self.partner_line.domain = False
        self.hide_field("website", "base.group_user")
        self.there.website = "http://office"
        self.send(website="http://secret")
        self.assertNotIn("secret", self.notes())
        self.assertIn("Website", self.notes())

    def test_what_hangs_on_it_is_done_on_the_one_that_is_there(self):
        """Proves I3, I8."""
        uid = new_uid()
        activity = {
            "res_model": PARTNER, "res_id": {"uid": uid}, "summary": "Call", "user_id": self.user.id,
            "date_deadline": "2026-11-22",
        }  # fmt: skip
        receipts = self.phone.push(
            self.phone.create({"name": "Azure", "vat": VAT, "ref": MARK}, uid),
            self.phone.create(activity, entity=ACTIVITY),
            self.phone.create({"name": "Ann", "ref": MARK, "parent_id": {"uid": uid}}),
            self.phone.update(uid, {"city": "Ghent"}, {"city": None}),
        )
        self.assertEqual(["merged", "applied", "applied", "applied"], [r["status"] for r in receipts])
        self.assertEqual("Call", self.there.activity_ids.summary)
        self.assertEqual(("Ann", "Ghent"), (self.there.child_ids.name, self.there.city))
        self.assertEqual(uid, receipts[3]["target"]["uid"], "told by the name that the device used")
        self.assert_converged()

    def test_edits_of_what_became_the_records_go_on_and_others_are_asked_about(self):
        """Proves I8. The person never saw the phone that the office had: it is not written over."""
        uid = new_uid()
        receipts = self.phone.push(
            self.phone.create(
                {"name": "Azure Group", "vat": VAT, "ref": MARK, "phone": "1", "city": "Ghent"}, uid
            ),
            self.phone.update(uid, {"city": "Bruges"}, {"city": "Ghent"}),
            self.phone.update(uid, {"phone": "2"}, {"phone": "1"}),
        )
        self.assertEqual(["merged", "applied", "conflict"], [r["status"] for r in receipts])
        self.assertEqual(("Bruges", "+32 2 111"), (self.there.city, self.there.phone))
        sides = receipts[2]["conflict"]["fields"]["phone"]
        self.assertEqual({"base": "1", "mine": "2", "theirs": "+32 2 111"}, sides)

    def test_deleting_what_was_never_seen_deletes_nothing_of_others(self):
        """Proves I8. They deleted what they had made; the customer of the office is none of that."""
        self.partner_line.delete_policy = "device"
        uid = new_uid()
        receipts = self.phone.push(
            self.phone.create({"name": "Azure", "vat": VAT, "ref": MARK}, uid), self.phone.delete(uid)
        )
        self.assertEqual(["merged", "resolved_server"], [r["status"] for r in receipts])
        self.assertTrue(self.there.exists())

    def test_archiving_what_was_never_seen_archives_nothing_of_others(self):
        """Proves I8. Once they saw it, the customer is archived as any other."""
        uid = new_uid()
        archive = {"active": False}, {"active": True}
        receipts = self.phone.push(
            self.phone.create({"name": "Azure", "vat": VAT, "ref": MARK}, uid),
            self.phone.update(uid, *archive),
        )
        self.assertEqual(["merged", "resolved_server"], [r["status"] for r in receipts])
        self.assertTrue(self.there.active)
        self.phone.sync()
        version = self.phone.held[PARTNER][self.there.id]["v"]
        self.assert_status("applied", self.phone.push_one(self.phone.update(uid, *archive, base_v=version)))
        self.assertFalse(self.there.active)

    def test_record_that_was_seen_is_deleted_by_the_linked_name(self):
        self.send(uid := new_uid())
        self.phone.sync()
        version = self.phone.held[PARTNER][self.there.id]["v"]
        self.env["ir.model.access"].search([("model_id.model", "=", PARTNER)]).perm_unlink = True
        self.assert_status("applied", self.phone.push_one(self.phone.delete(uid, base_v=version)))
        self.assertFalse(self.there.exists())

    def test_repeated_create_gives_its_first_receipt_and_fills_nothing_again(self):
        """Proves I2."""
        operation = self.phone.create({"name": "Azure", "vat": VAT, "ref": MARK, "city": "Ghent"})
        first = self.phone.push_one(operation)
        self.there.city = False
        notes = self.there.message_ids
        self.assertEqual(first, self.phone.push_one(operation))
        self.assertEqual((False, notes), (self.there.city, self.there.message_ids))

    def test_linked_name_is_taken(self):
        self.send(uid := new_uid())
        self.assert_rejected(self.send(uid, vat=None), "uid_taken")

    def test_like_creates_of_one_push_become_one(self):
        """Proves I2. A run of them is tried together otherwise."""
        self.there.unlink()
        values = {"name": "Azure", "vat": VAT, "ref": MARK}
        receipts = self.phone.push(*(self.phone.create(values) for _number in range(3)))
        self.assertEqual(["applied"] * 3, [r["status"] for r in receipts])
        there = self.contacts()
        self.assertEqual([there.id] * 3, [r["target"]["id"] for r in receipts])
        self.assertEqual([None, there.id, there.id], [(r["result"] or {}).get("linked_to") for r in receipts])
        self.assert_converged()
        self.assertEqual(receipts[0]["target"]["uid"], self.phone.held[PARTNER][there.id]["uid"])

    def test_unit_that_fails_leaves_no_link(self):
        """Proves I5."""
        uid = new_uid()
        unit = {"id": new_uid(), "size": 2}
        bad = {
            "res_model": PARTNER,
            "res_id": {"uid": uid},
            "user_id": self.user.id,
            "date_deadline": "never",
        }
        receipts = self.phone.push(
            self.phone.create({"name": "Azure", "vat": VAT, "ref": MARK, "city": "Ghent"}, uid, unit=unit),
            self.phone.create(bad, entity=ACTIVITY, unit=unit),
        )
        self.assertEqual(["deferred", "rejected"], [r["status"] for r in receipts])
        self.assertEqual((self.env[PARTNER], False), (self.by_uid(uid), self.there.city))
        good = bad | {"date_deadline": "2026-11-22", "summary": "Call"}
        args = {"op": self.phone.stored(receipts[1]).op, "values": good}
        self.assert_status("applied", self.phone.push_one(self.phone.operation("amend", ACTIVITY, args=args)))
        self.assertEqual(
            (self.there, "Ghent", "Call"),
            (self.by_uid(uid), self.there.city, self.there.activity_ids.summary),
        )

    def test_two_devices_that_bring_the_same_contact_share_one(self):
        """Proves I6."""
        other = type(self.phone)(self.enrol(self.colleague, "Other"))
        first, second = new_uid(), new_uid()
        self.send(first)
        self.send(second, by=other)
        self.assertEqual((self.there, self.there), (self.by_uid(first), self.by_uid(second)))
        for phone, uid in ((self.phone, second), (other, first)):
            edit = phone.push_one(phone.update(uid, {"zip": "9000"}, {"zip": self.there.zip or None}))
            self.assert_status("applied", edit)
        self.assert_converged()
        self.assert_converged(other)

    def test_contact_of_another_device_keeps_the_name_that_it_gave(self):
        other = type(self.phone)(self.enrol(self.colleague, "Other"))
        self.there.unlink()
        self.send(first := new_uid(), by=other)
        receipt = self.send(second := new_uid())
        self.assertEqual(second, receipt["target"]["uid"])
        self.phone.sync()
        self.assertEqual(first, self.phone.held[PARTNER][self.contacts().id]["uid"])

    def test_delivered_again_after_a_restore_is_linked_again(self):
        """Proves I9. It is known by its number, or done once more in a life that never had it."""
        operation = self.phone.create({"name": "Azure", "vat": VAT, "ref": MARK, "city": "Ghent"})
        life, self.there.city = self.env.cr.savepoint(), False
        first = self.phone.push_one(operation)
        self.assertEqual(first, self.phone.journal(operation)["receipts"][0])
        life.rollback()  # the backup is of before
        self.env.invalidate_all()
        self.assertFalse(self.by_uid(operation["target"]["uid"]))
        again = self.phone.journal(operation)["receipts"][0]
        self.assertEqual((first["result"], first["target"]), (again["result"], again["target"]))
        self.assertEqual((self.there, "Ghent"), (self.contacts(), self.there.city))

    def test_id_given_out_again_is_reached_by_its_own_name_alone(self):
        """Proves I9."""
        self.send(uid := new_uid())
        identities = self.env["offline.identity"]
        identities._remember(PARTNER, self.there.id, own := new_uid())
        self.assertEqual(
            (None, self.there.id), (identities._record_id(PARTNER, uid), identities._record_id(PARTNER, own))
        )

    def test_people_and_archived_ones_with_its_number_are_not_meant(self):
        self.there.is_company = True
        self.new_partner("Ann", parent_id=self.there.id)
        self.new_partner("Azure", vat=VAT).action_archive()
        self.send(uid := new_uid())
        self.assertEqual(self.there, self.by_uid(uid))

    def test_number_is_found_with_and_without_its_country(self):
        self.there.write({"vat": VAT[2:], "country_id": self.env.ref("base.be").id})
        self.send(uid := new_uid(), country_id=self.there.country_id.id)
        self.assertEqual(self.there, self.by_uid(uid))

    def test_what_stands_for_no_number_is_none(self):
        self.there.vat = "N/A"
        receipt = self.send(vat="N/A")
        self.assertEqual(("applied", None), (receipt["status"], receipt["result"]))

    def test_only_what_is_sure_to_be_the_same_may_be_linked(self):
        line = self.profile.entity_ids - self.partner_line
        with self.assertRaises(ValidationError):
            line.duplicate_policy = "link"


class TestLinkingAsks(LinkCase):
    """Where it is not sure which one is meant, the person on the device is asked."""

    def assert_asked(self, receipt, *duplicates):
        self.assert_status("conflict", receipt)
        self.assertEqual({"kind": "expect", "decider": "device", "fields": {}}, receipt["conflict"])
        self.assertEqual(set(map(int, duplicates)), set(receipt["result"]["duplicates"]))

    def test_about_several(self):
        other = self.new_partner("Azure Sales")
        with self.same(other):
            self.assert_asked(self.send(), self.there, other)

    def test_about_two_with_the_same_number(self):
        other = self.new_partner("Azure Sales", vat=VAT)
        self.assert_asked(self.send(), self.there, other)

    def test_about_those_alone_that_the_person_did_not_rule_out(self):
        """The first of two is known to be another: the second may be it, and is linked without a question."""
        other = self.new_partner("Azure Sales", vat=VAT)
        values = {"name": "Azure", "vat": VAT, "ref": MARK}
        operation = self.phone.create(values, distinct_from=self.there.ids)
        self.phone.push_one(operation)
        self.assertEqual(other, self.by_uid(operation["target"]["uid"]))
        other.ref = "elsewhere"
        receipt = self.phone.push_one(self.phone.create(values, distinct_from=self.there.ids))
        self.assert_asked(receipt, other)
        self.assert_status("applied", self.resolve(receipt, by="server"))
        self.assertEqual(other, self.by_uid(receipt["target"]["uid"]))

    def test_of_two_with_the_same_number_the_one_that_may_be_read_is_meant(self):
        """Proves I2, I4."""
        other = self.new_partner("Azure Sales", vat=VAT)
        self.hide(self.there)
        receipt = self.send(uid := new_uid())
        self.assertEqual((other, other.id), (self.by_uid(uid), receipt["result"]["linked_to"]))

    def test_about_one_of_another_company(self):
        """Proves I7. What is sold to it would not be of one company."""
        company = self.env["res.company"].create({"name": "Branch"})
        self.user.company_ids |= company
        self.there.company_id = company
        self.assert_asked(self.send(), self.there)

    def test_about_an_archived_one(self):
        self.there.action_archive()
        self.assert_asked(self.send(), self.there)
        self.assertFalse(self.there.active)

    def test_about_one_that_is_not_on_the_device(self):
        self.there.ref = "elsewhere"
        self.assert_asked(self.send(), self.there)

    def test_about_one_that_the_user_may_not_change(self):
        """Proves I7."""
        self.partner = self.there
        PushCase.refuse_to(self, "write")
        self.assert_asked(self.send(), self.there)

    def test_one_that_the_user_may_not_read_is_not_told(self):
        """Proves I4."""
        self.hide(self.there)
        receipt = self.send()
        self.assertEqual(("applied", None), (receipt["status"], receipt["result"]))

    def test_not_about_one_that_the_person_was_shown_and_said_that_it_is_not(self):
        values = {"name": "Azure", "vat": VAT, "ref": MARK}
        receipt = self.phone.push_one(self.phone.create(values, distinct_from=self.there.ids))
        self.assertEqual(("applied", {"duplicates": self.there.ids}), (receipt["status"], receipt["result"]))

    def test_person_says_which_of_several_it_is(self):
        """Proves I8. What waited for it goes on."""
        other, uid = self.new_partner("Azure Sales"), new_uid()
        with self.same(other):
            receipt = self.send(uid, city="Ghent")
        edit = self.phone.push_one(self.phone.update(uid, {"zip": "9000"}, {"zip": None}))
        self.assert_status("deferred", edit)
        self.assert_rejected(self.resolve(receipt, by="server", same_as=self.partner.id), "decision_invalid")
        self.assert_rejected(
            self.resolve(receipt, by="device", same_as=other.id), "decision_invalid", "value"
        )
        self.assert_status("applied", self.resolve(receipt, by="server", same_as=other.id))
        self.assertEqual((other, "Ghent", "9000"), (self.by_uid(uid), other.city, other.zip))
        self.assertEqual({receipt["seq"]: "merged", edit["seq"]: "applied"}, {
            seq: status for seq, status in self.outcomes().items() if seq in (receipt["seq"], edit["seq"])
        })  # fmt: skip
        self.assertEqual("linked", self.phone.stored(receipt).conflict_ids.outcome)
        self.assert_converged()

    def test_several_of_which_none_is_named_are_given_up_as_before(self):
        """A device that knows nothing of `same_as` gives way to none of them in particular."""
        with self.same(self.new_partner("Azure Sales")):
            receipt = self.send(uid := new_uid())
        self.assert_status("applied", self.resolve(receipt, by="server"))
        self.assertEqual(
            ("resolved_server", self.env[PARTNER]), (self.phone.stored(receipt).status, self.by_uid(uid))
        )

    def test_record_that_was_archived_is_linked_where_the_person_says_so(self):
        self.there.action_archive()
        receipt = self.send(uid := new_uid())
        self.assert_status("applied", self.resolve(receipt, by="server", same_as=self.there.id))
        self.assertEqual((self.there, False), (self.by_uid(uid), self.there.active))

    def test_record_that_the_user_may_not_change_is_linked_and_stays_as_it_is(self):
        """Proves I7."""
        self.partner = self.there
        PushCase.refuse_to(self, "write")
        receipt = self.send(uid := new_uid(), city="Ghent")
        self.assert_status("applied", self.resolve(receipt, by="server", same_as=self.there.id))
        self.assertEqual((self.there, False), (self.by_uid(uid), self.there.city))
        self.assertEqual(["city", "name"], self.phone.stored(receipt).result["left_out"])
        self.assertIn("Ghent", self.notes())

    def test_record_that_is_gone_when_the_person_decides_makes_way_for_the_new_one(self):
        """Proves I8. What they made is not lost with it."""
        self.there.action_archive()
        receipt = self.send(uid := new_uid())
        self.there.unlink()
        self.assert_status("applied", self.resolve(receipt, by="server", same_as=self.there.id))
        self.assertEqual("Azure", self.by_uid(uid).name)


class TestOfficeLinks(LinkCase):
    """The office says that a new contact is one that is there."""

    def setUp(self):
        super().setUp()
        self.partner_line.duplicate_policy = "review"

    def park(self, uid=None, **values):
        receipt = self.send(uid, **values)
        self.assert_status("conflict", receipt)
        return receipt, self.phone.stored(receipt).conflict_ids.with_user(self.clerk)

    def test_what_waited_goes_on_with_the_record_that_was_there(self):
        """Proves I8, I10. Nothing of it is refused."""
        uid = new_uid()
        receipt, conflict = self.park(uid, city="Ghent")
        activity = {
            "res_model": PARTNER, "res_id": {"uid": uid}, "summary": "Call", "user_id": self.user.id,
            "date_deadline": "2026-11-22",
        }  # fmt: skip
        waiting = self.phone.push_one(self.phone.create(activity, entity=ACTIVITY))
        self.assert_status("deferred", waiting)
        conflict.action_link()
        self.assertEqual({receipt["seq"]: "merged", waiting["seq"]: "applied"}, self.outcomes())
        self.assertEqual(self.there, self.contacts())
        self.assertEqual(("Call", "Ghent"), (self.there.activity_ids.summary, self.there.city))
        self.assertEqual(("done", "linked"), (conflict.state, conflict.outcome))
        self.assertFalse(conflict.can_undo)
        self.assert_converged()

    def test_another_one_is_shown_and_linked(self):
        other = self.new_partner("Azure Sales")
        with self.same(other):
            _receipt, conflict = self.park(uid := new_uid())
        self.assertTrue(conflict.has_others)
        self.assertEqual(self.there.id, conflict.res_id)
        conflict.action_show_next()
        self.assertEqual(other.id, conflict.res_id)
        with self.assertRaisesRegex(UserError, "Another record"), self.env.cr.savepoint():
            conflict.with_context(same_as=self.there.id).action_link()
        conflict.with_context(same_as=other.id).action_link()
        self.assertEqual(other, self.by_uid(uid))

    def test_many_at_once_take_odoos_record(self):
        _receipt, conflict = self.park(uid := new_uid())
        self.assertEqual({"done": conflict.ids, "failed": {}}, conflict.decide_many("server"))
        self.assertEqual(self.there, self.by_uid(uid))

    def test_many_at_once_link_nothing_that_is_only_alike(self):
        """Proves I8."""
        _receipt, conflict = self.park(uid := new_uid())
        with patch.object(type(self.adapter()), "_offline_may_link", False):
            conflict.decide_many("server")
        self.assertEqual(("server", self.env[PARTNER]), (conflict.outcome, self.by_uid(uid)))

    def test_decision_says_that_a_new_one_was_made_where_the_other_was_gone(self):
        _receipt, conflict = self.park(uid := new_uid())
        self.there.unlink()
        conflict.action_link()
        self.assertEqual(("device", "Azure"), (conflict.outcome, self.by_uid(uid).name))

    def test_work_that_the_office_runs_is_not_linked_with_what_its_person_may_not_read(self):
        """Proves I4. Nor is anything told of it."""
        self.partner_line.duplicate_policy = "link"
        receipt = self.send(uid := new_uid(), lang="xx_XX")
        self.assert_status("rejected", receipt)
        self.partner = self.there
        PushCase.refuse_to(self, "read", self.user)
        operation = self.phone.stored(receipt)
        decisions.amend(operation.with_user(self.clerk).sudo(), {"lang": "en_US"})
        self.assertEqual(("applied", False), (operation.status, operation.result))
        self.assertNotEqual(self.there, self.by_uid(uid))

    def test_record_that_the_person_may_not_read_any_more_is_not_linked(self):
        """Proves I4, I7."""
        _receipt, conflict = self.park()
        self.hide(self.there)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            conflict.action_link()
        self.assertEqual((self.there, "open"), (self.contacts(), conflict.state))

    def test_other_conflicts_are_no_duplicates(self):
        self.partner.write({"city": "Office"})
        receipt = self.phone.push_one(self.phone.update(self.partner, {"city": "Device"}, {"city": "before"}))
        conflict = self.phone.stored(receipt).conflict_ids.with_user(self.reviewer)
        with self.assertRaises(UserError):
            conflict.action_link()
        conflict.action_show_next()
        self.assertEqual(self.partner.id, conflict.res_id)
