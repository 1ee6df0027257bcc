from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime

from ..store import capture, feed
from .common import ACTIVITY, PARTNER, OfflineCase


class TestHealth(OfflineCase):
    """What a manager sees of the capture of changes, and mends."""

    def setUp(self):
        super().setUp()
        self.health = self.env["offline.health"].with_user(self.manager)

    def states(self):
        return {line["table"]: line["state"] for line in self.health.report()["tables"]}

    def damage(self, statement="DROP TRIGGER offline_capture_update ON res_partner"):
        self.env.flush_all()
        self.env.cr.execute(statement)

    def test_sound_database_is_well(self):
        report = self.health.report()
        self.assertEqual("ok", report["state"])
        self.assertEqual({"ok"}, set(self.states().values()))
        self.assertIn("res_partner", self.states())
        self.assertGreater(report["log_mb"], 0)

    def test_room_that_the_engine_takes_is_told_largest_first(self):
        sizes = self.health.report()["sizes"]
        self.assertEqual(sizes, sorted(sizes, key=lambda line: (-line["bytes"], line["table"])))
        named = {line["table"]: line["name"] for line in sizes}
        self.assertEqual("Offline Operation", named["offline_operation"])
        self.assertIn("offline_change", named)
        self.assertFalse([name for name in named if not name.startswith("offline_")])
        form = self.health.browse(self.health.action_open()["res_id"])
        self.assertEqual([line["table"] for line in sizes], form.size_ids.mapped("table"))
        self.assertTrue(all(form.size_ids.mapped("size_text")))

    def test_work_that_is_open_for_long_is_told_in_numbers_and_warned_of(self):
        now = Datetime.now()
        self.patch(feed, "oldest_open", lambda _cr: now - timedelta(seconds=1200))
        self.patch(feed, "lag_s", lambda _cr: 30.0)
        report = self.health.report()
        self.assertAlmostEqual(1200, report["open_s"], delta=5)
        self.assertEqual((30.0, True), (report["lag_s"], report["is_late"]))

    def test_lag_of_the_feed_alone_is_warned_of(self):
        self.patch(feed, "oldest_open", lambda _cr: None)
        self.patch(feed, "lag_s", lambda _cr: 901.0)
        report = self.health.report()
        self.assertEqual((0.0, 901.0, True), (report["open_s"], report["lag_s"], report["is_late"]))

    def test_ordinary_work_is_not_late(self):
        now = Datetime.now()
        self.patch(feed, "oldest_open", lambda _cr: now - timedelta(seconds=60))
        self.patch(feed, "lag_s", lambda _cr: 600.0)
        self.assertFalse(self.health.report()["is_late"])

    def test_missing_trigger_is_shown_first_and_repaired(self):
        """Proves I1."""
        self.damage()
        form = self.health.browse(self.health.action_open()["res_id"])
        first = form.line_ids[0]
        self.assertEqual(("problems", "res_partner", "missing"), (form.state, first.table, first.state))
        again = self.health.browse(form.action_repair()["res_id"])
        self.assertEqual("ok", again.state)

    def test_changes_that_were_missed_reach_the_devices_after_the_repair(self):
        """Proves I1."""
        self.phone.sync()
        self.settle()
        self.damage()
        self.partner.phone = "missed"
        self.env.flush_all()
        self.assertEqual(set(), self.logged(PARTNER))
        self.health.repair()
        self.assertIn((0, "t"), self.logged(PARTNER))
        self.assert_converged()
        self.assertEqual("missed", self.phone.held[PARTNER][self.partner.id]["values"]["phone"])

    def test_column_added_by_hand_is_no_loss_and_repairing_it_makes_nobody_compare(self):
        self.damage("ALTER TABLE res_partner ADD COLUMN x_test varchar")
        self.assertEqual("outdated", self.states()["res_partner"])
        self.settle()
        self.assertEqual("ok", self.health.repair()["state"])
        self.assertEqual(set(), self.logged(PARTNER))

    def test_only_managers_see_and_repair(self):
        for user in (self.user, self.reviewer):
            health = self.env["offline.health"].with_user(user)
            for method in ("report", "repair", "action_open"):
                with self.subTest(user=user.name, method=method), self.assertRaises(AccessError):
                    getattr(health, method)()

    def test_manager_needs_no_other_right_for_the_repair(self):
        self.damage()
        self.assertEqual("ok", self.health.with_user(self.manager).repair()["state"])

    def test_repair_that_finds_a_table_in_use_says_so(self):
        def busy(*_arguments):
            raise psycopg2.errors.LockNotAvailable

        self.patch(capture, "install", busy)
        with self.assertRaisesRegex(UserError, "working in a table"):
            self.health.repair()

    def test_repair_waits_for_locks_only_so_long(self):
        """A waiting trigger makes everybody else wait behind it."""
        with self.recorded_queries() as queries:
            self.health.repair()
        self.assertTrue(any("lock_timeout" in query for query in queries))
        self.env.cr.execute("SHOW lock_timeout")
        self.assertEqual("0", self.env.cr.fetchone()[0])

    def test_capture_is_not_touched_when_the_registry_is_merely_loaded(self):
        """DDL belongs to installing, updating and repairing. Proves I1."""
        self.damage()
        self.patch(self.env.registry, "updated_modules", [])
        with self.assertLogs("odoo.addons.offline_base.models.offline_capture", "WARNING") as logged:
            self.env["offline.capture"]._register_hook()
        self.assertIn("res_partner", logged.output[0])
        self.assertEqual("missing", self.states()["res_partner"])

    def test_model_that_goes_is_noted(self):
        """Its table is dropped without a trigger firing. Proves I1."""
        model = self.env["ir.model"]._get(ACTIVITY)
        self.settle()
        self.patch(type(self.env[ACTIVITY]), "_abstract", True)  # keeps the table
        model._drop_table()
        self.assertEqual({(0, "t")}, self.logged(ACTIVITY))

    def test_column_that_goes_is_noted(self):
        """Proves I1."""
        field = self.env["ir.model.fields"]._get(PARTNER, "function")
        self.settle()
        field._drop_column()
        self.env.cr.execute("SELECT res_id, op FROM offline_change WHERE model = 'res.partner'")
        self.assertEqual([(0, "t")], self.env.cr.fetchall())

    # --- uninstalling -----------------------------------------------------------------------------------------

    def wizard(self, name):
        module = self.env["ir.module.module"].search([("name", "=", name)])
        return self.env["base.module.uninstall"].create({"module_ids": [Command.set(module.ids)]})

    def test_uninstalling_warns_of_unsent_work(self):
        """Proves I8."""
        self.env.cr.execute("UPDATE offline_device SET state = 'revoked' WHERE id != %s", [self.device.id])
        self.env.cr.execute(
            """INSERT INTO offline_presence (device_id, contact_at, outbox) VALUES (%s, now(), 41)
               ON CONFLICT (device_id) DO UPDATE SET outbox = 41""",
            [self.device.id],
        )
        warning = self.wizard("offline_base").offline_warning
        self.assertIn("1 of 1 devices hold 41 unsent operations", warning)

    def test_uninstalling_a_module_below_warns_as_well(self):
        self.assertTrue(self.wizard("contacts").offline_warning)

    def test_uninstalling_another_module_does_not_warn(self):
        self.assertFalse(self.wizard("offline_test_note").offline_warning)
