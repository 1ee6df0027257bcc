import base64
import json
import runpy
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase

from ..core.routes import PREFIX
from .common import MARK, OfflineCase, new_uid

EVERYWHERE = (("/profile", None), ("/pull", {"cursor": None}), ("/push", {"operations": []}), ("/token", {}))


class DeviceLifeCase(OfflineCase, HttpCase):
    """A device that calls over HTTP."""

    def setUp(self):
        super().setUp()
        self.record, self.token = self.device.env["offline.token"]._issue(self.device)

    def call(self, path, body=None, token=None):
        self.env.flush_all()
        headers = {"Authorization": f"Bearer {token or self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body)
        answer = self.url_open(PREFIX + path, data=data, headers=headers)
        self.env.invalidate_all()
        return answer

    def served(self, token=None):
        answer = self.call("/profile", token=token)
        return answer.status_code == 200 or answer.json()["code"]

    def rotate(self, token=None):
        answer = self.call("/token", {}, token)
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json()["token"]


class TestRotation(DeviceLifeCase):
    """A device changes its token, whatever gets lost."""

    def test_old_token_is_good_until_the_new_one_is_used(self):
        """Proves I2. A lost answer locks nobody out."""
        new = self.rotate()
        self.assertEqual([True, True], [self.served(), self.served(new)])
        self.assertEqual("device_cloned", self.served())
        self.assertIs(True, self.served(new))

    def test_rotation_may_be_asked_for_again_when_its_answer_was_lost(self):
        for _lost in range(8):
            self.rotate()
        self.assertIs(True, self.served(self.rotate()))

    def test_waiting_tokens_do_not_pile_up(self):
        for _lost in range(8):
            self.rotate()
        given = self.device.token_ids.filtered(lambda token: token.state == "given")
        self.assertEqual(5, len(given))

    def test_copies_of_a_device_that_both_rotated_are_told_apart(self):
        """Both were given a token for the same old one; the first one used wins."""
        self.served()
        one, other = self.rotate(), self.rotate()
        self.assertIs(True, self.served(other))
        self.assertEqual("device_cloned", self.served(one))

    def test_number_used_under_a_former_token_by_other_work_shows_a_copy(self):
        """Proves I2. Under the same token it may also be a defect of the device."""
        first = self.phone.create({"name": "A", "ref": MARK})
        self.call("/push", {"operations": [first]})
        other = first | {"op": new_uid()}
        self.assertEqual("seq_reused", self.call("/push", {"operations": [other]}).json()["code"])
        new = self.rotate()
        self.served(new)
        self.device.token_ids.filtered(lambda token: token.state == "used").used_at += timedelta(minutes=1)
        self.assertEqual("device_cloned", self.call("/push", {"operations": [other]}, new).json()["code"])

    def test_expired_token_cannot_be_rotated(self):
        self.record.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual("token_expired", self.call("/token", {}).json()["code"])

    def test_office_asks_for_rotation_and_the_device_is_served_again_after_it(self):
        self.served()
        self.device.with_user(self.manager).action_rotate()
        for path, body in EVERYWHERE[:3]:
            self.assertEqual("token_rotation_due", self.call(path, body).json()["code"], path)
        new = self.rotate()
        self.assertIs(True, self.served(new))
        self.assertFalse(self.device.rotation_asked)

    def test_spent_tokens_go_when_they_would_have_expired_anyway(self):
        new = self.rotate()
        self.served(new)
        self.env["offline.token"]._gc_tokens()
        self.assertEqual("device_cloned", self.served())
        self.record.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env["offline.token"].sudo()._gc_tokens()
        self.assertEqual(["token_invalid", True], [self.served(), self.served(new)])


class TestLeaving(DeviceLifeCase):
    """Devices that are refused: what still passes, and how it ends."""

    def test_revoked_device_may_only_leave(self):
        self.device.action_revoke_and_wipe()
        for path, body in EVERYWHERE:
            answer = self.call(path, body)
            said = answer.json()
            self.assertEqual((403, "device_revoked", True), (answer.status_code, said["code"], said["wipe"]))
        self.assertEqual("wiped", self.call("/wipe", {"done": True}).json()["state"])

    def test_confirmed_wipe_is_kept_with_its_time_and_ends_the_device(self):
        self.device.action_revoke_and_wipe()
        for _again in range(2):
            self.assertEqual(200, self.call("/wipe", {"done": True}).status_code)
        self.assertEqual("wiped", self.device.state)
        self.assertTrue(self.device.wiped_at)
        self.assertEqual("device_revoked", self.served())
        with self.assertRaises(UserError):
            self.device.with_user(self.manager).action_restore()

    def test_wipe_that_is_not_done_is_no_confirmation(self):
        self.device.action_revoke_and_wipe()
        for body in ({}, {"done": False}):
            self.assertEqual("envelope_invalid", self.call("/wipe", body).json()["code"])
        self.assertEqual("revoked", self.device.state)

    def test_wipe_is_told_and_confirmed_with_an_expired_token_of_an_archived_user(self):
        """The usual end: somebody left, and the phone comes on months later."""
        self.device.action_revoke_and_wipe()
        self.user.active = False
        self.record.expires_at = fields.Datetime.now() - timedelta(days=90)
        self.assertEqual("device_revoked", self.served())
        self.assertEqual(200, self.call("/wipe", {"done": True}).status_code)

    def test_copy_with_a_spent_token_cannot_end_the_device(self):
        new = self.rotate()
        self.served(new)
        self.assertEqual("device_cloned", self.call("/wipe", {"done": True}).json()["code"])
        self.assertIs(True, self.served(new))

    def test_copy_of_a_revoked_device_hands_over_its_work_and_confirms_nothing(self):
        """Proves I8. Whoever copied the device has a former token of it; the device itself has the one in use."""
        old, new = self.token, self.rotate()
        self.served(new)
        self.device.action_revoke_and_wipe()
        self.assertEqual("device_cloned", self.call("/wipe", {"done": True}, old).json()["code"])
        self.assertEqual("revoked", self.device.state)
        self.assertEqual(
            201, self.call("/escrow", {"sealed": "aaaaaa..bbbbbb.cccccc.dddddd"}, old).status_code
        )
        self.assertEqual("wiped", self.call("/wipe", {"done": True}, new).json()["state"])

    def test_token_that_was_never_used_confirms_a_wipe(self):
        """The office revoked the device between a rotation and its first use."""
        new = self.rotate()
        self.device.action_revoke_and_wipe()
        self.assertEqual("wiped", self.call("/wipe", {"done": True}, new).json()["state"])

    def test_restored_device_goes_on_where_it_was(self):
        """Proves I8."""
        self.assert_status("applied", self.phone.push_one(self.phone.create({"name": "A", "ref": MARK})))
        self.device.with_user(self.manager).action_revoke_and_wipe()
        self.device.with_user(self.manager).action_restore()
        self.assertFalse(self.device.wipe)
        pushed = self.call("/push", {"operations": [self.phone.create({"name": "B", "ref": MARK})]})
        self.assert_status("applied", pushed.json()["receipts"][0])

    def test_archived_user_is_refused_and_goes_on_when_restored(self):
        """Proves I4."""
        self.user.active = False
        self.assertEqual("user_inactive", self.served())
        self.user.active = True
        self.assertIs(True, self.served())

    def test_user_without_the_group_is_refused(self):
        """Proves I4."""
        self.user.group_ids -= self.env.ref("offline_base.offline_base_group_device_user")
        self.assertEqual("user_inactive", self.served())

    def test_new_password_does_not_end_a_device(self):
        """A token stands for the device, not for the password: revoking the device ends it."""
        self.user.password = "another long password"
        self.assertIs(True, self.served())

    def test_reload_has_the_device_compare_everything(self):
        cursor = self.call("/pull", {"cursor": None}).json()["cursor"]
        self.device.with_user(self.manager).action_reload()
        self.assertIs(True, self.call("/pull", {"cursor": cursor}).json()["reset"])


class TestAppVersion(DeviceLifeCase):
    """An app that is too old receives nothing, and delivers all the same."""

    def pull(self, version):
        state = {"app_version": version} if version else {}
        answer = self.call("/pull", {"cursor": None, "state": state})
        return answer.status_code == 200 or answer.json()["code"]

    def test_old_app_may_send_and_not_receive(self):
        """Proves I8."""
        self.profile.minimum_app_version = "1.10"
        for version, expected in (("1.9.3", "app_outdated"), ("1.10.0", True), ("2", True)):
            with self.subTest(version):
                self.assertEqual(expected, self.pull(version))
        state = {"app_version": "1.0"}
        operations = [self.phone.create({"name": "A", "ref": MARK})]
        pushed = self.call("/push", {"operations": operations, "state": state})
        self.assert_status("applied", pushed.json()["receipts"][0])

    def test_app_that_does_not_tell_its_version_is_known_by_its_last_one(self):
        self.profile.minimum_app_version = "1.10"
        self.assertIs(True, self.pull(None))
        self.device.app_version = "1.0"
        self.assertEqual("app_outdated", self.pull(None))


class TestMigration(DeviceLifeCase):
    """Devices that were enrolled before tokens had rows of their own."""

    def test_token_of_the_former_version_stays_good(self):
        """Proves I2. An upgrade locks nobody out."""
        self.env.flush_all()
        self.env.cr.execute(
            """ALTER TABLE offline_device ADD COLUMN IF NOT EXISTS token_hash varchar,
               ADD COLUMN IF NOT EXISTS token_expires_at timestamp"""
        )
        self.env.cr.execute(
            """UPDATE offline_device SET token_hash = %s, token_expires_at = now() + interval '1 month'
                WHERE id = %s""",
            [self.record.token_hash, self.device.id],
        )
        self.record.unlink()
        folder = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0"
        runpy.run_path(str(folder / "post-tokens_have_rows.py"))["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertIs(True, self.served())


class TestOwnDevices(DeviceLifeCase):
    """What people do with devices of their own, without a manager."""

    def test_person_reports_an_own_device_lost_and_cannot_take_it_back(self):
        """Proves I4."""
        device = self.device.with_user(self.user)
        device.action_report_lost()
        self.assertEqual(("revoked", True), (self.device.state, self.device.wipe))
        with self.assertRaises(AccessError):
            device.action_restore()

    def test_nobody_reports_the_device_of_somebody_else(self):
        """Proves I4."""
        for user in (self.colleague, self.reviewer):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.device.with_user(user).action_report_lost()
        self.assertEqual("active", self.device.state)

    def test_person_gets_a_code_with_a_picture_of_its_link(self):
        wizard = self.env["offline.enrolment.wizard"].with_user(self.user).create({})
        self.assertFalse(wizard.qr_code)
        wizard.action_issue()
        self.assertTrue(wizard.url.endswith(wizard.code))
        self.assertTrue(base64.b64decode(wizard.qr_code).startswith(b"\x89PNG"))
        first = wizard.code
        wizard.action_issue()
        self.assertNotEqual(first, wizard.code)

    def test_wizard_says_how_long_its_code_is_good_and_who_came_in(self):
        wizard = self.env["offline.enrolment.wizard"].with_user(self.user).create({})
        self.assertEqual({"left_s": 0, "device": False}, wizard.get_standing())
        wizard.action_issue()
        standing = wizard.get_standing()
        self.assertEqual((True, False), (840 < standing["left_s"] <= 900, standing["device"]))
        self.env["offline.device"].sudo()._enrol(self.enrol_request(wizard.code, name="Handheld"))
        self.assertEqual("Handheld", wizard.get_standing()["device"])
        wizard.action_issue()
        self.assertFalse(wizard.get_standing()["device"])
        enrolment = self.env["offline.enrolment"].search([("prefix", "=", wizard.code[:4])])
        enrolment.expires_at -= timedelta(minutes=20)
        self.assertEqual({"left_s": 0, "device": False}, wizard.get_standing())

    def test_person_gets_no_code_for_somebody_else_by_the_wizard(self):
        """Proves I4."""
        wizard = (
            self.env["offline.enrolment.wizard"].with_user(self.user).create({"user_id": self.colleague.id})
        )
        with self.assertRaises(AccessError):
            wizard.action_issue()

    def test_wizard_warns_where_the_address_is_not_secure(self):
        wizards = self.env["offline.enrolment.wizard"].with_user(self.manager)
        for url, insecure in (
            ("http://odoo.example.com", True),
            ("https://odoo.example.com", False),
            ("http://127.0.0.1:8069", False),
        ):
            self.env["ir.config_parameter"].sudo().set_param("web.base.url", url)
            with self.subTest(url):
                self.assertEqual(insecure, wizards.create({}).is_insecure)

    def test_user_shows_how_many_devices_are_in_use(self):
        self.assertEqual(1, self.user.with_user(self.user).offline_device_count)
        self.device.action_revoke()
        self.assertEqual(0, self.user.offline_device_count)
        action = self.user.with_user(self.user).action_open_offline_devices()
        self.assertEqual(
            self.device, self.env["offline.device"].with_user(self.user).search(action["domain"])
        )

    def test_screens_open_for_everybody_who_has_them(self):
        for user in (self.user, self.reviewer, self.manager):
            for model, kinds in (("offline.device", ("list", "kanban", "form", "search", "graph", "pivot")),):
                views = self.env[model].with_user(user).get_views([(False, kind) for kind in kinds])
                with self.subTest(user.name):
                    self.assertEqual(set(kinds), set(views["views"]))
            fields_shown = [
                "name",
                "state",
                "last_contact_at",
                "outbox_count",
                "open_count",
                "token_expires_at",
            ]
            self.assertTrue(self.device.with_user(user).read(fields_shown))
            self.env["res.users"].with_user(user).get_views([(False, "form")])
