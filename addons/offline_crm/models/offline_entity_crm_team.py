from odoo import models
from odoo.fields import Domain


class OfflineEntityCrmTeam(models.AbstractModel):
    """Sales teams: all that the user may read, archived ones left out."""

    _name = "offline.entity.crm_team"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Sales Team"

    _offline_model = "crm.team"
    _offline_direction = "pull"
    _offline_fields = (
        "name",
        "sequence",
        "user_id",
        "company_id",
        "use_leads",
        "use_opportunities",
        "color",
        "active",
    )

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
