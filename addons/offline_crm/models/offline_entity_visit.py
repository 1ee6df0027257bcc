from typing import Annotated, Literal

from pydantic import Field

from odoo import models
from odoo.addons.offline_base.core.wire import Instant, Request
from odoo.addons.offline_base.store.at_work import device_at_work
from odoo.addons.offline_base.store.operations import named_operation
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from . import places

_lt = LazyTranslate(__name__)


class Position(places.Place):
    """Where the device says that it is. Without the person's consent it is not sent."""

    #: That the person was asked, and said yes.
    consent: Literal[True]


class CheckInArgs(Request):
    """Arrived at a customer."""

    at: Instant | None = None
    note: Annotated[str, Field(max_length=10_000)] = ""
    position: Position | None = None


class OfflineEntityVisit(models.AbstractModel):
    """Check-ins: those of the device's own person, to be looked at. They are made by `check_in`."""

    _name = "offline.entity.visit"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Visit"

    _offline_model = "offline.visit"
    _offline_direction = "pull"
    _offline_window = ("arrived_at", 90, 0)
    _offline_fields = (
        "partner_id", "lead_id", "arrived_at", "note", "has_consented", "latitude", "longitude", "accuracy_m",
        "is_anonymised",
    )  # fmt: skip

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("user_id", "=", device.user_id.id)


class OfflineEntityResPartner(models.AbstractModel):
    """Check-in at a contact."""

    _inherit = "offline.entity.res_partner"

    @named_operation(label=_lt("Check In"), args=CheckInArgs)
    def check_in(self, record, args):
        """Note that the device's user is at this customer."""
        return {"visit": _keep(self.env, record, self.env["crm.lead"], args).id}


class OfflineEntityCrmLead(models.AbstractModel):
    """Check-in for an opportunity."""

    _inherit = "offline.entity.crm_lead"

    @named_operation(label=_lt("Check In"), args=CheckInArgs)
    def check_in(self, record, args):
        """Note that the device's user is at the customer of this opportunity."""
        return {"visit": _keep(self.env, record.partner_id, record, args).id}


def _keep(env, partner, lead, args):
    # sudo: visits are the engine's record; the user may read the customer, as the engine checked.
    visits = env["offline.visit"].sudo()
    return visits._keep(partner, lead, args, device_at_work(env))
