import io

from odoo.fields import Command

from ..store import capture, feed
from .common import ACTIVITY, MARK, PARTNER, OfflineCase


class TestCapture(OfflineCase):
    """What PostgreSQL notes of changes, whoever makes them and however."""

    def setUp(self):
        super().setUp()
        self.category = self.env["res.partner.category"].create({"name": "Tested"})
        self.settle()

    def sql(self, query, *arguments):
        self.env.flush_all()
        self.env.cr.execute(query, arguments)
        self.env.invalidate_all(flush=False)

    # --- what counts ----------------------------------------------------------------------------------------

    def test_create_is_logged(self):
        """Proves I1."""
        partner = self.new_partner("New")
        self.assertIn((partner.id, "i"), self.logged(PARTNER))

    def test_write_is_logged(self):
        """Proves I1."""
        self.partner.phone = "1"
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_unlink_is_logged(self):
        """Proves I1."""
        partner_id = self.partner.id
        self.partner.unlink()
        self.assertIn((partner_id, "d"), self.logged(PARTNER))

    def test_archiving_is_logged(self):
        """Proves I1."""
        self.partner.active = False
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_raw_sql_update_is_logged(self):
        """Proves I1."""
        self.sql("UPDATE res_partner SET phone = '2' WHERE id = %s", self.partner.id)
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_column_that_no_device_reads_is_logged_too(self):
        """Scopes and record rules use columns that nobody exports. Proves I1."""
        self.partner.color = 5
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_deletion_by_a_foreign_key_is_logged(self):
        """PostgreSQL deletes the activity of a deleted meeting; the ORM does not see it. Proves I1."""
        event = self.env["calendar.event"].create(
            {"name": "Meeting", "start": "2026-11-21 10:00:00", "stop": "2026-11-21 11:00:00"}
        )
        activity = self.new_activity(self.partner, self.user)
        activity.calendar_event_id = event
        self.settle()
        self.sql("DELETE FROM calendar_event WHERE id = %s", event.id)
        self.assertEqual({(activity.id, "d")}, self.logged(ACTIVITY))

    def test_field_emptied_by_a_foreign_key_is_logged(self):
        """Proves I1."""
        industry = self.env["res.partner.industry"].create({"name": "Tested"})
        self.partner.industry_id = industry
        self.settle()
        self.sql("DELETE FROM res_partner_industry WHERE id = %s", industry.id)
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_stored_compute_of_another_record_is_logged(self):
        """Proves I1."""
        child = self.new_partner("Child", parent_id=self.partner.id)
        self.settle()
        self.partner.name = "Renamed"
        self.assertIn((child.id, "u"), self.logged(PARTNER), "its complete name follows the parent's")

    def test_write_of_the_same_values_is_not_logged(self):
        self.sql(
            "UPDATE res_partner SET write_date = now(), write_uid = 1, phone = phone WHERE id = %s",
            self.partner.id,
        )
        self.assertEqual(set(), self.logged(PARTNER))

    def test_partner_merge_logs_every_touched_record(self):
        """The wizard rewrites foreign keys by raw SQL. Proves I1."""
        twin = self.new_partner("Azure Interior")
        child = self.new_partner("Child", parent_id=twin.id)
        activity = self.new_activity(twin, self.user)
        self.settle()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.partner + twin).ids, self.partner)
        self.assertIn((twin.id, "d"), self.logged(PARTNER))
        self.assertIn((child.id, "u"), self.logged(PARTNER))
        self.assertIn((activity.id, "u"), self.logged(ACTIVITY))

    # --- relations ------------------------------------------------------------------------------------------

    def test_many2many_logs_its_owner(self):
        """Proves I1."""
        self.partner.category_id = self.category
        self.assertIn((self.partner.id, "u"), self.logged(PARTNER))

    def test_many2many_changed_from_the_other_side_logs_the_owner(self):
        """Odoo does not even touch the contact's row. Proves I1."""
        self.category.partner_ids = [Command.link(self.partner.id)]
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))
        self.settle()
        self.category.partner_ids = [Command.unlink(self.partner.id)]
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_deleting_a_tag_logs_those_who_had_it(self):
        """Proves I1."""
        self.partner.category_id = self.category
        self.settle()
        self.category.unlink()
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_relation_row_given_to_another_owner_logs_both(self):
        """Proves I1."""
        other = self.new_partner("Other")
        self.partner.category_id = self.category
        self.settle()
        self.sql(
            "UPDATE res_partner_res_partner_category_rel SET partner_id = %s WHERE partner_id = %s",
            other.id,
            self.partner.id,
        )
        self.assertEqual({(self.partner.id, "u"), (other.id, "u")}, self.logged(PARTNER))

    def test_truncate_logs_that_all_changed(self):
        """Proves I1."""
        self.sql("TRUNCATE res_partner_res_partner_category_rel")
        self.assertEqual({(0, "t")}, self.logged(PARTNER))

    def test_copied_rows_are_logged(self):
        """Bulk loading by COPY. Proves I1."""
        self.env.cr._obj.copy_expert(
            "COPY res_partner (name, complete_name, ref, type, active) FROM STDIN",
            io.StringIO(f"Copied\tCopied\t{MARK}\tcontact\tt\n"),
        )
        self.env.invalidate_all()
        copied = self.env[PARTNER].search([("name", "=", "Copied"), ("ref", "=", MARK)])
        self.assertEqual({(copied.id, "i")}, self.logged(PARTNER))

    def test_deletion_that_cascades_over_relation_rows_logs_the_other_side(self):
        """Proves I1."""
        self.partner.category_id = self.category
        self.settle()
        self.sql("DELETE FROM res_partner_category WHERE id = %s", self.category.id)
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_translation_is_logged(self):
        """Proves I1."""
        self.env["res.lang"]._activate_lang("fr_FR")
        group = self.env["res.groups"].create({"name": "Tested"})
        self.settle()
        group.update_field_translations("name", {"fr_FR": "Essai"})
        self.assertEqual({(group.id, "u")}, self.logged("res.groups"))

    def test_imported_rows_are_logged(self):
        """Proves I1."""
        ids = self.env[PARTNER].load(["name", "ref"], [["Imported", MARK]])["ids"]
        self.assertIn((ids[0], "i"), self.logged(PARTNER))

    # --- what the log says besides ----------------------------------------------------------------------------

    def columns(self, record_id):
        """The changed columns that the log names for a contact, one entry for each row."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT columns FROM offline_change WHERE model = %s AND res_id = %s ORDER BY seq",
            [PARTNER, record_id],
        )
        return [row[0] if row[0] is None else set(row[0].split(",")) for row in self.env.cr.fetchall()]

    def test_log_names_the_exported_columns_that_changed(self):
        self.sql(
            "UPDATE res_partner SET phone = '1', city = 'Here', color = 3 WHERE id = %s", self.partner.id
        )
        self.assertEqual([{"phone", "city"}], self.columns(self.partner.id))

    def test_log_names_an_exported_relation_that_changed(self):
        self.category.partner_ids = [Command.link(self.partner.id)]
        self.assertEqual([{"category_id"}], self.columns(self.partner.id))

    def test_log_knows_when_a_field_changed(self):
        """What the policy "newest" goes by; raw SQL, which leaves write_date alone, counts too."""
        self.env.cr.execute("SELECT now() AT TIME ZONE 'UTC'")
        now = self.env.cr.fetchone()[0]
        self.assertIsNone(feed.changed_at(self.env.cr, PARTNER, self.partner.id, "phone"))
        self.sql("UPDATE res_partner SET phone = '1' WHERE id = %s", self.partner.id)
        self.category.partner_ids = [Command.link(self.partner.id)]
        self.env.flush_all()
        changed = {
            name: feed.changed_at(self.env.cr, PARTNER, self.partner.id, name)
            for name in ("phone", "category_id", "city")
        }
        self.assertEqual({"phone": now, "category_id": now, "city": None}, changed)

    def test_field_of_a_new_record_changed_when_it_was_created(self):
        partner = self.new_partner("New")
        self.env.flush_all()
        self.assertTrue(feed.changed_at(self.env.cr, PARTNER, partner.id, "city"))

    def test_change_of_a_column_that_capture_does_not_know_counts_for_every_field(self):
        self.sql("ALTER TABLE res_partner ADD COLUMN x_test varchar")
        self.sql("UPDATE res_partner SET x_test = 'a' WHERE id = %s", self.partner.id)
        self.assertEqual([None], self.columns(self.partner.id))
        self.assertTrue(feed.changed_at(self.env.cr, PARTNER, self.partner.id, "city"))

    # --- never in the way -----------------------------------------------------------------------------------

    def test_renamed_column_neither_fails_an_update_nor_loses_it(self):
        """Odoo renames columns in migrations, while triggers are still those of the old code. Proves I1."""
        self.sql("ALTER TABLE res_partner RENAME COLUMN function TO former_function")
        self.sql("UPDATE res_partner SET phone = '3' WHERE id = %s", self.partner.id)
        self.env.cr.execute("SELECT res_id, op FROM offline_change WHERE model = 'res.partner'")
        self.assertEqual([(self.partner.id, "u")], self.env.cr.fetchall())

    def test_change_of_a_column_added_by_hand_is_not_lost_before_a_repair(self):
        """A field added on a screen, or by somebody in SQL. Proves I1."""
        self.sql("ALTER TABLE res_partner ADD COLUMN x_test varchar")
        self.sql("UPDATE res_partner SET x_test = 'a' WHERE id = %s", self.partner.id)
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_dropped_column_neither_fails_an_update_nor_loses_it(self):
        """Proves I1."""
        self.sql("ALTER TABLE res_partner DROP COLUMN function")
        self.sql("UPDATE res_partner SET phone = '3' WHERE id = %s", self.partner.id)
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_dropped_column_of_a_relation_is_no_obstacle(self):
        """Which owner a row has cannot be told any more: all are meant. Proves I1."""
        self.sql("ALTER TABLE res_partner_res_partner_category_rel RENAME COLUMN partner_id TO contact_id")
        self.sql(
            "INSERT INTO res_partner_res_partner_category_rel (contact_id, category_id) VALUES (%s, %s)",
            self.partner.id,
            self.category.id,
        )
        self.assertEqual({(0, "u")}, self.logged(PARTNER))

    def test_renamed_key_is_no_obstacle(self):
        """Which row changed cannot be told any more: all are meant. Proves I1."""
        self.sql("ALTER TABLE mail_activity RENAME COLUMN id TO former_id")
        self.sql("UPDATE mail_activity SET summary = 'a'")
        self.assertEqual({(0, "u")}, self.logged(ACTIVITY))

    def test_renamed_table_is_still_captured(self):
        """Until the module that renamed it is loaded and its triggers are made anew. Proves I1."""
        self.sql("ALTER TABLE res_partner RENAME TO res_contact")
        self.sql("UPDATE res_contact SET phone = '3' WHERE id = %s", self.partner.id)
        self.env.cr.execute("SELECT res_id, op FROM offline_change WHERE model = 'res.partner'")
        self.assertEqual([(self.partner.id, "u")], self.env.cr.fetchall())

    def test_one_row_and_then_thousands_are_logged_completely(self):
        """A plan that PostgreSQL made for one row must serve thousands. Proves I1."""
        self.sql("UPDATE res_partner SET phone = '4' WHERE id = %s", self.partner.id)
        self.sql(
            """INSERT INTO res_partner (name, complete_name, ref, type, active)
               SELECT n, n, %s, 'contact', true FROM generate_series(1, 2000) AS n""",
            MARK,
        )
        self.env.cr.execute(
            "SELECT array_agg(id) FROM res_partner WHERE ref = %s AND name ~ '^[0-9]+$'", [MARK]
        )
        ids = self.env.cr.fetchone()[0]
        self.settle()
        self.sql("UPDATE res_partner SET phone = '5' WHERE id = ANY(%s)", ids)
        self.assertEqual({(i, "u") for i in ids}, self.logged(PARTNER))

    def test_functions_run_with_the_settings_that_keep_them_quick(self):
        """Nested loops took 41.9 s for 20,000 rows; compiled plans 45 ms for each single row after such an update."""
        self.env.cr.execute(
            "SELECT DISTINCT proconfig FROM pg_proc WHERE proname LIKE 'offline\\_capture\\_%'"
        )
        ((settings,),) = self.env.cr.fetchall()
        self.assertLessEqual({"enable_nestloop=off", "jit=off"}, set(settings))

    def test_user_without_rights_on_the_log_is_not_stopped(self):
        """The function writes the log with its owner's rights, whatever the search path. Proves I1."""
        self.sql("SET LOCAL search_path = pg_catalog")
        self.sql("UPDATE public.res_partner SET phone = '6' WHERE id = %s", self.partner.id)
        self.sql("SET LOCAL search_path = public")
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    # --- health ---------------------------------------------------------------------------------------------

    def assert_repaired(self, table):
        problems = self.env["offline.capture"]._problems()
        self.assertEqual(1, len(problems), problems)
        self.assertIn(table, problems[0])
        self.env["offline.capture"]._install()
        self.assertEqual([], self.env["offline.capture"]._problems())
        self.settle()
        self.sql("UPDATE res_partner SET phone = '7' WHERE id = %s", self.partner.id)
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_installed_capture_has_no_problems(self):
        self.assertEqual([], self.env["offline.capture"]._problems())

    def test_dropped_trigger_is_found_and_repaired(self):
        """Proves I1."""
        self.sql("DROP TRIGGER offline_capture_update ON res_partner")
        self.assert_repaired("res_partner")

    def test_disabled_trigger_is_found_and_repaired(self):
        """Proves I1."""
        self.sql("ALTER TABLE res_partner DISABLE TRIGGER offline_capture_update")
        self.assert_repaired("res_partner")

    def test_dropped_function_is_found_and_repaired(self):
        """Proves I1."""
        self.sql("DROP FUNCTION offline_capture_res_partner() CASCADE")
        self.assert_repaired("res_partner")

    def test_new_column_is_found_and_captured(self):
        """Proves I1."""
        self.sql("ALTER TABLE res_partner ADD COLUMN x_test varchar")
        self.assert_repaired("res_partner")
        self.settle()
        self.sql("UPDATE res_partner SET x_test = 'a' WHERE id = %s", self.partner.id)
        self.assertEqual({(self.partner.id, "u")}, self.logged(PARTNER))

    def test_table_that_no_adapter_needs_any_more_is_let_go(self):
        sources = [s for s in self.env["offline.capture"]._sources() if s.table != "mail_activity"]
        capture.install(self.env.cr, sources)
        self.assertNotIn("mail_activity", capture.installed(self.env.cr))

    def test_uninstalling_leaves_no_function_and_no_log(self):
        capture.uninstall(self.env.cr)
        self.env.cr.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'offline\\_capture\\_%'")
        self.assertEqual([], self.env.cr.fetchall())
        self.env.cr.execute("SELECT to_regclass('offline_change')")
        self.assertEqual((None,), self.env.cr.fetchone())
