from typing import Annotated

from pydantic import Field

from odoo import models
from odoo.addons.offline_base.core.wire import Request
from odoo.addons.offline_base.store.operations import named_operation
from odoo.fields import Domain


class FinishArgs(Request):
    """What the person says of how it went."""

    outcome: Annotated[str, Field(max_length=200)] = ""


class OfflineEntityTestNote(models.AbstractModel):
    """Notes: the unfinished ones of the device's user."""

    _name = "offline.entity.test_note"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Test Note"

    _offline_model = "offline.test.note"
    _offline_fields = ("name", "body", "user_id", "outcome", "finished_at")
    _offline_readonly_fields = ("outcome", "finished_at")
    _offline_policies = {"body": "append"}

    def _offline_scope(self, device):
        mine = Domain("user_id", "=", device.user_id.id) & Domain("finished_at", "=", False)
        return super()._offline_scope(device) | mine

    @named_operation(label="Finish", args=FinishArgs)
    def finish(self, record, args):
        """Finish the note; a second time changes nothing."""
        record.action_finish(args.outcome or False)
