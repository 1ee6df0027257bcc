import secrets
import uuid

from odoo import api, models

_EPOCH = "offline_base.epoch"
_SECRET = "offline_base.secret"


class OfflineEpoch(models.AbstractModel):
    """The present life of the database: an identifier that devices see, and the secret that authenticates cursors."""

    _name = "offline.epoch"
    _description = "Offline Epoch"

    @api.model
    def _ensure(self):
        """Give the database an epoch and a secret if it has none."""
        # sudo: parameters are for the system only; both values stay on the server or are opaque.
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param(_SECRET):
            parameters.set_param(_EPOCH, str(uuid.uuid4()))
            parameters.set_param(_SECRET, secrets.token_hex(32))

    @api.model
    def _current(self):
        """The epoch's identifier."""
        return self.env["ir.config_parameter"].sudo().get_param(_EPOCH)  # sudo: see _ensure

    @api.model
    def _secret(self):
        """The key of cursor authentication, bytes."""
        return bytes.fromhex(self.env["ir.config_parameter"].sudo().get_param(_SECRET))  # sudo: see _ensure
