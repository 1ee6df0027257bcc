from datetime import timedelta

from odoo import fields, models

_TODO = "mail.mail_activity_data_todo"


class OfflineAsked(models.AbstractModel):
    """What somebody of the office is asked to finish, by an activity that goes where ``reviewer_id`` goes."""

    _name = "offline.asked"
    _description = "Offline: Somebody Is Asked"
    _inherit = ["mail.thread", "mail.activity.mixin"]

    def _ask(self, profile, summary):
        """Give the reviewer an activity, due after the profile's days; one that is there already is theirs."""
        for asked in self.filtered(lambda one: not one.activity_ids):
            asked.with_context(mail_activity_quick_update=True).activity_schedule(
                _TODO,
                date_deadline=fields.Date.context_today(self) + timedelta(days=profile.review_within_days),
                user_id=asked.reviewer_id.id,
                summary=summary,
            )

    def _answered(self):
        """Nobody has to do anything any more."""
        self.activity_feedback([_TODO])

    def write(self, vals):
        """The activity goes to whom the work is given."""
        result = super().write(vals)
        if vals.get("reviewer_id"):
            self.activity_reschedule([_TODO], new_user_id=vals["reviewer_id"])
            self.reviewer_id._bus_send("offline_base/to_do", {})  # the count in their systray
        return result
