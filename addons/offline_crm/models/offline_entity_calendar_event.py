from odoo import models


class OfflineEntityCalendarEvent(models.AbstractModel):
    """Meetings about an opportunity know it, as if they had been planned from it."""

    _inherit = "offline.entity.calendar_event"

    _offline_fields = ("opportunity_id",)

    def _offline_prepare(self, values):
        """An event on an opportunity is one of its meetings: Odoo's screens see to that, its models do not."""
        if values.get("res_model") == "crm.lead" and "opportunity_id" not in values:
            values = {**values, "opportunity_id": values.get("res_id")}
        return super()._offline_prepare(values)
