from unittest.mock import patch

from odoo.tools import mute_logger

from .common import ACTIVITY, PushCase

_REFUSED = "odoo.addons.offline_base.store.refused"


class TestRehearsal(PushCase):
    """A dry run inside Odoo: what only the server's own process can show. The wire is tested in tests/contract."""

    def assigned(self):
        """Work that tells somebody by mail: an activity for a colleague."""
        values = {
            "res_model": "res.partner",
            "res_id": self.partner.id,
            "summary": "Call them",
            "date_deadline": "2026-11-27",
            "user_id": self.colleague.id,
        }
        return self.phone.create(values, entity=ACTIVITY)

    def test_nothing_is_left_to_do_after_the_commit(self):
        """Proves I8. No mail, no message to a browser, and none of what others had asked for is lost."""
        self.env.cr.postcommit.add(lambda: None)
        self.env.flush_all()
        before = len(self.env.cr.postcommit._funcs), set(self.env.cr.postcommit.data)
        mails, messages = (self.env[name].search_count([]) for name in ("mail.mail", "mail.message"))
        with patch.object(self.registry["mail.mail"], "send", side_effect=AssertionError("mail went out")):
            self.assert_status("applied", self.phone.rehearse(self.assigned())["receipts"][0])
        self.assertEqual(before, (len(self.env.cr.postcommit._funcs), set(self.env.cr.postcommit.data)))
        self.assertEqual(mails, self.env["mail.mail"].search_count([]))
        self.assertEqual(messages, self.env["mail.message"].search_count([]))

    def test_same_work_pushed_tells_the_colleague(self):
        """So the test above looks at work that would have sent mail."""
        mails = self.env["mail.mail"].search_count([])
        self.assert_status("applied", self.phone.push_one(self.assigned()))
        self.assertGreater(self.env["mail.mail"].search_count([]), mails)

    def test_what_the_cache_saw_is_forgotten(self):
        """Records and values of a dry run are gone for whoever reads next in the same transaction."""
        uid = "0190a0b0-0000-7000-8000-0000000000aa"
        name = self.partner.name
        change = self.phone.update(self.partner, {"name": "Tried"}, {"name": name})
        make = self.phone.create({"name": "Tried"}, uid=uid)
        answer = self.phone.rehearse(change, make)
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in answer["receipts"]])
        self.assertEqual(name, self.partner.name)
        self.assertFalse(self.env["res.partner"].search_count([("name", "=", "Tried")]))
        self.assertIsNone(self.env["offline.identity"]._record_id("res.partner", uid))

    def test_method_that_would_commit_is_refused_as_in_a_push(self):
        """Proves I2. Nothing that a business method does can make a dry run stay."""
        with self.failing(lambda records: records.env.cr.commit()), mute_logger(_REFUSED):
            [receipt] = self.phone.rehearse(self.phone.update(self.partner, {"phone": "1"}))["receipts"]
        self.assertEqual(("rejected", "internal_error"), (receipt["status"], receipt["code"]))
