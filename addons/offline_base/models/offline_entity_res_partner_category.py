from odoo import models
from odoo.fields import Domain


class OfflineEntityResPartnerCategory(models.AbstractModel):
    """Tags of contacts: all, archived ones left out."""

    _name = "offline.entity.res_partner_category"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Contact Tag"

    _offline_model = "res.partner.category"
    _offline_direction = "pull"
    _offline_fields = ("name", "color", "parent_id", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
