from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form
from odoo.tools import mute_logger

from ..core import wire
from ..store import narrowing
from .common import ACTIVITY, MARK, PARTNER, OfflineCase, Phone, PushCase

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class TestNarrowing(OfflineCase):
    """What a manager leaves of a scope."""

    def line(self, entity):
        return self.profile.entity_ids.filtered(lambda line: line.entity == entity)

    def field(self, model, name):
        return self.env["ir.model.fields"]._get(model, name)

    def on(self, day):
        """As if this were everybody's today."""
        return patch.object(type(self.partner_line), "_today", lambda line: day)

    def held(self, entity=PARTNER):
        self.phone.sync()
        return set(self.phone.held.get(entity, {}))

    # --- domain -----------------------------------------------------------------------------------------------

    def test_domain_that_cannot_be_used_is_refused(self):
        for domain in ("[('no_such_field', '=', 1)]", "[(", "__import__('os')", "[('id', 'in', nobody)]"):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.partner_line.domain = domain

    def test_domain_may_speak_of_the_devices_user(self):
        for domain in ("[('user_id', '=', uid)]", "[('user_id', '=', user.id)]"):
            self.partner_line.domain = domain
            mine = self.new_partner("Mine", user_id=self.user.id)
            with self.subTest(domain):
                self.assertIn(mine.id, self.held())
                self.assertNotIn(self.partner.id, self.held())

    def test_domain_may_follow_the_users_fields(self):
        self.partner_line.domain = "[('id', '=', user.partner_id.id)]"
        self.assertEqual({self.user.partner_id.id}, self.held())

    def test_domain_may_speak_of_today_as_odoos_editor_writes_it(self):
        line = self.line(ACTIVITY)
        for domain in (
            "[('date_deadline', '<=', today)]",
            "[('date_deadline', '<=', context_today().strftime('%Y-%m-%d'))]",
            "[('date_deadline', '<', (context_today() + relativedelta(days=1)).strftime('%Y-%m-%d'))]",
        ):
            line.domain = domain
            with self.subTest(domain), self.on(date(2026, 11, 21)):
                self.assertTrue(line._narrowing().validate(self.env[ACTIVITY]) is None)
                activity = self.new_activity(self.partner, self.user, date_deadline=date(2026, 11, 21))
                later = self.new_activity(self.partner, self.user, date_deadline=date(2026, 11, 22))
                held = self.held(ACTIVITY)
                self.assertIn(activity.id, held)
                self.assertNotIn(later.id, held)

    def becomes_due(self, partner):
        """As if time had passed: the moment is now behind us, and nothing was logged."""
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = now() AT TIME ZONE 'UTC' - interval '1 hour' WHERE id = %s",
            [partner.id],
        )
        self.settle()
        self.env.invalidate_all()

    def to_come(self):
        partner = self.new_partner("To come")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = now() AT TIME ZONE 'UTC' + interval '1 hour' WHERE id = %s",
            [partner.id],
        )
        return partner

    def test_domain_that_reckons_with_the_time_of_day_is_looked_at_by_idle_pulls(self):
        """Proves I4."""
        partner = self.to_come()
        for domain in (
            "[('create_date', '<', datetime.datetime.now())]",
            "[('create_date', '<', time.strftime('%Y-%m-%d %H:%M:%S'))]",
        ):
            self.partner_line.domain = f"{domain[:-1]}, ('ref', '=', '{MARK}')]"
            with self.subTest(domain), self.env.cr.savepoint() as point:
                self.assertEqual({self.partner.id}, self.held())
                self.settle()
                self.becomes_due(partner)
                self.assertEqual({self.partner.id, partner.id}, self.held())
                point.rollback()
            self.phone = Phone(self.device)

    def test_domain_that_reckons_with_the_time_of_day_leaves_an_idle_pull_idle(self):
        self.partner_line.domain = f"[('create_date', '<', datetime.datetime.now()), ('ref', '=', '{MARK}')]"
        self.held()
        self.settle()
        cursor = self.phone.cursor
        self.assertEqual(cursor, self.phone.pull()["cursor"])

    def test_what_follows_records_of_a_time_of_day_leaves_an_idle_pull_idle(self):
        self.partner_line.domain = f"[('create_date', '<', datetime.datetime.now()), ('ref', '=', '{MARK}')]"
        self.profile.entity_ids = [Command.create({"entity": "mail.message"})]
        self.held()
        self.settle()
        self.env.cr.execute("INSERT INTO offline_change (model, res_id, op) VALUES ('x.other', 1, 'u')")
        cursor = self.phone.cursor
        self.assertEqual(cursor, self.phone.pull()["cursor"])

    def test_domain_calls_nothing_with_the_rights_of_the_devices_user(self):
        """A manager writes it, an administrator's device would run it. Proves I4."""
        for domain in (
            "[('id', '=', user.write({'name': 'Mallory'}))]",
            "[('id', '=', user.sudo().id)]",
            "[('id', '=', user.env.uid)]",
            "[('id', 'in', user.search([]).ids)]",
            "[('id', '=', user._table)]",
            "[('name', '=', user.password_reset())]",
            "[('id', 'any!', [('name', '=', 'x')])]",
            "[('category_id', 'any!', [('name', '=', 'x')])]",
            "[('category_id', 'any', [('parent_id', 'any!', [('name', '=', 'x')])])]",
        ):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.partner_line.domain = domain
        self.assertEqual("Rider", self.user.name)

    def test_domain_reads_no_field_that_the_devices_user_may_not_read(self):
        """Proves I4."""
        self.hide_field("phone")
        user = self.device._as_user().env.user
        self.env.user.partner_id.phone = self.user.partner_id.phone = "secret"
        self.assertEqual(self.user.name, narrowing.ReadOnly(user.sudo(False)).name)
        with self.assertRaises(AttributeError):
            narrowing.ReadOnly(user.sudo(False)).partner_id.phone  # noqa: B018

    # --- window -----------------------------------------------------------------------------------------------

    def test_window_of_a_date_has_both_ends(self):
        day = date(2026, 11, 21)
        field = self.env[ACTIVITY]._fields["date_deadline"]
        found = {}
        for offset in (-4, -3, 0, 5, 6):
            found[offset] = self.new_activity(
                self.partner, self.user, date_deadline=day + timedelta(days=offset)
            )
        window = narrowing.window(field, self.user, 3, 5, day)
        inside = {o for o, activity in found.items() if activity.filtered_domain(window)}
        self.assertEqual({-3, 0, 5}, inside)
        open_end = narrowing.window(field, self.user, 3, None, day)
        self.assertEqual(
            {-3, 0, 5, 6}, {o for o, activity in found.items() if activity.filtered_domain(open_end)}
        )

    def test_window_of_a_time_turns_at_the_users_midnight(self):
        field = self.env["calendar.event"]._fields["start"]
        for tz, first, after in (
            ("UTC", "2026-11-20 00:00:00", "2026-11-22 00:00:00"),
            ("Pacific/Auckland", "2026-11-19 11:00:00", "2026-11-21 11:00:00"),
            ("America/New_York", "2026-11-20 05:00:00", "2026-11-22 05:00:00"),
        ):
            self.user.tz = tz
            window = narrowing.window(field, self.user, 1, 0, date(2026, 11, 21))
            with self.subTest(tz):
                expected = Domain("start", ">=", datetime.fromisoformat(first)) & Domain(
                    "start", "<", datetime.fromisoformat(after)
                )
                self.assertEqual(expected, window)

    def test_today_is_the_users_day(self):
        for tz, day in (("UTC", 21), ("Pacific/Kiritimati", 22), ("Etc/GMT+12", 21), (False, 21)):
            self.user.tz = tz
            with self.subTest(tz):
                self.assertEqual(date(2026, 11, day), narrowing.today(self.user, NOON))

    def test_device_holds_what_lies_in_the_window_and_loses_what_leaves_it(self):
        """Proves I4."""
        line = self.line(ACTIVITY)
        line.write(
            {
                "window_field_id": self.field(ACTIVITY, "date_deadline").id,
                "window_past_days": 1,
                "window_future_days": 1,
            }
        )
        activities = [
            self.new_activity(self.partner, self.user, date_deadline=date(2026, 11, day))
            for day in range(19, 25)
        ]
        with self.on(date(2026, 11, 21)):
            self.assertEqual({a.id for a in activities[1:4]}, self.held(ACTIVITY))
        with self.on(date(2026, 11, 22)):
            activities[0].summary = "something happens"
            self.assertEqual({a.id for a in activities[2:5]}, self.held(ACTIVITY))

    def test_window_by_what_is_no_date_is_refused(self):
        for model, name in ((PARTNER, "name"), (ACTIVITY, "date_deadline")):
            with self.subTest(name), self.assertRaises(ValidationError):
                self.partner_line.window_field_id = self.field(model, name)

    def test_another_kind_of_record_forgets_domain_and_window(self):
        with Form(self.env["offline.profile"].with_user(self.manager)) as form:
            form.name = "New"
            with form.entity_ids.new() as line:
                line.entity = PARTNER
                line.domain = "[('is_company', '=', True)]"
                line.entity = ACTIVITY
                self.assertFalse(line.domain)


class TestTold(OfflineCase):
    """What a profile tells its devices."""

    def told(self):
        return wire.Profile.model_validate(self.profile._describe(self.phone.device))

    def test_defaults_leave_the_choice_to_the_person(self):
        told = self.told()
        self.assertEqual(["automatic", "always_online", "always_offline"], told.modes)
        self.assertEqual((0, 1440), (told.schedule.from_minute, told.schedule.to_minute))
        self.assertEqual(
            wire.Limits(
                body_bytes=wire.BODY_BYTES,
                operations=wire.PUSH_LIMIT,
                page=wire.PAGE_LIMIT,
                blob_bytes=50 << 20,
                records=None,
            ),
            told.limits,
        )

    def test_what_the_manager_says_is_told(self):
        self.profile.write(
            {
                "mode": "always_offline", "sync_from_hour": 6.5, "sync_to_hour": 20, "wifi_only_blobs": True,
                "limit_records": 500, "poll_interval_s": 60,
            }
        )  # fmt: skip
        self.partner_line.write(
            {
                "delete_policy": "server",
                "window_field_id": self.env["ir.model.fields"]._get(PARTNER, "create_date").id,
                "window_is_open": True,
                "window_past_days": 7,
            }
        )
        told = self.told()
        self.assertEqual(
            (["always_offline"], True, 500), (told.modes, told.wifi_only_blobs, told.limits.records)
        )
        self.assertEqual(wire.Schedule(poll_interval_s=60, from_minute=390, to_minute=1200), told.schedule)
        entity = next(entity for entity in told.entities if entity.name == PARTNER)
        self.assertEqual("server", entity.delete_policy)
        self.assertEqual(wire.Window(field="create_date", past_days=7, future_days=None), entity.window)

    def test_policy_that_does_not_fit_the_field_is_refused(self):
        with self.assertRaises(ValidationError):
            self.set_policy("phone", "sum")

    @mute_logger("odoo.sql_db")
    def test_limits_and_hours_out_of_range_are_refused(self):
        from psycopg2.errors import CheckViolation

        for values in (
            {"limit_page": 10_001},
            {"limit_operations": 0},
            {"limit_body_mib": 9},
            {"limit_records": -1},
            {"sync_from_hour": 20, "sync_to_hour": 6},
            {"sync_to_hour": 25},
        ):
            with self.subTest(values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.profile.write(values)
                self.env.flush_all()

    # --- the number that says so ------------------------------------------------------------------------------

    def assert_rises(self, change):
        before = self.device._profile_version()
        change()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertGreater(self.device._profile_version(), before)

    def test_version_rises_with_every_change_of_what_is_told(self):
        self.set_policy("phone", "server")
        field = self.env["ir.model.fields"]._get(PARTNER, "phone")
        group = self.env["res.groups"].create({"name": "A group"})
        self.env["res.lang"]._activate_lang("fr_FR")
        changes = {
            "name": lambda: self.profile.write({"name": "Renamed"}),
            "line": lambda: self.partner_line.write({"direction": "pull"}),
            "policy": lambda: self.partner_line.policy_ids.write({"policy": "device"}),
            "policy deleted": lambda: self.partner_line.policy_ids.unlink(),
            "line deleted": lambda: self.profile.entity_ids.filtered(lambda e: e.entity == ACTIVITY).unlink(),
            "new line": lambda: self.profile.write({"entity_ids": [Command.create({"entity": ACTIVITY})]}),
            "label": lambda: field.with_context(lang="fr_FR").write({"field_description": "Téléphone"}),
            "language": lambda: self.user.write({"lang": "fr_FR"}),
            "rights of the user": lambda: self.user.write({"group_ids": [Command.link(group.id)]}),
            "members of a group": lambda: group.write({"user_ids": [Command.unlink(self.user.id)]}),
            "addon updated": lambda: self.env["offline.profile"]._bump_all(),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.assert_rises(change)

    def test_version_rises_when_the_device_gets_another_profile(self):
        """Whose own number may be lower."""
        other = self.profile.copy()
        for _ in range(5):
            self.profile._bump()
        self.assertLess(other.version, self.profile.version)
        self.assert_rises(lambda: self.device.write({"profile_id": other.id}))
        self.assert_rises(lambda: self.device.write({"profile_id": self.profile.id}))

    def test_copy_of_a_profile_has_its_lines_and_no_devices(self):
        self.set_policy("phone", "server")
        copied = self.profile.copy()
        self.assertEqual(self.profile.entity_ids.mapped("entity"), copied.entity_ids.mapped("entity"))
        self.assertEqual(
            self.partner_line.policy_ids.field_id,
            copied.entity_ids.filtered(lambda line: line.entity == PARTNER).policy_ids.field_id,
        )
        self.assertFalse(copied.device_ids)


class TestEnforced(PushCase):
    """What a profile says is not only told."""

    def test_push_over_the_limit_is_refused_and_names_it(self):
        self.profile.limit_operations = 2
        with self.assert_problem("limit_exceeded", limit={"operations": 2}):
            self.phone.push(*(self.phone.create({"name": str(i)}) for i in range(3)))
        self.assertFalse(self.env[PARTNER].search([("name", "=", "0")]))

    def test_page_over_the_limit_is_refused_and_names_it(self):
        self.profile.limit_page = 3
        with self.assert_problem("limit_exceeded", limit={"page": 3}):
            self.phone.pull(limit=4)

    def test_page_is_no_larger_than_the_profile_allows(self):
        self.profile.limit_page = 3
        for number in range(5):
            self.new_partner(f"Partner {number}")
        pages = self.phone.sync()
        self.assertEqual(2, len(pages))
        self.assertEqual(3, sum(len(change["upserts"]) for change in pages[0]["changes"]))

    def test_device_that_would_hold_too_much_is_refused_and_not_given_a_part(self):
        self.new_partner("One more")
        self.profile.limit_records = 1
        with self.assert_problem("limit_exceeded", limit={"records": 1}):
            self.phone.pull()
        self.profile.limit_records = 2
        self.assertEqual(2, len(self.phone.sync()[-1]["changes"][0]["upserts"]))

    def test_device_works_in_the_companies_of_its_profile(self):
        """Proves I4."""
        second = self.env["res.company"].create({"name": "Second"})
        self.user.company_ids |= second
        theirs = self.new_partner("Of the second", company_id=second.id)
        self.assertIn(theirs.id, self.versions())
        self.profile.company_ids = self.user.company_id
        self.assertEqual(self.user.company_id.ids, self.device._user_context()["allowed_company_ids"])
        self.phone = type(self.phone)(self.device)
        self.phone.sync()
        self.assertNotIn(theirs.id, self.phone.held[PARTNER])

    def test_device_without_a_company_of_its_profile_may_not_work(self):
        """An empty list of companies would mean all of them to Odoo. Proves I4."""
        self.profile.company_ids = self.env["res.company"].create({"name": "Not the user's"})
        self.assertFalse(self.device._may_work())

    def test_delete_of_what_has_changed_follows_the_policy(self):
        for policy, status, stays in (
            ("review", "conflict", True),
            ("server", "resolved_server", True),
            ("device", "applied", False),
        ):
            self.partner_line.delete_policy = policy
            partner = self.new_partner("Changed meanwhile", ref=MARK)
            self.phone = type(self.phone)(self.enrol(self.user, policy))
            self.phone.sync()
            seen = self.phone.held[PARTNER][partner.id]["v"]
            partner.city = "Elsewhere"
            with self.subTest(policy):
                self.assert_status(status, self.phone.push_one(self.phone.delete(partner, base_v=seen)))
                self.assertEqual(stays, bool(partner.exists()))
