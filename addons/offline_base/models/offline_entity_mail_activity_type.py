from odoo import models
from odoo.fields import Domain


class OfflineEntityMailActivityType(models.AbstractModel):
    """Types of activities: all, archived ones left out."""

    _name = "offline.entity.mail_activity_type"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Activity Type"

    _offline_model = "mail.activity.type"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "summary", "icon", "category", "decoration_type", "delay_count", "delay_unit", "delay_from",
        "res_model", "sequence", "active",
    )  # fmt: skip

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
