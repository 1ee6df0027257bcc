from odoo import models
from odoo.fields import Domain


class OfflineEntityResCountryState(models.AbstractModel):
    """States of countries: all."""

    _name = "offline.entity.res_country_state"
    _inherit = "offline.adapter"
    _description = "Offline Entity: State"

    _offline_model = "res.country.state"
    _offline_direction = "pull"
    _offline_fields = ("name", "code", "country_id")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
