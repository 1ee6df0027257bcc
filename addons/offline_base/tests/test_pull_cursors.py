from .common import ACTIVITY, PARTNER, Phone, PullCase


class TestCursors(PullCase):
    """What a device proves by its cursor: that it is where it says, also when answers got lost."""

    def test_lost_first_answer_is_given_again(self):
        """Proves I1."""
        lost = self.phone.ask(None)
        again = self.phone.pull()
        self.assertEqual(self.upserts(lost), self.upserts(again))
        self.assert_converged()

    def test_lost_answer_is_given_again_for_the_same_cursor(self):
        """Proves I1."""
        self.phone.sync()
        self.settle()
        self.partner.phone = "1"
        lost = self.phone.ask(self.phone.cursor)
        again = self.phone.pull()
        self.assertEqual(self.upserts(lost), self.upserts(again))
        self.assert_converged()

    def test_record_of_a_lost_answer_that_left_the_scope_is_removed(self):
        """The device may have received the answer after all. Proves I4."""
        self.phone.sync()
        self.settle()
        new = self.new_partner("New")
        self.assertIn(new.id, self.upserts(self.phone.ask(self.phone.cursor)))
        new.active = False
        answer = self.phone.pull()
        self.assertEqual({new.id: "scope"}, self.removes(answer))
        self.assert_converged()

    def test_answer_that_arrived_late_can_be_gone_on_from(self):
        """Proves I1."""
        self.phone.sync()
        self.settle()
        self.partner.phone = "1"
        late = self.phone.ask(self.phone.cursor)
        self.partner.phone = "2"
        self.phone.ask(self.phone.cursor)
        self.phone.receive(late)
        self.assertEqual("2", self.upserts(self.phone.pull())[self.partner.id]["values"]["phone"])
        self.assert_converged()

    def test_older_cursor_than_the_confirmed_one_gives_a_reset(self):
        """Proves I9."""
        old = self.phone.sync()[-1]["cursor"]
        self.partner.phone = "1"
        self.phone.sync()
        self.partner.phone = "2"
        self.phone.sync()
        answer = self.phone.ask(old)
        self.assertEqual((True, None, []), (answer["reset"], answer["cursor"], answer["changes"]))

    def test_reset_device_gets_only_differences_to_what_it_says(self):
        """Proves I6."""
        self.phone.sync()
        gone, kept, changed = self.others[0], self.others[1], self.others[2]
        held = [[i, v] for i, v in self.phone.said(PARTNER) if i != self.others[3].id]
        gone_id = gone.id
        gone.unlink()
        changed.phone = "1"
        said = {PARTNER: held, ACTIVITY: self.phone.said(ACTIVITY)}
        answer = self.phone.receive(self.phone.ask(None, held=said))
        self.assertEqual({changed.id, self.others[3].id}, set(self.upserts(answer)))
        self.assertEqual({gone_id: "deleted"}, self.removes(answer))
        self.assertNotIn(kept.id, self.upserts(answer))
        self.assert_converged()

    def test_what_a_device_claims_to_hold_does_not_tell_it_what_exists(self):
        """Ids that it never held all look deleted. Proves I4."""
        hidden = self.env[PARTNER].create({"name": "Out of scope"})
        answer = self.phone.ask(None, held={PARTNER: [[hidden.id, "0" * 16], [2**31 - 1, "0" * 16]]})
        self.assertEqual({hidden.id: "deleted", 2**31 - 1: "deleted"}, self.removes(answer))

    def test_device_that_starts_again_gets_everything(self):
        """Proves I9."""
        self.phone.sync()
        again = Phone(self.device)
        answer = again.pull()
        self.assertEqual(set(self.all_contacts().ids), set(self.upserts(answer)))
        self.assert_converged(again)

    def test_forged_cursor_is_refused(self):
        for cursor in ("", "AAAA", "not base64 !", "A" * 43, "A" * 200):
            with self.subTest(cursor), self.assert_problem("cursor_invalid"):
                self.phone.ask(cursor)

    def test_cursor_of_another_device_is_refused(self):
        """Proves I4."""
        other = Phone(self.enrol(self.user))
        cursor = other.sync()[-1]["cursor"]
        with self.assert_problem("cursor_invalid"):
            self.phone.ask(cursor)

    def test_cursor_from_before_a_restore_gives_a_reset(self):
        """The snapshot behind it is of a later life than the database. Proves I9."""
        self.registry_enter_test_mode()
        self.phone.sync()
        self.env["offline.position"].search(
            [("device_id", "=", self.device.id)]
        ).snapshot = "9000000:9000000:"
        self.assertTrue(self.phone.ask(self.phone.cursor)["reset"])

    def test_repair_sends_exactly_these_shards_again(self):
        """Proves I6."""
        self.phone.sync()
        self.settle()
        shard = self.partner.id % 8
        expected = {i for i in self.phone.held[PARTNER] if i % 8 == shard}
        pages = self.phone.sync(repair={PARTNER: [shard]}, repair_shards=8)
        self.assertEqual(expected, set().union(*map(self.upserts, pages)))
        self.assert_converged()

    def test_repair_goes_on_over_pages_and_takes_away_what_left_unseen(self):
        """Proves I4, I6."""
        self.phone.sync()
        gone = self.others[0].id
        self.env.cr.execute("UPDATE res_partner SET ref = NULL WHERE id = %s", [gone])
        self.settle()
        self.env.invalidate_all()
        first = self.phone.pull(repair={PARTNER: [0]}, repair_shards=1, limit=2)
        self.assertFalse(first["complete"])
        pages = [first, *self.phone.sync(limit=2)]
        sent = {i for page in pages for i in self.upserts(page)}
        self.assertEqual(set(self.all_contacts().ids) - {gone}, sent)
        self.assertEqual([{gone: "scope"}], [self.removes(page) for page in pages if self.removes(page)])
        self.assert_converged()
