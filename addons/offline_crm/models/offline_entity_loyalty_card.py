from odoo import models
from odoo.fields import Domain


class OfflineEntityLoyaltyCard(models.AbstractModel):
    """Cards and coupons of the customers that the device holds.

    Coupons that belong to nobody stay away: who knows their code may spend them. A person types the code of one, and
    Odoo judges it when the device syncs.
    """

    _name = "offline.entity.loyalty_card"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Loyalty Card"

    _offline_model = "loyalty.card"
    _offline_direction = "pull"
    _offline_parent = ("partner_id", "res.partner")
    _offline_fields = ("program_id", "partner_id", "points", "code", "expiration_date", "active")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
