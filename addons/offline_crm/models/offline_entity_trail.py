from typing import Annotated

from pydantic import Field

from odoo import models
from odoo.addons.offline_base.core.errors import Refusal
from odoo.addons.offline_base.core.wire import Instant, Request
from odoo.addons.offline_base.store.at_work import device_at_work
from odoo.addons.offline_base.store.operations import named_operation
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from . import places

_lt = LazyTranslate(__name__)


class TrailPosition(places.Place):
    """Where the device was, and when by its own clock."""

    at: Instant


class PositionsArgs(Request):
    """Positions in the order in which they were taken."""

    positions: Annotated[list[TrailPosition], Field(min_length=1, max_length=500)]


class EndArgs(Request):
    """When duty ended, by the device's clock."""

    at: Instant


class OfflineEntityTrail(models.AbstractModel):
    """A time on duty: a device begins it, adds where it was, and ends it. It holds those that have no end yet."""

    _name = "offline.entity.trail"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Trail"

    _offline_model = "offline.trail"
    _offline_fields = ("device_at", "has_consented", "started_at", "ended_at")
    _offline_readonly_fields = ("started_at", "ended_at")
    _offline_verbs = frozenset({"create"})

    def _offline_scope(self, device):
        mine = Domain("user_id", "=", device.user_id.id) & Domain("ended_at", "=", False)
        return super()._offline_scope(device) | mine

    def _offline_options(self, line):
        return super()._offline_options(line) | {"keep_days": line.profile_id.visit_position_days}

    def _offline_create(self, values):
        if not values.get("has_consented"):
            sentence = self.env._("Without your consent there is no trail.")
            raise Refusal("operation_invalid", sentence, fields={"has_consented": sentence})
        # sudo: trails are the engine's record; it is the device's own person who begins one.
        trail = self.env["offline.trail"].sudo()._begin(device_at_work(self.env), values)
        return trail.with_env(self.env)

    @named_operation(label=_lt("Positions on Duty"), args=PositionsArgs)
    def add_positions(self, record, args):
        """Keep where the device was."""
        self._own(record)._add(args.positions)

    @named_operation(label=_lt("End of Duty"), args=EndArgs)
    def end_duty(self, record, args):
        """End the time on duty; a second time changes nothing."""
        self._own(record)._end(args.at)

    def _own(self, trail):
        if trail.user_id != device_at_work(self.env).user_id:
            raise AccessError(self.env._("This is the trail of somebody else: nobody adds to it but they."))
        # sudo: trails are the engine's record; this one is of the device's own person.
        return trail.sudo()
