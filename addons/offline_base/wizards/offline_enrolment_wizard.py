import base64
import io
from urllib.parse import urlsplit

import qrcode

from odoo import api, fields, models

_GROUP_MANAGER = "offline_base.offline_base_group_manager"
_HERE = ("localhost", "127.0.0.1", "::1")


class OfflineEnrolmentWizard(models.TransientModel):
    """Show the code by which a device enrols: a manager for a colleague, or people for a device of their own."""

    _name = "offline.enrolment.wizard"
    _description = "Enrol a Device"

    user_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("offline_base.offline_base_group_device_user").ids)
        ],
    )
    profile_id = fields.Many2one(
        "offline.profile",
        groups=_GROUP_MANAGER,
        # sudo: a default that people who may not choose never see.
        default=lambda self: self.env["offline.profile"].sudo()._default().id,
    )
    server_url = fields.Char("Server Address", compute="_compute_server_url")
    is_insecure = fields.Boolean(compute="_compute_server_url")
    code = fields.Char("Enrolment Code", readonly=True)
    url = fields.Char("Enrolment Link", readonly=True)
    qr_code = fields.Binary("QR Code", compute="_compute_qr_code")
    expires_at = fields.Datetime("Valid Until", readonly=True)

    @api.depends("user_id")
    def _compute_server_url(self):
        for wizard in self:
            wizard.server_url = wizard.get_base_url()
            address = urlsplit(wizard.server_url)
            wizard.is_insecure = address.scheme != "https" and address.hostname not in _HERE

    @api.depends("url")
    def _compute_qr_code(self):
        for wizard in self:
            if not wizard.url:
                wizard.qr_code = False
                continue
            image = io.BytesIO()
            qrcode.make(wizard.url.encode(), box_size=5).save(image, format="PNG")
            wizard.qr_code = base64.b64encode(image.getvalue())

    def action_issue(self):
        """Issue a code, or a new one, and stay on the screen that shows it."""
        self.ensure_one()
        manager = self.env.user.has_group(_GROUP_MANAGER)
        profile = self.profile_id.id if manager else None
        issued = self.env["offline.device"].issue_enrolment_code(self.user_id.id, profile)
        self.write({name: issued[name] for name in ("code", "url", "expires_at")})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enrol a Device"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def get_standing(self):
        """What became of the code: {"left_s": seconds that it is still good, "device": the name of who came in}."""
        self.ensure_one()
        self.check_access("read")
        # sudo: codes are the engine's; the prefix is of one that the reader of this screen was given.
        enrolment = self.env["offline.enrolment"].sudo().search([("prefix", "=", (self.code or "-")[:4])])
        left = (enrolment.expires_at - fields.Datetime.now()).total_seconds() if enrolment else 0
        return {"left_s": max(0, int(left)), "device": enrolment.device_id.name or False}
