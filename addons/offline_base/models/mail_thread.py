from odoo import models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _notify_thread_by_web_push(self, *args, **kwargs):
        """No phone rings again for work that is delivered again after a restore."""
        if self.env.context.get("offline_base__replay"):
            return None
        return super()._notify_thread_by_web_push(*args, **kwargs)
