from odoo import api, fields, models


class OfflineEnrolmentWizard(models.TransientModel):
    """Show a manager the code by which a colleague's device enrols."""

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
        "offline.profile", required=True, default=lambda self: self.env["offline.profile"].search([], limit=1)
    )
    server_url = fields.Char("Server Address", compute="_compute_server_url")
    code = fields.Char("Enrolment Code", readonly=True)
    expires_at = fields.Datetime("Valid Until", readonly=True)

    @api.depends("user_id")
    def _compute_server_url(self):
        for wizard in self:
            wizard.server_url = wizard.get_base_url()

    def action_issue(self):
        """Issue the code and stay on the screen that shows it."""
        self.ensure_one()
        issued = self.env["offline.device"].issue_enrolment_code(self.user_id.id, self.profile_id.id)
        self.write({"code": issued["code"], "expires_at": issued["expires_at"]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enrol a Device"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "medium"},
        }
