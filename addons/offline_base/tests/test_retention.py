from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, mute_logger

from ..core.position import Snapshot
from ..store import feed, retention
from .common import MARK, PARTNER, PushCase

SIDES = ("base", "mine", "theirs")


class TestRetention(PushCase):
    """What goes after its time, and that nobody needed it."""

    def fence(self, days, snapshot=None):
        """A fence of some days ago; it saw all that is committed now unless told otherwise."""
        return self.env["offline.fence"].create(
            {
                "taken_at": fields.Datetime.now() - timedelta(days=days),
                "snapshot": snapshot or str(feed.current_snapshot(self.env.cr)),
            }
        )

    def log(self, *xids):
        """Log rows of these transactions."""
        for xid in xids:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO offline_change (xid, model, res_id, op) VALUES (%s::text::xid8, %s, %s, 'u')",
                    str(xid), PARTNER, self.partner.id,
                )
            )  # fmt: skip

    def kept(self):
        self.env.cr.execute("SELECT xid::text::bigint FROM offline_change ORDER BY xid")
        return [xid for (xid,) in self.env.cr.fetchall()]

    def vacuum(self):
        self.env.flush_all()
        return self.env["offline.fence"]._gc_log()

    def setUp(self):
        super().setUp()
        self.settle()
        self.env.cr.execute("DELETE FROM offline_fence")

    # --- the log ----------------------------------------------------------------------------------------------

    def test_late_commit_of_a_number_below_the_fence_is_kept_until_a_fence_saw_it(self):
        """Proves I1. Transactions 12 and 14 were under way at the fence: it is younger and saw neither."""
        self.fence(31, "12:20:12,14")
        self.log(10, 11, 12, 13, 14, 15, 19, 20, 21)
        self.vacuum()
        self.assertEqual([12, 14, 20, 21], self.kept())

    def test_nothing_goes_before_its_time(self):
        self.fence(29, "30:30:")
        self.log(10)
        self.assertEqual((0, 0), self.vacuum())
        self.assertEqual([10], self.kept())

    def test_the_newest_fence_of_that_age_counts_and_older_ones_go(self):
        self.fence(50, "10:10:")
        newest = self.fence(31, "20:20:")
        young = self.fence(5, "30:30:")
        self.log(9, 15, 25)
        self.vacuum()
        self.assertEqual([25], self.kept())
        self.assertEqual(newest | young, self.env["offline.fence"].search([]))

    def test_it_never_prunes_by_an_older_fence_than_before(self):
        """A longer retention brings nothing back: positions are still measured by what went."""
        self.fence(61, "10:10:")
        self.fence(31, "20:20:")
        self.log(15)
        self.vacuum()
        self.env["ir.config_parameter"].set_param("offline_base.log_days", "60")
        self.vacuum()
        self.assertEqual(20, feed.pruned(self.env.cr).xmax)

    def test_pieces_are_bounded_and_say_whether_more_is_left(self):
        self.fence(31, "20:20:")
        self.log(*range(1, 8))
        self.patch(retention, "PIECE", 3)
        self.patch(retention.prune_changes, "__defaults__", (3,))
        self.assertEqual([(3, 1), (3, 1), (1, 0)], [self.vacuum() for _time in range(3)])
        self.assertEqual([], self.kept())

    # --- positions --------------------------------------------------------------------------------------------

    def position(self):
        return self.env["offline.position"].search([("device_id", "=", self.device.id)])

    def test_position_that_does_not_cover_the_fence_is_answered_by_a_reset_and_one_that_does_goes_on(self):
        """Proves I1. What a position has not seen and the fence has may be gone."""
        self.phone.sync()
        now = feed.current_snapshot(self.env.cr)
        self.fence(31, f"{now.xmin - 10}:{now.xmin}:{now.xmin - 10}")
        self.log(10)
        self.vacuum()
        self.assertFalse(self.phone.ask(self.phone.cursor)["reset"])
        self.env["offline.fence"].search([]).pruned = False
        self.env["offline.fence"].search([]).snapshot = f"{now.xmax + 5}:{now.xmax + 5}:"
        self.env["offline.fence"].search([]).pruned = True
        answer = self.phone.ask(self.phone.cursor)
        self.assertTrue(answer["reset"])
        self.assertIsNone(answer["replay_from_seq"], "time did not go back")

    def test_position_of_a_database_where_nothing_happens_stands_for_good(self):
        """Fences go on for months, and take numbers; no row went that the position had not seen. Proves I1."""
        self.phone.sync()
        now = feed.current_snapshot(self.env.cr)
        self.env.cr.execute("DELETE FROM offline_change")
        self.fence(40, f"{now.xmax + 5}:{now.xmax + 5}:")
        newest = self.fence(31, f"{now.xmax + 9}:{now.xmax + 9}:")
        self.vacuum()
        self.assertEqual(newest, self.env["offline.fence"].search([]))
        self.assertFalse(newest.pruned)
        self.assertFalse(self.phone.ask(self.phone.cursor)["reset"])

    def test_position_with_an_open_transaction_that_the_fence_saw_finished_does_not_stand(self):
        """Its late commit is what it still has to get, and the row of it may be gone. Proves I1."""
        self.phone.sync()
        now = feed.current_snapshot(self.env.cr)
        self.position().snapshot = str(Snapshot(now.xmin - 5, now.xmax, (now.xmin - 5,)))
        self.fence(31, f"{now.xmin}:{now.xmin}:")
        self.log(now.xmin - 5)
        self.vacuum()
        self.assertFalse(self.position())
        answer = self.phone.ask(self.phone.cursor)
        self.assertTrue(answer["reset"])
        self.phone.receive(answer)
        self.assert_converged()

    # --- times ------------------------------------------------------------------------------------------------

    def test_time_of_a_change_is_that_of_the_first_fence_that_saw_it(self):
        first, second = self.fence(3, "12:20:12"), self.fence(2, "22:22:")
        self.assertEqual(first.taken_at, feed.seen_at(self.env.cr, 15))
        self.assertEqual(second.taken_at, feed.seen_at(self.env.cr, 12))
        self.assertIsNone(feed.seen_at(self.env.cr, 30))

    def test_lag_reaches_back_to_the_last_fence_before_the_oldest_open_transaction(self):
        self.fence(2, "10:10:")
        self.fence(1, "20:20:")
        self.patch(feed, "current_snapshot", lambda _cr: Snapshot(15, 30, (15,)))
        self.assertAlmostEqual(2 * 86400, feed.lag_s(self.env.cr), delta=60)
        self.patch(feed, "current_snapshot", lambda _cr: Snapshot(30, 30))
        self.assertEqual(0, feed.lag_s(self.env.cr))

    # --- finished work ----------------------------------------------------------------------------------------

    def age(self, operation, days):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE offline_operation SET received_at = received_at - make_interval(days => %s) WHERE id = %s",
                days, operation.id,
            )
        )  # fmt: skip
        self.env.invalidate_all()

    def purge(self):
        self.env["offline.operation"]._gc_payloads()

    def test_finished_work_loses_its_content_and_keeps_its_receipt(self):
        """Proves I2. It came ninety days ago; sent again it gets the same receipt."""
        sent = self.phone.create({"name": "Long ago"})
        receipt = self.phone.push_one(sent)
        operation = self.phone.stored(receipt)
        self.age(operation, 91)
        self.purge()
        self.assertFalse(operation.payload or operation.sent or operation.stored)
        self.assertEqual(receipt, self.phone.push_one(sent))

    def test_work_that_waits_keeps_its_content_whatever_its_age(self):
        """Proves I8."""
        self.partner.phone = "office"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "x"}, {"phone": "before"}))
        operation = self.phone.stored(receipt)
        self.age(operation, 1000)
        self.purge()
        self.assertTrue(operation.payload)

    def test_late_decision_counts_from_the_decision(self):
        self.partner.phone = "office"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "x"}, {"phone": "before"}))
        operation = self.phone.stored(receipt)
        self.age(operation, 1000)
        operation.conflict_ids.with_user(self.reviewer).action_keep_server()
        self.purge()
        self.assertTrue(operation.payload)

    def decided(self):
        """Work that was a conflict; its values stand in the conflict as well."""
        self.partner.phone = "office"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "x"}, {"phone": "before"}))
        operation = self.phone.stored(receipt)
        operation.conflict_ids.with_user(self.reviewer).action_keep_server()
        return operation

    def test_values_of_a_decided_conflict_go_with_the_work(self):
        operation = self.decided()
        self.purge()
        self.assertEqual("x", operation.conflict_ids.line_ids.mine)
        self.env.cr.execute("UPDATE offline_operation SET final_since = final_since - interval '91 days'")
        self.env.invalidate_all()
        self.purge()
        line = operation.conflict_ids.line_ids
        self.assertEqual(("phone", None, None, None), (line.field_name, *(line[n] or None for n in SIDES)))

    def test_manager_empties_content_when_somebody_asks_to_be_forgotten(self):
        """Proves I2. It still counts once."""
        sent = self.phone.create({"name": "Forget me", "ref": MARK})
        receipt = self.phone.push_one(sent)
        operation = self.phone.stored(receipt)
        self.assertTrue(operation.has_content)
        operation.with_user(self.manager).action_forget()
        self.assertFalse(operation.payload or operation.sent or operation.stored or operation.has_content)
        self.assertEqual(receipt, self.phone.push_one(sent))
        decided = self.decided()
        decided.with_user(self.manager).action_forget()
        self.assertFalse(decided.conflict_ids.line_ids.mine)
        self.assertTrue(decided.conflict_ids.with_user(self.manager).review()["lines"])
        self.assertTrue(decided.with_user(self.manager).review())

    def test_work_that_waits_is_not_emptied_by_anybody(self):
        """Proves I8."""
        self.partner.phone = "office"
        receipt = self.phone.push_one(self.phone.update(self.partner, {"phone": "x"}, {"phone": "before"}))
        operation = self.phone.stored(receipt)
        with self.assertRaises(UserError):
            operation.with_user(self.manager).action_forget()
        self.assertTrue(operation.payload)

    def test_only_managers_empty_content(self):
        operation = self.phone.stored(self.phone.push_one(self.phone.create({"name": "Kept", "ref": MARK})))
        for user in (self.user, self.reviewer):
            with self.subTest(user.name), self.assertRaises(AccessError):
                operation.with_user(user).action_forget()
        self.assertTrue(operation.payload)

    def test_purging_is_no_news_for_devices(self):
        receipt = self.phone.push_one(self.phone.create({"name": "Long ago"}))
        self.age(self.phone.stored(receipt), 91)
        self.settle()
        self.purge()
        self.assertEqual(set(), self.logged("offline.operation"))

    # --- who decides ------------------------------------------------------------------------------------------

    def test_manager_decides_how_long(self):
        wizard = self.env["offline.retention"].with_user(self.manager).create({"log_days": 12})
        wizard.action_apply()
        self.assertEqual(12, self.env["offline.retention"]._days("log"))
        with self.assertRaises(ValidationError):
            self.env["offline.retention"].with_user(self.manager).create({"log_days": 0})

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else_does(self):
        with self.assertRaises(AccessError):
            self.env["offline.retention"].with_user(self.reviewer).create({"log_days": 1})
