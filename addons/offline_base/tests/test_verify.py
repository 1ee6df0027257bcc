from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from ..core import wire
from ..core.digest import MODULUS, from_hex, to_hex
from ..store import cuts, reader, rights
from ..store.verify import check_sample, verify
from .common import ACTIVITY, PARTNER, OfflineCase

LOGGER = "odoo.addons.offline_base.store.verify"


class TestVerify(OfflineCase):
    """Both sides compare what they hold, with each other and with a fresh reading. Proves I6."""

    def setUp(self):
        super().setUp()
        self.others = self.env[PARTNER].union(*(self.new_partner(f"Contact {n}") for n in range(4)))
        self.phone.sync()
        self.settle()

    def sums(self, shards, entity=PARTNER):
        sums = [0] * shards
        for record_id, row in self.phone.held.get(entity, {}).items():
            sums[record_id % shards] += from_hex(row["v"])
        return [to_hex(total % MODULUS) for total in sums]

    def verify(self, sums, shards=8, **more):
        asked = wire.VerifyRequest(entity=PARTNER, shards=shards, sums=sums, **more)
        return verify(self.phone.device, asked)["differ"]

    def silently(self, record, column, value):
        """Change what the device reads and leave no row in the log."""
        self.env.cr.execute(f'UPDATE "{record._table}" SET "{column}" = %s WHERE id = %s', [value, record.id])
        self.settle()
        self.env.invalidate_all()

    def test_nothing_differs_when_both_hold_the_same(self):
        self.assertEqual([], self.verify(self.sums(8)))
        self.assertEqual([], self.verify(self.sums(8), cursor=self.phone.cursor))

    def test_shard_that_the_device_lost_is_named_and_repaired(self):
        record_id = self.partner.id
        del self.phone.held[PARTNER][record_id]
        differ = self.verify(self.sums(8))
        self.assertEqual([record_id % 8], differ)
        self.phone.sync(repair={PARTNER: differ}, repair_shards=8)
        self.assertIn(record_id, self.phone.held[PARTNER])
        self.assert_converged()

    def test_change_that_the_log_speaks_of_is_no_difference(self):
        self.partner.phone = "1"
        self.env.flush_all()
        self.assertEqual([], self.verify(self.sums(8)))

    def test_change_that_nobody_logged_is_told_and_repaired(self):
        """Proves I1."""
        self.silently(self.partner, "phone", "unseen")
        self.assertEqual({}, self.upserts(self.phone.pull()))
        with self.assertLogs(LOGGER, "ERROR") as told:
            self.assertEqual([self.partner.id % 8], self.verify(self.sums(8)))
        self.assertIn(f"{PARTNER} {self.partner.id} holds version", told.output[0])
        self.assertIn("phone", told.output[0])
        self.assertEqual([self.partner.id], list(self.upserts(self.phone.pull())))

    def test_record_that_left_the_scope_unseen_is_told_and_removed(self):
        """Proves I4."""
        self.silently(self.partner, "ref", None)
        with self.assertLogs(LOGGER, "ERROR") as told:
            found = check_sample(self.env, 1000)
        self.assertGreaterEqual(found["defects"], 1)
        self.assertIn("is held and not in scope", "".join(told.output))
        self.assertEqual({self.partner.id: "scope"}, self.removes(self.phone.pull()))

    def test_the_field_that_two_ways_of_reading_show_differently_is_named(self):
        self.silently(self.partner, "phone", "unseen")
        values = reader.read_values

        def wrong(adapter, specs, ids):
            return {i: row | {"city": "elsewhere"} for i, row in values(adapter, specs, ids).items()}

        with patch.object(reader, "read_values", wrong), self.assertLogs(LOGGER, "ERROR") as told:
            self.verify(self.sums(8))
        self.assertIn("fields: city", told.output[0])

    def test_cursor_of_another_device_is_refused(self):
        """Proves I4."""
        other = self.enrol(self.colleague)
        with self.assert_problem("cursor_invalid"):
            asked = wire.VerifyRequest(entity=PARTNER, shards=1, sums=["0" * 16], cursor=self.phone.cursor)
            verify(other.with_user(1).sudo(), asked)

    def test_device_without_a_position_differs_everywhere(self):
        other = self.enrol(self.colleague)
        asked = wire.VerifyRequest(entity=PARTNER, shards=2, sums=["0" * 16] * 2)
        self.assertEqual({"differ": [0, 1]}, verify(other.with_user(1).sudo(), asked))

    # --- at once, for a manager -----------------------------------------------------------------------------

    def test_manager_has_a_device_compared_now(self):
        """Proves I1."""
        device = self.phone.device.with_user(self.manager)
        self.assertEqual({"devices": 1, "defects": 0}, device.verify_now())
        self.assertEqual("success", device.action_verify()["params"]["type"])
        self.silently(self.partner, "phone", "unseen")
        with self.assertLogs(LOGGER, "ERROR"):
            self.assertEqual("danger", device.action_verify()["params"]["type"])
        self.assertEqual([self.partner.id], list(self.upserts(self.phone.pull())))

    def test_device_that_has_nothing_yet_cannot_be_compared(self):
        self.phone.device.action_revoke()
        device = self.phone.device.with_user(self.manager)
        self.assertEqual({"devices": 0, "defects": 0}, device.verify_now())
        self.assertEqual("warning", device.action_verify()["params"]["type"])

    def test_nobody_else_has_a_device_compared(self):
        for user in (self.reviewer, self.user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.phone.device.with_user(user).verify_now()


class TestScopes(OfflineCase):
    """Scopes are compared when, and only when, they may have changed. Proves I4."""

    def setUp(self):
        super().setUp()
        self.others = self.env[PARTNER].union(*(self.new_partner(f"Contact {n}") for n in range(3)))
        self.phone.sync()
        self.settle()

    def compared(self):
        """How each entity was compared in the next pull."""
        modes = {}
        compare = cuts.Cuts._compare

        def noting(this, name, scope):
            modes[name] = compare(this, name, scope)
            return modes[name]

        with patch.object(cuts.Cuts, "_compare", noting):
            self.phone.pull()
        return modes

    def test_change_of_a_record_compares_no_other(self):
        self.others[0].phone = "1"
        self.assertEqual(cuts.CHANGED, self.compared()[PARTNER])

    def test_next_day_compares_all_ids(self):
        position = self.env["offline.position"].search([("device_id", "=", self.device.id)], limit=1)
        position.scope_day = "2000-01-01"
        position.flush_recordset()
        self.settle()
        self.assertEqual(cuts.IDS, self.compared()[PARTNER])
        self.assertEqual({}, self.compared(), "once")

    def test_all_ids_are_compared_after_six_hours(self):
        self.silently_leaves(self.partner)
        self.assertEqual({}, self.removes(self.phone.pull()))
        position = self.env["offline.position"].search([("device_id", "=", self.device.id)], limit=1)
        position.compared_at = "2000-01-01 00:00:00"
        self.env.flush_all()
        self.assertEqual({self.partner.id: "scope"}, self.removes(self.phone.pull()))

    def silently_leaves(self, partner):
        self.env.cr.execute("UPDATE res_partner SET ref = NULL WHERE id = %s", [partner.id])
        self.settle()
        self.env.invalidate_all()

    def test_row_of_a_table_that_the_scope_looks_at_compares_all_ids(self):
        category = self.env["res.partner.category"].create({"name": "T"})
        self.others.category_id = category
        self.partner_line.domain = "[('category_id.name', '=', 'T'), ('ref', '=', 'offline test')]"
        self.phone.sync()
        self.settle()
        self.assertEqual(set(self.others.ids), set(self.phone.held[PARTNER]))
        category.name = "U"
        self.phone.sync()
        self.assertEqual({}, self.phone.held[PARTNER])

    def test_row_of_a_table_that_nobody_watches_is_seen_by_an_idle_pull(self):
        """It has no row in the log, so its scope is evaluated even if nothing was logged."""
        watched = dict(self.env["offline.capture"]._watched())
        watched.pop("res_partner_category", None)
        self.patch(type(self.env["offline.capture"]), "_watched", lambda this: watched)
        category = self.env["res.partner.category"].create({"name": "T"})
        self.others.category_id = category
        self.partner_line.domain = "[('category_id.name', '=', 'T'), ('ref', '=', 'offline test')]"
        self.phone.sync()
        category.name = "U"
        self.settle()
        self.phone.sync()
        self.assertEqual({}, self.phone.held[PARTNER])

    def test_right_that_another_worker_changed_counts_before_it_says_so(self):
        """The rule is there and logged; this worker's caches still know nothing of it. Proves I4."""
        self.env["ir.rule"]._compute_domain(PARTNER, "read")
        model = self.env["ir.model"]._get_id(PARTNER)
        self.device._as_user().env["ir.rule"]._compute_domain(PARTNER, "read")
        rights.drop_stale_caches(self.env, cuts.feed.current_snapshot(self.env.cr))
        self.device._as_user().env["ir.rule"]._compute_domain(PARTNER, "read")
        self.env.cr.execute(
            """INSERT INTO ir_rule (name, model_id, active, perm_read, domain_force, global)
               VALUES ('Not this one', %s, true, true, %s, true)""",
            [model, f"[('id', '!=', {self.partner.id})]"],
        )
        self.assertEqual({self.partner.id: "scope"}, self.removes(self.phone.pull()))

    def test_new_device_has_no_worker_forget_what_it_remembers(self):
        """Every call reads the rows of its device and profile; nothing is remembered of them."""
        self.phone.pull()
        self.settle()
        self.env["offline.device"].create(
            {"name": "New", "user_id": self.user.id, "profile_id": self.profile.id}
        )
        self.profile.poll_interval_s += 1
        self.partner.phone = "7"
        with patch.object(type(self.env.registry), "clear_cache") as clear:
            self.assertIn(self.partner.id, self.upserts(self.phone.pull()))
        clear.assert_not_called()

    def test_digests_of_an_idle_pull_load_no_holdings(self):
        with self.recorded_queries() as queries:
            answer = self.phone.pull()
        self.assertEqual(len(self.phone.held[PARTNER]), answer["digests"][PARTNER]["count"])
        self.assertEqual([], [q for q in queries if "offline_holding" in q])

    def test_schema_that_the_device_says_it_knows_reads_the_content_anew(self):
        """Proves I6."""
        self.silent_phone(self.partner)
        self.assertEqual({}, self.upserts(self.phone.pull(schema={PARTNER: 1})))
        self.assertEqual([self.partner.id], list(self.upserts(self.phone.pull(schema={PARTNER: 2}))))

    def silent_phone(self, partner):
        self.env.cr.execute("UPDATE res_partner SET phone = 'unseen' WHERE id = %s", [partner.id])
        self.settle()
        self.env.invalidate_all()

    def test_activities_are_compared_on_every_pull(self):
        activity = self.new_activity(self.partner, self.user)
        self.phone.sync()
        self.assertIn(activity.id, self.phone.held[ACTIVITY])
        self.env.cr.execute(
            "UPDATE mail_activity SET user_id = %s WHERE id = %s", [self.colleague.id, activity.id]
        )
        self.settle()
        self.env.invalidate_all()
        self.assertEqual({activity.id: "scope"}, self.removes(self.phone.pull(), ACTIVITY))

    # --- children ---------------------------------------------------------------------------------------------

    def assert_follows(self, adapter, parent):
        """A parent that leaves takes its child along, and brings it when it comes back."""
        self.patch(type(self.env[adapter]), "_offline_parent", parent)
        self.env[adapter]._offline_check()
        mine, others = (
            self.new_activity(record, self.user) for record in (self.partner, self.user.partner_id)
        )
        self.phone.sync()
        self.assertIn(mine.id, self.phone.held[ACTIVITY])
        self.assertNotIn(others.id, self.phone.held[ACTIVITY])
        self.settle()
        self.partner.active = False
        self.assertEqual({mine.id: "scope"}, self.removes(self.phone.pull(), ACTIVITY))
        self.settle()
        self.partner.active = True
        self.assertEqual([mine.id], list(self.upserts(self.phone.pull(), ACTIVITY)))
        self.assert_converged()

    def test_child_follows_its_parent_of_any_entity(self):
        """Proves I4."""
        self.assert_follows("offline.entity.mail_activity", ("res_id", "res_model"))

    def test_child_follows_its_parent(self):
        """Proves I4."""
        adapter = "offline.entity.res_partner"
        line = self.partner_line
        self.profile.entity_ids = [
            Command.create({"entity": "res.country", "domain": "[('code', '=', 'BE')]"})
        ]
        line.domain = "[('ref', '=', 'offline test')]"
        self.patch(type(self.env[adapter]), "_offline_parent", ("country_id", "res.country"))
        self.env[adapter]._offline_check()
        self.partner.country_id = self.env.ref("base.be")
        self.others[0].country_id = self.env.ref("base.fr")
        self.phone.sync()
        self.assertEqual([self.partner.id], list(self.phone.held[PARTNER]))
        self.settle()
        self.env.ref("base.be").code = "ZZ"
        self.phone.sync()
        self.assertEqual({}, self.phone.held[PARTNER])
        described = self.adapter()._offline_describe(line)
        self.assertEqual("country_id", described["parent"])

    def test_parent_that_is_no_reference_is_refused(self):
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_parent", ("phone", "res.country"))
        with self.assertRaisesRegex(ValidationError, "_offline_parent names phone"):
            self.env["offline.entity.res_partner"]._offline_check()
