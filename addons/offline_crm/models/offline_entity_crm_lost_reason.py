from odoo import models
from odoo.fields import Domain


class OfflineEntityCrmLostReason(models.AbstractModel):
    """Reasons for which leads are lost: all, archived ones left out."""

    _name = "offline.entity.crm_lost_reason"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Lost Reason"

    _offline_model = "crm.lost.reason"
    _offline_direction = "pull"
    _offline_fields = ("name", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
