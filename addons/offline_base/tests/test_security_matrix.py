"""Who gets in where, and what attacks come to. A route or a model of ours without a row here fails."""

import gzip
import json
import threading
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..core import routes as core_routes
from ..core.routes import PREFIX
from .common import ACTIVITY, DEVICE_GROUPS, MARK, PARTNER, Phone, PushCase, new_uid
from .test_security import RIGHTS

#: How each address lets people in. open: asks for nothing. working: a device that may work. leaving: any device that
#: is known, so that a revoked one can hand over its work.
ROUTES = {
    "/enroll": "open",
    "/openapi.json": "open",
    "": "open",
    "/": "open",
    "/<path:rest>": "open",
    "/profile": "working",
    "/pull": "working",
    "/push": "working",
    "/token": "working",
    "/verify": "working",
    "/find": "working",
    "/ask": "working",
    "/journal": "working",
    "/escrow": "leaving",
    "/blobs": "working",
    "/blobs/uploads/<string:hash>": "working",
    "/blobs/sha256/<string:hash>": "working",
    # The app itself holds nothing: see test_app.py.
    "/offline/app": "open",
    "/offline/app/service-worker.js": "open",
    "/offline/app/manifest.webmanifest": "open",
    "/offline/app/terms/<string:lang>/<string:version>.json": "open",
    # Last: a device that confirms its wipe is gone.
    "/wipe": "leaving",
}
#: What each kind of caller is told: (status, code), None for an answer of the route itself.
_WORKING = {
    "nobody": (401, "token_missing"),
    "session": (401, "token_missing"),
    "manager's session": (401, "token_missing"),
    "forged": (401, "token_invalid"),
    "device": None,
    "another user's device": None,
    "another company's device": None,
    "expired": (401, "token_expired"),
    "revoked": (403, "device_revoked"),
    "archived": (403, "user_inactive"),
    "left the group": (403, "user_inactive"),
    "no company of the profile": (403, "user_inactive"),
}
#: Who may not work any more may still leave in order.
_LEAVING = dict.fromkeys(("expired", "revoked", "archived", "left the group", "no company of the profile"))
DOORS = {"working": _WORKING, "leaving": _WORKING | _LEAVING}
#: Where a model that device users may read says whose its records are.
OWNERS = {
    "offline.blob": "user_id",
    "offline.blob.use": "user_id",
    "offline.conflict": "user_id",
    "offline.conflict.line": "conflict_id.user_id",
    "offline.device": "user_id",
    "offline.operation": "user_id",
}
_POSTS = {declared.path for declared in core_routes.ROUTES if declared.method == "POST"}
_BODIES = {"/pull": {"cursor": None}, "/push": {"operations": []}, "/wipe": {"done": True}}


class TestDoors(PushCase, HttpCase):
    """Every address, as everybody."""

    def setUp(self):
        super().setUp()
        self.callers = {
            "nobody": None,
            "session": None,
            "manager's session": None,
            "forged": "x" * 43,
            "device": self.token(self.device),
            "another user's device": self.token(self.enrol(self.colleague)),
            "another company's device": self.token(self.enrol(self.stranger())),
            "expired": self.token(
                self.enrol(self.user), expires_at=fields.Datetime.now() - timedelta(days=1)
            ),
        }
        revoked = self.enrol(self.user)
        self.callers["revoked"] = self.token(revoked)
        revoked.action_revoke()
        for kind, change in (
            ("archived", {"active": False}),
            ("left the group", {"group_ids": [Command.set([self.env.ref("base.group_user").id])]}),
        ):
            user = self.new_user(kind.replace(" ", "_"), DEVICE_GROUPS)
            self.callers[kind] = self.token(self.enrol(user))
            user.write(change)
        narrow = self.enrol(self.colleague)
        narrow.profile_id = self.profile.copy(
            {"company_ids": [Command.set(self.stranger("far").company_id.ids)]}
        )
        self.callers["no company of the profile"] = self.token(narrow)
        self.env.flush_all()

    def stranger(self, name="stranger"):
        """A user of another company."""
        company = self.env["res.company"].create({"name": f"Company of {name}"})
        return self.new_user(
            name, DEVICE_GROUPS, company_id=company.id, company_ids=[Command.set(company.ids)]
        )

    def token(self, device, **values):
        record, text = self.env["offline.token"].with_user(1).sudo()._issue(device.with_user(1).sudo())
        record.write(values)
        return text

    def rules(self):
        """{path below our prefix: rule} of the running routing map, ours and what else the addon serves."""
        found = {}
        threading.current_thread().dbname = self.env.cr.dbname
        self.addCleanup(delattr, threading.current_thread(), "dbname")
        for rule in self.env["ir.http"].routing_map().iter_rules():
            module = getattr(rule.endpoint, "__module__", "") or ""
            if rule.rule.startswith(PREFIX) or module.startswith("odoo.addons.offline_base"):
                found[rule.rule.removeprefix(PREFIX)] = rule
        return found

    def call(self, path, kind):
        method = "POST" if path in _POSTS else "GET"
        headers = {"Content-Type": "application/json"}
        if self.callers[kind]:
            headers["Authorization"] = f"Bearer {self.callers[kind]}"
        if kind in ("session", "manager's session"):
            person = self.manager if kind.startswith("manager") else self.colleague
            self.authenticate(person.login, person.login)
        else:
            self.authenticate(None, None)
        body = json.dumps(_BODIES.get(path, {"nonce": "n" * 16} if path == "/token" else {}))
        return self.url_open(
            PREFIX + path, data=body if method == "POST" else None, headers=headers, method=method
        )

    def test_every_address_has_a_row(self):
        self.assertEqual(set(ROUTES), set(self.rules()))

    def test_address_that_asks_for_a_token_has_a_door(self):
        for declared in core_routes.ROUTES:
            path = declared.path.replace("{", "<string:").replace("}", ">")
            with self.subTest(path):
                self.assertEqual(declared.token, ROUTES[path] in DOORS)

    def test_every_address_lets_in_whom_its_row_says(self):
        """Proves I4."""
        for path, kind in ROUTES.items():
            for caller, refusal in DOORS.get(kind, {}).items():
                with self.subTest(path=path, caller=caller):
                    answer = self.call(path, caller)
                    if refusal is None:
                        self.assertNotIn(answer.status_code, (401, 403), answer.text)
                    else:
                        self.assertEqual(refusal, (answer.status_code, answer.json()["code"]))

    def test_device_of_another_company_gets_nothing_of_this_one(self):
        """Proves I4."""
        ours = self.new_partner("Ours alone", company_id=self.user.company_id.id)
        self.env.flush_all()
        self.assertIn(ours.id, self.upserts(self.call("/pull", "device").json()))
        self.assertNotIn(ours.id, self.upserts(self.call("/pull", "another company's device").json()))

    # --- what does not even parse -----------------------------------------------------------------------------

    def send(self, raw, path="/push", **headers):
        headers = {
            "Authorization": f"Bearer {self.callers['device']}",
            "Content-Type": "application/json",
            **headers,
        }
        return self.url_open(PREFIX + path, data=raw, headers=headers)

    def test_hostile_bodies_are_refused_and_change_nothing(self):
        self.env.cr.execute("SELECT count(*) FROM offline_operation")
        before = self.env.cr.fetchone()
        operation = json.dumps(self.phone.create({"name": "X"}))
        for name, raw, headers, code in (
            ("bomb", gzip.compress(b" " * (9 << 20)), {"Content-Encoding": "gzip"}, "body_too_large"),
            (
                "bomb of bombs",
                gzip.compress(gzip.compress(b" " * (9 << 20))),
                {"Content-Encoding": "gzip"},
                "body_malformed",
            ),
            ("cut gzip", gzip.compress(b"{}" * 999)[:-9], {"Content-Encoding": "gzip"}, "body_malformed"),
            ("other coding", b"{}", {"Content-Encoding": "br"}, "content_type_unsupported"),
            ("deep", b'{"operations":' + b"[" * 99_999, {}, "body_malformed"),
            ("not JSON", b"operations=1", {}, "body_malformed"),
            (
                "form",
                b"a=1",
                {"Content-Type": "application/x-www-form-urlencoded"},
                "content_type_unsupported",
            ),
            ("number beyond", operation.replace('"seq": 1', '"seq": 9007199254740993').encode(), {}, None),
            ("endless number", operation.replace('"seq": 1', '"seq": 1e999').encode(), {}, None),
            ("nobody's field", b'{"operations": [], "context": {"uid": 1}}', {}, "envelope_unknown_field"),
            ("another user", b'{"operations": [], "user": 1}', {}, "envelope_unknown_field"),
        ):
            with self.subTest(name):
                raw = raw if code else b'{"operations": [' + raw + b"]}"
                answer = self.send(raw, **headers)
                self.assertIn(answer.status_code, (400, 413, 415), answer.text)
                self.assertEqual(code or "envelope_invalid", answer.json()["code"])
        self.env.cr.execute("SELECT count(*) FROM offline_operation")
        self.assertEqual(before, self.env.cr.fetchone())

    def test_tricks_with_paths_lead_nowhere(self):
        for path in (
            "/../../web/database/manager", "/%2e%2e/%2e%2e/web", "/blobs/sha256/../../../../etc/passwd",
            "/blobs/sha256/%2e%2e%2fpasswd", "/profile/../push", "/profile%00", "//profile",
        ):  # fmt: skip
            with self.subTest(path):
                answer = self.send(b"{}", path)
                self.assertGreaterEqual(answer.status_code, 400)
                self.assertNotIn("root:", answer.text)


class TestOwners(PushCase):
    """What device users may read of the engine's records is theirs."""

    def test_every_model_that_device_users_read_has_an_owner(self):
        self.assertEqual(
            {
                model
                for model, rights in RIGHTS.items()
                if "r" in rights.get("device", "") and not self.env[model]._transient
            },
            set(OWNERS),
        )

    def test_each_sees_their_own_records_and_no_others(self):
        """Proves I4."""
        phones = {self.user: self.phone, self.colleague: Phone(self.enrol(self.colleague))}
        for user, phone in phones.items():
            self.partner.phone = f"office {user.id}"
            self.assert_status(
                "conflict", phone.push_one(phone.update(self.partner, {"phone": "1"}, {"phone": "0"}))
            )
        for model, path in OWNERS.items():
            for user in phones:
                with self.subTest(model=model, user=user.name):
                    found = self.env[model].with_user(user).search([])
                    # Whose files are whose is shown by the tests of blobs, which have files.
                    self.assertTrue(found or model.startswith("offline.blob"))
                    self.assertFalse(found.sudo().mapped(path) - user)


class TestAttacks(PushCase):
    """Operations that ask for more than their user may do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far = cls.env["res.company"].create({"name": "Far"})
        cls.hidden = cls.new_partner("Hidden", company_id=cls.far.id)
        cls.tag = cls.env["res.partner.category"].create({"name": "Tag"})

    def watched(self):
        """What no attack may change."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute("SELECT count(*), max(write_date) FROM res_users")
        users = self.env.cr.fetchone()
        self.env.cr.execute("SELECT count(*) FROM res_partner")
        return (
            users,
            self.env.cr.fetchone(),
            self.env["res.partner.category"].search_count([]),
            self.user.all_group_ids,
            self.partner.read(["name", "phone", "company_id", "create_uid", "category_id", "user_ids"]),
            self.hidden.read(["name", "phone"]),
        )

    def attacks(self):
        """{name: (operation, status, code)}"""
        update, partner, phone = self.phone.update, self.partner, self.phone
        found = {
            "id of another company": (update(self.hidden, {"phone": "1"}), "conflict", None),
            "delete by id": (phone.delete(self.hidden, base_v="0" * 16), "applied", None),
            "id of nothing": (update(self.env[PARTNER].browse((1 << 31) - 1), {"phone": "1"}), "conflict", None),
            "company": (update(partner, {"phone": "1"}, company=self.far.id), "rejected", "company_invalid"),
            "company of the record": (update(partner, {"company_id": self.far.id}), "rejected", "reference_unknown"),
            "users": (
                phone.operation("update", "res.users", target={"id": self.user.id}, values={"group_ids": []}, base={}),
                "rejected", "entity_unknown",
            ),
            "parameters": (
                phone.operation("create", "ir.config_parameter", target={"uid": new_uid()}, values={"key": "a"}),
                "rejected", "entity_unknown",
            ),
            "model that is none": (
                phone.operation("create", "res.partner; DROP TABLE res_partner", target={"uid": new_uid()}),
                "rejected", "entity_unknown",
            ),
            "context": (phone.create({"name": "C"}) | {"context": {"uid": 1}}, "rejected", "operation_invalid"),
            "sudo": (phone.create({"name": "C"}) | {"su": True}, "rejected", "operation_invalid"),
            "id as text": (
                phone.operation("update", target={"id": "1 OR 1=1"}), "rejected", "operation_invalid"
            ),
            "domain for an id": (
                phone.operation("delete", target={"id": [["id", ">", 0]]}), "rejected", "operation_invalid"
            ),
            "huge number": (update(partner, {"user_id": 1 << 62}), "rejected", "value_invalid"),
            "wrong type": (update(partner, {"name": {"$gt": ""}}), "rejected", "value_invalid"),
            "deep value": (update(partner, {"name": json.loads("[" * 50 + "]" * 50)}), "rejected", "value_invalid"),
            "activity on what is hidden": (
                phone.create(
                    {
                        "res_model": PARTNER, "res_id": self.hidden.id, "user_id": self.user.id,
                        "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                    },
                    entity=ACTIVITY,
                ),
                "rejected", "reference_unknown",
            ),
            "activity on parameters": (
                phone.create({"res_model": "ir.config_parameter", "res_id": 1}, entity=ACTIVITY),
                "rejected", "reference_unknown",
            ),
        }  # fmt: skip
        for name in (
            "create_uid",
            "write_uid",
            "create_date",
            "id",
            "user_ids",
            "password",
            "signup_type",
            "barcode",
        ):
            found[f"field {name}"] = (update(partner, {name: 1}), "rejected", "field_unknown")
        for command in (
            [0, 0, {"name": "Mine"}],
            [6, 0, [self.tag.id]],
            [5],
            {"id": self.tag.id},
            "all",
            [4, self.tag.id],
        ):
            found[f"x2many {command}"] = (
                update(partner, {"category_id": [command]}, {"category_id": []}),
                "rejected",
                "value_invalid",
            )
        for verb in (
            "write",
            "unlink",
            "sudo",
            "search",
            "_offline_prepare",
            "_offline_created",
            "__class__",
            "env",
        ):
            found[f"verb {verb}"] = (
                phone.operation(verb, target={"id": partner.id}),
                "rejected",
                "verb_unknown",
            )
        return found

    @mute_logger("odoo.addons.offline_base.store.refused")
    def test_attacks_are_refused_logged_with_their_device_and_change_nothing(self):
        """Proves I4. Proves I8."""
        before = self.watched()
        for name, (operation, status, code) in self.attacks().items():
            with self.subTest(name):
                # A device of its own for each: what is parked makes later work wait.
                phone = Phone(self.enrol(self.user))
                receipt = phone.push_one(operation | {"seq": 1})
                self.assertEqual((status, code), (receipt["status"], receipt["code"]), receipt)
                stored = phone.stored(receipt)
                self.assertEqual((phone.device, self.user), (stored.device_id, stored.user_id))
                self.assertEqual(before, self.watched())

    def test_what_is_hidden_looks_like_what_is_not_there(self):
        """Proves I4. Not even an id tells which records exist."""
        missing = (1 << 31) - 2
        for verb, parts in (("update", {"values": {"phone": "1"}, "base": {"phone": None}}), ("delete", {})):
            answers = []
            for target in (self.hidden.id, missing):
                phone = Phone(self.enrol(self.user))
                receipt = phone.push_one(phone.operation(verb, target={"id": target}, **parts))
                told = {k: v for k, v in receipt.items() if k not in ("seq", "op", "target")}
                answers.append(told)
            with self.subTest(verb):
                self.assertEqual(*answers)

    def test_replay_over_another_device_changes_nothing_again(self):
        """Proves I2."""
        operation = self.phone.create({"name": "Once", "ref": MARK})
        self.assert_status("applied", self.phone.push_one(operation))
        thief = Phone(self.enrol(self.colleague))
        thief.push_one(operation | {"seq": next(thief.numbers)})
        self.assertEqual(1, self.env[PARTNER].search_count([("name", "=", "Once")]))

    def test_cursor_of_another_device_opens_nothing(self):
        """Proves I4."""
        self.phone.sync()
        thief = Phone(self.enrol(self.colleague))
        with self.assert_problem("cursor_invalid"):
            thief.ask(self.phone.cursor)
