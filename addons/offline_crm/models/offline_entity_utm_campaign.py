from odoo import models
from odoo.fields import Domain


class OfflineEntityUtmCampaign(models.AbstractModel):
    """Campaigns that leads come from: all, archived ones left out."""

    _name = "offline.entity.utm_campaign"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Campaign"

    _offline_model = "utm.campaign"
    _offline_direction = "pull"
    _offline_fields = ("title", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
