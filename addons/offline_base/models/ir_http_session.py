from odoo import models


class IrHttpSession(models.AbstractModel):
    """What the web client has to know before it shows a form: which models are synced, for reviewers alone."""

    _inherit = "ir.http"

    def session_info(self):
        info = super().session_info()
        if self.env.user.has_group("offline_base.offline_base_group_reviewer"):
            adapters = self.env["offline.adapter"]._offline_adapters()
            info["offline_models"] = sorted(adapter._offline_model for adapter in adapters)
        return info
