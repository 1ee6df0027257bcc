import hashlib
import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.errors import Problem

#: Letters and digits that are not taken for one another when read aloud or typed.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_PREFIX_LENGTH = 4
_SECRET_LENGTH = 12
_LIFE_MINUTES = 15
_MAX_TRIES = 5


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _random_letters():
    return "".join(secrets.choice(_ALPHABET) for _ in range(_PREFIX_LENGTH + _SECRET_LENGTH))


class OfflineEnrolment(models.Model):
    """A code that lets one device in, once, as one user. Only its hash is stored."""

    _name = "offline.enrolment"
    _description = "Offline Enrolment Code"
    _rec_name = "prefix"
    _order = "id desc"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    profile_id = fields.Many2one("offline.profile", required=True, ondelete="cascade")
    prefix = fields.Char(required=True, help="The first part of the code, by which people tell codes apart.")
    code_hash = fields.Char(required=True, groups="base.group_system")
    nonce_hash = fields.Char(groups="base.group_system")
    expires_at = fields.Datetime(required=True)
    wrong_tries = fields.Integer(required=True, default=0)
    device_id = fields.Many2one("offline.device", readonly=True, ondelete="cascade")

    _prefix_unique = models.Constraint("UNIQUE (prefix)", "The prefix is already taken.")

    @api.model
    def _issue(self, user, profile):
        """A new enrolment and its code in clear, which is shown once: (record, "ABCD-EFGH-JKMN-PQRS")."""
        letters = _random_letters()
        while self.search_count([("prefix", "=", letters[:_PREFIX_LENGTH])]):
            letters = _random_letters()  # there are 29 ** 4 prefixes: among a thousand codes two meet
        enrolment = self.create(
            {
                "user_id": user.id,
                "profile_id": profile.id,
                "prefix": letters[:_PREFIX_LENGTH],
                "code_hash": _digest(letters),
                "expires_at": fields.Datetime.now() + timedelta(minutes=_LIFE_MINUTES),
            }
        )
        return enrolment, "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))

    @api.model
    def _redeem(self, code, nonce):
        """The enrolment that a code opens, locked, or `Problem`. The same nonce may redeem it again within its life.

        Wrong tries are counted per prefix in a transaction of their own: the refusal rolls this one back.
        """
        letters = code.upper().replace("-", "").replace(" ", "")
        enrolment = self.search([("prefix", "=", letters[:_PREFIX_LENGTH])])
        if not enrolment or enrolment.expires_at < fields.Datetime.now():
            raise Problem("enrolment_code_invalid")
        if enrolment.wrong_tries >= _MAX_TRIES:
            raise Problem("enrolment_locked")
        if not hmac.compare_digest(enrolment.code_hash, _digest(letters)):
            self._count_wrong_try(enrolment.id)
            raise Problem("enrolment_code_invalid")
        # A plain lock: of two devices with one code the second waits, fails to serialize and starts again.
        self.env.cr.execute(
            SQL("SELECT nonce_hash FROM offline_enrolment WHERE id = %s FOR UPDATE", enrolment.id)
        )
        if enrolment.nonce_hash and not hmac.compare_digest(enrolment.nonce_hash, _digest(nonce)):
            raise Problem("enrolment_code_invalid")
        enrolment.nonce_hash = _digest(nonce)
        return enrolment

    def _count_wrong_try(self, enrolment_id):
        with self.env.registry.cursor() as cr:
            cr.execute(
                "UPDATE offline_enrolment SET wrong_tries = wrong_tries + 1 WHERE id = %s", [enrolment_id]
            )

    @api.autovacuum
    def _gc_enrolments(self):
        self.search([("expires_at", "<", fields.Datetime.now() - timedelta(days=7))]).unlink()
