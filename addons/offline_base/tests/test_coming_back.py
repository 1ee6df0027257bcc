from datetime import timedelta

from joserfc.jwk import ECKey

from odoo import fields

from ..core import wire
from ..core.fields import format_instant
from .common import MARK, new_uid
from .test_escrow import KeyCase, sign


class TestComingBack(KeyCase):
    """A device proves by its key that it is the one that was enrolled."""

    def setUp(self):
        super().setUp()
        self.token = self.device.token_ids
        self.token.write({"state": "used", "expires_at": fields.Datetime.now() - timedelta(days=1)})
        self.at = fields.Datetime.now()

    def request(self, code=None, key=None, device=None, at=None, **changed):
        nonce = new_uid()
        said = {
            "device": device or self.device.uid,
            "epoch": "an epoch",
            "time": format_instant(at or self.at),
        }
        signature = sign(key or self.key, said | {"nonce": nonce})
        body = {"nonce": nonce, "device": {"name": "Another name"}, "proof": said | {"signature": signature}}
        return wire.EnrolRequest.model_validate(body | ({"code": code} if code else {}) | changed)

    def come_back(self, **options):
        return self.devices._enrol(self.request(**options))[0]

    def code(self, user=None):
        return self.device.env["offline.enrolment"]._issue(user or self.user, self.profile)[1]

    def test_expired_device_stays_the_same_by_its_key_alone(self):
        """Proves I2, I3. Numbers and parked work go on."""
        self.assert_status("applied", self.phone.push_one(self.phone.create({"name": "A", "ref": MARK})))
        device, _token, text = self.devices._enrol(self.request())
        self.assertEqual(self.device, device)
        self.assertEqual(self.device, self.devices._by_token(text))
        self.assertEqual("Phone", device.name)
        self.assert_status("applied", self.phone.push_one(self.phone.create({"name": "B", "ref": MARK})))

    def test_proof_is_good_once(self):
        request = self.request()
        self.devices._enrol(request)
        with self.assert_problem("proof_outdated"):
            self.devices._enrol(request)

    def test_lost_answer_is_asked_for_again_by_a_new_proof(self):
        self.come_back()
        self.assertEqual(self.device, self.come_back(at=self.at + timedelta(seconds=2)))

    def test_proof_of_another_time_is_refused_with_the_present_one(self):
        for minutes in (-11, 11):
            with self.subTest(minutes), self.assert_problem("proof_outdated"):
                self.come_back(at=self.at + timedelta(minutes=minutes))

    def test_signature_of_another_key_or_of_other_words_is_refused(self):
        """Proves I4."""
        other = self.enrol(self.colleague)
        for options in (
            {"key": ECKey.generate_key("P-256")},
            {"device": other.uid},
            {"device": new_uid()},
            {"nonce": new_uid()},
        ):
            with self.subTest(options), self.assert_problem("proof_invalid"):
                self.come_back(**options)

    def test_device_without_a_key_cannot_prove_anything(self):
        self.device.public_key = False
        with self.assert_problem("proof_invalid"):
            self.come_back()

    def test_key_off_the_curve_proves_nothing(self):
        self.device.public_key = self.device.public_key | {"y": "A" * 43}
        with self.assert_problem("proof_invalid"):
            self.come_back()

    def test_device_with_a_good_token_needs_a_code(self):
        self.token.expires_at = fields.Datetime.now() + timedelta(days=1)
        with self.assert_problem("proof_needs_code"):
            self.come_back()
        self.assertEqual(self.device, self.come_back(code=self.code(), at=self.at + timedelta(seconds=2)))

    def test_device_that_was_away_for_long_needs_a_code(self):
        self.token.expires_at = fields.Datetime.now() - timedelta(days=91)
        with self.assert_problem("proof_needs_code"):
            self.come_back()

    def test_token_stays_good_until_the_new_one_is_used(self):
        """Lost, not expired: the old one may only have been mislaid."""
        self.token.expires_at = fields.Datetime.now() + timedelta(days=1)
        self.come_back(code=self.code())
        self.assertEqual("used", self.token.state)

    def test_code_for_somebody_else_does_not_change_the_user_of_a_device(self):
        """Proves I4."""
        with self.assert_problem("proof_invalid"):
            self.come_back(code=self.code(self.colleague))

    def test_code_is_used_up_by_the_device_that_came_back(self):
        code = self.code()
        self.come_back(code=code)
        with self.assert_problem("enrolment_code_invalid"):
            self.devices._enrol(self.enrol_request(code))

    def test_revoked_device_is_not_let_back(self):
        """Proves I4."""
        self.device.action_revoke_and_wipe()
        for code in (None, self.code()):
            with self.subTest(code), self.assert_problem("device_revoked", wipe=True):
                self.come_back(code=code)
