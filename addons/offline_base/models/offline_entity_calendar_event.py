from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from ..core.wire import Request
from ..store.operations import named_operation

_lt = LazyTranslate(__name__)


class ReplyArgs(Request):
    """A reply says nothing but itself."""


class OfflineEntityCalendarEvent(models.AbstractModel):
    """Events: those that the device's user attends or organizes.

    A change of an occurrence of a series changes this occurrence and nothing else. Odoo invites, and tells
    attendees of another time, as if it had been done in the calendar.
    """

    _name = "offline.entity.calendar_event"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Event"

    _offline_model = "calendar.event"
    _offline_window = ("start", 30, 90)
    _offline_fields = (
        "name", "description", "location", "videocall_location", "start", "stop", "allday", "start_date", "stop_date",
        "duration", "user_id", "partner_ids", "categ_ids", "alarm_ids", "privacy", "show_as", "res_model", "res_id",
        "recurrency", "recurrence_id", "active",
    )  # fmt: skip
    _offline_readonly_fields = ("duration", "recurrency", "recurrence_id", "active", "videocall_location")
    _offline_policies = {"partner_ids": "union", "categ_ids": "union", "alarm_ids": "union"}
    _offline_dependencies = {
        # What Odoo shows of others' events follows the privacy that they chose as their default.
        "res.users.settings": "user_id.res_users_settings_ids",
        "res.partner": "partner_ids",
    }

    def _offline_scope(self, device):
        user = device.user_id
        mine = Domain("partner_ids", "in", user.partner_id.ids) | Domain("user_id", "=", user.id)
        return super()._offline_scope(device) | (mine & Domain("active", "=", True))

    def _offline_prepare(self, values):
        values = super()._offline_prepare(values)
        if "res_model" in values:
            # Odoo wants the model's record and computes its name.
            model = values.pop("res_model")
            values["res_model_id"] = self.env["ir.model"]._get_id(model) if model else False
        # What Odoo's own screen sends for "only this event"; for an event of no series it says nothing.
        return values | {"recurrence_update": "self_only"}

    @named_operation(label=_lt("Accept"), args=ReplyArgs)
    def accept(self, record, args):
        """Accept the invitation with Odoo's own method; a second time changes nothing."""
        self._offline_reply(record, "accepted")

    @named_operation(label=_lt("Decline"), args=ReplyArgs)
    def decline(self, record, args):
        """Decline the invitation with Odoo's own method; a second time changes nothing."""
        self._offline_reply(record, "declined")

    @named_operation(label=_lt("Maybe"), args=ReplyArgs)
    def tentative(self, record, args):
        """Leave it open with Odoo's own method; a second time changes nothing."""
        self._offline_reply(record, "tentative")

    def _offline_reply(self, record, state):
        mine = record.attendee_ids.filtered(lambda one: one.partner_id == self.env.user.partner_id)
        if not mine:
            raise UserError(self.env._("You are not invited to this event."))
        if mine.state != state:
            record.change_attendee_status(state, "self_only")
