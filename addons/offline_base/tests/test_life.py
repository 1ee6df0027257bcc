from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from ..core.errors import Problem
from ..core.position import Handle, life_mark
from .common import MARK, Phone, PushCase

_LOGGER = "odoo.addons.offline_base.models.offline_epoch"


class LifeCase(PushCase):
    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.epochs = self.env["offline.epoch"].with_user(1).sudo()
        self.enterContext(mute_logger(_LOGGER))
        self.before = self.epochs.search([])

    def keep(self):
        """What the tables of answers and numbers hold, to go back to."""
        self.env.flush_all()
        for table in ("offline_position", "offline_lane", "offline_holding"):
            self.env.cr.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")

    def go_back(self):
        """The database is what it was when `keep` was called, as far as answers and numbers go."""
        self.env.flush_all()
        for table in ("offline_position", "offline_lane", "offline_holding"):
            self.env.cr.execute(f"DELETE FROM {table}")
            self.env.cr.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
        self.env.invalidate_all()

    def lives(self):
        """The lives that began in this test, the present one first."""
        return self.epochs.search([]) - self.before


class TestTimeBack(LifeCase):
    """A cursor that the database authenticates and does not have proves that it went back."""

    def beyond(self):
        """The phone holds a cursor that the database, gone back, does not know."""
        self.phone.sync()
        self.keep()
        self.partner.phone = "later"
        self.phone.pull()
        self.go_back()

    def test_unknown_answer_begins_another_life_and_resets(self):
        """Proves I9."""
        self.beyond()
        before = self.epochs._current()
        answer = self.phone.pull()
        self.assertTrue(answer["reset"])
        self.assertNotEqual(before, answer["epoch"])
        self.assertEqual(self.epochs._current(), answer["epoch"])
        self.assertEqual(["time_back"], self.lives().mapped("reason"))
        self.assertEqual(self.device, self.lives()[0].device_id)
        self.assert_converged()

    def test_answer_number_that_was_given_out_again_begins_another_life_too(self):
        """Proves I9. The device answered from its own backup meanwhile, so the number was used in the new time."""
        self.beyond()
        older = Phone(self.device)
        older.sync()
        self.assertTrue(self.phone.pull()["reset"])
        self.assertEqual(1, len(self.lives()))

    def test_second_device_of_the_former_life_begins_no_third(self):
        """Proves I9."""
        other = Phone(self.enrol(self.colleague))
        other.sync()
        self.beyond()
        self.phone.pull()
        epoch = self.epochs._current()
        answer = other.pull()
        self.assertTrue(answer["reset"])
        self.assertEqual(epoch, answer["epoch"])
        self.assertEqual(1, answer["replay_from_seq"])

    def test_reset_names_the_first_number_that_the_database_does_not_know(self):
        """Proves I9."""
        self.phone.push_one(self.phone.create({"name": "Known"}))
        self.phone.sync()
        self.keep()
        self.phone.push_one(self.phone.create({"name": "Lost", "ref": MARK}))
        self.phone.pull()
        self.go_back()
        self.assertEqual(2, self.phone.pull()["replay_from_seq"])

    def test_push_with_a_cursor_of_a_former_life_is_refused_until_the_device_pulled(self):
        """Proves I9. It would be taken for new work, and what was lost would come after it."""
        self.beyond()
        operation = self.phone.create({"name": "Too early"})
        try:  # assertRaises would undo what the call did
            self.phone.answer(operation, cursor=self.phone.cursor)
        except Problem as problem:
            self.assertEqual("epoch_changed", problem.code)
            self.assertEqual(self.epochs._current(), problem.extra["epoch"])
        self.assertEqual(1, len(self.lives()))
        self.phone.pull()
        self.phone.sync()
        receipts = self.phone.answer(operation, cursor=self.phone.cursor)["receipts"]
        self.assert_status("applied", receipts[0])

    def test_cursor_of_a_life_that_the_database_never_had_begins_another_one(self):
        """Proves I9. It was restored to before the beginning of the life that gave the cursor out."""
        self.phone.sync()
        cursor = Handle(self.device.id, 0xC0FFEE, 1, b"12345678").seal(self.epochs._secret())
        self.assertTrue(self.phone.ask(cursor)["reset"])
        self.assertEqual(1, len(self.lives()))

    def test_what_is_merely_claimed_proves_nothing(self):
        """Proves I9. Forged cursors and numbers beyond the expected one begin no other life."""
        self.phone.sync()
        forged = Handle(self.device.id, life_mark(self.epochs._current()), 9, b"12345678").seal(b"guess")
        with self.assert_problem("cursor_invalid"):
            self.phone.ask(forged)
        with self.assert_problem("seq_gap"):
            self.phone.answer(self.phone.create({"name": "A"}) | {"seq": 70})
        self.assertFalse(self.lives())

    def test_cursor_that_is_no_longer_kept_is_no_proof(self):
        self.phone.sync()
        self.env["offline.position"].search([]).unlink()
        answer = self.phone.pull()
        self.assertTrue(answer["reset"])
        self.assertIsNone(answer["replay_from_seq"])
        self.assertFalse(self.lives())

    def test_fence_that_saw_numbers_to_come_is_noticed_by_the_first_push(self):
        """Proves I9. The database was brought to a cluster that is not so far."""
        self.env["offline.fence"].create({"taken_at": "2026-01-01", "snapshot": "900000000:900000000:"})
        self.phone.push()
        self.assertEqual("time_back", self.lives()[0].reason)
        self.assertFalse(self.env["offline.fence"].search([]))

    def test_life_that_another_call_ended_is_not_ended_again(self):
        self.assertFalse(self.epochs._begin("time_back", "00000000-0000-4000-8000-000000000000"))
        self.assertFalse(self.lives())


class TestCopies(LifeCase):
    """A database that is not where it used to be serves no device until a manager says which it is."""

    def live_at(self, home):
        self.env.cr.execute(SQL("UPDATE offline_epoch SET home = %s WHERE ended_at IS NULL", home))

    def here(self):
        return self.epochs._present()[3]

    def suspected_at(self, **other):
        self.live_at("/".join(self.here()._replace(**other)))
        return self.epochs._is_suspected()

    def test_another_cluster_or_another_name_and_number_is_suspect(self):
        """Proves I9."""
        self.assertTrue(self.suspected_at(cluster="1"))
        self.assertTrue(self.suspected_at(oid="1", name="production"))

    def test_restored_in_place_or_renamed_is_not(self):
        self.assertFalse(self.suspected_at())
        self.assertFalse(self.suspected_at(oid="1"))
        self.assertFalse(self.suspected_at(name="production"))

    def test_managers_are_told_beside_what_waits_for_them(self):
        conflicts = self.env["offline.conflict"]
        self.assertFalse(conflicts.with_user(self.manager).to_do()["suspected"])
        self.suspected_at(cluster="1")
        self.assertTrue(conflicts.with_user(self.manager).to_do()["suspected"])
        self.assertFalse(conflicts.with_user(self.reviewer).to_do()["suspected"])

    def test_suspected_copy_admits_no_device(self):
        self.live_at("1/2/production")
        with self.assert_problem("copy_suspected"):
            self.epochs._admit()

    def test_live_database_begins_another_life_and_forgets_foreign_numbers(self):
        """Proves I9."""
        self.phone.sync()
        self.live_at("1/2/production")
        self.env["offline.fence"].create({"taken_at": "2026-01-01", "snapshot": "5:5:"})
        self.epochs.with_user(self.manager).declare_live()
        self.assertFalse(self.epochs._is_suspected())
        self.assertFalse(self.env["offline.fence"].search([]))
        self.assertEqual(set(), self.logged("res.partner"))
        answer = self.phone.pull()
        self.assertTrue(answer["reset"])
        self.assertEqual(1, answer["replay_from_seq"])
        self.assertEqual(self.manager, self.lives()[0].user_id)

    def test_copy_revokes_its_devices_and_authenticates_no_cursor_of_the_original(self):
        self.phone.sync()
        self.live_at("1/2/production")
        self.epochs.with_user(self.manager).declare_copy()
        self.assertEqual("revoked", self.device.state)
        self.assertFalse(self.epochs._is_suspected())
        with self.assert_problem("cursor_invalid"):
            self.phone.pull()

    def test_copy_without_devices_settles_in_by_itself_with_a_secret_of_its_own(self):
        self.device.search([]).action_revoke()
        self.live_at("1/2/template")
        secret = self.epochs._secret()
        self.assertFalse(self.epochs._is_suspected())
        self.epochs._settle_in()
        self.assertEqual("/".join(self.here()), self.lives()[0].home)
        self.assertNotEqual(secret, self.epochs._secret())

    def test_restored_in_place_notes_its_new_number_and_lives_on(self):
        home = self.here()
        self.live_at("/".join(home._replace(oid="1")))
        self.epochs._settle_in()
        self.env.invalidate_all()
        self.assertEqual("/".join(home), self.before[0].home)
        self.assertFalse(self.lives())

    def test_suspected_copy_does_not_settle_in_by_itself(self):
        self.live_at("1/2/production")
        self.epochs._settle_in()
        self.assertTrue(self.epochs._is_suspected())

    def test_only_a_manager_says_which_it_is(self):
        for user in (self.user, self.reviewer):
            for said in ("declare_live", "declare_copy", "action_declare_live", "action_declare_copy"):
                with self.subTest(user=user.name, said=said), self.assertRaises(AccessError):
                    getattr(self.env["offline.epoch"].with_user(user), said)()
        with self.assertRaises(AccessError):
            self.env["offline.epoch"].with_user(self.reviewer).get_standing()

    def test_manager_reads_where_the_database_stands(self):
        self.live_at("1/2/production")
        standing = self.env["offline.epoch"].with_user(self.manager).get_standing()
        self.assertEqual((True, "1/2/production"), (standing["suspected"], standing["home"]))

    def test_second_decision_at_once_is_refused(self):
        epoch = self.env["offline.epoch"].with_user(self.manager)
        with patch.object(type(epoch), "_current", lambda _self: "gone"), self.assertRaises(UserError):
            epoch.declare_live()
