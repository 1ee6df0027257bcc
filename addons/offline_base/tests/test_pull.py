from datetime import date, datetime

from odoo.fields import Command

from ..core.digest import to_hex
from .common import ACTIVITY, PARTNER, Phone, PullCase


def as_read(value, field_type):
    """A value of Odoo's `read` as the wire should show it, written down a second time."""
    if field_type == "boolean":
        return value
    if field_type == "many2many":
        return sorted(value)
    if field_type in ("integer", "float", "monetary"):
        return value
    if value in (False, None, "", 0):
        return None
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    return value


class TestPull(PullCase):
    """What a device is given."""

    def test_first_pull_brings_exactly_the_scope(self):
        """Proves I4."""
        hers = self.new_activity(self.partner, self.colleague)
        archived = self.new_partner("Archived", active=False)
        answer = self.phone.pull()
        self.assertTrue(answer["complete"])
        partners = self.env[PARTNER].with_user(self.user).search([("ref", "=", self.partner.ref)])
        activities = self.env[ACTIVITY].with_user(self.user).search([("user_id", "=", self.user.id)])
        self.assertEqual(set(partners.ids), set(self.upserts(answer)))
        self.assertEqual(set(activities.ids), set(self.upserts(answer, ACTIVITY)))
        self.assertIn(self.activity, activities)
        self.assertNotIn(hers.id, self.upserts(answer, ACTIVITY))
        self.assertNotIn(archived.id, self.upserts(answer))

    def test_content_is_what_the_user_reads_field_by_field(self):
        """Proves I4."""
        self.partner.write(
            {
                "comment": "<p>Rings <b>twice</b></p>",
                "category_id": [Command.create({"name": "B"}), Command.create({"name": "A"})],
                "country_id": self.env.ref("base.be").id,
                "user_id": self.user.id,
                "phone": "",
            }
        )
        answer = self.phone.pull()
        for entity in (PARTNER, ACTIVITY):
            specs = self.adapter(entity)._offline_specs()
            for record_id, upsert in self.upserts(answer, entity).items():
                record = self.env[entity].with_user(self.user).browse(record_id)
                read = record.read(list(specs), load=None)[0]
                expected = {name: as_read(read[name], spec.type) for name, spec in specs.items()}
                self.assertEqual(expected, upsert["values"])

    def test_versions_and_digests_are_those_of_the_content(self):
        """Proves I6."""
        self.assert_converged()

    def test_birth_has_six_decimals(self):
        """An id that is given out again after a restore is told apart by it. Proves I9."""
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-11-21 10:00:00.123456' WHERE id = %s",
            [self.partner.id],
        )
        upsert = self.upserts(self.phone.pull())[self.partner.id]
        self.assertEqual("2026-11-21T10:00:00.123456Z", upsert["born"])

    def test_record_born_on_a_device_carries_its_uid_for_every_device(self):
        receipt = self.phone.push_one(
            operation := self.phone.create({"name": "New", "ref": self.partner.ref})
        )
        other = Phone(self.enrol(self.colleague))
        for phone in (self.phone, other):
            phone.sync()
            upsert = phone.held[PARTNER][receipt["target"]["id"]]
            self.assertEqual(operation["target"]["uid"], upsert["uid"])

    def test_entity_that_only_goes_to_the_server_brings_nothing(self):
        self.partner_line.direction = "push"
        self.assertEqual({}, self.upserts(self.phone.pull()))

    def test_field_that_the_user_may_not_read_is_not_sent(self):
        """Proves I4."""
        self.hide_field("phone")
        self.partner.phone = "secret"
        answer = self.phone.pull()
        self.assertNotIn("phone", self.upserts(answer)[self.partner.id]["values"])
        self.assertNotIn("secret", str(answer))

    def test_field_hidden_after_it_was_sent_is_taken_back(self):
        """Proves I4."""
        self.partner.phone = "secret"
        self.phone.sync()
        self.settle()
        self.hide_field("phone")
        self.phone.sync()
        self.assertNotIn("secret", str(self.phone.held))
        self.assert_converged()

    def test_change_brings_that_record_and_no_other(self):
        self.phone.sync()
        self.settle()
        self.partner.phone = "1"
        answer = self.phone.pull()
        self.assertEqual([self.partner.id], list(self.upserts(answer)))
        self.assertEqual("1", self.upserts(answer)[self.partner.id]["values"]["phone"])
        self.assert_converged()

    def test_touch_without_a_change_that_the_device_sees_sends_nothing(self):
        self.phone.sync()
        self.settle()
        self.partner.color = 7
        answer = self.phone.pull()
        self.assertEqual([], answer["changes"])

    def test_nothing_new_gives_the_same_cursor(self):
        cursor = self.phone.sync()[-1]["cursor"]
        self.settle()
        self.assertEqual(cursor, self.phone.pull()["cursor"])

    def test_idle_pull_writes_nothing(self):
        self.phone.sync()
        self.phone.pull()
        self.settle()
        with self.recorded_queries() as queries:
            self.phone.pull()
        self.assertEqual([], [q for q in queries if not q.lstrip().upper().startswith("SELECT")])

    def test_raw_update_reaches_the_device(self):
        """Proves I1."""
        self.phone.sync()
        self.settle()
        self.env.cr.execute("UPDATE res_partner SET phone = '2' WHERE id = %s", [self.partner.id])
        self.env.invalidate_all(flush=False)
        self.assertEqual("2", self.upserts(self.phone.pull())[self.partner.id]["values"]["phone"])

    def test_change_of_a_relation_from_the_other_side_reaches_the_device(self):
        """Proves I1."""
        self.phone.sync()
        self.settle()
        category = self.env["res.partner.category"].create(
            {"name": "T", "partner_ids": [Command.link(self.partner.id)]}
        )
        answer = self.phone.pull()
        self.assertEqual([category.id], self.upserts(answer)[self.partner.id]["values"]["category_id"])

    def test_truncate_makes_the_device_compare_all(self):
        """Proves I1."""
        self.partner.category_id = self.env["res.partner.category"].create({"name": "T"})
        self.phone.sync()
        self.settle()
        self.env.cr.execute("TRUNCATE res_partner_res_partner_category_rel")
        self.env.invalidate_all(flush=False)
        self.assertEqual([], self.upserts(self.phone.pull())[self.partner.id]["values"]["category_id"])

    def test_deleted_record_is_removed_as_deleted(self):
        """Proves I4."""
        self.phone.sync()
        self.settle()
        record_id = self.others[0].id
        self.others[0].unlink()
        self.assert_removed(record_id, "deleted")

    def test_archived_record_leaves_the_scope(self):
        """Proves I4."""
        self.phone.sync()
        self.settle()
        self.others[0].active = False
        self.assert_removed(self.others[0].id, "scope")

    def test_record_that_a_new_rule_hides_leaves_the_scope(self):
        """Proves I4."""
        self.phone.sync()
        self.settle()
        self.hide(self.partner)
        self.assert_removed(self.partner.id, "scope")

    def test_reassigned_activity_leaves_the_scope(self):
        """Proves I4."""
        self.phone.sync()
        self.settle()
        self.activity.user_id = self.colleague
        self.assert_removed(self.activity.id, "scope", ACTIVITY)

    def test_narrowed_profile_takes_records_away(self):
        """Proves I4."""
        self.phone.sync()
        self.settle()
        self.partner_line.domain = f"[('id', 'in', {self.others.ids})]"
        self.assert_removed(self.partner.id, "scope")

    def test_entity_that_left_the_profile_leaves_the_device(self):
        """Proves I4."""
        self.phone.sync()
        self.settle()
        self.partner_line.unlink()
        answer = self.phone.pull()
        self.assertEqual(dict.fromkeys(self.all_contacts().ids, "scope"), self.removes(answer))
        self.assertEqual({}, self.phone.held[PARTNER])
        self.assertNotIn(PARTNER, answer["digests"])

    def test_user_without_access_to_a_model_loses_its_records(self):
        """Proves I4."""
        self.phone.sync()
        self.settle()
        access = self.env["ir.model.access"].search([("model_id.model", "=", PARTNER)])
        access.perm_read = False
        self.phone.sync()
        self.assertEqual({}, self.phone.held[PARTNER])

    def test_record_that_comes_back_is_sent_again(self):
        """Proves I1."""
        self.phone.sync()
        self.partner.active = False
        self.phone.sync()
        self.assertNotIn(self.partner.id, self.phone.held[PARTNER])
        self.settle()
        self.partner.active = True
        self.assertEqual([self.partner.id], list(self.upserts(self.phone.pull())))
        self.assert_converged()

    def test_change_of_language_reads_the_content_anew(self):
        """Content that depends on the language changes without any row changing. Proves I6."""
        self.phone.sync()
        self.env.cr.execute("UPDATE res_partner SET phone = 'unseen' WHERE id = %s", [self.partner.id])
        self.settle()
        self.env.invalidate_all()
        self.assertEqual({}, self.upserts(self.phone.pull()), "no row of the log speaks of it")
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.lang = "fr_FR"
        self.settle()
        self.phone.device = Phone(self.device).device
        self.assertEqual([self.partner.id], list(self.upserts(self.phone.pull())))

    def test_raised_schema_reads_the_content_anew(self):
        """Proves I6."""
        self.phone.sync()
        self.env.cr.execute("UPDATE res_partner SET phone = 'unseen' WHERE id = %s", [self.partner.id])
        self.settle()
        self.env.invalidate_all()
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_schema", 2)
        self.assertEqual([self.partner.id], list(self.upserts(self.phone.pull())))

    def test_records_of_an_addon_that_is_gone_leave_the_device(self):
        """Proves I4, I10."""
        self.phone.sync()
        self.settle()
        self.partner.phone = "0"
        self.phone.pull()  # what it holds is confirmed
        self.env.cr.execute(
            """INSERT INTO offline_holding (device_id, entity, shard, ids, versions)
               VALUES (%s, 'x.gone', 0, '{5}', '{1}')""",
            [self.phone.device.id],
        )
        self.settle()
        self.partner.phone = "1"
        self.assertEqual({5: "deleted"}, self.removes(self.phone.pull(), "x.gone"))

    def test_applied_number_is_that_of_the_cut(self):
        """Proves I5."""
        self.assertEqual(0, self.phone.pull()["applied_seq"])
        self.phone.push(self.phone.create({"name": "New"}), self.phone.create({"name": "New"}))
        self.assertEqual(2, self.phone.pull()["applied_seq"])

    def test_pull_of_a_device_that_is_being_served_is_refused(self):
        """Proves I2."""
        self.patch(type(self.env["offline.lane"]), "_acquire", lambda *a: None)
        with self.assert_problem("busy", retry_after_s=1):
            self.phone.ask(None)

    def test_digest_of_nothing_is_zero(self):
        self.partner_line.domain = "[('ref', '=', 'nobody')]"
        self.assertEqual({"count": 0, "sum": to_hex(0)}, self.phone.pull()["digests"][PARTNER])
