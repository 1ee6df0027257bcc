from typing import Annotated

from pydantic import Field

from odoo import models
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from ..core.wire import Day, Request
from ..store.operations import named_operation

_lt = LazyTranslate(__name__)


class CompleteArgs(Request):
    """What the person says of how it went."""

    feedback: Annotated[str, Field(max_length=10_000)] = ""


class PostponeArgs(Request):
    """The day to which the activity moves."""

    date_deadline: Day


class OfflineEntityMailActivity(models.AbstractModel):
    """Activities: the open ones assigned to the device's user, conflicts to decide left out."""

    _name = "offline.entity.mail_activity"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Activity"

    _offline_model = "mail.activity"
    _offline_fields = (
        "res_model", "res_id", "res_name", "activity_type_id", "summary", "note", "date_deadline", "user_id",
        "active", "date_done",
    )  # fmt: skip
    _offline_readonly_fields = ("res_name", "active", "date_done")
    _offline_policies = {"note": "append"}

    def _offline_scope(self, device):
        mine = Domain("user_id", "=", device.user_id.id) & Domain("active", "=", True)
        return super()._offline_scope(device) | (mine & Domain("res_model", "!=", "offline.conflict"))

    def _offline_prepare(self, values):
        values = super()._offline_prepare(values)
        if "res_model" in values:
            # Odoo wants the model's record and computes its name.
            model = values.pop("res_model")
            values["res_model_id"] = self.env["ir.model"]._get_id(model) if model else False
        return values

    @named_operation(label=_lt("Mark Done"), args=CompleteArgs)
    def complete(self, record, args):
        """Mark the activity done with Odoo's own method; a second time changes nothing."""
        if record.active:
            record.action_feedback(feedback=args.feedback or False)

    @named_operation(label=_lt("Postpone"), args=PostponeArgs)
    def postpone(self, record, args):
        """Give the activity another day; one that is done stays as it is."""
        if record.active:
            record.date_deadline = args.date_deadline
