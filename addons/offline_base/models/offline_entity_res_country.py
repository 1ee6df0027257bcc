from odoo import models
from odoo.fields import Domain


class OfflineEntityResCountry(models.AbstractModel):
    """Countries: all."""

    _name = "offline.entity.res_country"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Country"

    _offline_model = "res.country"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "code", "phone_code", "currency_id", "vat_label", "state_required", "zip_required",
    )  # fmt: skip

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
