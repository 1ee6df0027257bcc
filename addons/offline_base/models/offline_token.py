import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

GIVEN, USED, SPENT = "given", "used", "spent"
#: For how many days a token is good, unless the settings say otherwise.
LIFE_DAYS = 180
#: Tokens that may wait for their first use: answers that were lost leave some behind.
_MOST_GIVEN = 5


class Found(NamedTuple):
    """A token as a call brings it, with what its device last reported; one query for all of it."""

    id: int
    device_id: int
    state: str
    expires_at: datetime
    presence: dict | None


class OfflineToken(models.Model):
    """What a device shows with every call, stored only as a hash.

    A new token is *given*; its first use makes it the one in use and all others of the device *spent*. Until then
    the former one stays good, so a lost answer locks nobody out. A spent token that is shown again proves that the
    device's store was copied: the one who used the new token has forgotten the old one.
    """

    _name = "offline.token"
    _description = "Offline Token"
    _rec_name = "device_id"
    _order = "id desc"

    device_id = fields.Many2one("offline.device", required=True, ondelete="cascade", index=True)
    token_hash = fields.Char(required=True, groups="base.group_system", copy=False)
    state = fields.Selection(
        [(GIVEN, "Given"), (USED, "In Use"), (SPENT, "Spent")], required=True, default=GIVEN
    )
    used_at = fields.Datetime("First Used")
    expires_at = fields.Datetime("Good Until", required=True)

    _token_unique = models.UniqueIndex("(token_hash)")

    @api.model
    def _hash(self, text):
        # 256 random bits need no slow password hash, and every call pays for this one.
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _life_days(self):
        # sudo: parameters are for the system only; this is a number of days.
        return int(self.env["ir.config_parameter"].sudo().get_param("offline_base.token_days", LIFE_DAYS))

    @api.model
    def _issue(self, device):
        """A new token of a device: (record, text). The text is shown once."""
        text = secrets.token_urlsafe(32)
        waiting = self.search([("device_id", "=", device.id), ("state", "=", GIVEN)])
        waiting[_MOST_GIVEN - 1 :].unlink()
        token = self.create(
            {
                "device_id": device.id,
                "token_hash": self._hash(text),
                "expires_at": fields.Datetime.now() + timedelta(days=self._life_days()),
            }
        )
        return token, text

    @api.model
    def _find(self, text):
        """The token of this text in whatever state, or None. Only reads."""
        self.env.cr.execute(
            SQL(
                """SELECT t.id, t.device_id, t.state, t.expires_at, to_jsonb(p)
                     FROM offline_token t LEFT JOIN offline_presence p ON p.device_id = t.device_id
                    WHERE t.token_hash = %s""",
                self._hash(text),
            )
        )
        row = self.env.cr.fetchone()
        return row and Found(*row)

    def _take_up(self):
        """The first use of a given token: from now on it is the only good one."""
        now = fields.Datetime.now()
        others = self.search([("device_id", "=", self.device_id.id), ("id", "!=", self.id)])
        others.filtered(lambda token: token.state != SPENT).state = SPENT
        self.write({"state": USED, "used_at": now})
        if self.device_id.rotation_asked:
            self.device_id.rotation_asked = False

    @api.autovacuum
    def _gc_tokens(self):
        """Spent tokens are kept as long as they could have been good, to recognise copies."""
        self.search([("state", "!=", USED), ("expires_at", "<", fields.Datetime.now())]).unlink()
