from odoo import models
from odoo.fields import Domain


class OfflineEntityCrmStage(models.AbstractModel):
    """Stages of the pipeline: all, with the teams that have them to themselves."""

    _name = "offline.entity.crm_stage"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Stage"

    _offline_model = "crm.stage"
    _offline_direction = "pull"
    _offline_fields = ("name", "sequence", "is_won", "fold", "requirements", "team_ids", "color")

    # Of the teams those are told that the user may read, by their company.
    _offline_dependencies = {"crm.team": "team_ids"}

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE
