import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import OperationalError
from psycopg2.errors import UndefinedColumn
from psycopg2.pool import PoolError

from odoo import fields
from odoo.http import request
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..core.routes import PREFIX
from .common import DEVICE_GROUPS, MARK, PARTNER, OfflineCase, new_uid


class TestRoutes(OfflineCase, HttpCase):
    """The token at the door, over HTTP."""

    def setUp(self):
        super().setUp()
        self.record, self.token = self.device.env["offline.token"]._issue(self.device)
        self.env.flush_all()

    def call(self, path, body=None, token=None, **headers):
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is None:
            return self.url_open(PREFIX + path, headers=headers)
        headers["Content-Type"] = "application/json"
        return self.url_open(PREFIX + path, data=json.dumps(body), headers=headers)

    def assert_refused(self, response, status, code, **members):
        self.assertEqual(status, response.status_code, response.text)
        self.assertEqual("application/problem+json", response.headers["Content-Type"])
        problem = response.json()
        self.assertEqual(
            {"code": code, "status": status, **members}, {n: problem[n] for n in ("code", "status", *members)}
        )

    def everywhere(self, status, code, token=None, **members):
        """Every route that takes a token refuses with this code."""
        self.env.flush_all()
        for path, body in (("/profile", None), ("/pull", {"cursor": None}), ("/push", {"operations": []})):
            with self.subTest(path):
                self.assert_refused(self.call(path, body, token), status, code, **members)

    def test_token_opens_the_sync_routes(self):
        profile = self.call("/profile", token=self.token)
        self.assertEqual(
            {PARTNER, "mail.activity"}, {entity["name"] for entity in profile.json()["entities"]}
        )
        pulled = self.call("/pull", {"cursor": None}, self.token)
        self.assertIn(self.partner.id, self.upserts(pulled.json()))
        operation = self.phone.create({"name": "Over HTTP", "ref": MARK})
        pushed = self.call("/push", {"operations": [operation]}, self.token)
        self.assert_status("applied", pushed.json()["receipts"][0])

    def test_modules_that_look_at_the_parameters_of_a_call_find_them(self):
        """Odoo's `utm` does, with every answer of a database that has CRM or a shop."""
        seen = []
        after = self.registry["ir.http"]._post_dispatch

        def looking(response):
            seen.append("utm_source" in request.params)
            return after(response)

        with patch.object(self.registry["ir.http"], "_post_dispatch", looking):
            answer = self.call("/profile", token=self.token)
        self.assertEqual((200, [False]), (answer.status_code, seen))

    def test_missing_token_is_refused(self):
        self.everywhere(401, "token_missing")

    def test_unknown_token_is_refused(self):
        self.everywhere(401, "token_invalid", "x" * 43)

    @mute_logger("odoo.addons.offline_base.models.ir_http", "odoo.http")
    def test_fault_while_the_token_is_looked_up_says_nothing_of_the_token(self):
        """Proves I10. A device that is told that its token is no good waits for a person."""
        for error, status, code in (
            (OperationalError("server closed the connection"), 503, "contention"),
            (PoolError("The Connection Pool Is Full"), 503, "contention"),
            (UndefinedColumn("a migration renamed it"), 500, "server_error"),
        ):
            with patch.object(type(self.env["offline.token"]), "_find", side_effect=error):
                self.everywhere(status, code, self.token)
        self.assertEqual(200, self.call("/profile", token=self.token).status_code)

    def test_other_schemes_are_refused(self):
        for header in ("Basic YTpi", "Bearer", f"Bearer {self.token} x", self.token):
            with self.subTest(header):
                self.assert_refused(self.call("/profile", Authorization=header), 401, "token_missing")

    def test_session_is_no_token(self):
        self.authenticate(self.manager.login, self.manager.login)
        self.everywhere(401, "token_missing")

    def test_session_of_somebody_else_does_not_matter(self):
        """Proves I4."""
        self.authenticate(self.manager.login, self.manager.login)
        pushed = self.call(
            "/push", {"operations": [self.phone.create({"name": "N", "ref": "n"})]}, self.token
        )
        self.assert_status("applied", pushed.json()["receipts"][0])
        self.assertEqual(self.user, self.env[PARTNER].search([("ref", "=", "n")]).create_uid)

    def test_expired_token_is_refused(self):
        self.record.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.everywhere(401, "token_expired", self.token)

    def test_revoked_device_is_refused_and_told_whether_to_wipe(self):
        self.device.action_revoke()
        self.everywhere(403, "device_revoked", self.token, wipe=False)
        self.device.action_revoke_and_wipe()
        self.everywhere(403, "device_revoked", self.token, wipe=True)
        self.device.action_restore()
        self.env.flush_all()
        self.assertEqual(200, self.call("/profile", token=self.token).status_code)

    def test_archived_user_is_refused(self):
        """Proves I4."""
        self.user.active = False
        self.everywhere(403, "user_inactive", self.token)

    def test_user_who_left_the_group_is_refused(self):
        """Proves I4."""
        self.user.group_ids -= self.env.ref("offline_base.offline_base_group_device_user")
        self.everywhere(403, "user_inactive", self.token)

    def test_token_opens_nothing_else(self):
        """Proves I4."""
        with mute_logger("odoo.http"):
            response = self.url_open(
                "/json/2/res.partner/search_read",
                data=json.dumps({"domain": [], "limit": 1}),
                headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            )
        self.assertEqual(401, response.status_code)

    def test_refusal_says_how_to_authenticate(self):
        self.assertEqual('Bearer realm="offline"', self.call("/profile").headers["WWW-Authenticate"])

    def test_enrolment_over_http_gives_a_token_that_works(self):
        _enrolment, code = self.env["offline.enrolment"]._issue(self.user, self.profile)
        self.env.flush_all()
        body = {"code": code, "nonce": new_uid(), "device": {"name": "Tablet", "platform": "test"}}
        answer = self.call("/enroll", body)
        self.assertEqual(201, answer.status_code, answer.text)
        enrolled = answer.json()
        self.assertEqual(self.user.id, enrolled["user"]["id"])
        self.assertEqual(200, self.call("/profile", token=enrolled["token"]).status_code)
        self.assertEqual(200, self.call("/profile", token=self.token).status_code, "the first device stays")

    def test_enrolment_of_a_user_who_may_not_work_leaves_no_device(self):
        user = self.new_user("late", DEVICE_GROUPS)
        _enrolment, code = self.env["offline.enrolment"]._issue(user, self.profile)
        user.active = False
        self.env.flush_all()
        body = {"code": code, "nonce": new_uid(), "device": {"name": "Tablet"}}
        self.assert_refused(self.call("/enroll", body), 403, "user_inactive")
        self.assertFalse(self.env["offline.device"].search([("user_id", "=", user.id)]))

    def test_wrong_code_over_http_is_refused(self):
        body = {"code": "2222-2222-2222-2222", "nonce": new_uid(), "device": {"name": "Tablet"}}
        self.assert_refused(self.call("/enroll", body), 403, "enrolment_code_invalid")

    def test_members_that_nobody_knows_are_refused_by_name(self):
        response = self.call("/pull", {"cursor": None, "surprise": 1}, self.token)
        self.assert_refused(response, 400, "envelope_unknown_field")
        self.assertEqual(["surprise"], list(response.json()["errors"]))

    @mute_logger("odoo.http")
    def test_scope_that_the_user_may_not_evaluate_does_not_lock_the_device_out(self):
        """A manager's domain over a field that is not for this user is no fault of the token."""
        self.partner_line.domain = "[('vat', '=', False)]"
        self.hide_field("vat")
        self.env.flush_all()
        self.assert_refused(self.call("/pull", {"cursor": None}, self.token), 500, "server_error")

    def test_character_that_postgresql_cannot_store_is_refused_by_place(self):
        device = {"name": "Phone"}
        enrol = {"code": "ABCDEFGH", "nonce": "n" * 16, "device": device}
        for path, body, place in (
            ("/enroll", enrol | {"code": "ABC\x00DEFGH"}, "code"),
            ("/enroll", enrol | {"device": {"name": "a\x00b"}}, "device.name"),
            ("/enroll", enrol | {"device": device | {"platform": "\x00"}}, "device.platform"),
            ("/enroll", enrol | {"device": device | {"app_version": "\x00"}}, "device.app_version"),
            ("/pull", {"cursor": None, "held": {"a\x00b": [[1, "0" * 16]]}}, "held.a\x00b.[key]"),
        ):
            with self.subTest(place):
                response = self.call(path, body, self.token)
                self.assert_refused(response, 400, "envelope_invalid")
                self.assertEqual([place], list(response.json()["errors"]))
