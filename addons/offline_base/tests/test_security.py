from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.models import BaseModel

from .common import OfflineCase, Phone

#: What each kind of user may do with each model of the addon: (c)reate, (r)ead, (w)rite, (d)elete.
RIGHTS = {
    "offline.blob": {"device": "r", "reviewer": "r", "manager": "r"},
    "offline.blob.chunk": {},
    "offline.blob.hash": {},
    "offline.blob.use": {"device": "r", "reviewer": "r", "manager": "r"},
    "offline.conflict": {"device": "r", "reviewer": "rw", "manager": "rw"},
    "offline.conflict.line": {"device": "r", "reviewer": "rw", "manager": "rw"},
    "offline.decision": {"reviewer": "crwd", "manager": "crwd"},
    "offline.custom.entity": {"manager": "crwd"},
    "offline.device": {"device": "r", "reviewer": "r", "manager": "rwd"},
    "offline.enrolment": {"manager": "rd"},
    "offline.enrolment.wizard": {"device": "crwd", "manager": "crwd"},
    "offline.delta": {"manager": "r"},
    "offline.escrow": {"manager": "rd"},
    "offline.escrow.import": {"manager": "crwd"},
    "offline.health": {"manager": "crwd"},
    "offline.health.table": {"manager": "crwd"},
    "offline.health.size": {"manager": "crwd"},
    "offline.epoch": {"manager": "r"},
    "offline.fence": {"manager": "r"},
    "offline.holding": {"manager": "r"},
    "offline.identity": {"manager": "r"},
    "offline.lane": {"manager": "r"},
    "offline.operation": {"device": "r", "reviewer": "r", "manager": "r"},
    "offline.position": {"manager": "r"},
    "offline.presence": {"reviewer": "r", "manager": "r"},
    "offline.profile": {"reviewer": "r", "manager": "crwd"},
    "offline.retention": {"manager": "crwd"},
    "offline.profile.entity": {"manager": "crwd"},
    "offline.profile.policy": {"manager": "crwd"},
    "offline.token": {"manager": "r"},
}
#: The methods that can be called over RPC; each checks its caller.
PUBLIC_METHODS = {
    "offline.conflict": {
        "action_keep_server", "action_keep_device", "action_apply_choice", "action_apply_as_reviewer",
        "action_create_again", "action_undo", "action_open_record", "action_open_operation", "action_assign_to_me",
        "action_link", "action_show_next", "assign", "choose", "choose_all", "decide_many", "review", "record_summary",
        "to_do",
    },
    "offline.blob.use": {"action_retry", "action_open_record"},
    "offline.conflict.line": {"action_choose_device", "action_choose_server"},
    "offline.device": {
        "issue_enrolment_code", "action_revoke", "action_revoke_and_wipe", "action_restore", "action_rotate",
        "action_open_blobs", "action_reload", "action_report_lost", "action_open_operations", "action_open_escrows",
        "action_verify", "verify_now",
    },
    "offline.enrolment.wizard": {"action_issue", "get_standing"},
    "offline.entity.calendar_event": {"accept", "decline", "tentative"},
    "offline.entity.mail_activity": {"complete", "postpone"},
    "offline.escrow": {"action_open", "action_replay"},
    "offline.escrow.import": {"action_import"},
    "offline.health": {"report", "repair", "action_open", "action_repair"},
    "offline.decision": {"action_decide"},
    "offline.operation": {
        "action_retry", "action_discard", "action_open_record", "action_open_conflict", "action_assign_to_me",
        "action_happened", "action_did_not_happen", "action_forget", "assign", "decide_many", "review", "run_with",
        "similar",
    },
    "offline.epoch": {
        "action_declare_live", "action_declare_copy", "declare_live", "declare_copy", "get_standing",
    },
    "offline.profile": {"action_open_devices"},
    "offline.retention": {"action_apply"},
}  # fmt: skip
#: Fields that only the engine or the system reads.
SECRETS = {
    "offline.conflict.line": {"base", "mine", "theirs", "chosen_value"},
    "offline.operation": {"replaced", "timed"},
    "offline.device": {"token_ids"},
    "offline.escrow": {"sealed"},
    "offline.enrolment": {"code_hash", "nonce_hash"},
    "offline.token": {"token_hash"},
}
#: Fields that hold what people wrote on their devices, unfiltered: managers only.
MANAGERS_ONLY = {
    "offline.operation": {"payload", "sent", "stored", "conflict", "result", "field_errors", "edited"}
}
_LETTERS = {"create": "c", "read": "r", "write": "w", "unlink": "d"}


class TestRights(OfflineCase):
    """Who may do what with the engine's own records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            "device": cls.user,
            "internal": cls.new_user("internal", "base.group_user"),
            "portal": cls.new_user("portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
            "reviewer": cls.reviewer,
            "manager": cls.manager,
        }
        cls.models = [
            name for name, model in cls.env.registry.items() if model._original_module == "offline_base"
        ]

    def test_every_model_has_a_row_in_the_table_of_rights(self):
        stored = {name for name in self.models if not self.env[name]._abstract}
        self.assertEqual(set(RIGHTS), stored)

    def test_rights_are_those_of_the_table(self):
        """Proves I4."""
        for model, rights in RIGHTS.items():
            for kind, user in self.people.items():
                with self.subTest(model=model, user=kind):
                    found = {
                        letter
                        for operation, letter in _LETTERS.items()
                        if self.env[model].with_user(user).has_access(operation)
                    }
                    self.assertEqual(set(rights.get(kind, "")), found)

    def test_every_public_method_is_known(self):
        """What is public can be called by anybody over RPC."""
        for model in self.models:
            public = {
                name
                for cls in type(self.env[model]).mro()
                if cls.__module__.startswith("odoo.addons.offline_base.")
                for name, value in vars(cls).items()
                if callable(value) and not name.startswith("_") and not hasattr(BaseModel, name)
            }
            with self.subTest(model):
                self.assertLessEqual(public, PUBLIC_METHODS.get(model, set()))

    def test_secrets_are_not_readable_by_anybody(self):
        for model, names in SECRETS.items():
            for name in names:
                for kind, user in self.people.items():
                    with self.subTest(model=model, field=name, user=kind):
                        records = self.env[model].with_user(user)
                        self.assertFalse(records._has_field_access(records._fields[name], "read"))

    def test_hash_of_a_token_cannot_be_searched_for(self):
        """A search would find it letter by letter."""
        with self.assertRaises(AccessError):
            self.env["offline.token"].with_user(self.manager).search([("token_hash", "=like", "a%")])

    def test_hash_of_a_code_cannot_be_read(self):
        self.env["offline.enrolment"]._issue(self.user, self.profile)
        codes = self.env["offline.enrolment"].with_user(self.manager).search([])
        for names in (["code_hash"], ["nonce_hash"]):
            with self.assertRaises(AccessError):
                codes.read(names)
        self.assertNotIn("code_hash", codes.read()[0])

    def test_what_was_sent_is_for_managers(self):
        """It holds values of fields that others may not read. Proves I4."""
        for model, names in MANAGERS_ONLY.items():
            for name in names:
                for kind, user in self.people.items():
                    with self.subTest(model=model, field=name, user=kind):
                        records = self.env[model].with_user(user)
                        self.assertEqual(
                            kind == "manager", records._has_field_access(records._fields[name], "read")
                        )

    def test_device_user_sees_only_what_is_theirs(self):
        """Proves I4."""
        other = Phone(self.enrol(self.colleague))
        receipts = []
        for phone in (self.phone, other):
            self.partner.phone = "office"
            self.env.flush_all()
            receipt = phone.push_one(phone.update(self.partner, {"phone": "1"}, {"phone": "0"}))
            self.assert_status("conflict", receipt)
            receipts.append(phone.stored(receipt))
        mine, hers = receipts
        for own, foreign in (
            (self.device, other.device),
            (mine, hers),
            (mine.conflict_ids, hers.conflict_ids),
            (mine.conflict_ids.line_ids, hers.conflict_ids.line_ids),
        ):
            with self.subTest(own._name):
                self.assertTrue(foreign)
                self.assertEqual(own, self.env[own._name].with_user(self.user).search([]))
                with self.assertRaises(AccessError):
                    foreign.with_user(self.user).read(["id", "display_name"])

    def test_device_user_cannot_restore_a_revoked_device(self):
        self.device.action_revoke()
        for user in (self.user, self.reviewer):
            with self.assertRaises(AccessError):
                self.device.with_user(user).action_restore()

    def test_manager_cannot_make_a_device_work_as_somebody_else(self):
        """Proves I4. As whom a device works is decided by enrolling it; screens and RPC cannot change it."""
        device = self.device.with_user(self.manager)
        device.name = "Renamed"
        for values in (
            {"user_id": self.colleague.id},
            {"state": "revoked"},
            {"copy_seen_at": "2099-01-01 00:00:00"},
            {"token_ids": []},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                device.write(values)

    def test_only_managers_revoke(self):
        for user in (self.user, self.colleague, self.reviewer):
            for method in ("action_revoke", "action_revoke_and_wipe"):
                with self.subTest(user=user.name, method=method), self.assertRaises(AccessError):
                    getattr(self.device.with_user(user), method)()
        self.device.with_user(self.manager).action_revoke_and_wipe()
        self.assertEqual(("revoked", True), (self.device.state, self.device.wipe))


class TestEnrolment(OfflineCase):
    """How a device gets in."""

    def setUp(self):
        super().setUp()
        self.devices = self.env["offline.device"].with_user(1).sudo()
        self.enrolment, self.code = self.devices.env["offline.enrolment"]._issue(self.user, self.profile)

    def redeem(self, code=None, nonce="n" * 16):
        device, _token, text = self.devices._enrol(self.enrol_request(code or self.code, nonce))
        return device, text

    def test_code_lets_a_device_in_as_its_user(self):
        device, token = self.redeem()
        self.assertEqual(
            (self.user, self.profile, "active"), (device.user_id, device.profile_id, device.state)
        )
        self.assertEqual(device, self.devices._by_token(token))

    def test_token_and_code_are_stored_only_as_hashes(self):
        device, token = self.redeem()
        rows = device.read() + self.enrolment.sudo().read()
        self.assertNotIn(token, str(rows))
        self.assertNotIn(self.code, str(rows))
        self.assertNotIn(self.code.replace("-", ""), str(rows))

    def test_code_is_good_for_one_device(self):
        self.redeem()
        with self.assert_problem("enrolment_code_invalid"):
            self.redeem(nonce="m" * 16)

    def test_same_nonce_gives_a_fresh_token_of_the_same_device(self):
        """The answer was lost. Proves I2."""
        device, token = self.redeem()
        again, fresh = self.redeem()
        self.assertEqual(device, again)
        self.assertNotEqual(token, fresh)
        self.assertFalse(self.devices._by_token(token))
        self.assertEqual(device, self.devices._by_token(fresh))

    def test_code_may_be_typed_as_people_type(self):
        device, _token = self.redeem(f" {self.code.lower().replace('-', ' ')} ")
        self.assertEqual(self.user, device.user_id)

    def test_expired_code_is_refused(self):
        self.enrolment.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        with self.assert_problem("enrolment_code_invalid"):
            self.redeem()

    def test_expired_code_is_refused_to_its_own_device_too(self):
        self.redeem()
        self.enrolment.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        with self.assert_problem("enrolment_code_invalid"):
            self.redeem()

    def test_unknown_code_is_refused(self):
        with self.assert_problem("enrolment_code_invalid"):
            self.redeem("2222-2222-2222-2222")

    def test_wrong_tries_are_counted_although_the_call_is_rolled_back(self):
        """Guessing is limited: needs rows that are really committed, so this test has its own cursors."""
        with self.registry.cursor() as cr:
            user = self.env(cr=cr).ref("base.user_admin")
            profile = self.env(cr=cr).ref("offline_base.offline_profile_contacts")
            enrolment, code = self.env(cr=cr)["offline.enrolment"]._issue(user, profile)
            enrolment_id = enrolment.id

        def clean():
            with self.registry.cursor() as cr:
                cr.execute("DELETE FROM offline_enrolment WHERE id = %s", [enrolment_id])

        self.addCleanup(clean)
        wrong = code[:-1] + ("2" if code[-1] != "2" else "3")

        def attempt(text, expected):
            cr = self.registry.cursor()
            try:
                with self.assert_problem(expected):
                    self.env(cr=cr)["offline.enrolment"]._redeem(text, "n" * 16)
            finally:
                cr.rollback()
                cr.close()

        for _ in range(5):
            attempt(wrong, "enrolment_code_invalid")
        attempt(wrong, "enrolment_locked")
        attempt(code, "enrolment_locked")

    def test_people_may_ask_for_a_code_of_their_own(self):
        issued = self.env["offline.device"].with_user(self.user).issue_enrolment_code(self.user.id)
        self.assertTrue(issued["url"].endswith(f"#{issued['code']}"))
        device, _token = self.redeem(issued["code"])
        self.assertEqual(self.user, device.user_id)

    def test_only_a_manager_issues_codes_for_others(self):
        for user in (self.user, self.reviewer, self.new_user("internal", "base.group_user")):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.env["offline.device"].with_user(user).issue_enrolment_code(self.colleague.id)
        issued = self.env["offline.device"].with_user(self.manager).issue_enrolment_code(self.colleague.id)
        self.assertEqual(self.colleague, self.redeem(issued["code"])[0].user_id)

    def test_manager_who_is_no_administrator_cannot_become_one_by_a_code(self):
        """Proves I4."""
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self.env["offline.device"].with_user(self.manager).issue_enrolment_code(admin.id)
        self.assertTrue(self.env["offline.device"].with_user(admin).issue_enrolment_code(admin.id)["code"])

    def test_user_outside_the_group_gets_no_code(self):
        internal = self.new_user("internal", "base.group_user")
        for asker in (internal, self.manager):
            with self.subTest(asker.name), self.assertRaises(UserError):
                self.env["offline.device"].with_user(asker).issue_enrolment_code(internal.id)

    def test_wizard_shows_a_code_that_works(self):
        wizard = (
            self.env["offline.enrolment.wizard"]
            .with_user(self.manager)
            .create({"user_id": self.colleague.id, "profile_id": self.profile.id})
        )
        wizard.action_issue()
        self.assertEqual(self.colleague, self.redeem(wizard.code)[0].user_id)

    def test_old_codes_are_cleaned_up_and_present_ones_stay(self):
        old, _code = self.devices.env["offline.enrolment"]._issue(self.user, self.profile)
        old.expires_at = fields.Datetime.now() - timedelta(days=8)
        self.devices.env["offline.enrolment"]._gc_enrolments()
        self.assertEqual((False, True), (bool(old.exists()), bool(self.enrolment.exists())))
