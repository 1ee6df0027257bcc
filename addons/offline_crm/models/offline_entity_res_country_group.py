from odoo import models
from odoo.fields import Domain


class OfflineEntityResCountryGroup(models.AbstractModel):
    """Groups of countries, by which price lists and fiscal positions are found."""

    _name = "offline.entity.res_country_group"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Country Group"

    _offline_model = "res.country.group"
    _offline_direction = "pull"
    _offline_fields = ("name", "country_ids", "exclude_state_ids")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
