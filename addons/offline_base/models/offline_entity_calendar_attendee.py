from odoo import models
from odoo.fields import Domain


class OfflineEntityCalendarAttendee(models.AbstractModel):
    """Who is invited to the events of the device's user, and what they replied. Replies are operations of events."""

    _name = "offline.entity.calendar_attendee"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Attendee"

    _offline_model = "calendar.attendee"
    _offline_direction = "pull"
    _offline_fields = ("event_id", "partner_id", "state", "common_name")

    def _offline_scope(self, device):
        user = device.user_id
        mine = Domain("event_id.partner_ids", "in", user.partner_id.ids) | Domain(
            "event_id.user_id", "=", user.id
        )
        return super()._offline_scope(device) | (mine & Domain("event_id.active", "=", True))
