import itertools
from datetime import timedelta

from odoo.addons.offline_base.core.fields import format_instant
from odoo.fields import Datetime

from .common import MARK, PARTNER, Phone, PushCase, new_uid


def ago(minutes):
    """A time so long before now, as it travels."""
    return format_instant(Datetime.now() - timedelta(minutes=minutes))


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

    def test_edit_of_a_field_that_odoo_filled_at_the_devices_own_create_is_no_conflict(self):
        """The person left the language blank, Odoo chose one; the device had not heard of it yet."""
        uid = new_uid()
        receipts = self.phone.push(
            self.phone.create({"name": MARK}, uid),
            self.phone.update(uid, {"type": "other", "category_id": [], "phone": "1"}),
        )
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in receipts])
        born = self.env[PARTNER].browse(receipts[0]["target"]["id"])
        self.assertEqual(("other", "1"), (born.type, born.phone))

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

    def test_policy_newest_is_not_won_for_years_by_a_clock_that_was_ahead(self):
        """Proves I6. What somebody chooses later counts as later, though the clock was set right before the sync."""
        self.set_policy("phone", "newest")
        other = Phone(self.enrol(self.user, "Second"))
        self.partner.phone = "0"
        self.env.flush_all()
        first = self.phone.update(self.partner, {"phone": "1"}, {"phone": "0"}, at="2126-01-01T00:00:00Z")
        self.assert_status("applied", self.phone.push_one(first))
        second = other.update(self.partner, {"phone": "2"}, {"phone": "0"}, at="2100-01-01T00:00:00Z")
        self.assert_status("merged", other.push_one(second))
        self.assertEqual("2", self.partner.phone)

    def test_policy_newest_asks_when_it_was_done_not_who_came_first(self):
        """Proves I6. Two phones: what one of them chose an hour ago counts from then, whenever it arrived."""
        self.set_policy("phone", "newest")
        other = Phone(self.enrol(self.user, "Second"))
        for batched in (False, True):
            for minutes, expected in ((30, "2"), (90, "1")):
                with self.subTest(minutes, batched=batched):
                    self.partner.phone = "0"
                    self.env.flush_all()
                    first = self.phone.update(self.partner, {"phone": "1"}, {"phone": "0"}, at=ago(60))
                    self.assert_status("applied", self.phone.push_one(first))
                    sent = [other.update(self.partner, {"phone": "2"}, {"phone": "0"}, at=ago(minutes))]
                    if batched:
                        # With another one that is alike it runs in one batch.
                        beside = self.new_partner("Beside")
                        sent.append(other.update(beside, {"phone": "3"}, at=ago(minutes)))
                    receipts = other.push(*sent)
                    self.assert_status("merged", receipts[0])
                    self.assertEqual(expected, self.partner.phone)

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
                        "decider": "device" if policy == "ask" else "office",
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

    def test_next_difference_is_added_to_what_others_added(self):
        """Proves I1. The person saw 7 and made it 9; that the office's one had made it 8 takes nothing away."""
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_fields", ("color",))
        self.set_policy("color", "sum")
        self.partner.color = 6
        self.phone.push(self.phone.update(self.partner, {"color": 7}, {"color": 5}))
        self.assertEqual(8, self.partner.color)
        self.phone.push(self.phone.update(self.partner, {"color": 9}, {"color": 7}))
        self.assertEqual(10, self.partner.color)

    def test_next_tags_leave_the_tags_of_others(self):
        """Proves I1."""
        tags = self.env["res.partner.category"].create([{"name": name} for name in "abcd"]).ids
        self.set_policy("category_id", "union")
        self.partner.category_id = tags[:1] + tags[2:3]
        mine, more = tags[:2], tags[:2] + tags[3:]
        for now, before in ((mine, tags[:1]), (more, mine)):
            self.phone.push(self.phone.update(self.partner, {"category_id": now}, {"category_id": before}))
        self.assertEqual(set(tags), set(self.partner.category_id.ids))

    def test_next_lines_leave_the_lines_of_others(self):
        """Proves I1."""
        self.set_policy("comment", "append")
        self.partner.comment = "<p>office</p>"
        texts = ["<p>a</p>", "<p>a</p><p>b</p>", "<p>a</p><p>b</p><p>c</p>"]
        for before, now in itertools.pairwise(texts):
            self.phone.push(self.phone.update(self.partner, {"comment": now}, {"comment": before}))
        self.assertEqual(["office", "b", "c"], self.partner.comment.striptags().split())

    def test_field_that_the_person_left_as_it_was_makes_nobodys_change_their_own(self):
        """Proves I1, I8. A form sends the phone along unchanged; the office's new one stays the office's."""
        self.partner.phone = "office"
        self.phone.push(
            self.phone.update(self.partner, {"phone": "0", "city": "Ghent"}, {"phone": "0", "city": None})
        )
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "2"}, {"phone": "0"}))
        self.assert_status("conflict", receipt)
        self.assertEqual("office", self.partner.phone)

    def test_number_that_was_left_as_it_was_takes_nothing_from_others(self):
        """Proves I1. The histories found it: 5 and 2 of the office, sent along as 5, then made 6, come to 8."""
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_fields", ("color", "city"))
        self.set_policy("color", "sum")
        self.partner.color = 7
        self.phone.push(
            self.phone.update(self.partner, {"color": 5, "city": "Ghent"}, {"color": 5, "city": None})
        )
        self.phone.push(self.phone.update(self.partner, {"color": 6}, {"color": 5}))
        self.assertEqual(8, self.partner.color)

    def test_equal_differences_count_both(self):
        """Proves I1. Two people take one each from ten."""
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_fields", ("color",))
        self.set_policy("color", "sum")
        self.assert_status("merged", self.both_edit("color", 10, 9, 9))
        self.assertEqual(8, self.partner.color)

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
