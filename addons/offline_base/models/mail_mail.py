from odoo import api, models


class MailMail(models.Model):
    """Mail of work that is delivered again after a restore: it went out once, so it is held back, not sent."""

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("offline_base__replay"):
            reason = self.env._(
                "Held back: a device delivered this work again after a restore, and the mail went out then."
                " Send it if it did not."
            )
            held = {"state": "cancel", "failure_reason": reason, "auto_delete": False}
            vals_list = [{**values, **held} for values in vals_list]
        return super().create(vals_list)

    def send(self, *args, **kwargs):
        """Nothing leaves the house under a replay; what is cancelled stays findable and can be sent by hand."""
        if self.env.context.get("offline_base__replay"):
            return True
        return super().send(*args, **kwargs)
