from odoo import models
from odoo.fields import Domain


class OfflineEntityCrmTag(models.AbstractModel):
    """Tags of leads: all."""

    _name = "offline.entity.crm_tag"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Tag"

    _offline_model = "crm.tag"
    _offline_direction = "pull"
    _offline_fields = ("name", "color")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
