from unittest.mock import patch

from .common import PARTNER, Phone, PushCase, new_uid


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

    def test_nothing_was_done_after_it_arrived(self):
        """Proves I10. The device's clock was years ahead when it was done, and right again when it was sent."""
        ahead = self.phone.update(self.partner, {"phone": "1"}, at="2126-01-01T00:00:00Z")
        stored = self.phone.stored(self.phone.push_one(ahead))
        self.assertEqual("2126-01-01 00:00:00", str(stored.device_at))
        self.assertEqual(stored.received_at, stored.corrected_at)
