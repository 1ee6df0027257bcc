from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from .common import OfflineCase

_SYSTEM = "base.group_system"
_MANAGER = "offline_base.offline_base_group_manager"


class TestSettings(OfflineCase):
    """What is set for the whole database, by administrators who are offline managers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.new_user("chief", f"{_SYSTEM},{_MANAGER}")

    def settings(self, user=None):
        return self.env["res.config.settings"].with_user(user or self.chief)

    def save(self, **values):
        with Form(self.settings()) as form:
            for name, value in values.items():
                form[name] = value
        form.save().execute()

    def test_code_without_a_profile_is_for_the_one_of_the_settings(self):
        other = self.profile.copy({"name": "Other", "sequence": 999})
        devices = self.env["offline.device"].with_user(self.manager)
        codes = self.env["offline.enrolment"]
        devices.issue_enrolment_code(self.user.id)
        self.assertNotEqual(other, codes.search([], order="id desc", limit=1).profile_id)
        self.save(offline_profile_id=other)
        devices.issue_enrolment_code(self.user.id)
        self.assertEqual(other, codes.search([], order="id desc", limit=1).profile_id)
        wizard = self.env["offline.enrolment.wizard"].with_user(self.manager).new({})
        self.assertEqual(other, wizard.profile_id._origin)

    def test_archived_profile_of_the_settings_gives_way_to_the_first(self):
        other = self.profile.copy({"name": "Other", "sequence": 999})
        self.save(offline_profile_id=other)
        other.active = False
        self.assertEqual(
            self.env["offline.profile"].search([], limit=1), self.env["offline.profile"]._default()
        )

    def test_token_is_good_for_the_days_of_the_settings(self):
        self.save(offline_token_days=12)
        token, _text = self.env["offline.token"]._issue(self.phone.device)
        self.assertAlmostEqual(
            fields.Datetime.now() + timedelta(days=12), token.expires_at, delta=timedelta(minutes=1)
        )

    def test_token_that_is_good_for_no_day_is_refused(self):
        with self.assertRaises(ValidationError):
            self.save(offline_token_days=0)

    def test_days_are_those_that_the_engine_goes_by(self):
        self.save(offline_log_days=12, offline_payload_days=34, offline_replay_days=0)
        self.assertEqual({"log": 12, "payload": 34, "replay": 0}, self.env["offline.retention"]._all_days())
        self.assertEqual(0, self.settings().create({}).offline_replay_days)
        with self.assertRaises(ValidationError):
            self.save(offline_log_days=0)

    def test_another_administrator_sees_none_of_it_and_saves_the_rest(self):
        self.save(offline_log_days=12, offline_token_days=34)
        clerk = self.new_user("clerk", _SYSTEM)
        shown = self.settings(clerk).get_view(view_type="form")["arch"]
        self.assertNotIn("offline_log_days", shown)
        self.assertIn("offline_log_days", self.settings().get_view(view_type="form")["arch"])
        with Form(self.settings(clerk)) as form:
            pass
        form.save().execute()
        self.assertEqual(12, self.env["offline.retention"]._days("log"))
        self.assertEqual(34, self.env["offline.token"]._life_days())

    def test_manager_who_is_no_administrator_has_no_settings(self):
        with self.assertRaises(AccessError):
            self.settings(self.manager).create({})
